// Takes expired entries away that nobody reads. Flink's TtlIncrementalCleanup on its heap backend: each access of a state
// looks a few places further through the state's hash tables, one table per key group, so what is found when depends on
// Java's hash of the keys. Here the tables hold places only; the entries themselves are in the column. As in Flink, a look
// that has come to its end goes on in its last table if that is filled again, and then finds entries that it can't remove.
// Differs from Flink: a table that grows is twice as large at once, while Flink moves its entries bit by bit.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#cleanup-of-expired-state

import type { Column } from './column.ts'
import type { KeyedStateBackend } from './keyed-backend.ts'
import type { AccessCleanup } from './ttl.ts'

const FIRST_CAPACITY = 128
/** Java's hash code of Flink's VoidNamespace, which is part of every entry's hash. */
const VOID_NAMESPACE_HASH = 99

/** The entries of one key group: which place of a hash table each has. */
interface Table {
  capacity: number
  readonly hashes: Map<number, number>
  /** By place, the slots. */
  readonly places: Map<number, number[]>
}

export class IncrementalCleanup implements AccessCleanup {
  readonly backend: KeyedStateBackend
  readonly column: Column
  /** Places looked at per access, and entries after which an access stops. */
  readonly size: number
  readonly alive: (cell: unknown) => unknown
  /** By key group. */
  readonly tables: (Table | undefined)[] = []
  // Where the look through the tables has got to.
  nextKeyGroup: number
  current: Table | null = null
  currentKeyGroup = -1
  place = 0
  isAtEnd = false

  /** `alive`: what of a cell hasn't expired. */
  constructor(backend: KeyedStateBackend, column: Column, size: number, alive: (cell: unknown) => unknown) {
    this.backend = backend
    this.column = column
    this.size = size
    this.alive = alive
    this.nextKeyGroup = backend.maxParallelism
    for (const slot of backend.liveSlots()) if (column.get(slot) !== undefined) this.changed(slot, 1)
  }

  /** The slot's cell was filled (1) or emptied (-1). */
  changed(slot: number, change: number): void {
    const keyGroup = this.backend.keyGroupOfSlot(slot)
    const table = (this.tables[keyGroup] ??= emptyTable())
    if (change < 0) {
      const hash = table.hashes.get(slot) as number
      table.hashes.delete(slot)
      const place = hash & (table.capacity - 1)
      const rest = (table.places.get(place) ?? []).filter((other) => other !== slot)
      if (rest.length === 0) table.places.delete(place)
      else table.places.set(place, rest)
      return
    }
    if (table.hashes.size > table.capacity * 0.75) grow(table)
    const hash = mix(this.backend.reader.hash(this.backend.keyAt(slot)) ^ VOID_NAMESPACE_HASH)
    table.hashes.set(slot, hash)
    put(table, slot, hash)
  }

  /** Goes on looking. Called at every access of the state, before anything else. */
  accessed(): void {
    if (!this.hasNext()) {
      this.nextKeyGroup = 0
      this.current = null
    }
    let seen = 0
    while (seen < this.size && this.hasNext()) {
      const slots = this.nextSlots(this.current as Table)
      if (slots.length === 0) return
      seen += slots.length
      // Flink removes from the table it would look at next, not from the one it found the entry in.
      if (this.currentKeyGroup === this.nextKeyGroup - 1) for (const slot of slots.slice()) this.clean(slot)
    }
  }

  private clean(slot: number): void {
    const cell = this.column.open(slot)
    const alive = this.alive(cell)
    if (alive === cell) return
    const change = this.backend.setAt(this.column, slot, alive)
    if (change !== 0) this.changed(slot, change)
  }

  private hasNext(): boolean {
    for (;;) {
      if (this.current !== null && this.current.hashes.size > 0 && !this.isAtEnd) return true
      if (this.nextKeyGroup >= this.backend.maxParallelism) return false
      const table = this.tables[this.nextKeyGroup++]
      if (table === undefined || table.hashes.size === 0) continue
      this.current = table
      this.currentKeyGroup = this.nextKeyGroup - 1
      this.place = 0
      this.isAtEnd = false
    }
  }

  /** The slots at the next place that's taken, none if the next few aren't. */
  private nextSlots({ capacity, places }: Table): readonly number[] {
    for (let looked = 0; this.place < capacity && looked < this.size; looked++) {
      const slots = places.get(this.place++)
      if (slots !== undefined) return slots
    }
    if (this.place >= capacity) this.isAtEnd = true
    return []
  }
}

function emptyTable(): Table {
  return { capacity: FIRST_CAPACITY, hashes: new Map(), places: new Map() }
}

function grow(table: Table): void {
  table.capacity *= 2
  table.places.clear()
  for (const [slot, hash] of table.hashes) put(table, slot, hash)
}

function put({ capacity, places }: Table, slot: number, hash: number): void {
  const place = hash & (capacity - 1)
  const slots = places.get(place)
  if (slots === undefined) places.set(place, [slot])
  else slots.unshift(slot)
}

/** MurmurHash3's finalizer: Flink's MathUtils.bitMix. */
function mix(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
