// The answer to a why, as plain data that crosses to the page: steps of the run in order, each with its place and with
// those that led to it.

import type { Diagnostic, Span } from '../../base/diagnostic.ts'
import type { CallMoment } from '../../cluster/moment.ts'
import type { Place } from '../destination.ts'
import type { RecordedStep, Window } from './recorded-step.ts'

/**
 * What one step has to do with another. `sent`: it sent what came. `read`: it wrote the state that was read. `set`: it set
 * the timer. `watermark`: it's the watermark that fired the timer, or that came in. `highest`: its timestamp made the
 * watermark. `member`: it's in the window. `partner`: joined. `earlier`: what the operator keeps of the key came from it.
 * `broadcast`: it may have changed the broadcast state.
 */
export type CauseKind =
  'sent' | 'read' | 'set' | 'watermark' | 'highest' | 'member' | 'partner' | 'earlier' | 'broadcast'

/** Leads from a step to one before it. */
export interface Cause {
  readonly kind: CauseKind
  /** Number of the step. */
  readonly step: number
  /** Of `read`: the state's name. */
  readonly name: string
}

/** A step of the run, for whoever reads. Times in ms: `atMs` virtual, others by the clock they belong to. */
export interface StepView {
  readonly number: number
  readonly kind: RecordedStep['kind']
  /** Where the run stands right after it. */
  readonly place: Place
  readonly atMs: number
  /** Flink's name of the chain, and which of its subtasks, from 0. */
  readonly vertex: string
  readonly subtask: number
  readonly parallelism: number
  /** It read from outside. */
  readonly isSource: boolean
  /** The line of code that says most of it: where it collected, or else where its operator was made. */
  readonly at: Span | null
  readonly text: string
  readonly key: string | null
  /** Event timestamp of a record, null for none; when a timer was due; what a watermark says. */
  readonly timestamp: number | null
  readonly isEventTime: boolean
  readonly window: Window | null
  /** The subtask's watermark before; null for none yet. */
  readonly watermark: number | null
  readonly split: string | null
  /** Of a watermark or idle mark: the subtask it came from. */
  readonly from: { readonly vertex: string; readonly subtask: number; readonly parallelism: number } | null
  /** State and timers that the learner's code read and wrote, and what it collected. */
  readonly calls: readonly CallMoment[]
  readonly rows: readonly number[]
  readonly isLate: boolean
  /** It gave nothing, to nobody. */
  readonly isSilent: boolean
  readonly causes: readonly Cause[]
  /** So many more causes aren't listed. */
  readonly left: number
  /** What came before isn't known: it was on its way when the job was restored, or is too long ago. */
  readonly isStart: 'restored' | 'forgotten' | null
}

/** Why there is a row. */
export interface RowExplanation {
  readonly kind: 'row'
  readonly row: number
  /** In order; the last one gave the row. */
  readonly steps: readonly StepView[]
}

/** What somebody wants to know of the run that is shown. `row`: the number of a row, over the whole run. */
export type Question = { readonly kind: 'row'; readonly row: number }

/** There is no answer, and why. */
export interface Unexplained {
  readonly kind: 'unexplained'
  readonly diagnostic: Diagnostic
}

export type Explanation = RowExplanation | Unexplained
