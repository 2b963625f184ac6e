// One keyed state of one subtask: a value per slot, in chunks that are copied on the first write after a snapshot. So a
// snapshot costs a copy of the list of chunks, whatever the number of keys.

const CHUNK_BITS = 9
const CHUNK_SIZE = 1 << CHUNK_BITS
const CHUNK_MASK = CHUNK_SIZE - 1

/** A chunked copy-on-write column; `undefined` is an empty cell. */
export class Column {
  chunks: unknown[][] = []
  /** Chunks written since the last snapshot, which nobody else holds. */
  owned: boolean[] = []
  /** Cells that aren't empty. */
  entries = 0
  /** How many snapshots were taken or restored: who changes values in place must copy them after one. */
  snapshots = 0

  get(slot: number): unknown {
    const chunk = this.chunks[slot >> CHUNK_BITS]
    return chunk === undefined ? undefined : chunk[slot & CHUNK_MASK]
  }

  /** Writes the cell; `undefined` empties it. Says by how much the number of entries changed: 1, 0 or -1. */
  set(slot: number, value: unknown): number {
    const at = slot >> CHUNK_BITS
    let chunk = this.chunks[at]
    if (chunk === undefined || this.owned[at] !== true) chunk = this.own(at)
    const before = chunk[slot & CHUNK_MASK]
    chunk[slot & CHUNK_MASK] = value
    if ((value === undefined) === (before === undefined)) return 0
    const change = value === undefined ? -1 : 1
    this.entries += change
    return change
  }

  /** The chunks as they are now. The column goes on with copies. */
  snap(): { readonly chunks: readonly unknown[][]; readonly entries: number } {
    this.owned.fill(false)
    this.snapshots++
    return { chunks: this.chunks.slice(), entries: this.entries }
  }

  /** Goes back to what `snap` gave. */
  restore(snapshot: { readonly chunks: readonly unknown[][]; readonly entries: number }): void {
    this.chunks = snapshot.chunks.slice()
    this.owned = this.chunks.map(() => false)
    this.entries = snapshot.entries
    this.snapshots++
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
