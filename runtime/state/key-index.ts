// From a key to its slot number. Numbers from 0 to 65535 index an array, other integers go through an open-addressing
// table in typed arrays, everything else through a Map: at 100k keys the table takes 26 ns a record where the Map takes 53
// (engine study §3.5).

import type { CanonicalKey } from '../record/key.ts'

const EMPTY = -1
const REMOVED = -2
const START_CAPACITY = 64

const DENSE_KEYS = 65536

/** Which slot a key has. */
export class KeyIndex {
  /** By key, slot + 1; grows to the highest small key there was. */
  dense = new Int32Array(START_CAPACITY)
  intKeys = new Int32Array(START_CAPACITY)
  intSlots = new Int32Array(START_CAPACITY).fill(EMPTY)
  /** Entries of the int table that aren't EMPTY, removed ones included. */
  intFilled = 0
  others = new Map<CanonicalKey, number>()

  /** The slot of the key, or -1. */
  slotOf(key: CanonicalKey): number {
    if (typeof key === 'number' && (key | 0) === key) {
      if (key >>> 0 < DENSE_KEYS) return key < this.dense.length ? (this.dense[key] as number) - 1 : -1
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
    if (key >>> 0 < DENSE_KEYS) {
      this.reserve(key)
      this.dense[key] = slot + 1
      return
    }
    if ((this.intFilled + 1) * 2 > this.intSlots.length) this.rebuild()
    const at = this.vacancy(key)
    if (this.intSlots[at] === EMPTY) this.intFilled++
    this.intKeys[at] = key
    this.intSlots[at] = slot
  }

  remove(key: CanonicalKey): void {
    if (typeof key !== 'number' || (key | 0) !== key) {
      this.others.delete(key)
      return
    }
    if (key >>> 0 < DENSE_KEYS) {
      if (key < this.dense.length) this.dense[key] = 0
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

  /** The first place on its way that a key which isn't there can have. */
  private vacancy(key: number): number {
    const mask = this.intSlots.length - 1
    let at = spread(key) & mask
    while ((this.intSlots[at] as number) >= 0) at = (at + 1) & mask
    return at
  }

  private reserve(key: number): void {
    if (key < this.dense.length) return
    let capacity = this.dense.length
    while (capacity <= key) capacity *= 2
    const wider = new Int32Array(capacity)
    wider.set(this.dense)
    this.dense = wider
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
