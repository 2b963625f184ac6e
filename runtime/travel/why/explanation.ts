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

/** Why there is a line of the log. */
export interface LogExplanation {
  readonly kind: 'log'
  readonly line: number
  /** In order; in the last one it was written. */
  readonly steps: readonly StepView[]
}

/** A timer, or the end of a window, that somebody waits for. `task`: index in the topology. */
export interface WaitingTarget {
  readonly task: number
  readonly key: string
  readonly window: Window | null
  /** When it's due, in ms: as a timestamp, or as virtual ms since the start. Of a window that counts: at how many records. */
  readonly at: number
  readonly isEventTime: boolean
  /** Of a window that fires at so many records: how many have come. */
  readonly count?: number
}

/** Somebody who makes watermarks, and why not higher ones. Times in ms. */
export interface Holder {
  readonly vertex: string
  readonly subtask: number
  readonly parallelism: number
  /** Where the learner's code made it. */
  readonly at: Span | null
  /** Null where splits have no watermarks of their own. */
  readonly split: string | null
  /**
   * `none`: its strategy makes no watermarks. `untimed`: no record with a timestamp has come yet. `behind`: no record
   * with so high a timestamp. `idle`: it's idle and doesn't count. `probe`: it will say so when it's asked next.
   * `on-its-way`: it has said so, and the watermark is still on its way. `alignment`: it waits for other sources.
   * `custom`: the learner's generator decides. `starting`: it isn't open yet.
   */
  readonly state: 'none' | 'untimed' | 'behind' | 'idle' | 'probe' | 'on-its-way' | 'alignment' | 'custom' | 'starting'
  /** Null: none yet. */
  readonly watermark: number | null
  readonly generator: 'bounded' | 'monotonous' | 'none' | 'custom'
  readonly outOfOrdernessMs: number | null
  /** The highest timestamp so far, where its generator goes by that. */
  readonly highest: number | null
  /** Without records for so long it's idle; null: it never is. */
  readonly idlenessMs: number | null
  /** How many records it has taken, the last of them, and for how long none has come. */
  readonly records: number
  readonly last: { readonly place: Place; readonly atMs: number } | null
  readonly silentMs: number
  /** Of `idle`: when it said so, where that is known. */
  readonly idleSince: { readonly place: Place; readonly atMs: number } | null
  /** Of `probe`: virtual ms. */
  readonly nextProbeMs: number | null
  /** No more records come. */
  readonly hasEnded: boolean
}

/** Why something hasn't happened yet. */
export interface WaitingExplanation {
  readonly kind: 'waiting'
  readonly target: WaitingTarget
  readonly vertex: string
  readonly subtask: number
  readonly parallelism: number
  readonly at: Span | null
  /** Virtual ms of the place that is shown. */
  readonly atMs: number
  /** All that waits, what is due first in front; the first ones. */
  readonly waiting: readonly WaitingTarget[]
  /** The watermark of the subtask, the virtual time, or the number of records; null for no watermark yet. */
  readonly reached: number | null
  /**
   * `clock`: it's due by the clock. `count`: records are missing. `held`: those below hold the watermark back. `idle`: all of them are idle.
   * `backpressure`: the subtask itself waits for room downstream. `alignment`: it waits for barriers. `stopped`: it
   * isn't running.
   */
  readonly reason: 'clock' | 'count' | 'held' | 'idle' | 'backpressure' | 'alignment' | 'stopped'
  /** The lowest first. */
  readonly holders: readonly Holder[]
}

/** What was written into a state, or an operator keeps by itself: the value until the next one. */
export interface LaneState {
  readonly name: string
  /** Of what a window keeps. */
  readonly window: Window | null
  readonly segments: readonly {
    readonly kind: 'update' | 'add' | 'remove' | 'clear'
    readonly text: string | null
    readonly fromMs: number
    readonly step: number
  }[]
}

export interface LaneTimer {
  readonly dueMs: number
  readonly isEventTime: boolean
  readonly setMs: number
  readonly setStep: number
  readonly how: 'waiting' | 'fired' | 'deleted'
  readonly endMs: number | null
  readonly endStep: number | null
}

/** The operator was started again. */
export interface LaneRestart {
  readonly place: Place
  readonly atMs: number
  /** It went on from this checkpoint; null: from nothing. */
  readonly checkpoint: number | null
  /** Steps of the key that it took back, the last ones, and how many more. */
  readonly steps: readonly StepView[]
  readonly left: number
}

/** A key at one operator. */
export interface KeyLane {
  readonly vertex: string
  readonly at: Span | null
  readonly steps: readonly StepView[]
  /** So many earlier steps aren't listed. */
  readonly left: number
  /** So many steps were undone by restarts: what came of them is gone. */
  readonly undone: number
  readonly restarts: readonly LaneRestart[]
  readonly states: readonly LaneState[]
  readonly timers: readonly LaneTimer[]
}

/** One key's life, up to the place that is shown. */
export interface KeyLaneExplanation {
  readonly kind: 'key'
  /** Null: no key has come yet. */
  readonly key: string | null
  /** The keys there are, the first ones. */
  readonly keys: readonly string[]
  readonly lanes: readonly KeyLane[]
  /** Virtual ms of the place that is shown. */
  readonly atMs: number
}

/**
 * What a run is to go on until. Vertices go by their id in the topology; keys, values and rows by their texts. `watermark`:
 * of all subtasks. `window`: fires, for any key. `output`: there are so many rows. `text`: a row has this in it.
 */
export type UntilCondition =
  | { readonly kind: 'watermark'; readonly vertex: string; readonly atLeast: number }
  | { readonly kind: 'key'; readonly vertex: string; readonly key: string }
  | ({ readonly kind: 'window'; readonly vertex: string } & Window)
  | {
      readonly kind: 'state'
      readonly vertex: string
      readonly state: string
      readonly key: string
      readonly value: string
    }
  | { readonly kind: 'output'; readonly number: number }
  | { readonly kind: 'text'; readonly text: string }

/** Where it's so first, after the place that is shown. */
export interface FoundPlace {
  readonly kind: 'found'
  readonly place: Place
  readonly atMs: number
}

/** It doesn't come to that any more by the end of the run. */
export interface NotFound {
  readonly kind: 'never'
  /** Where it was so first, before the place that is shown. */
  readonly earlier: FoundPlace | null
  /** Virtual ms of the end. */
  readonly endMs: number
}

/** What an expression was when its line was reached. */
export interface PrintedValue {
  readonly place: Place
  readonly atMs: number
  readonly vertex: string
  readonly subtask: number
  readonly parallelism: number
  readonly key: string | null
  readonly text: string
  /** It threw this. */
  readonly isError: boolean
}

/** What was printed, up to the place that is shown. */
export interface PrintedExplanation {
  readonly kind: 'print'
  /** The last ones, in order. */
  readonly values: readonly PrintedValue[]
  readonly total: number
  readonly atMs: number
}

/**
 * What somebody wants to know of the run that is shown. `row`: why there's this row, by its number over the whole run.
 * `log`: why there's this line of the log, likewise. `waiting`: why this timer or window hasn't fired; null for the one that
 * is due first. `key`: what became of a key; null for the one that came last. `until`: where something is so next.
 */
export type Question =
  | { readonly kind: 'row'; readonly row: number }
  | { readonly kind: 'log'; readonly line: number }
  | { readonly kind: 'waiting'; readonly target: WaitingTarget | null }
  | { readonly kind: 'key'; readonly key: string | null }
  | { readonly kind: 'until'; readonly condition: UntilCondition }

/** There is no answer, and why. */
export interface Unexplained {
  readonly kind: 'unexplained'
  readonly diagnostic: Diagnostic
}

export type Explanation =
  | RowExplanation
  | LogExplanation
  | WaitingExplanation
  | KeyLaneExplanation
  | FoundPlace
  | NotFound
  | PrintedExplanation
  | Unexplained
