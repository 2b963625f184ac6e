// Where two runs of one job part, as plain data: they have the same code, seed and settings, and something else was done
// to the cluster.

import type { Place } from '../destination.ts'

/**
 * What is compared. State: that of keys, whoever keeps it, and broadcast state; not what sources and sinks keep. Output:
 * what sinks got. Of all but output what counts: nothing that a restart has taken back.
 */
export type ComparedKind = 'record' | 'state' | 'timer' | 'output'

/** One of two things that should be equal: a record that came, a value written, a timer that fired, a row. */
export interface ComparedItem {
  readonly text: string
  /** Of a record its event time, in ms; null where it has none, and of all else. */
  readonly timestamp: number | null
  /** Where its run is once it's done. */
  readonly place: Place
  /** Virtual ms. */
  readonly atMs: number
}

/** The first of its kind that isn't the same in both runs. */
export interface RunDifference {
  readonly kind: ComparedKind
  /** The chain of operators, by Flink's name; of a row the sink. */
  readonly operator: string
  /** Null where the stream has no key. */
  readonly key: string | null
  /** The state's name; else null. */
  readonly state: string | null
  /** Of its key, or of its operator, the how-manieth it is, from 0. */
  readonly index: number
  /** Null where this run has none to match. */
  readonly here: ComparedItem | null
  readonly there: ComparedItem | null
}

/** What was compared of a kind. */
export interface ComparedCount {
  readonly here: number
  readonly there: number
  /** How many of either have no equal in the other. */
  readonly different: number
}

/** Two runs, side by side. */
export interface RunComparison {
  readonly kind: 'comparison'
  /** Of each kind the first, in order of time; empty where the two did the same. */
  readonly differences: readonly RunDifference[]
  readonly counts: Readonly<Record<ComparedKind, ComparedCount>>
  /** Virtual ms up to which both were looked at; Infinity where both have ended before. */
  readonly untilMs: number
  /** Older steps were more than are kept: the comparison begins after them. */
  readonly isCut: boolean
}
