// Sources as data, and the readers that a subtask reads them through. A reader's whole state is plain fields (a
// position, mostly), so that a run can be repeated, copied and, later, restored from any record.

import type { Collector } from '../operators/functions.ts'

/** A source as the plan holds it. Functions and elements stand in the registry under the node's id. */
export type SourceSpec =
  | { readonly kind: 'collection'; readonly count: number; readonly digest: string }
  | { readonly kind: 'sequence'; readonly from: number; readonly to: number; readonly ratePerSecond: number | null }
  | { readonly kind: 'generator'; readonly count: number | null; readonly ratePerSecond: number | null }
  | { readonly kind: 'transactions'; readonly isBounded: boolean; readonly ratePerSecond: number }
  | { readonly kind: 'function' }
  | { readonly kind: 'script'; readonly records: readonly ScriptRecord[] }

/** Whether the source comes to an end by itself. */
export function isBounded(source: SourceSpec): boolean {
  if (source.kind === 'generator') return source.count !== null
  return source.kind !== 'transactions' || source.isBounded
}

/** A record of a source whose data was replaced: it can be read from `atMs` on, in ms since the job's start. */
export interface ScriptRecord {
  readonly value: unknown
  readonly atMs?: number
  /** Event timestamp in ms that the source gives it. */
  readonly timestamp?: number
}

/** Where a reader finds what the learner gave. */
export interface ReaderContext {
  readonly subtask: number
  readonly parallelism: number
  userFunction(role: string): unknown
}

/** Reads one subtask's share of a source. */
export interface SourceReader {
  /** When the next record can be read, in µs since the job's start; Infinity once there are no more. */
  nextAtUs: number
  /** Timestamp of the record `read` returned last, in ms; NaN for none. */
  timestamp: number
  /** How many records can be read at this time, at most `limit`. */
  available(nowUs: number, limit: number): number
  /** The next record. Only while there are some available. */
  read(): unknown
}

/** What a legacy SourceFunction's `run` gets. */
export interface SourceContext<T> extends Pick<Collector<T>, 'collect'> {
  collect(record: T): void
  collectWithTimestamp(record: T, timestampMs: number): void
}

/** A bounded source written as a function, in the manner of Flink before 1.12. `run` must come to an end. */
export interface SourceFunctionLike<T> {
  run(context: SourceContext<T>): void
  cancel?(): void
}
