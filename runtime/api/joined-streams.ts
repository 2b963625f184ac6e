// Window joins: per key and window, every record of one stream with every one of the other. Flink's JoinedStreams.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#window-join

import { LearnerError } from '../base/diagnostic.ts'
import {
  JoinCoGroupFunction,
  type CoGroupFunctionLike,
  type JoinFunctionLike,
  type TaggedUnion,
} from '../operators/join/co-group.ts'
import type { Window } from '../operators/window/windows.ts'
import type { TypeInformation } from '../record/type-info.ts'
import type { StreamPair } from './connected-streams.ts'
import type { SingleOutputStreamOperator } from './data-stream.ts'
import { RichFunction, type Collector, type KeyFunction } from './functions.ts'
import { pairKey, pairWindows, WindowedPair, type PairKey } from './paired-streams.ts'
import { requireFunction } from './require.ts'
import type { WindowAssigner } from './window-assigners.ts'

/** Makes one record of every pair: `(first, second) => result`, or an object with `join`. */
export interface JoinFunction<IN1, IN2, OUT> {
  join(first: IN1, second: IN2): OUT
}

/** Makes any number of records of every pair, through the collector. */
export interface FlatJoinFunction<IN1, IN2, OUT> {
  join(first: IN1, second: IN2, out: Collector<OUT>): void
}

/** A JoinFunction with a life cycle. */
export abstract class RichJoinFunction<IN1, IN2, OUT> extends RichFunction implements JoinFunction<IN1, IN2, OUT> {
  abstract join(first: IN1, second: IN2): OUT
}

/** A FlatJoinFunction with a life cycle. */
export abstract class RichFlatJoinFunction<IN1, IN2, OUT>
  extends RichFunction
  implements FlatJoinFunction<IN1, IN2, OUT>
{
  abstract join(first: IN1, second: IN2, out: Collector<OUT>): void
}

/**
 * Two streams about to be joined. Inner joins: a record without a partner in its window gives nothing.
 *
 * ```ts
 * orders.join(payments)
 *   .where((order) => order.id)
 *   .equalTo((payment) => payment.orderId)
 *   .window(TumblingEventTimeWindows.of(Duration.ofMinutes(5)))
 *   .apply((order, payment) => `${order.item} ${payment.euros}`)
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#window-join
 */
export class JoinedStreams<IN1, IN2> {
  readonly #pair: StreamPair<IN1, IN2>

  /** Made by `join`. */
  constructor(pair: StreamPair<IN1, IN2>) {
    this.#pair = pair
  }

  /** The key of the first stream's records; `type` fixes its class. */
  where<K>(selector: KeyFunction<IN1, K>, type?: TypeInformation<K>): JoinWhere<IN1, IN2, K> {
    return new JoinWhere(this.#pair, pairKey(selector, type, 'where'))
  }
}

/** A join that knows the key of its first stream. */
export class JoinWhere<IN1, IN2, K> {
  readonly #pair: StreamPair<IN1, IN2>
  readonly #first: PairKey<IN1, K>

  /** Made by `where`. */
  constructor(pair: StreamPair<IN1, IN2>, first: PairKey<IN1, K>) {
    this.#pair = pair
    this.#first = first
  }

  /** The key of the second stream's records; `type` fixes its class. */
  equalTo(selector: KeyFunction<IN2, K>, type?: TypeInformation<K>): JoinEqualTo<IN1, IN2, K> {
    return new JoinEqualTo(this.#pair, this.#first, pairKey(selector, type, 'equalTo'))
  }
}

/** A join that lacks its windows. */
export class JoinEqualTo<IN1, IN2, K> {
  readonly #pair: StreamPair<IN1, IN2>
  readonly #first: PairKey<IN1, K>
  readonly #second: PairKey<IN2, K>

  /** Made by `equalTo`. */
  constructor(pair: StreamPair<IN1, IN2>, first: PairKey<IN1, K>, second: PairKey<IN2, K>) {
    this.#pair = pair
    this.#first = first
    this.#second = second
  }

  /** The windows in which records of one key come together. */
  window<W extends Window>(assigner: WindowAssigner<TaggedUnion<IN1, IN2>, W>): WindowedJoin<IN1, IN2, W> {
    return new WindowedJoin(pairWindows(this.#pair, this.#first, this.#second, assigner))
  }

  /** Says that the windows are missing. */
  apply(_fn: never): never {
    throw new LearnerError('JOIN_WITHOUT_WINDOW', { call: 'join' })
  }
}

/** A window join that lacks nothing but its function. */
export class WindowedJoin<IN1, IN2, W extends Window> extends WindowedPair<IN1, IN2, W> {
  /** Calls the function for every pair. What it returns is emitted; one that collects returns nothing. */
  apply<OUT>(fn: JoinFunction<IN1, IN2, OUT> | ((first: IN1, second: IN2) => OUT)): SingleOutputStreamOperator<OUT>
  apply<OUT>(
    fn: FlatJoinFunction<IN1, IN2, OUT> | ((first: IN1, second: IN2, out: Collector<OUT>) => void),
  ): SingleOutputStreamOperator<OUT>
  apply<OUT>(fn: unknown): SingleOutputStreamOperator<OUT> {
    requireFunction(fn, 'join', 'apply')
    const join = (typeof fn === 'function' ? { join: fn } : fn) as JoinFunctionLike<unknown, unknown, unknown>
    return this.coGroup<OUT>(new JoinCoGroupFunction(join) as CoGroupFunctionLike<IN1, IN2, OUT>)
  }
}
