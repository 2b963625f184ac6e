// The cells of a column as long as it holds nothing but integers of 32 bits and booleans, as counters and flags do: one
// typed array, written in place. An earlier moment refers to it in blocks, and a block is copied for those moments on the
// first write after them. So the array stays where it is, and what a checkpoint holds is nothing that the garbage
// collector has to move.

const BLOCK_BITS = 12
const BLOCK_SIZE = 1 << BLOCK_BITS
const BLOCK_MASK = BLOCK_SIZE - 1
const FEWEST_CELLS = 64
const NO_CELLS = new Int32Array(0)
/** Copies kept to be used again: more than a few checkpoints' would only take room. */
const MOST_SPARE = 64
/** An empty cell, and what stands for booleans; integers are greater. */
const EMPTY = -(2 ** 31)
const FALSE = EMPTY + 1
const TRUE = EMPTY + 2

/** Some of the cells at some moment, in the array itself or, once it went on, in a copy. Only the last one may be short. */
export interface PackedBlock {
  cells: Int32Array
  from: number
  /** How many have it and may look at it; infinitely many if one may come back who had let go of it. */
  holders: number
}

/** Cells of integers and booleans; `undefined` is an empty one. */
export class PackedCells {
  cells = NO_CELLS
  /** By block, what earlier moments have of it; null if it was written since the last one. */
  shared: (PackedBlock | null)[] = []
  /** Copies that nobody has any more. Fresh memory for each costs more than copying. */
  spare: Int32Array[] = []

  get(slot: number): number | boolean | undefined {
    const { cells } = this
    // Asked beforehand, the cell is a number in any case, and is compared as one.
    return slot < cells.length ? unpacked(cells[slot] as number) : undefined
  }

  /** Writes what stands for a value. Says by how much the number of entries changed: 1, 0 or -1. */
  set(slot: number, packed: number): number {
    if (slot >= this.cells.length) this.grow(slot)
    if (this.shared[slot >> BLOCK_BITS] !== null) this.part(slot >> BLOCK_BITS)
    const { cells } = this
    const before = cells[slot] as number
    cells[slot] = packed
    if ((packed === EMPTY) === (before === EMPTY)) return 0
    return packed === EMPTY ? -1 : 1
  }

  /** The cells as they are now, for one more holder. */
  snap(): PackedBlock[] {
    return this.shared.map((shared, at) => {
      const block = shared ?? { cells: this.cells, from: at << BLOCK_BITS, holders: 0 }
      block.holders++
      this.shared[at] = block
      return block
    })
  }

  /** One holder less, who never looks again: copies that were the last one's alone are used again. */
  release(blocks: readonly PackedBlock[]): void {
    for (const block of blocks) {
      block.holders--
      if (block.holders > 0 || block.cells === this.cells || block.cells.length !== BLOCK_SIZE) continue
      if (this.spare.length < MOST_SPARE) this.spare.push(block.cells)
      block.cells = NO_CELLS
    }
  }

  /** Goes back to what `snap` gave. */
  restore(blocks: readonly PackedBlock[]): void {
    const parts = blocks.map(numbersOf)
    this.cells = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0))
    for (const [at, block] of parts.entries()) this.cells.set(block, at << BLOCK_BITS)
    this.shared = blocks.slice()
  }

  private grow(slot: number): void {
    let length = Math.max(this.cells.length, FEWEST_CELLS)
    while (length <= slot) length *= 2
    const cells = new Int32Array(length).fill(EMPTY, this.cells.length)
    cells.set(this.cells)
    // Earlier moments have the array that was, to themselves.
    this.cells = cells
    this.shared = Array.from({ length: Math.ceil(length / BLOCK_SIZE) }, () => null)
  }

  private part(at: number): void {
    const block = this.shared[at]
    if (block?.cells === this.cells) {
      const cells = numbersOf(block)
      const copy =
        cells.length === BLOCK_SIZE ? (this.spare.pop() ?? new Int32Array(BLOCK_SIZE)) : new Int32Array(cells.length)
      copy.set(cells)
      block.cells = copy
      block.from = 0
    }
    this.shared[at] = null
  }
}

/** Whether a value stands for itself. */
export function isPackedInt(value: unknown): value is number {
  if (typeof value !== 'number') return false
  const int = value | 0
  return int === value && int > TRUE && (int !== 0 || !Object.is(value, -0))
}

/** What stands for any other value; null if nothing does. */
export function packedOther(value: unknown): number | null {
  if (value === undefined) return EMPTY
  if (typeof value !== 'boolean') return null
  return value ? TRUE : FALSE
}

function unpacked(packed: number): number | boolean | undefined {
  if (packed > TRUE) return packed
  return packed === EMPTY ? undefined : packed === TRUE
}

/** The numbers of a block; only to read. */
export function numbersOf({ cells, from }: PackedBlock): Int32Array {
  return cells.subarray(from, from + BLOCK_SIZE)
}

/** The value in a cell of what `snap` gave. */
export function packedAt(blocks: readonly PackedBlock[], slot: number): number | boolean | undefined {
  const block = blocks[slot >> BLOCK_BITS]
  const packed = block?.cells[block.from + (slot & BLOCK_MASK)]
  return packed === undefined ? undefined : unpacked(packed)
}

/** The first so many values of a block, as far as they stand in its first so many cells. */
export function firstPacked(block: PackedBlock, count: number, cells: number): unknown[] {
  const numbers = numbersOf(block)
  const values: unknown[] = []
  for (let i = 0; i < cells && i < numbers.length && values.length < count; i++) {
    if (numbers[i] !== EMPTY) values.push(unpacked(numbers[i] as number))
  }
  return values
}
