// What operators tell whoever watches of records in event time: which came too late and by which rule, which windows fired.
// Where nobody watches there is no probe, and on the way of a record that is in time nothing asks for it.

/** A record that came too late, with the numbers that say so. */
export interface LateRecord {
  readonly value: unknown
  readonly timestamp: number
  readonly watermark: number
  /**
   * `window`: the last ms of its last window + allowed lateness ≤ watermark. `interval-join`: timestamp < watermark.
   * `pattern`: timestamp ≤ watermark.
   */
  readonly rule: 'window' | 'interval-join' | 'pattern'
  /** Of windows: the last ms of the last one it belonged to. */
  readonly maxTimestamp?: number
  readonly allowedLatenessMs?: number
  /** A side output got it. */
  readonly isKept: boolean
}

/** A window that fired, for one key or for several at once. */
export interface FiredPane {
  readonly start: number
  readonly end: number
  readonly keys: number
  /** Null where only what they were folded into was kept. */
  readonly records: number | null
}

/** Told before the learner's function is, or anything is passed on. */
export interface TimeProbe {
  late(record: LateRecord): void
  paneFired(pane: FiredPane): void
}
