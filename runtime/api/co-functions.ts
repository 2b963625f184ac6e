// The functions of connected streams: one object, with a method for each of the two inputs.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#comap-coflatmap

import type { CoFlatMapFunctionLike, CoMapFunctionLike } from '../operators/co-functions.ts'
import { RichFunction, type Collector, type Context, type OnTimerContext, type UnkeyedContext } from './functions.ts'

/** Makes one record of each, by `map1` for the first input and `map2` for the second. */
export type CoMapFunction<IN1, IN2, R> = CoMapFunctionLike<IN1, IN2, R>
/** Makes any number of records of each, by `flatMap1` and `flatMap2`. */
export type CoFlatMapFunction<IN1, IN2, R> = CoFlatMapFunctionLike<IN1, IN2, R>

/** A CoMapFunction with a life cycle; on keyed streams with state that both inputs share. */
export abstract class RichCoMapFunction<IN1, IN2, R> extends RichFunction implements CoMapFunctionLike<IN1, IN2, R> {
  abstract map1(value: IN1): R
  abstract map2(value: IN2): R
}

/** A CoFlatMapFunction with a life cycle; on keyed streams with state that both inputs share. */
export abstract class RichCoFlatMapFunction<IN1, IN2, R>
  extends RichFunction
  implements CoFlatMapFunctionLike<IN1, IN2, R>
{
  abstract flatMap1(value: IN1, out: Collector<R>): void
  abstract flatMap2(value: IN2, out: Collector<R>): void
}

/**
 * Sees every record of two connected streams, with its timestamp, both clocks and side outputs. Timers it has only where
 * both streams are keyed.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/#low-level-joins
 */
export abstract class CoProcessFunction<IN1, IN2, R> extends RichFunction {
  /** Never present; tells TypeScript this function from a KeyedCoProcessFunction. */
  readonly keyExample?: undefined

  /** Called for every record of the first stream. */
  abstract processElement1(value: IN1, context: UnkeyedContext, out: Collector<R>): void
  /** Called for every record of the second stream. */
  abstract processElement2(value: IN2, context: UnkeyedContext, out: Collector<R>): void

  /** Called when a timer fires. Does nothing unless overridden. */
  onTimer(_timestamp: number, _context: OnTimerContext, _out: Collector<R>): void {}
}

/**
 * Sees every record of two connected keyed streams. Records with one key, of whichever stream, share state and timers.
 *
 * ```ts
 * class Enrich extends KeyedCoProcessFunction<number, Ride, Fare, string> {
 *   …
 *   processElement1(ride: Ride, context: Context<number>, out: Collector<string>) {
 *     this.ride.update(ride)
 *     …
 *   processElement2(fare: Fare, context: Context<number>, out: Collector<string>) {
 *     this.fare.update(fare)
 *     …
 * }
 * …
 * rides.keyBy((ride) => ride.rideId).connect(fares.keyBy((fare) => fare.rideId)).process(new Enrich())
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/#low-level-joins
 */
export abstract class KeyedCoProcessFunction<K, IN1, IN2, R> extends RichFunction {
  /** Never present; lets TypeScript compare `K` with the key of the streams. */
  readonly keyExample?: K

  /** Called for every record of the first stream, its key being the current one. */
  abstract processElement1(value: IN1, context: Context<K>, out: Collector<R>): void
  /** Called for every record of the second stream, its key being the current one. */
  abstract processElement2(value: IN2, context: Context<K>, out: Collector<R>): void

  /** Called when a timer fires, the key that registered it being the current one. Does nothing unless overridden. */
  onTimer(_timestamp: number, _context: OnTimerContext<K>, _out: Collector<R>): void {}
}
