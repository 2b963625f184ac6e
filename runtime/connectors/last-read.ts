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
  // A stretch that has come to its end isn't there any more.
  const stretch = reader instanceof IndexReader && reader.stretches.length === 1 ? reader.stretches[0] : undefined
  return stretch === undefined ? null : { split: stretch.id, record: stretch.position - 1 }
}
