// Time to live, as the learner asks for it. Flink's StateTtlConfig.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#state-time-to-live-ttl

import type { StateTtl } from '../state/ttl.ts'
import { durationMs, type Duration, type Time } from './duration.ts'

/**
 * How long state lives in processing time.
 *
 * ```ts
 * descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofMinutes(1)).build())
 * ```
 */
export class StateTtlConfig implements StateTtl {
  readonly ttlMs: number
  readonly update: StateTtl['update']
  readonly visibility: StateTtl['visibility']

  private constructor(spec: StateTtl) {
    this.ttlMs = spec.ttlMs
    this.update = spec.update
    this.visibility = spec.visibility
  }

  static newBuilder(ttl: Duration | Time): StateTtlConfigBuilder {
    const spec = {
      ttlMs: durationMs(ttl, 'StateTtlConfig', 1),
      update: 'OnCreateAndWrite',
      visibility: 'NeverReturnExpired',
    }
    return new StateTtlConfigBuilder(spec as StateTtl, (built) => new StateTtlConfig(built))
  }
}

/** Collects the options of a StateTtlConfig. */
export class StateTtlConfigBuilder {
  #spec: StateTtl
  readonly #build: (spec: StateTtl) => StateTtlConfig

  constructor(spec: StateTtl, build: (spec: StateTtl) => StateTtlConfig) {
    this.#spec = spec
    this.#build = build
  }

  /** Reading prolongs a value's life too. */
  updateTtlOnReadAndWrite(): this {
    this.#spec = { ...this.#spec, update: 'OnReadAndWrite' }
    return this
  }

  /** Only writing prolongs a value's life: what applies unless set. */
  updateTtlOnCreateAndWrite(): this {
    this.#spec = { ...this.#spec, update: 'OnCreateAndWrite' }
    return this
  }

  /** An expired value is never seen: what applies unless set. */
  neverReturnExpired(): this {
    this.#spec = { ...this.#spec, visibility: 'NeverReturnExpired' }
    return this
  }

  /** An expired value may be seen until it's cleaned up. */
  returnExpiredIfNotCleanedUp(): this {
    this.#spec = { ...this.#spec, visibility: 'ReturnExpiredIfNotCleanedUp' }
    return this
  }

  build(): StateTtlConfig {
    return this.#build(this.#spec)
  }
}
