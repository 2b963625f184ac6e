// Two streams of different types before one operator. Flink's ConnectedStreams.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#connect

import { LearnerError } from '../base/diagnostic.ts'
import type { OperatorSpec } from '../graph/stream-graph.ts'
import type { TypeInformation } from '../record/type-info.ts'
import {
  KeyedCoProcessFunction,
  type CoFlatMapFunction,
  type CoMapFunction,
  type CoProcessFunction,
} from './co-functions.ts'
import type { DataStream, SingleOutputStreamOperator } from './data-stream.ts'
import type { KeyFunction } from './functions.ts'
import { requireObject } from './require.ts'

/** In place of a key type, where not both streams are keyed. */
export interface NotKeyed {
  readonly isKeyed: false
}

/** The two streams, and how to add an operator that reads both: made by `connect`. */
export interface StreamPair<IN1, IN2> {
  readonly first: DataStream<IN1>
  readonly second: DataStream<IN2>
  readonly keyed: readonly [boolean, boolean]
  /** Maps each stream in the tasks of whatever gives its records. */
  mapEach<R>(first: (value: IN1) => R, second: (value: IN2) => R): readonly [DataStream<R>, DataStream<R>]
  transform<R>(
    spec: OperatorSpec,
    name: string,
    functions: Readonly<Record<string, unknown>>,
  ): SingleOutputStreamOperator<R>
}

/**
 * Two streams that one function will process, each with a method of its own. Records of one stream keep their order;
 * between the streams there is none. If both are keyed, records with one key share state and timers.
 *
 * ```ts
 * control.keyBy((word) => word).connect(words.keyBy((word) => word)).flatMap(new ControlFunction())
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#connect
 */
export class ConnectedStreams<IN1, IN2, K = NotKeyed> {
  readonly #pair: StreamPair<IN1, IN2>

  /** Connected streams are made by `connect`. */
  constructor(pair: StreamPair<IN1, IN2>) {
    this.#pair = pair
  }

  /** The stream on which `connect` was called. */
  getFirstInput(): DataStream<IN1> {
    return this.#pair.first
  }

  /** The stream that `connect` was given. */
  getSecondInput(): DataStream<IN2> {
    return this.#pair.second
  }

  /** Brings the records of a key, of both streams, to one subtask. `type` fixes the class of the key on both sides. */
  keyBy<Key>(
    selector1: KeyFunction<IN1, Key>,
    selector2: KeyFunction<IN2, Key>,
    type?: TypeInformation<Key>,
  ): ConnectedStreams<IN1, IN2, Key> {
    const { first, second } = this.#pair
    return first.keyBy(selector1, type).connect(second.keyBy(selector2, type))
  }

  /** Makes one record of each: `map1` of those of the first stream, `map2` of those of the second. */
  map<R>(fn: CoMapFunction<IN1, IN2, R>): SingleOutputStreamOperator<R> {
    requireObject(fn, 'map1', 'map')
    requireObject(fn, 'map2', 'map')
    return this.#pair.transform({ kind: 'coMap' }, 'Co-Map', { coMap: fn })
  }

  /** Makes any number of records of each, through the collector: `flatMap1` and `flatMap2`. */
  flatMap<R>(fn: CoFlatMapFunction<IN1, IN2, R>): SingleOutputStreamOperator<R> {
    requireObject(fn, 'flatMap1', 'flatMap')
    requireObject(fn, 'flatMap2', 'flatMap')
    return this.#pair.transform({ kind: 'coFlatMap' }, 'Co-Flat Map', { coFlatMap: fn })
  }

  /** Runs a process function on two keyed streams: state and timers per key, shared by both. */
  process<R>(fn: KeyedCoProcessFunction<K, IN1, IN2, R>): SingleOutputStreamOperator<R>
  /** Runs a process function; timers only where both streams are keyed. */
  process<R>(fn: CoProcessFunction<IN1, IN2, R>): SingleOutputStreamOperator<R>
  process<R>(
    fn: KeyedCoProcessFunction<K, IN1, IN2, R> | CoProcessFunction<IN1, IN2, R>,
  ): SingleOutputStreamOperator<R> {
    // A broadcast without descriptors is a stream like any other.
    if (typeof (fn as { processBroadcastElement?: unknown } | null)?.processBroadcastElement === 'function') {
      throw new LearnerError('BROADCAST_WITHOUT_STATE')
    }
    requireObject(fn, 'processElement1', 'process')
    requireObject(fn, 'processElement2', 'process')
    const areKeyed = this.#pair.keyed.every(Boolean)
    const name = fn instanceof KeyedCoProcessFunction ? 'Co-Keyed-Process' : 'Co-Process'
    if (areKeyed) return this.#pair.transform({ kind: 'keyedCoProcess' }, name, { coProcess: fn })
    if (fn instanceof KeyedCoProcessFunction)
      throw new LearnerError('CONNECTED_NOT_KEYED', { inputs: this.#notKeyed() })
    return this.#pair.transform({ kind: 'coProcess' }, name, { coProcess: fn })
  }

  /** Which of the two streams aren't keyed: `1`, `2` or `1, 2`. */
  #notKeyed(): string {
    return this.#pair.keyed.flatMap((isKeyed, i) => (isKeyed ? [] : [i + 1])).join(', ')
  }
}
