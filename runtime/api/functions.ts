// The functions a learner writes: as a plain arrow function, an object with the method, or a class with a life cycle.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/user_defined_functions/

import { LearnerError } from '../base/diagnostic.ts'
import type { StreamKeyedBy } from './keys-and-fields.ts'
import type {
  CheckpointedFunctionLike,
  Collector,
  FilterFunctionLike,
  FlatMapFunctionLike,
  KeyedProcessContext,
  KeyedProcessFunctionLike,
  MapFunctionLike,
  OnTimerContext as AnyOnTimerContext,
  OpenContext,
  ProcessContext,
  ProcessFunctionLike,
  ReduceFunctionLike,
  RuntimeContext,
  SinkContext,
  SinkFunctionLike,
} from '../operators/functions.ts'

export type {
  Collector,
  FunctionInitializationContext,
  FunctionSnapshotContext,
  KeyedStateStore,
  OpenContext,
  OperatorStateStore,
  RuntimeContext,
  SinkContext,
  TaskInfo,
  TimeDomain,
  TimerService,
  WatermarkOutput,
} from '../operators/functions.ts'

/** Makes one record of another: `(value) => result`, or an object with `map`. */
export type MapFunction<T, R> = MapFunctionLike<T, R>
/** Says whether to keep a record. */
export type FilterFunction<T> = FilterFunctionLike<T>
/** Makes any number of records of one, through the collector. */
export type FlatMapFunction<T, R> = FlatMapFunctionLike<T, R>
/** Joins two records of one key into one. */
export type ReduceFunction<T> = ReduceFunctionLike<T>
/** Takes rows at the end of a stream. */
export type SinkFunction<T> = SinkFunctionLike<T>

/**
 * A function with state of its own that belongs to no key: a buffer of a sink, an offset of a source. Implement it beside
 * any rich function.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#checkpointedfunction
 */
export type CheckpointedFunction = CheckpointedFunctionLike

/** Finds the key of a record. It must give the same key every time: it's called on both sides of the exchange. */
export interface KeySelector<T, K> {
  getKey(value: T): K
}

/** A KeySelector, or just its function. */
export type KeyFunction<T, K> = KeySelector<T, K> | ((value: T) => K)

/** Picks a subtask for a key, from 0 to one less than the number of subtasks: what `partitionCustom` takes. */
export interface Partitioner<K> {
  partition(key: K, subtasks: number): number
}

/** Finds the event time of a record, in ms since 1970. */
export interface TimestampAssigner<T> {
  /** `recordTimestamp` is the one the record has already, MIN_TIMESTAMP if none. */
  extractTimestamp(element: T, recordTimestamp: number): number
}

/** What processElement of a KeyedProcessFunction gets beside the record. */
export type Context<K = unknown> = KeyedProcessContext<K>
/** What processElement of a ProcessFunction gets beside the record. */
export type UnkeyedContext = ProcessContext
/** What onTimer gets: also says in which time domain the timer fired. */
export type OnTimerContext<K = unknown> = AnyOnTimerContext<K>

/**
 * A function with a life cycle: `open` before the first record of each subtask, `close` at the end. Members set in the
 * constructor are made anew for every subtask and every attempt; what must survive a failure belongs into state.
 */
export abstract class RichFunction {
  #runtimeContext: RuntimeContext | null = null

  /** Called once per subtask and attempt, before the first record: the place to ask for state. */
  open(_context: OpenContext): void {}

  /** Called once, after the last record. */
  close(): void {}

  /** Where the function runs, and its state. Not before `open`. */
  getRuntimeContext(): RuntimeContext {
    if (this.#runtimeContext === null) throw new LearnerError('NO_RUNTIME_CONTEXT')
    return this.#runtimeContext
  }

  /** Called by the engine. */
  setRuntimeContext(context: RuntimeContext): void {
    this.#runtimeContext = context
  }
}

/** A MapFunction with a life cycle. */
export abstract class RichMapFunction<T, R> extends RichFunction implements MapFunctionLike<T, R> {
  abstract map(value: T): R
}

/** A FilterFunction with a life cycle. */
export abstract class RichFilterFunction<T> extends RichFunction implements FilterFunctionLike<T> {
  abstract filter(value: T): boolean
}

/** A FlatMapFunction with a life cycle. */
export abstract class RichFlatMapFunction<T, R> extends RichFunction implements FlatMapFunctionLike<T, R> {
  abstract flatMap(value: T, out: Collector<R>): void
}

/** A ReduceFunction with a life cycle. */
export abstract class RichReduceFunction<T> extends RichFunction implements ReduceFunctionLike<T> {
  abstract reduce(accumulated: T, value: T): T
}

/** A SinkFunction with a life cycle. */
export abstract class RichSinkFunction<T> extends RichFunction implements SinkFunctionLike<T> {
  abstract invoke(value: T, context: SinkContext): void
}

/**
 * Sees every record of a stream that isn't keyed, with its timestamp, both clocks and side outputs.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/
 */
export abstract class ProcessFunction<T, R> extends RichFunction implements ProcessFunctionLike<T, R> {
  /** Never present; tells the compiler what stream it's for. */
  declare readonly isFor?: 'any stream'
  abstract processElement(value: T, context: UnkeyedContext, out: Collector<R>): void
}

/**
 * Sees every record of a keyed stream, with state and timers for its key.
 *
 * ```ts
 * class FraudDetector extends KeyedProcessFunction<number, Transaction, Alert> {
 *   processElement(transaction: Transaction, context: Context<number>, out: Collector<Alert>) {
 *     out.collect(new Alert(transaction.accountId))
 *   }
 * }
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/
 */
export abstract class KeyedProcessFunction<K, T, R> extends RichFunction implements KeyedProcessFunctionLike<K, T, R> {
  /** Never present; tells the compiler what stream it's for. */
  declare readonly isFor?: StreamKeyedBy<K>
  /** Called for every record, its key being the current one. */
  abstract processElement(value: T, context: Context<K>, out: Collector<R>): void

  /** Called when a timer fires, the key that registered it being the current one. Does nothing unless overridden. */
  onTimer(_timestamp: number, _context: OnTimerContext<K>, _out: Collector<R>): void {}
}
