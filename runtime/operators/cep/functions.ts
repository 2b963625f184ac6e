// The learner's functions of a pattern as the operator sees them: conditions, and what takes matches and partial matches
// that timed out. The classes a learner extends are in api/cep-functions.ts.

import type { Collector, OutputTagLike, RichFunctionLike } from '../functions.ts'

/** Events by step, in the pattern's order; a step that took no event isn't there. Flink's Map<String, List<T>>. */
export type PatternMatch<T> = Map<string, T[]>

/** What a condition may ask beside the event: what its partial match has taken so far, and the time. */
export interface ConditionContext<T> {
  /** The events taken for the step in this partial match, in order; none is an empty list. */
  getEventsForPattern(step: string): readonly T[]
  /** Timestamp of the event, in ms; in processing time the clock when it came. */
  timestamp(): number
  /** Milliseconds of processing time. */
  currentProcessingTime(): number
}

/** A condition with a life cycle. */
export interface IterativeConditionLike<T> extends RichFunctionLike {
  filter(event: T, context: ConditionContext<T>): boolean
}

/** What a PatternProcessFunction may ask while it has a match. */
export interface PatternProcessContext {
  /** Timestamp of the match: of its last event, in ms; of a partial match, when its time was up. */
  timestamp(): number
  /** Milliseconds of processing time. */
  currentProcessingTime(): number
  /** Emits to a side output, with the match's timestamp. */
  output<X>(tag: OutputTagLike<X>, value: X): void
}

/** Takes matches. With `processTimedOutMatch` it also takes partial matches whose time was up. */
export interface PatternProcessFunctionLike<T, R> extends RichFunctionLike {
  processMatch(match: PatternMatch<T>, context: PatternProcessContext, out: Collector<R>): void
  processTimedOutMatch?(match: PatternMatch<T>, context: PatternProcessContext): void
}

/** Makes one record of a match. */
export interface PatternSelectFunctionLike<T, R> extends RichFunctionLike {
  select(match: PatternMatch<T>): R
}

/** Makes any number of records of a match. */
export interface PatternFlatSelectFunctionLike<T, R> extends RichFunctionLike {
  flatSelect(match: PatternMatch<T>, out: Collector<R>): void
}

/** Makes one record of a partial match whose time was up. */
export interface PatternTimeoutFunctionLike<T, L> extends RichFunctionLike {
  timeout(match: PatternMatch<T>, timeoutTimestampMs: number): L
}

/** Makes any number of records of a partial match whose time was up. */
export interface PatternFlatTimeoutFunctionLike<T, L> extends RichFunctionLike {
  timeout(match: PatternMatch<T>, timeoutTimestampMs: number, out: Collector<L>): void
}

/** Puts events of one timestamp in order: negative if `a` comes first. */
export interface EventComparatorLike<T> {
  compare(a: T, b: T): number
}
