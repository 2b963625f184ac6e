// One keyed state of one subtask: a value per slot, in chunks that are copied on the first write after a snapshot. So a
// snapshot costs a copy of the list of chunks, whatever the number of keys. As long as a snapshot is being written, an
// object that it holds is also copied before it is handed out, because whoever gets it may change it in place: Flink's
// CopyOnWriteStateMap. As long as all values are integers or booleans, they have cells of their own.

import { cloneValue } from '../base/clone.ts'
import { firstPacked, isPackedInt, packedAt, PackedCells, packedOther, type PackedBlock } from './packed-cells.ts'

const CHUNK_BITS = 9
const CHUNK_SIZE = 1 << CHUNK_BITS
const CHUNK_MASK = CHUNK_SIZE - 1

/** The cells of a column at one moment. Nobody writes into them. */
export type ColumnCells =
  | { readonly chunks: readonly (readonly unknown[])[]; readonly blocks: null }
  | { readonly chunks: null; readonly blocks: readonly PackedBlock[] }

/** A column at one moment. */
export type ColumnSnapshot = ColumnCells & { readonly entries: number }

/** A chunked copy-on-write column; `undefined` is an empty cell. */
export class Column {
  /** Instead of chunks, until a value comes that doesn't fit; null from then on. */
  packed: PackedCells | null = new PackedCells()
  chunks: unknown[][] = []
  /** Chunks written since the last snapshot, which nobody else holds. */
  owned: boolean[] = []
  /** Cells that aren't empty. */
  entries = 0
  /** Snapshots that are still being written. */
  pending = 0
  /** How many snapshots were taken: who changes values in place must copy them after one. */
  snapshots = 0
  /** While snapshots are pending, by chunk and cell, of objects: the number of the last snapshot when it was written. */
  writtenAt: (Uint32Array | undefined)[] = []

  get(slot: number): unknown {
    if (this.packed !== null) return this.packed.get(slot)
    const chunk = this.chunks[slot >> CHUNK_BITS]
    return chunk === undefined ? undefined : chunk[slot & CHUNK_MASK]
  }

  /** The cell for somebody who may change it in place. */
  open(slot: number): unknown {
    const value = this.get(slot)
    if (this.pending === 0 || typeof value !== 'object' || value === null) return value
    if ((this.writtenAt[slot >> CHUNK_BITS]?.[slot & CHUNK_MASK] ?? 0) >= this.snapshots) return value
    const copy = cloneValue(value)
    this.set(slot, copy)
    return copy
  }

  /** Writes the cell; `undefined` empties it. Says by how much the number of entries changed: 1, 0 or -1. */
  set(slot: number, value: unknown): number {
    const { packed } = this
    if (packed === null) return this.setAny(slot, value)
    if (!isPackedInt(value)) return this.setOther(packed, slot, value)
    const change = packed.set(slot, value)
    this.entries += change
    return change
  }

  /** Writes a cell that is known to be empty. */
  fill(slot: number, value: unknown): void {
    if (this.packed !== null) {
      this.set(slot, value)
      return
    }
    const at = slot >> CHUNK_BITS
    let chunk = this.chunks[at]
    if (chunk === undefined || this.owned[at] !== true) chunk = this.own(at)
    if (this.pending !== 0 && typeof value === 'object' && value !== null) this.mark(at, slot & CHUNK_MASK)
    chunk[slot & CHUNK_MASK] = value
    this.entries++
  }

  /** The column as it is now; it goes on with copies. Whoever takes it calls `release` once it's written. */
  snap(): ColumnSnapshot {
    this.pending++
    this.snapshots++
    // By its names: a snapshot is taken of every column at every checkpoint, and spreading takes as long as all the rest.
    const { chunks, blocks } = this.cells()
    return { chunks, blocks, entries: this.entries } as ColumnSnapshot
  }

  /** The cells as they are now: who writes from here on copies first. */
  cells(): ColumnCells {
    if (this.packed !== null) return { chunks: null, blocks: this.packed.snap() }
    this.owned.fill(false)
    return { chunks: this.chunks.slice(), blocks: null }
  }

  /** One snapshot less is being written. Nobody reads it any more. */
  release({ blocks }: ColumnCells): void {
    if (blocks !== null) this.packed?.release(blocks)
    this.pending--
    if (this.pending === 0) this.writtenAt = []
  }

  /** Goes back to what `cells` or `snap` gave. */
  restore({ chunks, blocks }: ColumnCells, entries: number): void {
    this.packed = blocks === null ? null : new PackedCells()
    if (blocks !== null) this.packed?.restore(blocks)
    this.chunks = (chunks ?? []).slice() as unknown[][]
    this.owned = this.chunks.map(() => false)
    this.entries = entries
  }

  private setAny(slot: number, value: unknown): number {
    const at = slot >> CHUNK_BITS
    let chunk = this.chunks[at]
    if (chunk === undefined || this.owned[at] !== true) chunk = this.own(at)
    if (this.pending !== 0 && typeof value === 'object' && value !== null) this.mark(at, slot & CHUNK_MASK)
    const before = chunk[slot & CHUNK_MASK]
    chunk[slot & CHUNK_MASK] = value
    if ((value === undefined) === (before === undefined)) return 0
    const change = value === undefined ? -1 : 1
    this.entries += change
    return change
  }

  private setOther(packed: PackedCells, slot: number, value: unknown): number {
    const other = packedOther(value)
    if (other === null) {
      this.unpack(packed)
      return this.setAny(slot, value)
    }
    const change = packed.set(slot, other)
    this.entries += change
    return change
  }

  private unpack(packed: PackedCells): void {
    this.packed = null
    for (let slot = 0; slot < packed.cells.length; slot++) {
      const value = packed.get(slot)
      if (value !== undefined) this.own(slot >> CHUNK_BITS)[slot & CHUNK_MASK] = value
    }
  }

  private mark(at: number, cell: number): void {
    const marks = (this.writtenAt[at] ??= new Uint32Array(CHUNK_SIZE))
    marks[cell] = this.snapshots
  }

  private own(at: number): unknown[] {
    while (this.chunks.length <= at) {
      this.chunks.push(new Array<unknown>(CHUNK_SIZE).fill(undefined))
      this.owned.push(true)
    }
    if (this.owned[at] !== true) {
      this.chunks[at] = (this.chunks[at] as unknown[]).slice()
      this.owned[at] = true
    }
    return this.chunks[at] as unknown[]
  }
}

/** These stay as they are, whoever lets go of them: with a keyframe it may come back who had them then. */
export function keepCells({ blocks }: ColumnCells): void {
  for (const block of blocks ?? []) block.holders = Infinity
}

/** The cell of a snapshot. */
export function cellOf({ chunks, blocks }: ColumnCells, slot: number): unknown {
  return blocks === null ? chunks[slot >> CHUNK_BITS]?.[slot & CHUNK_MASK] : packedAt(blocks, slot)
}

/** The first so many values of a snapshot, as far as they stand in the first so many cells; these all in one chunk. */
export function firstValues({ chunks, blocks }: ColumnCells, count: number, cells: number): unknown[] {
  const [block] = blocks ?? []
  if (block !== undefined) return firstPacked(block, count, cells)
  const [chunk = []] = chunks ?? []
  const values: unknown[] = []
  for (let i = 0; i < cells && i < chunk.length && values.length < count; i++) {
    if (chunk[i] !== undefined) values.push(chunk[i])
  }
  return values
}
