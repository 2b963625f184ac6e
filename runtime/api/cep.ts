// Patterns on streams: where a pattern meets the stream it's looked for in, and what becomes of matches.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import type { CepSpec } from '../operators/cep/pattern-spec.ts'
import type {
  EventComparator,
  PatternFlatSelectFunction,
  PatternFlatTimeoutFunction,
  PatternMatch,
  PatternSelectFunction,
  PatternTimeoutFunction,
} from './cep-functions.ts'
import { Pattern, rowOf } from './cep-pattern.ts'
import { patternSpec, requireSoundPattern } from './cep-step.ts'
import { DataStream, KeyedStream, type SingleOutputStreamOperator } from './data-stream.ts'
import type { Collector } from './functions.ts'
import type { PatternProcessFunctionLike } from '../operators/cep/functions.ts'
import type { OutputTag } from './output-tag.ts'
import { requireFunction, requireObject } from './require.ts'
import { Types } from './types.ts'

type SelectFunction<T, R> = PatternSelectFunction<T, R> | ((match: PatternMatch<T>) => R)
type FlatSelectFunction<T, R> = PatternFlatSelectFunction<T, R> | ((match: PatternMatch<T>, out: Collector<R>) => void)
type TimeoutFunction<T, L> = PatternTimeoutFunction<T, L> | ((match: PatternMatch<T>, timeoutTimestampMs: number) => L)
type FlatTimeoutFunction<T, L> =
  PatternFlatTimeoutFunction<T, L> | ((match: PatternMatch<T>, timeoutTimestampMs: number, out: Collector<L>) => void)

/** What a PatternStream has been told. */
interface Settings<T> {
  readonly time: CepSpec['time']
  readonly comparator: EventComparator<T> | ((a: T, b: T) => number) | null
  readonly lateTag: string | null
}

/**
 * Complex event processing: finds patterns in streams.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/
 */
export class CEP {
  /**
   * Looks for a pattern: among the events of each key on a keyed stream, else among all of them, by one subtask. Events
   * of one timestamp come in the order of the comparator, if there's one, else as they arrived.
   *
   * ```ts
   * const byUser = logins.keyBy((login) => login.user)
   * CEP.pattern(byUser, pattern).select((match) => match.get('success')?.[0]?.user)
   * ```
   */
  static pattern<T>(
    stream: DataStream<T>,
    pattern: Pattern<T>,
    comparator?: EventComparator<T> | ((a: T, b: T) => number),
  ): PatternStream<T> {
    if (!(stream instanceof DataStream)) throw new LearnerError('CEP_STREAM_WANTED', { value: valueName(stream) })
    if (!(pattern instanceof Pattern)) throw new LearnerError('CEP_PATTERN_WANTED', { value: String(pattern) })
    if (comparator !== undefined) requireFunction(comparator, 'compare', 'CEP.pattern')
    return new PatternStream(stream, pattern, { time: 'event', comparator: comparator ?? null, lateTag: null })
  }
}

/**
 * A pattern on a stream. Immutable: each setting returns a new one.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/#detecting-patterns
 */
export class PatternStream<T> {
  readonly #stream: DataStream<T>
  readonly #pattern: Pattern<T>
  readonly #settings: Settings<T>

  /** Made by CEP.pattern. */
  constructor(stream: DataStream<T>, pattern: Pattern<T>, settings: Settings<T>) {
    this.#stream = stream
    this.#pattern = pattern
    this.#settings = settings
  }

  /** Events count in order of their timestamps, once the watermark has passed them: what applies unless set. */
  inEventTime(): PatternStream<T> {
    return this.#with({ time: 'event' })
  }

  /** Events count in order of arrival, with the clock's time. */
  inProcessingTime(): PatternStream<T> {
    return this.#with({ time: 'processing' })
  }

  /** Events at or below the watermark go to this side output; unless set they're dropped. */
  sideOutputLateData(tag: OutputTag<T>): PatternStream<T> {
    return this.#with({ lateTag: requireTag(tag) })
  }

  /**
   * Hands every match to a PatternProcessFunction; also the partial matches that timed out, if it has
   * `processTimedOutMatch`.
   */
  process<R>(fn: PatternProcessFunctionLike<T, R>): SingleOutputStreamOperator<R> {
    requireObject(fn, 'processMatch', 'process')
    return this.#build('process', fn, null)
  }

  /** Makes one record of every match. */
  select<R>(fn: SelectFunction<T, R>): SingleOutputStreamOperator<R>
  /** Also makes a record of every partial match that timed out, for the side output `tag`. */
  select<L, R>(
    tag: OutputTag<L>,
    timeout: TimeoutFunction<T, L>,
    fn: SelectFunction<T, R>,
  ): SingleOutputStreamOperator<R>
  select<L, R>(
    first: SelectFunction<T, R> | OutputTag<L>,
    timeout?: TimeoutFunction<T, L>,
    fn?: SelectFunction<T, R>,
  ): SingleOutputStreamOperator<R> {
    return this.#select('select', [first, timeout, fn])
  }

  /** Makes any number of records of every match. */
  flatSelect<R>(fn: FlatSelectFunction<T, R>): SingleOutputStreamOperator<R>
  /** Also makes any number of records of every partial match that timed out, for the side output `tag`. */
  flatSelect<L, R>(
    tag: OutputTag<L>,
    timeout: FlatTimeoutFunction<T, L>,
    fn: FlatSelectFunction<T, R>,
  ): SingleOutputStreamOperator<R>
  flatSelect<L, R>(
    first: FlatSelectFunction<T, R> | OutputTag<L>,
    timeout?: FlatTimeoutFunction<T, L>,
    fn?: FlatSelectFunction<T, R>,
  ): SingleOutputStreamOperator<R> {
    return this.#select('flatSelect', [first, timeout, fn])
  }

  #select<R>(
    call: 'select' | 'flatSelect',
    [first, timeout, fn]: readonly [unknown, unknown, unknown],
  ): SingleOutputStreamOperator<R> {
    if (timeout === undefined && fn === undefined) {
      requireFunction(first, call, call)
      return this.#build(call, first, null)
    }
    const tag = requireTag(first as OutputTag<unknown>)
    requireFunction(timeout, 'timeout', call)
    requireFunction(fn, call, call)
    return this.#build(call, fn, { tag, fn: timeout })
  }

  #build<R>(
    call: CepSpec['call'],
    fn: unknown,
    timeout: { readonly tag: string; readonly fn: unknown } | null,
  ): SingleOutputStreamOperator<R> {
    const { time, comparator, lateTag } = this.#settings
    const conditions = new Map<string, unknown>()
    const pattern = patternSpec(
      rowOf(this.#pattern).map(({ step }) => step),
      conditions,
    )
    const skip = this.#pattern.skipStrategy.spec
    requireSoundPattern(pattern, skip)
    const handler = (fn as { readonly processTimedOutMatch?: unknown }).processTimedOutMatch
    const spec: CepSpec = {
      kind: 'cep',
      pattern,
      skip,
      time,
      call,
      hasComparator: comparator !== null,
      handlesTimeouts: timeout !== null || (call === 'process' && typeof handler === 'function'),
      timeoutTag: timeout?.tag ?? null,
      lateTag,
    }
    const functions = {
      [call]: fn,
      ...(timeout === null ? {} : { timeout: timeout.fn }),
      ...(comparator === null ? {} : { comparator }),
      ...Object.fromEntries(conditions),
    }
    if (this.#stream instanceof KeyedStream) return this.#stream.transform<R>(spec, 'CepOperator', functions)
    const together = this.#stream.keyBy(() => 0, Types.BYTE)
    return together.transform<R>(spec, 'GlobalCepOperator', functions).forceNonParallel()
  }

  #with(settings: Partial<Settings<T>>): PatternStream<T> {
    return new PatternStream(this.#stream, this.#pattern, { ...this.#settings, ...settings })
  }
}

function requireTag(tag: OutputTag<never> | OutputTag<unknown>): string {
  if (typeof (tag as OutputTag<unknown> | undefined)?.id !== 'string')
    throw new LearnerError('OUTPUT_TAG_MISSING', { value: valueName(tag) })
  return tag.id
}
