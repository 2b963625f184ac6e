// Which record of a split a reader has just given: what names a record while it's read, and what moves one before it is.
// Only of sources that can be read from anywhere.

import { IndexReader } from './index-reader.ts'
import { ListReader } from './list-reader.ts'
import { ScriptReader } from './script-reader.ts'
import type { SourceReader } from './source.ts'

/** A record of a source by its place in its split, counted from 0, or from where the split begins. */
export interface RecordPlace {
  readonly split: string
  readonly record: number
}

/** The record that `read` returned last; null where the reader can't say. */
export function lastRead(reader: SourceReader): RecordPlace | null {
  if (reader instanceof ScriptReader) {
    const strand = reader.strands.find(({ id }) => id === reader.lastSplit)
    return strand === undefined ? null : { split: strand.id, record: strand.position - 1 }
  }
  if (reader instanceof ListReader) return { split: '0', record: reader.position - 1 }
  if (!(reader instanceof IndexReader) || reader.count === 0) return null
  // A stretch that has come to its end isn't there any more, and of the next one nothing has been read yet.
  const { ending, count } = reader
  if (ending?.count === count) return { split: ending.split, record: ending.record }
  const [stretch] = reader.stretches
  return stretch === undefined ? null : { split: stretch.id, record: stretch.position - 1 }
}
