// Time to live of keyed state: processing time only, measured from the last access that counts. Flink's StateTtlConfig.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#state-time-to-live-ttl

/** How long a value lives, what prolongs it, and whether an expired one may still be seen. */
export interface StateTtl {
  readonly ttlMs: number
  /** Default `OnCreateAndWrite`. */
  readonly update: 'Disabled' | 'OnCreateAndWrite' | 'OnReadAndWrite'
  /** Default `NeverReturnExpired`. */
  readonly visibility: 'NeverReturnExpired' | 'ReturnExpiredIfNotCleanedUp'
  readonly cleanup?: TtlCleanup
}

/** What takes expired values away that nobody reads. */
export interface TtlCleanup {
  /** Of the heap state backend: how far to look for expired entries at each access of the state; null for never. */
  readonly incremental: { readonly size: number; readonly everyRecord: boolean } | null
  /** Leave expired values out of snapshots. */
  readonly fullSnapshot: boolean
}

/** What cleans up on access: one for each state, whoever asks for the state. */
export interface AccessCleanup {
  /** The state is accessed. */
  accessed(): void
  /** A slot's cell was filled (1) or emptied (-1). */
  changed(slot: number, change: number): void
}

/** What applies unless something else is asked for. */
export const DEFAULT_CLEANUP: TtlCleanup = { incremental: { size: 5, everyRecord: false }, fullSnapshot: false }

/** Something that is or will be expired, and when it was last touched, in ms of processing time. */
export interface Stamped<T = unknown> {
  readonly value: T
  readonly lastAccessMs: number
}

export function isExpired(stamped: Stamped, ttl: StateTtl, nowMs: number): boolean {
  return stamped.lastAccessMs + ttl.ttlMs <= nowMs
}

/** What may still be seen: the value, or undefined once it has expired and expired ones are never returned. */
export function visibleValue<T>(stamped: Stamped<T> | undefined, ttl: StateTtl, nowMs: number): T | undefined {
  if (stamped === undefined) return undefined
  return ttl.visibility === 'NeverReturnExpired' && isExpired(stamped, ttl, nowMs) ? undefined : stamped.value
}
