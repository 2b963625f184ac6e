// What an exercise asks of a job, as data: properties over rows, state and timers on many runs, never text. Written in
// exercises/<name>/check.yaml, read by host/exercise-folder.ts, and the same in the page and on the command line.

/** Words in both languages. */
export interface Bilingual {
  readonly en: string
  readonly zh: string
}

/** A record of an input: what a source reads in the place of its own data. */
export interface CheckRecord {
  readonly value: unknown
  /** Virtual ms since the job's start at which it can be read. */
  readonly atMs?: number
  readonly timestamp?: number
}

/** Data for one source of the job. */
export interface CheckInput {
  readonly name: string
  /** Name of the source that reads it. */
  readonly source: string
  readonly records: readonly CheckRecord[]
}

/** One property, tried on a run for every arrival order and parallelism. */
export interface Check {
  /** Unique in the exercise; wrong answers name it. */
  readonly id: string
  /** What must hold. */
  readonly says: Bilingual
  /** Empty: the job reads its own data. */
  readonly inputs: readonly CheckInput[]
  /** How many arrival orders are tried; the first is the one given. */
  readonly orders: number
  /**
   * Path in a record's value, `ride.rideId`: records that agree there keep their order among themselves. Null lets every
   * record change places with every other.
   */
  readonly keep: string | null
  readonly parallelism: readonly number[]
  /** Virtual ms at which an endless job is ended; null for one that ends by itself. */
  readonly untilMs: number | null
  readonly sink: string
  /** The rows that must come out, or `solution` for those that the solution gives on the same run. */
  readonly rows: readonly unknown[] | 'solution'
  /** Only these fields of a row are compared; null for all. */
  readonly columns: readonly string[] | null
  /** Whether the rows' order counts, too. */
  readonly isOrdered: boolean
  /** Most entries of keyed state and registered timers that may be left at the end; null where it doesn't matter. */
  readonly leaves: { readonly state: number | null; readonly timers: number | null }
  /** Fewest entries of keyed state at the end: what is remembered elsewhere outlives no failure. 0 unless given. */
  readonly holds?: number
}

/** One execution of the learner's job: a check with everything fixed. */
export interface CheckRun {
  readonly check: string
  /** Place among the arrival orders, 0 for the one given. */
  readonly order: number
  readonly parallelism: number
  readonly seed: number
  readonly inputs: readonly CheckInput[]
  readonly untilMs: number | null
}

/** What a run showed. */
export interface Observation {
  /** Rows of the check's sink in the order of their arrival, written so that equal rows have equal texts. */
  readonly rows: readonly string[]
  /** Code of what made the job fail; null if it didn't. */
  readonly failure: string | null
  readonly stateLeft: number
  readonly timersLeft: number
}

/** Why a run doesn't show what its check asks for. */
export type Finding =
  | { readonly kind: 'failed' }
  | { readonly kind: 'endless' }
  | { readonly kind: 'rows'; readonly missing: readonly string[]; readonly unexpected: readonly string[] }
  /** The rows are right, their order isn't. */
  | { readonly kind: 'order'; readonly expected: readonly string[]; readonly actual: readonly string[] }
  | { readonly kind: 'state'; readonly left: number; readonly allowed: number }
  | { readonly kind: 'timers'; readonly left: number; readonly allowed: number }
  | { readonly kind: 'held'; readonly held: number; readonly wanted: number }
