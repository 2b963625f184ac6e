// The options that this cluster knows, with Flink's names and defaults, and how their values are read. Times are in ms.
// Held to golden/checkpointing/option-defaults.json. Flink's ConfigOption.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/config/

import { LearnerError } from '../base/diagnostic.ts'
import { parseDuration } from './duration-text.ts'

/** A setting by name. */
export interface ConfigOption<T> {
  readonly key: string
  /** What applies unless it's set. */
  readonly defaultValue: T
  /** Older names of it. */
  readonly olderKeys: readonly string[]
  readonly values: ValueReader<NonNullable<T>>
}

/** How values of an option are read. */
interface ValueReader<T> {
  /** Examples, for a message. */
  readonly wanted: string
  /** Null for what isn't one. */
  readonly read: (value: unknown) => T | null
}

const DURATION = durations('10 s, 500 ms, 2 min', 0)
/** What happens again and again must not happen without end at one moment, and nothing is counted in no time. */
const PERIOD = durations('1 ms, 1 s, 2 min, … (≥ 1 ms)', 1)
/** Flink takes no shorter one. */
const CHECKPOINT_TIME = durations('10 ms, 10 s, 2 min, … (≥ 10 ms)', 10)

function durations(wanted: string, leastMs: number): ValueReader<number> {
  return {
    wanted,
    read(value) {
      const ms = millisOf(value)
      return ms !== null && Number.isSafeInteger(ms) && ms >= leastMs ? ms : null
    },
  }
}

function millisOf(value: unknown): number | null {
  if (typeof value === 'object' && value !== null && 'toMillis' in value) return (value as Millis).toMillis()
  if (typeof value === 'number') return value
  return typeof value === 'string' ? parseDuration(value) : null
}

interface Millis {
  toMillis(): number
}

const PATH: ValueReader<string> = {
  wanted: '/savepoints, file:///savepoints, …',
  read: (value) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : null),
}
const TEXT: ValueReader<string> = { wanted: '…', read: (value) => (typeof value === 'string' ? value : null) }
/** -1 stands for none. */
const PARALLELISM = numbers('-1, 1, 2, …', (value) => value === -1 || (Number.isSafeInteger(value) && value > 0))
const COUNT = numbers('0, 1, 2, …', (value) => Number.isSafeInteger(value) && value >= 0)
const POSITIVE = numbers('1, 2, 3, …', (value) => Number.isSafeInteger(value) && value > 0)
const SHARE = numbers('0 … 1', (value) => value >= 0 && value <= 1)
const GROWTH = numbers('1.1, 1.5, 2, …', (value) => value > 1)
const BOOLEAN: ValueReader<boolean> = {
  wanted: 'true, false',
  read: (value) => ({ true: true, false: false })[String(value).toLowerCase()] ?? null,
}

function numbers(wanted: string, isOne: (value: number) => boolean): ValueReader<number> {
  return {
    wanted,
    read(value) {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      return typeof number === 'number' && isOne(number) ? number : null
    },
  }
}

/** Names in whatever case; `others` are further spellings. */
function names<N extends string>(list: readonly N[], others: Readonly<Record<string, N>> = {}): ValueReader<N> {
  return {
    wanted: list.join(', '),
    read(value) {
      const name = String(value).toLowerCase()
      return list.find((candidate) => candidate.toLowerCase() === name) ?? others[name] ?? null
    },
  }
}

function option<T>(
  key: string,
  defaultValue: T,
  values: ValueReader<NonNullable<T>>,
  olderKeys: readonly string[] = [],
): ConfigOption<T> {
  return { key, defaultValue, values, olderKeys }
}

const STRATEGIES = names(['none', 'fixed-delay', 'failure-rate', 'exponential-delay'], {
  off: 'none',
  disable: 'none',
  fixeddelay: 'fixed-delay',
  failurerate: 'failure-rate',
  exponentialdelay: 'exponential-delay',
})

const fixed = 'restart-strategy.fixed-delay'
const rate = 'restart-strategy.failure-rate'
const exponential = 'restart-strategy.exponential-delay'
type Strategy = 'none' | 'fixed-delay' | 'failure-rate' | 'exponential-delay'

/** Whether and when a failed job starts again. Flink's RestartStrategyOptions. */
export const RestartStrategyOptions = {
  RESTART_STRATEGY: option<Strategy | null>('restart-strategy.type', null, STRATEGIES, ['restart-strategy']),
  RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS: option<number>(`${fixed}.attempts`, 1, COUNT),
  RESTART_STRATEGY_FIXED_DELAY_DELAY: option<number>(`${fixed}.delay`, 1000, DURATION),
  RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL: option<number>(
    `${rate}.max-failures-per-interval`,
    1,
    POSITIVE,
  ),
  RESTART_STRATEGY_FAILURE_RATE_FAILURE_RATE_INTERVAL: option<number>(`${rate}.failure-rate-interval`, 60_000, PERIOD),
  RESTART_STRATEGY_FAILURE_RATE_DELAY: option<number>(`${rate}.delay`, 1000, DURATION),
  RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF: option<number>(`${exponential}.initial-backoff`, 1000, PERIOD),
  RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF: option<number>(`${exponential}.max-backoff`, 60_000, DURATION),
  RESTART_STRATEGY_EXPONENTIAL_DELAY_BACKOFF_MULTIPLIER: option<number>(
    `${exponential}.backoff-multiplier`,
    1.5,
    GROWTH,
  ),
  RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD: option<number>(
    `${exponential}.reset-backoff-threshold`,
    3_600_000,
    PERIOD,
  ),
  RESTART_STRATEGY_EXPONENTIAL_DELAY_JITTER_FACTOR: option<number>(`${exponential}.jitter-factor`, 0.1, SHARE),
  RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS: option<number>(
    `${exponential}.attempts-before-reset-backoff`,
    2_147_483_647,
    POSITIVE,
  ),
} as const

/** How a delivery guarantee is kept: whether barriers wait for one another. */
export type CheckpointingMode = 'EXACTLY_ONCE' | 'AT_LEAST_ONCE'

/** Flink's CheckpointingOptions. */
export const CheckpointingOptions = {
  CHECKPOINTING_INTERVAL: option<number | null>('execution.checkpointing.interval', null, CHECKPOINT_TIME),
  CHECKPOINTING_CONSISTENCY_MODE: option<CheckpointingMode>(
    'execution.checkpointing.mode',
    'EXACTLY_ONCE',
    names(['EXACTLY_ONCE', 'AT_LEAST_ONCE']),
  ),
  CHECKPOINTING_TIMEOUT: option<number>('execution.checkpointing.timeout', 600_000, CHECKPOINT_TIME),
  MIN_PAUSE_BETWEEN_CHECKPOINTS: option<number>('execution.checkpointing.min-pause', 0, DURATION),
  ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH: option<boolean>(
    'execution.checkpointing.checkpoints-after-tasks-finish',
    true,
    BOOLEAN,
    ['execution.checkpointing.checkpoints-after-tasks-finish.enabled'],
  ),
  TOLERABLE_FAILURE_NUMBER: option<number>('execution.checkpointing.tolerable-failed-checkpoints', 0, COUNT),
  ENABLE_UNALIGNED: option<boolean>('execution.checkpointing.unaligned.enabled', false, BOOLEAN, [
    'execution.checkpointing.unaligned',
  ]),
  FORCE_UNALIGNED: option<boolean>('execution.checkpointing.unaligned.forced', false, BOOLEAN),
  ALIGNED_CHECKPOINT_TIMEOUT: option<number>('execution.checkpointing.aligned-checkpoint-timeout', 0, DURATION, [
    'execution.checkpointing.alignment-timeout',
  ]),
  MAX_CONCURRENT_CHECKPOINTS: option<number>('execution.checkpointing.max-concurrent-checkpoints', 1, POSITIVE),
  EXTERNALIZED_CHECKPOINT_RETENTION: option<ExternalizedCheckpointRetention>(
    'execution.checkpointing.externalized-checkpoint-retention',
    'NO_EXTERNALIZED_CHECKPOINTS',
    names(['NO_EXTERNALIZED_CHECKPOINTS', 'DELETE_ON_CANCELLATION', 'RETAIN_ON_CANCELLATION']),
    ['execution.checkpointing.externalized-checkpoint-retention-mode'],
  ),
  MAX_RETAINED_CHECKPOINTS: option<number>('execution.checkpointing.num-retained', 1, POSITIVE, [
    'state.checkpoints.num-retained',
  ]),
  CHECKPOINTS_DIRECTORY: option<string | null>('execution.checkpointing.dir', null, PATH, ['state.checkpoints.dir']),
  CREATE_CHECKPOINT_SUB_DIR: option<boolean>('execution.checkpointing.create-subdir', true, BOOLEAN, [
    'state.checkpoints.create-subdir',
  ]),
  SAVEPOINT_DIRECTORY: option<string | null>('execution.checkpointing.savepoint-dir', null, PATH, [
    'state.savepoints.dir',
  ]),
} as const

/** What becomes of a job's last checkpoints when it's cancelled; what fails it leaves them unless there are none. */
export type ExternalizedCheckpointRetention =
  'NO_EXTERNALIZED_CHECKPOINTS' | 'DELETE_ON_CANCELLATION' | 'RETAIN_ON_CANCELLATION'

/** Whether a job takes over what it starts from, and deletes it when it needs it no more. Flink's RecoveryClaimMode. */
export type RecoveryClaimMode = 'CLAIM' | 'NO_CLAIM'

/** What a job starts from. Flink's StateRecoveryOptions. */
export const StateRecoveryOptions = {
  SAVEPOINT_PATH: option<string | null>('execution.state-recovery.path', null, PATH, ['execution.savepoint.path']),
  SAVEPOINT_IGNORE_UNCLAIMED_STATE: option<boolean>('execution.state-recovery.ignore-unclaimed-state', false, BOOLEAN, [
    'execution.savepoint.ignore-unclaimed-state',
  ]),
  RESTORE_MODE: option<RecoveryClaimMode>(
    'execution.state-recovery.claim-mode',
    'NO_CLAIM',
    names(['CLAIM', 'NO_CLAIM']),
    ['execution.savepoint-restore-mode'],
  ),
} as const

/** Of how state is kept. Flink's StateBackendOptions. */
export const StateBackendOptions = {
  STATE_BACKEND: option<'hashmap' | 'rocksdb'>('state.backend.type', 'hashmap', names(['hashmap', 'rocksdb'])),
} as const

/** Of a job as a whole. Flink's PipelineOptions, ExecutionOptions and CoreOptions. */
export const PipelineOptions = {
  AUTO_WATERMARK_INTERVAL: option<number>('pipeline.auto-watermark-interval', 200, DURATION),
  OBJECT_REUSE: option<boolean>('pipeline.object-reuse', false, BOOLEAN),
  OPERATOR_CHAINING: option<boolean>('pipeline.operator-chaining.enabled', true, BOOLEAN),
  RUNTIME_MODE: option<'STREAMING' | 'BATCH' | 'AUTOMATIC'>(
    'execution.runtime-mode',
    'STREAMING',
    names(['STREAMING', 'BATCH', 'AUTOMATIC']),
  ),
  PARALLELISM: option<number>('parallelism.default', 1, POSITIVE),
  MAX_PARALLELISM: option<number>('pipeline.max-parallelism', -1, PARALLELISM),
  NAME: option<string | null>('pipeline.name', null, TEXT),
  AUTO_GENERATE_UIDS: option<boolean>('pipeline.auto-generate-uids', true, BOOLEAN),
  OPERATOR_CHAINING_CHAIN_OPERATORS_WITH_DIFFERENT_MAX_PARALLELISM: option<boolean>(
    'pipeline.operator-chaining.chain-operators-with-different-max-parallelism',
    true,
    BOOLEAN,
  ),
} as const

/** Of how records are sent. Flink's ExecutionOptions. */
export const ExecutionOptions = {
  BUFFER_TIMEOUT_ENABLED: option<boolean>('execution.buffer-timeout.enabled', true, BOOLEAN),
  BUFFER_TIMEOUT: option<number>('execution.buffer-timeout.interval', 100, DURATION, ['execution.buffer-timeout']),
} as const

/** Of sinks. Flink's SinkOptions. */
export const SinkOptions = {
  COMMITTER_RETRIES: option<number>('sink.committer.retries', 10, COUNT),
} as const

/** All of them. */
export const OPTIONS: readonly ConfigOption<unknown>[] = [
  ...Object.values(RestartStrategyOptions),
  ...Object.values(CheckpointingOptions),
  ...Object.values(StateBackendOptions),
  ...Object.values(PipelineOptions),
  ...Object.values(SinkOptions),
  ...Object.values(ExecutionOptions),
  ...Object.values(StateRecoveryOptions),
] as unknown as readonly ConfigOption<unknown>[]

/** The value of an option among values by key. Throws LearnerError for what isn't a value of it. */
export function readOption<T>(
  values: ReadonlyMap<string, unknown>,
  { key, olderKeys, values: reader, defaultValue }: ConfigOption<T>,
): T {
  const name = [key, ...olderKeys].find((candidate) => values.has(candidate))
  if (name === undefined) return defaultValue
  const value = reader.read(values.get(name))
  if (value === null) {
    throw new LearnerError('OPTION_VALUE', { option: name, value: String(values.get(name)), wanted: reader.wanted })
  }
  return value
}
