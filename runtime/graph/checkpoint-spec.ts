// What a job says about its checkpoints, as plain data, with Flink's names and defaults. Times in ms. A job without an
// interval has none.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/checkpointing/

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
}

/** Null for a job without checkpoints: no interval is set. */
export function checkpointSpecOf(values: ReadonlyMap<string, unknown>): CheckpointSpec | null {
  const o = CheckpointingOptions
  const read = <T>(option: ConfigOption<T>): T => readOption(values, option)
  const intervalMs = read(o.CHECKPOINTING_INTERVAL)
  if (intervalMs === null) return null
  return {
    intervalMs,
    mode: read(o.CHECKPOINTING_CONSISTENCY_MODE),
    timeoutMs: read(o.CHECKPOINTING_TIMEOUT),
    minPauseMs: read(o.MIN_PAUSE_BETWEEN_CHECKPOINTS),
    maxConcurrent: read(o.MAX_CONCURRENT_CHECKPOINTS),
    afterTasksFinish: read(o.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH),
  }
}
