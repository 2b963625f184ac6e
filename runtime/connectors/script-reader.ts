// Reads records at the times they say. Each reading gives a copy: the script is one for all runs. Records may belong to
// splits, which then have watermarks of their own and can be paused one by one, as partitions of a log.

import type { ScriptRecord, SourceSplit, SplitReader } from './source.ts'

/** One split's records, and how far they've been read. */
interface Strand {
  readonly id: string
  records: readonly ScriptRecord[]
  position: number
}

export class ScriptReader implements SplitReader {
  readonly strands: readonly Strand[]
  readonly copyOf: (value: unknown) => unknown
  readonly paused = new Set<string>()
  lastSplit = ''
  hasSplitEnded = false
  nextAtUs: number
  timestamp = NaN

  /** `copyOf` copies a value for each reading. */
  constructor(records: readonly ScriptRecord[], splits: readonly SourceSplit[], copyOf: (value: unknown) => unknown) {
    this.copyOf = copyOf
    this.strands = splits.map(({ id, position }) => ({
      id,
      records: records.filter(({ split = '' }) => split === id),
      position,
    }))
    this.nextAtUs = this.dueUs()
  }

  /** Between records of several strands the next may come from another one, so they're counted one strand at a time. */
  available(nowUs: number, limit: number): number {
    let due = 0
    for (const strand of this.strands) {
      if (this.paused.has(strand.id)) continue
      for (let ahead = 0; due < limit && dueUs(strand, ahead) <= nowUs; ahead++) due++
    }
    return due
  }

  read(): unknown {
    const strand = this.next() as Strand
    const record = strand.records[strand.position++] as ScriptRecord
    this.timestamp = record.timestamp ?? NaN
    this.lastSplit = strand.id
    this.hasSplitEnded = strand.position === strand.records.length
    this.nextAtUs = this.dueUs()
    return this.copyOf(record.value)
  }

  openSplits(): string[] {
    return this.strands.filter(({ records, position }) => position < records.length).map(({ id }) => id)
  }

  hasEnded(): boolean {
    return this.openSplits().length === 0
  }

  pausesChanged(): void {
    this.nextAtUs = this.dueUs()
  }

  splits(): SourceSplit[] {
    return this.strands
      .filter(({ records, position }) => position < records.length)
      .map(({ id, records, position }) => ({ id, position, end: records.length }))
  }

  private dueUs(): number {
    const strand = this.next()
    return strand === null ? Infinity : dueUs(strand)
  }

  /** The strand whose next record is due first; of several the first. */
  private next(): Strand | null {
    let first: Strand | null = null
    let firstUs = Infinity
    for (const strand of this.strands) {
      const us = this.paused.has(strand.id) ? Infinity : dueUs(strand)
      if (us < firstUs) [first, firstUs] = [strand, us]
    }
    return first
  }
}

/** When the record so many places on can be read; Infinity past the last. */
function dueUs({ records, position }: Strand, ahead = 0): number {
  const record = records[position + ahead]
  return record === undefined ? Infinity : Math.round((record.atMs ?? 0) * 1000)
}
