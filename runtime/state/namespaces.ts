// Namespaces: a slot stands for a key, or for a key and a namespace, so that columns and timers serve windows unchanged.
// A namespace is a window: two numbers, start and end. The slots of a key are a chain, which is gone along as long as it's
// short; of keys with more windows an open-addressing table leads from (key's own slot, start, end) to the slot. Slots are
// freed in sweeps, after which both are built anew. Flink's namespaces of keyed state.

const EMPTY = -1
const START_CAPACITY = 64
/** A key with more windows has them in the table. */
const LONGEST_CHAIN = 8

/** Which slot a key has in a window, and which windows a key has slots for. */
export class Namespaces {
  /** By slot: the slot of its key alone. As long as nothing else is said, a slot is a key's own, and its own root. */
  roots = ownRoots(START_CAPACITY)
  /** By slot: the window, of slots that have one. */
  starts = new Float64Array(START_CAPACITY)
  ends = new Float64Array(START_CAPACITY)
  /** By slot: the youngest slot of the key with a window, and on from there to the older ones; EMPTY at the end. */
  first = new Int32Array(START_CAPACITY).fill(EMPTY)
  next = new Int32Array(START_CAPACITY)
  /** By slot of a key: how long its chain is. */
  lengths = new Int32Array(START_CAPACITY)
  /** Slots with a window. */
  filled = 0
  table = new Int32Array(START_CAPACITY).fill(EMPTY)
  tabled = 0

  /** There is room for this slot from now on. */
  makeRoom(slot: number): void {
    if (slot >= this.roots.length) this.grow(slot)
  }

  /** Notes that a slot isn't for a window any more, just before `rebuild`. */
  remove(slot: number): void {
    this.roots[slot] = slot
  }

  /** Notes that a slot is for a key, given by its own slot, and a window. */
  add(slot: number, root: number, start: number, end: number): void {
    this.roots[slot] = root
    this.starts[slot] = start
    this.ends[slot] = end
    this.filled++
    this.link(slot)
    const length = this.lengths[root] as number
    if (length <= LONGEST_CHAIN) return
    if (length > LONGEST_CHAIN + 1) this.enter(slot)
    else this.enterAll(root)
  }

  /** The slot of the key in the window, or -1. */
  slotOf(root: number, start: number, end: number): number {
    if ((this.lengths[root] as number) > LONGEST_CHAIN) return this.table[this.place(root, start, end)] as number
    const { starts, ends, next } = this
    let slot = this.first[root] as number
    while (slot !== EMPTY && (ends[slot] !== end || starts[slot] !== start)) slot = next[slot] as number
    return slot
  }

  isNamespaced(slot: number): boolean {
    return this.roots[slot] !== slot
  }

  /** Whether a slot is for a window: a namespace in which no time lies is of an operator's own making. */
  isWindow(slot: number): boolean {
    return this.isNamespaced(slot) && this.starts[slot] !== this.ends[slot]
  }

  /** Whether a slot is a key's own and the key has no other. */
  isAlone(slot: number): boolean {
    return this.roots[slot] === slot && this.first[slot] === EMPTY
  }

  /** The slots that a key has beside its own. */
  slotsOf(root: number): number[] {
    const slots: number[] = []
    for (let slot = this.first[root] as number; slot !== EMPTY; slot = this.next[slot] as number) slots.push(slot)
    return slots.reverse()
  }

  /** Gives a slot's window other bounds; the key must have no slot for them yet. */
  move(slot: number, start: number, end: number): void {
    const root = this.roots[slot] as number
    const isTabled = (this.lengths[root] as number) > LONGEST_CHAIN
    if (isTabled) this.vacate(this.place(root, this.starts[slot] as number, this.ends[slot] as number))
    this.starts[slot] = start
    this.ends[slot] = end
    if (isTabled) this.table[this.place(root, start, end)] = slot
  }

  /** Forgets all slots with a window but these. */
  rebuild(live: readonly number[]): void {
    this.first.fill(EMPTY)
    this.lengths.fill(0)
    this.filled = live.length
    for (const slot of live) this.link(slot)
    const tabled = live.filter((slot) => (this.lengths[this.roots[slot] as number] as number) > LONGEST_CHAIN)
    let capacity = START_CAPACITY
    while (capacity < tabled.length * 4) capacity *= 2
    this.table = new Int32Array(capacity).fill(EMPTY)
    this.tabled = tabled.length
    for (const slot of tabled) this.insert(slot)
  }

  private link(slot: number): void {
    const root = this.roots[slot] as number
    this.next[slot] = this.first[root] as number
    this.first[root] = slot
    this.lengths[root] = (this.lengths[root] as number) + 1
  }

  /** The key's chain has become too long. */
  private enterAll(root: number): void {
    for (let slot = this.first[root] as number; slot !== EMPTY; slot = this.next[slot] as number) this.enter(slot)
  }

  private enter(slot: number): void {
    if (++this.tabled * 2 > this.table.length) this.widen()
    this.insert(slot)
  }

  private insert(slot: number): void {
    const { roots, starts, ends } = this
    this.table[this.place(roots[slot] as number, starts[slot] as number, ends[slot] as number)] = slot
  }

  /** Where the slot is in the table, or the empty place where it would go. */
  private place(root: number, start: number, end: number): number {
    const { table, roots, starts, ends } = this
    const mask = table.length - 1
    let at = spread(root, start, end) & mask
    for (;;) {
      const slot = table[at] as number
      if (slot === EMPTY || (roots[slot] === root && starts[slot] === start && ends[slot] === end)) return at
      at = (at + 1) & mask
    }
  }

  /** Empties a place of the table, and moves up what was found past it. */
  private vacate(at: number): void {
    const { table, roots, starts, ends } = this
    const mask = table.length - 1
    let hole = at
    for (let i = (at + 1) & mask; ; i = (i + 1) & mask) {
      const slot = table[i] as number
      if (slot === EMPTY) break
      const home = spread(roots[slot] as number, starts[slot] as number, ends[slot] as number) & mask
      if (((i - home) & mask) < ((i - hole) & mask)) continue
      table[hole] = slot
      hole = i
    }
    table[hole] = EMPTY
  }

  private widen(): void {
    const slots = this.table.filter((slot) => slot !== EMPTY)
    this.table = new Int32Array(this.table.length * 2).fill(EMPTY)
    for (const slot of slots) this.insert(slot)
  }

  private grow(slot: number): void {
    let capacity = this.roots.length
    while (capacity <= slot) capacity *= 2
    const widened = <A extends Int32Array | Float64Array>(array: A, wider: A): A => {
      wider.set(array)
      return wider
    }
    this.roots = widened(this.roots, ownRoots(capacity))
    this.first = widened(this.first, new Int32Array(capacity).fill(EMPTY))
    this.next = widened(this.next, new Int32Array(capacity))
    this.lengths = widened(this.lengths, new Int32Array(capacity))
    this.starts = widened(this.starts, new Float64Array(capacity))
    this.ends = widened(this.ends, new Float64Array(capacity))
  }
}

function ownRoots(capacity: number): Int32Array {
  const roots = new Int32Array(capacity)
  for (let slot = 0; slot < capacity; slot++) roots[slot] = slot
  return roots
}

function spread(root: number, start: number, end: number): number {
  const h = Math.imul(root, 0x9e3779b1) ^ Math.imul(start, 0x85ebca6b) ^ Math.imul(end, 0xc2b2ae35)
  return h ^ (h >>> 15)
}
