// Sources as data, their splits, and the readers that a subtask reads them through. A split is the unit of assigning,
// snapshotting and rescaling: plain data that says what part of a source it is and where reading goes on. A reader's
// whole state is plain fields, and `splits` is all of it that has to survive. Flink's SourceSplit and SourceReader.

import type { FieldGenerator } from './datagen.ts'
import type { LogSourceSpec } from './log/log-source-spec.ts'

/** A source as the plan holds it. Functions, elements and texts stand in the registry under the node's id. */
export type SourceSpec =
  | { readonly kind: 'collection'; readonly count: number; readonly digest: string }
  | { readonly kind: 'sequence'; readonly from: number; readonly to: number; readonly ratePerSecond: number | null }
  | { readonly kind: 'generator'; readonly count: number | null; readonly ratePerSecond: number | null }
  | {
      readonly kind: 'datagen'
      readonly count: number | null
      readonly ratePerSecond: number | null
      readonly fields: Readonly<Record<string, FieldGenerator>>
    }
  | { readonly kind: 'transactions'; readonly isBounded: boolean; readonly ratePerSecond: number }
  /** Of the training: one record per index, and null for endless. */
  | { readonly kind: 'fares' | 'clicks'; readonly count: number | null; readonly ratePerSecond: number }
  /** Of the training: rides in batches, and null for endless. */
  | { readonly kind: 'rides'; readonly batches: number | null }
  | { readonly kind: 'files'; readonly files: readonly FileEntry[] }
  /** Topics of the log. */
  | { readonly kind: 'log'; readonly log: LogSourceSpec }
  | { readonly kind: 'socket'; readonly host: string; readonly port: number }
  /** A SourceFunction; one that yields may go on for ever, one that is parallel runs in every subtask. */
  | { readonly kind: 'function'; readonly yields: boolean; readonly isParallel?: true }
  /** `replaces` is the kind of source whose data it stands for. */
  | { readonly kind: 'script'; readonly records: readonly ScriptRecord[]; readonly replaces?: SourceSpec['kind'] }

/** A source that makes or holds its records itself. */
export type LocalSourceSpec = Exclude<SourceSpec, { readonly kind: 'log' }>

/** Whether the source comes to an end by itself. */
export function isBounded(source: SourceSpec): boolean {
  switch (source.kind) {
    case 'generator':
    case 'datagen':
    case 'fares':
    case 'clicks':
      return source.count !== null
    case 'rides':
      return source.batches !== null
    case 'transactions':
      return source.isBounded
    case 'log':
      return source.log.isBounded
    case 'function':
      return !source.yields
    default:
      return source.kind !== 'socket'
  }
}

/** A file that a source reads; its text stands in the registry. */
export interface FileEntry {
  readonly path: string
  readonly length: number
  readonly digest: string
}

/** A record of a source whose data was replaced: it can be read from `atMs` on, in ms since the job's start. */
export interface ScriptRecord {
  readonly value: unknown
  readonly atMs?: number
  /** Event timestamp in ms that the source gives it. */
  readonly timestamp?: number
  /** Its timestamp overrules what the learner's assigner says: somebody moved it. */
  readonly isRestamped?: true
  /** The split (a log would say partition) it belongs to, if the source has several: each has watermarks of its own. */
  readonly split?: string
}

/** A part of a source, as far as it's still to be read. Plain data: what a snapshot of a source is made of. */
export interface SourceSplit {
  readonly id: string
  /** Where reading goes on: number of the next record, or of the next character of a file. */
  readonly position: number
  /** Where it ends, in the same measure; null for never. */
  readonly end: number | null
  /** What else is under way: plain data that only the reader understands. */
  readonly detail?: unknown
}

/** Where a reader finds what the learner gave. */
export interface ReaderContext {
  readonly name: string
  readonly subtask: number
  readonly parallelism: number
  /** Of the run, for sources that invent their records. */
  readonly seed: number
  userFunction(role: string): unknown
}

/** Reads one subtask's splits of a source. */
export interface SourceReader {
  /** When the next record can be read, in µs since the job's start; Infinity once there are no more. */
  nextAtUs: number
  /** Timestamp of the record `read` returned last, in ms; NaN for none. */
  timestamp: number
  /** How many records can be read at this time, at most `limit`. */
  available(nowUs: number, limit: number): number
  /** The next record. Only while there are some available. */
  read(): unknown
  /** What is still to be read: a reader made of it goes on from here. With the checkpoint it's taken for. */
  splits(checkpoint?: number): SourceSplit[]
  /** Whether nothing is left, not even in paused splits; where it isn't there, nothing is once nothing is due. */
  hasEnded?(): boolean
}

/** A reader whose splits have watermarks of their own, and can be paused one by one. */
export interface SplitReader extends SourceReader {
  /** Split of the record `read` returned last. */
  lastSplit: string
  /** Whether that was the split's last record. */
  hasSplitEnded: boolean
  /** Splits that aren't read for now. */
  readonly paused: Set<string>
  /** Splits that count from the beginning, before their first record. */
  openSplits(): string[]
  hasEnded(): boolean
  /** `paused` has changed. */
  pausesChanged(): void
}

/** A reader of what goes on outside: it's given its splits, waits, and finds more of them. Flink's SourceReader. */
export interface LiveReader extends SplitReader {
  /** When `onAlarm` wants to be called, in ms of processing time; Infinity for never. */
  readonly nextAlarmMs: number
  /** From now on it hears what goes on outside. */
  start(): void
  addSplits(splits: readonly SourceSplit[]): void
  /** Splits that are this reader's and were never read. At the first start or later on. */
  discover(isFirst: boolean): SourceSplit[]
  /** Splits that came to their end without a last record, since it was asked last. */
  takeEnded(): string[]
  /** Gives splits that it has found. */
  onAlarm(nowMs: number): SourceSplit[]
  notifyCheckpointComplete(checkpoint: number): void
  /** A fault: what comes from now on is there so much later; 0 ends it. */
  delay(byMs: number): void
  close(): void
}

/** What a SourceFunction's `run` gets. */
export interface SourceContext<T> {
  collect(record: T): void
  collectWithTimestamp(record: T, timestampMs: number): void
  /** No record at or below this time comes any more. One that isn't higher than the last is left out. */
  emitWatermark(timestampMs: number): void
  /** Until the next record others needn't wait for this source's watermarks. */
  markAsTemporarilyIdle(): void
}

/** A Duration, as far as a source needs it. */
export interface DurationLike {
  toMillis(): number
}

/** What a `run` with `yield` may yield: how long it pauses, as Duration or in ms; nothing for no time at all. */
export type SourcePause = DurationLike | number | undefined

/**
 * A source written as a function, in the manner of Flink before 1.12. `run` either collects all its records and returns,
 * or is a generator: what it has collected is read whenever it yields, and it goes on when the pause it yielded is over.
 */
export interface SourceFunctionLike<T> {
  run(context: SourceContext<T>): void | Generator<SourcePause, void, void>
  cancel?(): void
}
