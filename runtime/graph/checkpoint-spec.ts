// What a job says about its checkpoints, as plain data, with Flink's names and defaults. Times in ms. A job without an
// interval has none.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/checkpointing/

import { LearnerError } from '../base/diagnostic.ts'
import { CheckpointingOptions, readOption, type CheckpointingMode, type ConfigOption } from './options.ts'

export interface CheckpointSpec {
  readonly intervalMs: number
  readonly mode: CheckpointingMode
  /** A checkpoint that takes longer is given up. */
  readonly timeoutMs: number
  /** From the end of one to the beginning of the next, at least. */
  readonly minPauseMs: number
  readonly maxConcurrent: number
  /** Whether there are checkpoints once a task has finished, and a last one before each finishes. */
  readonly afterTasksFinish: boolean
  /** How many in a row may fail before the job does. */
  readonly tolerableFailures: number
  /** How barriers overtake records; null where they don't. */
  readonly unaligned: UnalignedSpec | null
}

export interface UnalignedSpec {
  /** So long after its beginning a checkpoint waits for barriers before they overtake. */
  readonly afterMs: number
  /** Also where a custom partitioner may send restored records elsewhere. */
  readonly isForced: boolean
}

/** Null for a job without checkpoints: no interval is set. Throws LearnerError for settings that exclude one another. */
export function checkpointSpecOf(values: ReadonlyMap<string, unknown>): CheckpointSpec | null {
  const o = CheckpointingOptions
  const read = <T>(option: ConfigOption<T>): T => readOption(values, option)
  const intervalMs = read(o.CHECKPOINTING_INTERVAL)
  if (intervalMs === null) return null
  const mode = read(o.CHECKPOINTING_CONSISTENCY_MODE)
  const maxConcurrent = read(o.MAX_CONCURRENT_CHECKPOINTS)
  // As in Flink, which leaves them out without a word where barriers aren't waited for anyway.
  const isUnaligned = read(o.ENABLE_UNALIGNED) && mode === 'EXACTLY_ONCE'
  if (isUnaligned && maxConcurrent > 1) throw new LearnerError('UNALIGNED_CONCURRENT', { count: maxConcurrent })
  return {
    intervalMs,
    mode,
    timeoutMs: read(o.CHECKPOINTING_TIMEOUT),
    minPauseMs: read(o.MIN_PAUSE_BETWEEN_CHECKPOINTS),
    maxConcurrent,
    afterTasksFinish: read(o.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH),
    tolerableFailures: read(o.TOLERABLE_FAILURE_NUMBER),
    unaligned: isUnaligned ? { afterMs: read(o.ALIGNED_CHECKPOINT_TIMEOUT), isForced: read(o.FORCE_UNALIGNED) } : null,
  }
}
