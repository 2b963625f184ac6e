// Time to live of keyed state: processing time only, measured from the last access that counts. Flink's StateTtlConfig.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#state-time-to-live-ttl

/** How long a value lives, what prolongs it, and whether an expired one may still be seen. */
export interface StateTtl {
  readonly ttlMs: number
  /** Default `OnCreateAndWrite`. */
  readonly update: 'Disabled' | 'OnCreateAndWrite' | 'OnReadAndWrite'
  /** Default `NeverReturnExpired`. */
  readonly visibility: 'NeverReturnExpired' | 'ReturnExpiredIfNotCleanedUp'
}

/** A value and when it was last touched, in ms of processing time. */
export interface Stamped {
  readonly value: unknown
  readonly lastAccessMs: number
}

export function isExpired(stamped: Stamped, ttl: StateTtl, nowMs: number): boolean {
  return stamped.lastAccessMs + ttl.ttlMs <= nowMs
}
