// Windows of a stream: which, when they fire, and what becomes of their records. Nothing runs here: the last call makes
// one operator of it all.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/

import type { Evictor } from '../operators/window/evictors.ts'
import type { Trigger } from '../operators/window/trigger.ts'
import type { Window } from '../operators/window/windows.ts'
import type { AggregateFunction } from '../state/folding.ts'
import type { SingleOutputStreamOperator } from './data-stream.ts'
import type { Duration, Time } from './duration.ts'
import type { BuiltInEvictor } from './evictors.ts'
import type { Collector, ReduceFunction } from './functions.ts'
import type { FieldOf, NumberFieldOf } from './keys-and-fields.ts'
import type { OutputTag } from './output-tag.ts'
import type { WindowAssigner } from './window-assigners.ts'
import { WindowBuilder, type WindowInput } from './window-builder.ts'
import type {
  AllWindowFunction,
  ProcessAllWindowFunction,
  ProcessWindowFunction,
  WindowFunction,
} from './window-functions.ts'

type Reducing<T> = ReduceFunction<T> | ((accumulated: T, value: T) => T)
type OnWindow<T, R, K, W extends Window> =
  | ProcessWindowFunction<T, R, K, W>
  | WindowFunction<T, R, K, W>
  | ((key: K, window: W, values: Iterable<T>, out: Collector<R>) => void)
type OnAllWindow<T, R, W extends Window> =
  | ProcessAllWindowFunction<T, R, W>
  | AllWindowFunction<T, R, W>
  | ((window: W, values: Iterable<T>, out: Collector<R>) => void)

/** What keyed and unkeyed windows have in common. */
abstract class Windows<T, W extends Window> {
  protected readonly builder: WindowBuilder<T, W>

  /** Made by `window` and `windowAll`. */
  constructor(input: WindowInput, assigner: WindowAssigner<T, W>) {
    this.builder = new WindowBuilder(input, assigner)
  }

  /** When windows fire, in place of the assigner's own rule. */
  trigger(trigger: Trigger<T, W>): this {
    this.builder.trigger(trigger)
    return this
  }

  /** How long after their end windows are kept for late records; each late record fires its window again. Event time only. */
  allowedLateness(lateness: Duration | Time): this {
    this.builder.allowedLateness(lateness)
    return this
  }

  /** Gives records that come too late for all their windows to a side output; without, they are dropped. Event time only. */
  sideOutputLateData(tag: OutputTag<T>): this {
    this.builder.sideOutputLateData(tag)
    return this
  }

  /** What leaves a window before or after its function is called. Windows then keep all records. */
  evictor(evictor: BuiltInEvictor<T> | Evictor<T, W>): this {
    this.builder.evictor(evictor)
    return this
  }

  /** The window's first record with the sum in the field. Tuples: a place from 0. */
  sum(field: NumberFieldOf<T>): SingleOutputStreamOperator<T> {
    return this.builder.field('sum', field, true)
  }

  /** The window's first record with the lowest value in the field. */
  min(field: FieldOf<T>): SingleOutputStreamOperator<T> {
    return this.builder.field('min', field, true)
  }

  /** The window's first record with the highest value in the field. */
  max(field: FieldOf<T>): SingleOutputStreamOperator<T> {
    return this.builder.field('max', field, true)
  }

  /** The whole record with the lowest value; of equal ones the first, or the last with `first` false. */
  minBy(field: FieldOf<T>, first = true): SingleOutputStreamOperator<T> {
    return this.builder.field('minBy', field, first)
  }

  /** The whole record with the highest value; of equal ones the first, or the last with `first` false. */
  maxBy(field: FieldOf<T>, first = true): SingleOutputStreamOperator<T> {
    return this.builder.field('maxBy', field, first)
  }
}

/**
 * Windows of a keyed stream, each key's its own.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/
 */
export class WindowedStream<T, K, W extends Window> extends Windows<T, W> {
  /** Joins the records of a window, one after the other, as they come; the window's function gets the one result. */
  reduce(reduce: Reducing<T>): SingleOutputStreamOperator<T>
  reduce<R>(reduce: Reducing<T>, window: OnWindow<T, R, K, W>): SingleOutputStreamOperator<R>
  reduce<R>(reduce: Reducing<T>, window?: OnWindow<T, R, K, W>): SingleOutputStreamOperator<R> {
    return this.builder.reduce(reduce, window)
  }

  /** Folds the records of a window into an accumulator as they come; the window's function gets the one result. */
  aggregate<A, R>(aggregate: AggregateFunction<T, A, R>): SingleOutputStreamOperator<R>
  aggregate<A, V, R>(aggregate: AggregateFunction<T, A, V>, window: OnWindow<V, R, K, W>): SingleOutputStreamOperator<R>
  aggregate<A, V, R>(
    aggregate: AggregateFunction<T, A, V>,
    window?: OnWindow<V, R, K, W>,
  ): SingleOutputStreamOperator<R> {
    return this.builder.aggregate(aggregate, window)
  }

  /** Hands all records of a window to a function. */
  apply<R>(
    window: WindowFunction<T, R, K, W> | ((key: K, window: W, values: Iterable<T>, out: Collector<R>) => void),
  ): SingleOutputStreamOperator<R> {
    return this.builder.apply(window, 'apply')
  }

  /** Hands all records of a window to a process function: clocks, state, side outputs. */
  process<R>(window: ProcessWindowFunction<T, R, K, W>): SingleOutputStreamOperator<R> {
    return this.builder.apply(window, 'process')
  }
}

/**
 * Windows of a whole stream, in one subtask: nothing runs in parallel.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#keyed-vs-non-keyed-windows
 */
export class AllWindowedStream<T, W extends Window> extends Windows<T, W> {
  /** Joins the records of a window, one after the other, as they come; the window's function gets the one result. */
  reduce(reduce: Reducing<T>): SingleOutputStreamOperator<T>
  reduce<R>(reduce: Reducing<T>, window: OnAllWindow<T, R, W>): SingleOutputStreamOperator<R>
  reduce<R>(reduce: Reducing<T>, window?: OnAllWindow<T, R, W>): SingleOutputStreamOperator<R> {
    return this.builder.reduce(reduce, window)
  }

  /** Folds the records of a window into an accumulator as they come; the window's function gets the one result. */
  aggregate<A, R>(aggregate: AggregateFunction<T, A, R>): SingleOutputStreamOperator<R>
  aggregate<A, V, R>(aggregate: AggregateFunction<T, A, V>, window: OnAllWindow<V, R, W>): SingleOutputStreamOperator<R>
  aggregate<A, V, R>(
    aggregate: AggregateFunction<T, A, V>,
    window?: OnAllWindow<V, R, W>,
  ): SingleOutputStreamOperator<R> {
    return this.builder.aggregate(aggregate, window)
  }

  /** Hands all records of a window to a function. */
  apply<R>(
    window: AllWindowFunction<T, R, W> | ((window: W, values: Iterable<T>, out: Collector<R>) => void),
  ): SingleOutputStreamOperator<R> {
    return this.builder.apply(window, 'apply')
  }

  /** Hands all records of a window to a process function: clocks, state, side outputs. */
  process<R>(window: ProcessAllWindowFunction<T, R, W>): SingleOutputStreamOperator<R> {
    return this.builder.apply(window, 'process')
  }
}
