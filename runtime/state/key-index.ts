// From a key to its slot number. Integers go through an open-addressing table in one typed array, a key beside its slot,
// so that a look-up touches one line of the cache; where an eighth or more of the numbers from 0 on are keys, an array by
// key takes less room than the table and a look-up less time. Everything else goes through a Map.

import type { CanonicalKey } from '../record/key.ts'

const START_CAPACITY = 64
/** The array by key never gets longer. */
const MOST_DENSE = 1 << 20
/** It may have so many places per key. */
const PLACES_PER_KEY = 8

/** Which slot a key has. */
export class KeyIndex {
  /** By key, slot + 1; 0 for none. Keys below its length are nowhere else. */
  dense = new Int32Array(START_CAPACITY)
  denseCount = 0
  /** A key at 2i, its slot + 1 at 2i + 1; 0 there for an empty place. */
  table = new Int32Array(START_CAPACITY * 2)
  tableCount = 0
  others = new Map<CanonicalKey, number>()

  /** The slot of the key, or -1. */
  slotOf(key: CanonicalKey): number {
    return typeof key === 'number' && (key | 0) === key ? this.slotOfInt(key) : (this.others.get(key) ?? -1)
  }

  /** The slot of a key that is an integer of 32 bits, or -1. */
  slotOfInt(key: number): number {
    const { dense, table } = this
    if (key >>> 0 < dense.length) return (dense[key] as number) - 1
    const mask = table.length - 2
    let at = spread(key) & mask
    for (;;) {
      const entry = table[at + 1] as number
      if (entry === 0 || table[at] === key) return entry - 1
      at = (at + 2) & mask
    }
  }

  /** Adds a key that isn't there yet. */
  add(key: CanonicalKey, slot: number): void {
    if (typeof key !== 'number' || (key | 0) !== key) {
      this.others.set(key, slot)
      return
    }
    if (key >>> 0 >= this.dense.length && (this.tableCount + 1) * 4 > this.table.length) this.widen()
    this.insert(key, slot)
  }

  remove(key: CanonicalKey): void {
    if (typeof key !== 'number' || (key | 0) !== key) {
      this.others.delete(key)
      return
    }
    if (key >>> 0 < this.dense.length) {
      if (this.dense[key] !== 0) this.denseCount--
      this.dense[key] = 0
      return
    }
    const at = this.placeOf(key)
    if (this.table[at + 1] === 0) return
    this.tableCount--
    this.vacate(at)
  }

  /** How many keys there are. */
  size(): number {
    return this.denseCount + this.tableCount + this.others.size
  }

  /** Forgets all keys. What is far too long for as many is made anew, short. */
  clear(): void {
    const most = Math.max(START_CAPACITY, this.size() * PLACES_PER_KEY * 4)
    if (this.dense.length > most) this.dense = new Int32Array(START_CAPACITY)
    else this.dense.fill(0)
    if (this.table.length > most) this.table = new Int32Array(START_CAPACITY * 2)
    else this.table.fill(0)
    this.denseCount = 0
    this.tableCount = 0
    this.others.clear()
  }

  private insert(key: number, slot: number): void {
    if (key >>> 0 < this.dense.length) {
      this.dense[key] = slot + 1
      this.denseCount++
      return
    }
    const at = this.placeOf(key)
    this.table[at] = key
    this.table[at + 1] = slot + 1
    this.tableCount++
  }

  /** The place of the key, or the empty one where it would go. */
  private placeOf(key: number): number {
    const { table } = this
    const mask = table.length - 2
    let at = spread(key) & mask
    while (table[at + 1] !== 0 && table[at] !== key) at = (at + 2) & mask
    return at
  }

  /** Empties a place of the table, and moves up what was found past it. */
  private vacate(at: number): void {
    const { table } = this
    const mask = table.length - 2
    let hole = at
    for (let i = (at + 2) & mask; table[i + 1] !== 0; i = (i + 2) & mask) {
      const home = spread(table[i] as number) & mask
      if (((i - home) & mask) < ((i - hole) & mask)) continue
      table[hole] = table[i] as number
      table[hole + 1] = table[i + 1] as number
      hole = i
    }
    table[hole + 1] = 0
  }

  /** The table is full: its keys go into the array, as far as that is worth its length, and into a wider table. */
  private widen(): void {
    const { table, dense } = this
    const length = this.denseLength()
    if (length > dense.length) {
      this.dense = new Int32Array(length)
      this.dense.set(dense)
    }
    let left = 0
    for (let at = 0; at < table.length; at += 2) {
      if (table[at + 1] !== 0 && (table[at] as number) >>> 0 >= length) left++
    }
    let capacity = START_CAPACITY
    while (capacity < left * 4) capacity *= 2
    this.table = new Int32Array(capacity * 2)
    this.tableCount = 0
    for (let at = 0; at < table.length; at += 2) {
      if (table[at + 1] !== 0) this.insert(table[at] as number, (table[at + 1] as number) - 1)
    }
  }

  /** The longest array by key that has few enough places per key. */
  private denseLength(): number {
    const { table, dense } = this
    // By how many bits a key of the table has: those with one bit more fill the second half of an array twice as long.
    const counts = new Int32Array(33)
    for (let at = 0; at < table.length; at += 2) {
      if (table[at + 1] === 0) continue
      const bits = 32 - Math.clz32(table[at] as number)
      counts[bits] = (counts[bits] as number) + 1
    }
    let best = dense.length
    let count = this.denseCount
    for (let length = dense.length * 2; length <= MOST_DENSE; length *= 2) {
      count += counts[31 - Math.clz32(length)] as number
      if (count * PLACES_PER_KEY >= length) best = length
    }
    return best
  }
}

/** An even number. */
function spread(key: number): number {
  const h = Math.imul(key, 0x9e3779b1)
  return (h ^ (h >>> 15)) << 1
}
