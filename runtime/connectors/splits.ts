// Which splits a source has, and which subtask reads which. Both are functions of the plan alone: sequences are cut into
// even stretches as Flink's NumberSequenceSource cuts them, files are a split each, a parallel function is one for each
// subtask, the rest is one split.
// Differs from Flink: there readers ask for splits when they have time, so that the fastest gets the most.

import type { ScriptRecord, SourceSpec, SourceSplit } from './source.ts'
import { TRANSACTION_COUNT } from './transactions.ts'

/** All splits of a source that nobody has read from. */
export function splitsOf(spec: SourceSpec, parallelism: number): SourceSplit[] {
  switch (spec.kind) {
    case 'sequence':
      return stretches(spec.from, spec.to - spec.from + 1, parallelism)
    case 'generator':
    case 'datagen':
      return stretches(0, spec.count ?? Number.MAX_SAFE_INTEGER, parallelism)
    case 'collection':
      return whole(spec.count)
    case 'transactions':
      return whole(spec.isBounded ? TRANSACTION_COUNT : null)
    case 'fares':
    case 'clicks':
      return whole(spec.count)
    case 'rides':
      return whole(spec.batches)
    case 'files':
      return spec.files.map(({ path, length }) => ({ id: path, position: 0, end: length }))
    case 'script':
      return scriptSplits(spec.records)
    // Its readers find out by themselves, when the job starts.
    case 'log':
      return []
    case 'function':
      return spec.isParallel ? Array.from({ length: parallelism }, (_, i) => runOf(i, parallelism)) : whole(null)
    case 'socket':
      return whole(null)
  }
}

/** What a subtask of a parallel function runs: another subtask's is another's, and so is one at another parallelism. */
export function runOf(subtask: number, parallelism: number): SourceSplit {
  return { id: `${subtask} of ${parallelism}`, position: 0, end: null }
}

/** The share of one subtask: every so many-th split. Of new splits as of those of a snapshot, at any parallelism. */
export function shareOf(splits: readonly SourceSplit[], subtask: number, parallelism: number): SourceSplit[] {
  return splits.filter((_, i) => i % parallelism === subtask)
}

function whole(end: number | null): SourceSplit[] {
  return [{ id: '0', position: 0, end }]
}

function stretches(from: number, count: number, parallelism: number): SourceSplit[] {
  const each = Math.floor(count / parallelism)
  const withOneMore = count - each * parallelism
  return Array.from({ length: parallelism }, (_, i) => {
    const position = from + each * i + Math.min(i, withOneMore)
    return { id: String(i), position, end: position + each + (i < withOneMore ? 1 : 0) }
  })
}

/** By name in the order in which they first occur; positions count the split's own records. */
function scriptSplits(records: readonly ScriptRecord[]): SourceSplit[] {
  const counts = new Map<string, number>()
  for (const { split = '' } of records) counts.set(split, (counts.get(split) ?? 0) + 1)
  return Array.from(counts, ([id, end]) => ({ id, position: 0, end }))
}
