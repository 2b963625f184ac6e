// How a job takes its checkpoints, as the learner says it. Flink's CheckpointConfig; what isn't here has no meaning on the
// simulated cluster yet.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/checkpointing/

import { CheckpointingOptions as Options, readOption, type ConfigOption } from '../graph/options.ts'
import type { CheckpointingMode as Mode, ExternalizedCheckpointRetention as Retention } from '../graph/options.ts'
import type { Duration } from './duration.ts'

/** What a failure may do to results: nothing, or count some records twice. */
export const CheckpointingMode = { EXACTLY_ONCE: 'EXACTLY_ONCE', AT_LEAST_ONCE: 'AT_LEAST_ONCE' } as const
/** One of the two. */
export type CheckpointingMode = Mode

/** What becomes of the last checkpoints when the job is cancelled. A job that fails leaves them, unless there are none. */
export const ExternalizedCheckpointRetention = {
  NO_EXTERNALIZED_CHECKPOINTS: 'NO_EXTERNALIZED_CHECKPOINTS',
  DELETE_ON_CANCELLATION: 'DELETE_ON_CANCELLATION',
  RETAIN_ON_CANCELLATION: 'RETAIN_ON_CANCELLATION',
} as const
/** One of the three. */
export type ExternalizedCheckpointRetention = Retention

/** Settings of checkpoints; every call returns the same object. */
export class CheckpointConfig {
  readonly #options: Map<string, unknown>

  /** For `env.getCheckpointConfig()`. */
  constructor(options: Map<string, unknown>) {
    this.#options = options
  }

  /** From the beginning of one checkpoint to that of the next: ms or a Duration, at least 10 ms. */
  setCheckpointInterval(interval: number | Duration): this {
    return this.#set(Options.CHECKPOINTING_INTERVAL, interval)
  }

  /** In ms; -1 without checkpoints. */
  getCheckpointInterval(): number {
    return readOption(this.#options, Options.CHECKPOINTING_INTERVAL) ?? -1
  }

  /** Takes the interval back. */
  disableCheckpointing(): this {
    this.#options.delete(Options.CHECKPOINTING_INTERVAL.key)
    return this
  }

  isCheckpointingEnabled(): boolean {
    return this.getCheckpointInterval() > 0
  }

  /** EXACTLY_ONCE unless set: barriers wait for one another. */
  setCheckpointingConsistencyMode(mode: CheckpointingMode): this {
    return this.#set(Options.CHECKPOINTING_CONSISTENCY_MODE, mode)
  }

  getCheckpointingConsistencyMode(): CheckpointingMode {
    return readOption(this.#options, Options.CHECKPOINTING_CONSISTENCY_MODE)
  }

  /** A checkpoint that takes longer is given up: ms or a Duration, at least 10 ms; 10 minutes unless set. */
  setCheckpointTimeout(timeout: number | Duration): this {
    return this.#set(Options.CHECKPOINTING_TIMEOUT, timeout)
  }

  /** From the end of one checkpoint to the beginning of the next, at least: ms or a Duration; 0 unless set. */
  setMinPauseBetweenCheckpoints(pause: number | Duration): this {
    return this.#set(Options.MIN_PAUSE_BETWEEN_CHECKPOINTS, pause)
  }

  getCheckpointTimeout(): number {
    return readOption(this.#options, Options.CHECKPOINTING_TIMEOUT)
  }

  getMinPauseBetweenCheckpoints(): number {
    return readOption(this.#options, Options.MIN_PAUSE_BETWEEN_CHECKPOINTS)
  }

  /** How many may be under way at once; 1 unless set. */
  setMaxConcurrentCheckpoints(count: number): this {
    return this.#set(Options.MAX_CONCURRENT_CHECKPOINTS, count)
  }

  getMaxConcurrentCheckpoints(): number {
    return readOption(this.#options, Options.MAX_CONCURRENT_CHECKPOINTS)
  }

  /** How many checkpoints in a row may fail before the job fails; 0 unless set. */
  setTolerableCheckpointFailureNumber(count: number): this {
    return this.#set(Options.TOLERABLE_FAILURE_NUMBER, count)
  }

  getTolerableCheckpointFailureNumber(): number {
    return readOption(this.#options, Options.TOLERABLE_FAILURE_NUMBER)
  }

  /**
   * Whether the last checkpoints outlive a job that's cancelled, so that another can start from them as from a savepoint.
   * NO_EXTERNALIZED_CHECKPOINTS unless set: they go with the job.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/checkpoints/#retained-checkpoints
   */
  setExternalizedCheckpointRetention(retention: ExternalizedCheckpointRetention): this {
    return this.#set(Options.EXTERNALIZED_CHECKPOINT_RETENTION, retention)
  }

  getExternalizedCheckpointRetention(): ExternalizedCheckpointRetention {
    return readOption(this.#options, Options.EXTERNALIZED_CHECKPOINT_RETENTION)
  }

  isExternalizedCheckpointsEnabled(): boolean {
    return this.getExternalizedCheckpointRetention() !== 'NO_EXTERNALIZED_CHECKPOINTS'
  }

  /**
   * Lets barriers overtake records that wait, which then stand in the checkpoint: it takes as long under back-pressure as
   * without. Only with EXACTLY_ONCE. Connections that are pointwise (forward, rescale) or broadcast stay aligned.
   *
   * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/checkpointing_under_backpressure/
   */
  enableUnalignedCheckpoints(isEnabled = true): this {
    return this.#set(Options.ENABLE_UNALIGNED, isEnabled)
  }

  isUnalignedCheckpointsEnabled(): boolean {
    const isExactlyOnce = this.getCheckpointingConsistencyMode() === 'EXACTLY_ONCE'
    return isExactlyOnce && readOption(this.#options, Options.ENABLE_UNALIGNED)
  }

  /** Of unaligned checkpoints: they begin aligned, and barriers overtake only after so long. 0 unless set: at once. */
  setAlignedCheckpointTimeout(timeout: number | Duration): this {
    return this.#set(Options.ALIGNED_CHECKPOINT_TIMEOUT, timeout)
  }

  /** In ms. */
  getAlignedCheckpointTimeout(): number {
    return readOption(this.#options, Options.ALIGNED_CHECKPOINT_TIMEOUT)
  }

  /** Unaligned checkpoints also with custom partitioners, which must then send every record where they sent it before. */
  setForceUnalignedCheckpoints(isForced: boolean): this {
    return this.#set(Options.FORCE_UNALIGNED, isForced)
  }

  isForceUnalignedCheckpoints(): boolean {
    return readOption(this.#options, Options.FORCE_UNALIGNED)
  }

  /** Throws LearnerError for what isn't a value of the option, and keeps what was set before. */
  #set<T>(option: ConfigOption<T>, value: unknown): this {
    readOption(new Map([[option.key, value]]), option)
    this.#options.set(option.key, value)
    return this
  }
}
