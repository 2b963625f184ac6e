// The functions a learner writes for patterns: conditions on events, and what takes matches. As everywhere, a plain
// function, an object with the method and a class with a life cycle are all accepted.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/

import type {
  ConditionContext,
  EventComparatorLike,
  IterativeConditionLike,
  PatternFlatSelectFunctionLike,
  PatternFlatTimeoutFunctionLike,
  PatternMatch,
  PatternProcessContext,
  PatternProcessFunctionLike,
  PatternSelectFunctionLike,
  PatternTimeoutFunctionLike,
} from '../operators/cep/functions.ts'
import type { Collector } from '../operators/functions.ts'
import { RichFunction } from './functions.ts'
import { requireFunction } from './require.ts'

export type { ConditionContext, PatternMatch, PatternProcessContext } from '../operators/cep/functions.ts'

/** Makes one record of a match: `(match) => record`, or an object with `select`. */
export type PatternSelectFunction<T, R> = PatternSelectFunctionLike<T, R>
/** Makes any number of records of a match, through the collector. */
export type PatternFlatSelectFunction<T, R> = PatternFlatSelectFunctionLike<T, R>
/** Makes one record of a partial match whose time was up. */
export type PatternTimeoutFunction<T, L> = PatternTimeoutFunctionLike<T, L>
/** Makes any number of records of a partial match whose time was up. */
export type PatternFlatTimeoutFunction<T, L> = PatternFlatTimeoutFunctionLike<T, L>
/** Puts events of one timestamp in order. */
export type EventComparator<T> = EventComparatorLike<T>

/** A condition as the methods of Pattern take it. */
export type Condition<T> = IterativeConditionLike<T> | ((event: T, context: ConditionContext<T>) => boolean)

/**
 * A condition that may look at the events its partial match has taken so far, with a life cycle but no state.
 *
 * ```ts
 * class Rising extends IterativeCondition<Price> {
 *   filter(price: Price, context: ConditionContext<Price>) {
 *     return context.getEventsForPattern('prices').every((before) => before.amount < price.amount)
 *   }
 * }
 * ```
 */
export abstract class IterativeCondition<T> extends RichFunction implements IterativeConditionLike<T> {
  abstract filter(event: T, context: ConditionContext<T>): boolean
}

/** A condition on the event alone. */
export abstract class SimpleCondition<T> extends RichFunction implements IterativeConditionLike<T> {
  abstract filter(event: T): boolean

  /** The condition that a function states. */
  static of<T>(filter: (event: T) => boolean): SimpleCondition<T> {
    requireFunction(filter, null, 'SimpleCondition.of')
    return new StatedCondition(filter)
  }
}

class StatedCondition<T> extends SimpleCondition<T> {
  readonly #filter: (event: T) => boolean

  constructor(filter: (event: T) => boolean) {
    super()
    this.#filter = filter
  }

  override filter(event: T): boolean {
    return this.#filter(event)
  }
}

/**
 * Takes matches, with side outputs and the time. One that also has `processTimedOutMatch` gets the partial matches whose
 * `within` was over.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/#selecting-from-patterns
 */
export abstract class PatternProcessFunction<T, R> extends RichFunction implements PatternProcessFunctionLike<T, R> {
  /** Called for every match. */
  abstract processMatch(match: PatternMatch<T>, context: PatternProcessContext, out: Collector<R>): void
}

/** What a PatternProcessFunction implements in order to get partial matches whose time was up. */
export interface TimedOutPartialMatchHandler<T> {
  /** Results go to side outputs; there's no collector. */
  processTimedOutMatch(match: PatternMatch<T>, context: PatternProcessContext): void
}
