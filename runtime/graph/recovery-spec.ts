// What a job says about what it starts from and about what it leaves, as plain data, with Flink's names and defaults.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/savepoints/
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/checkpoints/#retained-checkpoints

import {
  CheckpointingOptions,
  readOption,
  StateRecoveryOptions,
  type ConfigOption,
  type ExternalizedCheckpointRetention,
  type RecoveryClaimMode,
} from './options.ts'

export interface RecoverySpec {
  /** Of a savepoint or a retained checkpoint in the run's files; null to start with nothing. */
  readonly path: string | null
  /** State that no operator claims is left behind; else the start is refused. */
  readonly allowsNonRestoredState: boolean
  readonly claimMode: RecoveryClaimMode
}

/** What is kept of a job's checkpoints and savepoints, and where. */
export interface RetentionSpec {
  readonly numRetained: number
  readonly retention: ExternalizedCheckpointRetention
  /** Null: what is kept has a name and no folder. */
  readonly checkpointDirectory: string | null
  /** Whether the job's checkpoints have a folder of their own in it. */
  readonly hasSubdirectory: boolean
  readonly savepointDirectory: string | null
}

/** Of a job that says nothing. */
export const DEFAULT_RECOVERY: RecoverySpec = recoverySpecOf(new Map())
/** Of a job that says nothing. */
export const DEFAULT_RETENTION: RetentionSpec = retentionSpecOf(new Map())

/** What a configuration says. */
export function recoverySpecOf(values: ReadonlyMap<string, unknown>): RecoverySpec {
  const o = StateRecoveryOptions
  const read = <T>(option: ConfigOption<T>): T => readOption(values, option)
  return {
    path: read(o.SAVEPOINT_PATH),
    allowsNonRestoredState: read(o.SAVEPOINT_IGNORE_UNCLAIMED_STATE),
    claimMode: read(o.RESTORE_MODE),
  }
}

/** What a configuration says. */
export function retentionSpecOf(values: ReadonlyMap<string, unknown>): RetentionSpec {
  const o = CheckpointingOptions
  const read = <T>(option: ConfigOption<T>): T => readOption(values, option)
  return {
    numRetained: read(o.MAX_RETAINED_CHECKPOINTS),
    retention: read(o.EXTERNALIZED_CHECKPOINT_RETENTION),
    checkpointDirectory: read(o.CHECKPOINTS_DIRECTORY),
    hasSubdirectory: read(o.CREATE_CHECKPOINT_SUB_DIR),
    savepointDirectory: read(o.SAVEPOINT_DIRECTORY),
  }
}
