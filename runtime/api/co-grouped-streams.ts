// coGroup: per key and window, all records of one stream beside all of the other. Flink's CoGroupedStreams.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#window-cogroup

import { LearnerError } from '../base/diagnostic.ts'
import type { CoGroupFunctionLike, TaggedUnion } from '../operators/join/co-group.ts'
import type { Window } from '../operators/window/windows.ts'
import type { TypeInformation } from '../record/type-info.ts'
import type { StreamPair } from './connected-streams.ts'
import type { SingleOutputStreamOperator } from './data-stream.ts'
import { RichFunction, type Collector, type KeyFunction } from './functions.ts'
import { pairKey, pairWindows, WindowedPair, type PairKey } from './paired-streams.ts'
import { requireFunction } from './require.ts'
import type { WindowAssigner } from './window-assigners.ts'

/** Gets, per key and window, the records of both streams: `(first, second, out) => …`, or an object with `coGroup`. */
export type CoGroupFunction<IN1, IN2, OUT> = CoGroupFunctionLike<IN1, IN2, OUT>

/** A CoGroupFunction with a life cycle. */
export abstract class RichCoGroupFunction<IN1, IN2, OUT>
  extends RichFunction
  implements CoGroupFunctionLike<IN1, IN2, OUT>
{
  abstract coGroup(first: Iterable<IN1>, second: Iterable<IN2>, out: Collector<OUT>): void
}

/**
 * Two streams about to be grouped together. A window with records of one stream only gives a group too, with nothing on
 * the other side: outer joins can be written so.
 *
 * ```ts
 * orders.coGroup(payments)
 *   .where((order) => order.id)
 *   .equalTo((payment) => payment.orderId)
 *   .window(TumblingEventTimeWindows.of(Duration.ofMinutes(5)))
 *   .apply<string>((ordered, paid, out) => {
 *     const euros = Array.from(paid, (payment) => payment.euros)
 *     …
 *   })
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#window-cogroup
 */
export class CoGroupedStreams<IN1, IN2> {
  readonly #pair: StreamPair<IN1, IN2>

  /** Made by `coGroup`. */
  constructor(pair: StreamPair<IN1, IN2>) {
    this.#pair = pair
  }

  /** The key of the first stream's records; `type` fixes its class. */
  where<K>(selector: KeyFunction<IN1, K>, type?: TypeInformation<K>): CoGroupWhere<IN1, IN2, K> {
    return new CoGroupWhere(this.#pair, pairKey(selector, type, 'where'))
  }
}

/** A co-group that knows the key of its first stream. */
export class CoGroupWhere<IN1, IN2, K> {
  readonly #pair: StreamPair<IN1, IN2>
  readonly #first: PairKey<IN1, K>

  /** Made by `where`. */
  constructor(pair: StreamPair<IN1, IN2>, first: PairKey<IN1, K>) {
    this.#pair = pair
    this.#first = first
  }

  /** The key of the second stream's records; `type` fixes its class. */
  equalTo(selector: KeyFunction<IN2, K>, type?: TypeInformation<K>): CoGroupEqualTo<IN1, IN2, K> {
    return new CoGroupEqualTo(this.#pair, this.#first, pairKey(selector, type, 'equalTo'))
  }
}

/** A co-group that lacks its windows. */
export class CoGroupEqualTo<IN1, IN2, K> {
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
  window<W extends Window>(assigner: WindowAssigner<TaggedUnion<IN1, IN2>, W>): WindowedCoGroup<IN1, IN2, W> {
    return new WindowedCoGroup(pairWindows(this.#pair, this.#first, this.#second, assigner))
  }

  /** Says that the windows are missing. */
  apply(_fn: never): never {
    throw new LearnerError('JOIN_WITHOUT_WINDOW', { call: 'coGroup' })
  }
}

/** A co-group that lacks nothing but its function. */
export class WindowedCoGroup<IN1, IN2, W extends Window> extends WindowedPair<IN1, IN2, W> {
  /** Calls the function for every key and window. */
  apply<OUT>(
    fn: CoGroupFunction<IN1, IN2, OUT> | ((first: Iterable<IN1>, second: Iterable<IN2>, out: Collector<OUT>) => void),
  ): SingleOutputStreamOperator<OUT> {
    requireFunction(fn, 'coGroup', 'apply')
    return this.coGroup(typeof fn === 'function' ? { coGroup: fn } : fn)
  }
}
