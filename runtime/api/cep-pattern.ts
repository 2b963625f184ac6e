// A pattern as the learner writes it: steps one after the other, each with conditions and how often it comes. As in Flink a
// step is changed by its options, and `next` and the like begin a new one behind it.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/#the-pattern-api

import { LearnerError } from '../base/diagnostic.ts'
import type { ConsumingStrategy, InnerStrategy } from '../operators/cep/pattern-spec.ts'
import { AfterMatchSkipStrategy } from './after-match-skip-strategy.ts'
import type { Condition } from './cep-functions.ts'
import { newStep, requireNewName, stepLabel, type DraftCondition, type StepDraft } from './cep-step.ts'
import { durationMs, type Duration, type Time } from './duration.ts'
import { requireFunction, requireName } from './require.ts'

/** Between which events `within` measures. Flink's WithinType. */
export const WithinType = {
  /** From the event of the step before to this step's. */
  PREVIOUS_AND_CURRENT: 'PREVIOUS_AND_CURRENT',
  /** From the first event of a match to the last. */
  FIRST_AND_LAST: 'FIRST_AND_LAST',
} as const

/** Between which events `within` measures. */
export type WithinType = keyof typeof WithinType

/**
 * A pattern over events of type `T`, ending in a step for events of type `F`.
 *
 * ```ts
 * const pattern = Pattern.begin<Login>('fails')
 *   .where((login) => !login.succeeded)
 *   .timesOrMore(3)
 *   .consecutive()
 *   .next('success')
 *   .where((login) => login.succeeded)
 *   .within(Duration.ofMinutes(5))
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/#the-pattern-api
 */
export class Pattern<T, F extends T = T> {
  /** The step as the plan will hold it. */
  readonly step: StepDraft
  readonly previous: Pattern<T> | null
  readonly skipStrategy: AfterMatchSkipStrategy

  /** Patterns are begun by `Pattern.begin`. */
  constructor(step: StepDraft, previous: Pattern<T> | null, skipStrategy: AfterMatchSkipStrategy) {
    this.step = step
    this.previous = previous
    this.skipStrategy = skipStrategy
  }

  /** Begins a pattern with a step. Its name is what matches find its events by. */
  static begin<T>(name: string, skipStrategy?: AfterMatchSkipStrategy): Pattern<T>
  /** Begins a pattern with a group of steps. */
  static begin<T, F extends T>(group: Pattern<T, F>, skipStrategy?: AfterMatchSkipStrategy): GroupPattern<T, F>
  static begin<T>(first: string | Pattern<T>, skipStrategy = AfterMatchSkipStrategy.noSkip()): Pattern<T> {
    if (!(skipStrategy instanceof AfterMatchSkipStrategy)) throw new LearnerError('PATTERN_SKIP_WANTED')
    return begun(first, null, { call: 'begin', strategy: 'STRICT', skipStrategy })
  }

  /** The last event taken must be followed at once by one of this step. */
  next(name: string): Pattern<T>
  /** The last event taken must be followed at once by the group. */
  next<G extends T>(group: Pattern<T, G>): GroupPattern<T, G>
  next(following: string | Pattern<T>): Pattern<T> {
    return this.#then(following, 'next', 'STRICT')
  }

  /** The next event that meets this step's condition, whatever comes before it. */
  followedBy(name: string): Pattern<T>
  /** The next events that the group takes, whatever comes before them. */
  followedBy<G extends T>(group: Pattern<T, G>): GroupPattern<T, G>
  followedBy(following: string | Pattern<T>): Pattern<T> {
    return this.#then(following, 'followedBy', 'SKIP_TILL_NEXT')
  }

  /** Any later event that meets this step's condition, each making a match of its own. */
  followedByAny(name: string): Pattern<T>
  /** Any later events that the group takes. */
  followedByAny<G extends T>(group: Pattern<T, G>): GroupPattern<T, G>
  followedByAny(following: string | Pattern<T>): Pattern<T> {
    return this.#then(following, 'followedByAny', 'SKIP_TILL_ANY')
  }

  /** The event right after the last one taken must not meet this step's condition. */
  notNext(name: string): Pattern<T> {
    this.#refuseNotAfterOptional('notNext', name)
    return this.#then(name, 'notNext', 'NOT_NEXT')
  }

  /** No event may meet this step's condition until the following step; at the end of a pattern, until `within` is over. */
  notFollowedBy(name: string): Pattern<T> {
    this.#refuseNotAfterOptional('notFollowedBy', name)
    return this.#then(name, 'notFollowedBy', 'NOT_FOLLOW')
  }

  /** What an event must meet for this step; called again, both conditions. Without a condition any event will do. */
  where(condition: Condition<F>): this {
    requireFunction(condition, 'filter', 'where')
    return this.#joined('and', condition as DraftCondition)
  }

  /** Another condition that will do as well as those before. */
  or(condition: Condition<F>): this {
    requireFunction(condition, 'filter', 'or')
    return this.#joined('or', condition as DraftCondition)
  }

  /** Events of this class only. */
  subtype<S extends F>(type: abstract new (...args: never[]) => S): Pattern<T, S> {
    if (typeof type !== 'function') throw new LearnerError('PATTERN_CLASS_WANTED', { value: String(type) })
    return this.#joined('and', (event) => event instanceof type) as unknown as Pattern<T, S>
  }

  /** Where a step that may come any number of times ends: at an event that meets this condition. */
  until(condition: Condition<F>): this {
    requireFunction(condition, 'filter', 'until')
    const { step } = this
    if (step.until !== null) throw new LearnerError('PATTERN_OPTION_TWICE', { call: 'until', step: stepLabel(step) })
    if (step.kind !== 'LOOPING') throw new LearnerError('PATTERN_UNTIL_ALONE', { step: stepLabel(step) })
    step.until = condition as DraftCondition
    return this
  }

  /** One event of this step or more. `gap`: the longest time between two of them. */
  oneOrMore(gap?: Duration | Time): this {
    return this.#repeated('oneOrMore', 'LOOPING', [1, 1], gap)
  }

  /** So many events of this step. `gap`: the longest time between two of them. */
  times(times: number, gap?: Duration | Time): this
  /** So many events of this step, at least and at most; from 0 it's optional. */
  times(from: number, to: number, gap?: Duration | Time): this
  times(from: number, to?: number | Duration | Time, gap?: Duration | Time): this {
    const isRange = typeof to === 'number'
    return this.#repeated('times', 'TIMES', [from, isRange ? to : from], isRange ? gap : to)
  }

  /** So many events of this step or more. `gap`: the longest time between two of them. */
  timesOrMore(times: number, gap?: Duration | Time): this {
    return this.#repeated('timesOrMore', 'LOOPING', [times, times], gap)
  }

  /** The step may be left out. */
  optional(): this {
    const { step } = this
    this.#refuseNot('optional')
    if (this.previous?.step.isGreedy === true)
      throw new LearnerError('PATTERN_OPTIONAL_AFTER_GREEDY', {
        step: stepLabel(step),
        before: stepLabel(this.previous.step),
      })
    if (step.isOptional) throw new LearnerError('PATTERN_OPTION_TWICE', { call: 'optional', step: stepLabel(step) })
    step.isOptional = true
    return this
  }

  /** Takes as many events as it can get. For steps that come several times. */
  greedy(): this {
    const { step } = this
    this.#refuseNot('greedy')
    if (step.group !== null) throw new LearnerError('PATTERN_GREEDY_GROUP')
    if (step.inner === 'SKIP_TILL_ANY') throw new LearnerError('PATTERN_GREEDY_COMBINATIONS', { step: stepLabel(step) })
    if (step.kind === 'SINGLE')
      throw new LearnerError('PATTERN_NOT_REPEATED', { call: 'greedy', step: stepLabel(step) })
    step.isGreedy = true
    return this
  }

  /** No other events between those of this step. For steps that come several times. */
  consecutive(): this {
    return this.#inner('consecutive', 'STRICT')
  }

  /** Any choice of this step's events makes a match of its own. For steps that come several times. */
  allowCombinations(): this {
    return this.#inner('allowCombinations', 'SKIP_TILL_ANY')
  }

  /**
   * How long a match may take from its first event to its last (of several such limits the shortest counts), or how long
   * after the event before this step's may come.
   */
  within(time: Duration | Time, type: WithinType = WithinType.FIRST_AND_LAST): this {
    const ms = durationMs(time, 'within', 1)
    if (type === WithinType.PREVIOUS_AND_CURRENT) this.step.withinPreviousMs = ms
    else if (type === WithinType.FIRST_AND_LAST) this.step.withinMs = ms
    else throw new LearnerError('PATTERN_WITHIN_TYPE', { value: String(type) })
    return this
  }

  #then(following: string | Pattern<T>, call: string, strategy: ConsumingStrategy): Pattern<T> {
    return begun(following, this, { call, strategy, skipStrategy: this.skipStrategy })
  }

  #joined(of: 'and' | 'or', condition: DraftCondition): this {
    const { step } = this
    if (step.group !== null) throw new LearnerError('PATTERN_GROUP_CONDITION')
    step.condition = step.condition === null ? condition : { of, left: step.condition, right: condition }
    return this
  }

  #repeated(
    call: string,
    kind: 'TIMES' | 'LOOPING',
    [from, to]: readonly [number, number],
    gap: Duration | Time | undefined,
  ): this {
    const { step } = this
    this.#refuseNot(call)
    if (step.kind !== 'SINGLE') throw new LearnerError('PATTERN_OPTION_TWICE', { call, step: stepLabel(step) })
    if (step.isOptional) throw new LearnerError('PATTERN_OPTIONAL_FIRST', { call, step: stepLabel(step) })
    const isRange = from === 0 && kind === 'TIMES' && to > 0
    if (!(Number.isInteger(from) && Number.isInteger(to) && (from > 0 || isRange) && to >= from))
      throw new LearnerError('PATTERN_TIMES', { call, step: stepLabel(step), from: String(from), to: String(to) })
    step.kind = kind
    step.from = Math.max(1, from)
    step.to = to
    step.isOptional = isRange
    step.gapMs = gap === undefined ? null : durationMs(gap, call, 1)
    return this
  }

  #inner(call: string, inner: InnerStrategy): this {
    const { step } = this
    if (step.kind === 'SINGLE') throw new LearnerError('PATTERN_NOT_REPEATED', { call, step: stepLabel(step) })
    if (step.inner === inner) throw new LearnerError('PATTERN_OPTION_TWICE', { call, step: stepLabel(step) })
    if (step.inner !== 'SKIP_TILL_NEXT') throw new LearnerError('PATTERN_INNER_BOTH', { step: stepLabel(step) })
    step.inner = inner
    return this
  }

  #refuseNot(call: string): void {
    const { strategy, name } = this.step
    if (strategy === 'NOT_NEXT' || strategy === 'NOT_FOLLOW')
      throw new LearnerError('PATTERN_NOT_OPTION', { call, step: name })
  }

  #refuseNotAfterOptional(call: string, name: string): void {
    const { step } = this
    if (step.isOptional)
      throw new LearnerError('PATTERN_NOT_AFTER_OPTIONAL', { call, step: name, before: stepLabel(step) })
  }
}

/** Steps that are one step of a pattern, to be repeated or left out together. */
export class GroupPattern<T, F extends T = T> extends Pattern<T, F> {}

interface Beginning {
  readonly call: string
  readonly strategy: ConsumingStrategy
  readonly skipStrategy: AfterMatchSkipStrategy
}

/** A step, or a group, behind the pattern so far. */
function begun<T>(first: string | Pattern<T>, previous: Pattern<T> | null, beginning: Beginning): Pattern<T> {
  const { call, strategy, skipStrategy } = beginning
  if (first instanceof Pattern) {
    for (const name of namesOf(first)) requireNewName(name, previous === null ? [] : namesOf(previous))
    const group = rowOf(first).map(({ step }) => step)
    return new GroupPattern<T>(newStep('', strategy, group), previous, skipStrategy)
  }
  const name = requireNewName(requireName(first, call), previous === null ? [] : namesOf(previous))
  return new Pattern<T>(newStep(name, strategy, null), previous, skipStrategy)
}

/** The patterns of a row, the first one first. */
export function rowOf<T>(last: Pattern<T>): Pattern<T>[] {
  const row: Pattern<T>[] = []
  for (let at: Pattern<T> | null = last; at !== null; at = at.previous) row.unshift(at)
  return row
}

function namesOf<T>(last: Pattern<T>): string[] {
  const names = (step: StepDraft): string[] => (step.group === null ? [step.name] : step.group.flatMap(names))
  return rowOf(last).flatMap(({ step }) => names(step))
}
