// A source over topics of the log, as the plan holds it, and what its starting and stopping offsets mean. Flink's
// OffsetsInitializer.

import { LearnerError } from '../../base/diagnostic.ts'
import type { IsolationLevel, LogPartition } from './log-partition.ts'

/** Where to begin, or to stop, in a partition. */
export type OffsetsSpec =
  | { readonly kind: 'earliest' | 'latest' | 'committed' }
  /** The first record with this timestamp or a later one. */
  | { readonly kind: 'timestamp'; readonly timestampMs: number }
  /** By partition id; partitions that aren't named begin as the reset strategy says. */
  | { readonly kind: 'offsets'; readonly offsets: Readonly<Record<string, number>> }

/** What is done where there's no committed offset, or the offset is gone. Kafka's auto.offset.reset. */
export type OffsetResetStrategy = 'EARLIEST' | 'LATEST' | 'NONE'

/** A source over topics. Times in ms. */
export interface LogSourceSpec {
  readonly topics: readonly string[]
  /** A regular expression for the names of topics; null where `topics` counts. */
  readonly pattern: string | null
  readonly starting: OffsetsSpec
  readonly resetStrategy: OffsetResetStrategy
  /** Null for never. */
  readonly stopping: OffsetsSpec | null
  /** Whether it comes to an end; one that doesn't may stop all the same, as Flink has it. */
  readonly isBounded: boolean
  readonly group: string | null
  readonly isolation: IsolationLevel
  /** How often it looks for new partitions; null for never. */
  readonly discoveryMs: number | null
  readonly commitsOnCheckpoint: boolean
  /** How often offsets are committed whatever checkpoints do; null for never. */
  readonly autoCommitMs: number | null
  /** What makes the source's record of the log's: its value as it is, the learner's function of the value or of all. */
  readonly deserializer: 'value' | 'ofValue' | 'ofRecord'
}

/** The offset that is meant, in this partition. */
export function resolveOffset(
  spec: OffsetsSpec | { readonly kind: 'gone' },
  partition: LogPartition,
  where: {
    readonly committed: number | undefined
    readonly resetStrategy: OffsetResetStrategy
    readonly source: string
  },
): number {
  const { committed, resetStrategy } = where
  switch (spec.kind) {
    case 'earliest':
      return partition.startOffset
    case 'latest':
      return partition.endOffset()
    case 'timestamp':
      return partition.offsetOfTime(spec.timestampMs)
    case 'committed':
      if (committed !== undefined) return committed
      break
    case 'offsets': {
      const offset = spec.offsets[partition.id]
      if (offset !== undefined) return offset
      break
    }
    case 'gone':
  }
  if (resetStrategy === 'EARLIEST') return partition.startOffset
  if (resetStrategy === 'LATEST') return partition.endOffset()
  throw new LearnerError('NO_OFFSET', { source: where.source, partition: partition.id })
}
