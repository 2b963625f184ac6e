// Time to live, as the learner asks for it. Flink's StateTtlConfig.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#state-time-to-live-ttl

import { LearnerError } from '../base/diagnostic.ts'
import { DEFAULT_CLEANUP, type StateTtl, type TtlCleanup } from '../state/ttl.ts'
import { durationMs, type Duration, type Time } from './duration.ts'

/**
 * How long state lives in processing time. Each entry of a list or a map lives by itself.
 *
 * ```ts
 * descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofMinutes(1)).build())
 * ```
 */
export class StateTtlConfig implements StateTtl {
  readonly ttlMs: number
  readonly update: StateTtl['update']
  readonly visibility: StateTtl['visibility']
  readonly cleanup: TtlCleanup

  private constructor(spec: Required<StateTtl>) {
    this.ttlMs = spec.ttlMs
    this.update = spec.update
    this.visibility = spec.visibility
    this.cleanup = spec.cleanup
  }

  static newBuilder(ttl: Duration | Time): StateTtlConfigBuilder {
    const spec: Required<StateTtl> = {
      ttlMs: durationMs(ttl, 'StateTtlConfig', 1),
      update: 'OnCreateAndWrite',
      visibility: 'NeverReturnExpired',
      cleanup: DEFAULT_CLEANUP,
    }
    return new StateTtlConfigBuilder(spec, (built) => new StateTtlConfig(built))
  }
}

/** Collects the options of a StateTtlConfig. */
export class StateTtlConfigBuilder {
  #spec: Required<StateTtl>
  readonly #build: (spec: Required<StateTtl>) => StateTtlConfig

  constructor(spec: Required<StateTtl>, build: (spec: Required<StateTtl>) => StateTtlConfig) {
    this.#spec = spec
    this.#build = build
  }

  /** `updateTtlOnReadAndWrite` and its like, by name; `Disabled` turns the time to live off. */
  setUpdateType(update: StateTtl['update']): this {
    if (!UPDATES.has(update)) throw new LearnerError('TTL_OPTION', { option: 'setUpdateType', value: String(update) })
    return this.#with({ update })
  }

  /** `neverReturnExpired` or `returnExpiredIfNotCleanedUp`, by name. */
  setStateVisibility(visibility: StateTtl['visibility']): this {
    if (!VISIBILITIES.has(visibility)) {
      throw new LearnerError('TTL_OPTION', { option: 'setStateVisibility', value: String(visibility) })
    }
    return this.#with({ visibility })
  }

  /** Reading prolongs a value's life too. */
  updateTtlOnReadAndWrite(): this {
    return this.setUpdateType('OnReadAndWrite')
  }

  /** Only writing prolongs a value's life: what applies unless set. */
  updateTtlOnCreateAndWrite(): this {
    return this.setUpdateType('OnCreateAndWrite')
  }

  /** An expired value is never seen: what applies unless set. */
  neverReturnExpired(): this {
    return this.setStateVisibility('NeverReturnExpired')
  }

  /** An expired value may be seen until it's cleaned up. */
  returnExpiredIfNotCleanedUp(): this {
    return this.setStateVisibility('ReturnExpiredIfNotCleanedUp')
  }

  /** Time is processing time, the only one there is for this in Flink too. */
  useProcessingTime(): this {
    return this
  }

  /** Leaves expired values out of snapshots. */
  cleanupFullSnapshot(): this {
    return this.#cleanup({ fullSnapshot: true })
  }

  /**
   * With HashMapStateBackend: looks up to `cleanupSize` places further for expired entries at each access of the state,
   * and for each record if `runCleanupForEveryRecord`. 5 and false unless set.
   */
  cleanupIncrementally(cleanupSize: number, runCleanupForEveryRecord: boolean): this {
    if (!Number.isInteger(cleanupSize) || cleanupSize < 1) {
      throw new LearnerError('TTL_OPTION', { option: 'cleanupIncrementally', value: String(cleanupSize) })
    }
    return this.#cleanup({ incremental: { size: cleanupSize, everyRecord: runCleanupForEveryRecord } })
  }

  /**
   * With EmbeddedRocksDBStateBackend: lets RocksDB drop expired values when it compacts its files. Here they never take
   * up room on a disk, so it's accepted and changes nothing a function could see.
   */
  cleanupInRocksdbCompactFilter(_queryTimeAfterNumEntries = 1000): this {
    return this
  }

  /** Removes expired values only when they're read. */
  disableCleanupInBackground(): this {
    return this.#cleanup({ incremental: null })
  }

  build(): StateTtlConfig {
    return this.#build(this.#spec)
  }

  #cleanup(cleanup: Partial<TtlCleanup>): this {
    return this.#with({ cleanup: { ...this.#spec.cleanup, ...cleanup } })
  }

  #with(options: Partial<StateTtl>): this {
    this.#spec = { ...this.#spec, ...options }
    return this
  }
}

const UPDATES: ReadonlySet<unknown> = new Set<StateTtl['update']>(['Disabled', 'OnCreateAndWrite', 'OnReadAndWrite'])
const VISIBILITIES: ReadonlySet<unknown> = new Set<StateTtl['visibility']>([
  'NeverReturnExpired',
  'ReturnExpiredIfNotCleanedUp',
])
