// From a key to its slot number. Small integers go through an open-addressing table in typed arrays, everything else
// through a Map: at 100k keys that's the difference between 26 and 53 ns a record (engine study §3.5).

import type { CanonicalKey } from '../record/key.ts'

const EMPTY = -1
const REMOVED = -2
const START_CAPACITY = 64

/** Which slot a key has. */
export class KeyIndex {
  intKeys = new Int32Array(START_CAPACITY)
  intSlots = new Int32Array(START_CAPACITY).fill(EMPTY)
  /** Entries of the int table that aren't EMPTY, removed ones included. */
  intFilled = 0
  others = new Map<CanonicalKey, number>()

  /** The slot of the key, or -1. */
  slotOf(key: CanonicalKey): number {
    if (typeof key === 'number' && (key | 0) === key) {
      const at = this.find(key)
      const slot = this.intSlots[at] as number
      return slot >= 0 ? slot : -1
    }
    return this.others.get(key) ?? -1
  }

  /** Adds a key that isn't there yet. */
  add(key: CanonicalKey, slot: number): void {
    if (typeof key !== 'number' || (key | 0) !== key) {
      this.others.set(key, slot)
      return
    }
    if ((this.intFilled + 1) * 2 > this.intSlots.length) this.rebuild()
    const at = this.find(key)
    this.intKeys[at] = key
    this.intSlots[at] = slot
    this.intFilled++
  }

  remove(key: CanonicalKey): void {
    if (typeof key !== 'number' || (key | 0) !== key) {
      this.others.delete(key)
      return
    }
    const at = this.find(key)
    if ((this.intSlots[at] as number) >= 0) this.intSlots[at] = REMOVED
  }

  /** The place of the key, or the empty place where it would go. */
  private find(key: number): number {
    const mask = this.intSlots.length - 1
    let at = spread(key) & mask
    for (;;) {
      const slot = this.intSlots[at] as number
      if (slot === EMPTY || (slot >= 0 && this.intKeys[at] === key)) return at
      at = (at + 1) & mask
    }
  }

  private rebuild(): void {
    const keys = this.intKeys
    const slots = this.intSlots
    let live = 0
    for (const slot of slots) if (slot >= 0) live++
    let capacity = START_CAPACITY
    while (capacity < (live + 1) * 4) capacity *= 2
    this.intKeys = new Int32Array(capacity)
    this.intSlots = new Int32Array(capacity).fill(EMPTY)
    this.intFilled = live
    for (let i = 0; i < slots.length; i++) {
      if ((slots[i] as number) < 0) continue
      const at = this.find(keys[i] as number)
      this.intKeys[at] = keys[i] as number
      this.intSlots[at] = slots[i] as number
    }
  }
}

function spread(key: number): number {
  const h = Math.imul(key, 0x9e3779b1)
  return h ^ (h >>> 15)
}
