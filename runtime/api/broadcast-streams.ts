// Streams whose records every subtask gets, with the state that they're kept in. Flink's BroadcastStream and
// BroadcastConnectedStream.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import type { BroadcastStateSpec } from '../graph/stream-graph.ts'
import { typeText } from '../record/type-info.ts'
import { MapStateDescriptor } from '../state/descriptors.ts'
import { KeyedBroadcastProcessFunction, type BroadcastProcessFunction } from './broadcast-functions.ts'
import type { NotKeyed, StreamPair } from './connected-streams.ts'
import type { DataStream, SingleOutputStreamOperator } from './data-stream.ts'
import { requireObject } from './require.ts'

/** A stream to be connected with another, each of whose subtasks gets all of its records. Made by `broadcast`. */
export class BroadcastStream<T> {
  /** What is broadcast. */
  readonly stream: DataStream<T>
  readonly states: readonly BroadcastStateSpec[]

  /** Broadcast streams are made by `broadcast`. */
  constructor(stream: DataStream<T>, descriptors: readonly MapStateDescriptor<unknown, unknown>[]) {
    const wrong = descriptors.find((descriptor) => !(descriptor instanceof MapStateDescriptor))
    if (wrong !== undefined) throw new LearnerError('BROADCAST_DESCRIPTOR', { value: valueName(wrong) })
    const names = descriptors.map(({ name }) => name)
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    if (twice !== undefined) throw new LearnerError('BROADCAST_STATE_TWICE', { state: twice })
    this.stream = stream
    this.states = descriptors.map(({ name, keyType }) => ({
      name,
      keyType: keyType === null ? null : typeText(keyType),
    }))
  }
}

/**
 * A stream, keyed or not, and a broadcast one, which one function will process.
 *
 * ```ts
 * items.keyBy((item) => item.colour).connect(rules.broadcast(RULES)).process(new Rules())
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/
 */
export class BroadcastConnectedStream<IN1, IN2, K = NotKeyed> {
  readonly #pair: StreamPair<IN1, IN2>
  readonly #states: readonly BroadcastStateSpec[]

  /** Made by `connect`. */
  constructor(pair: StreamPair<IN1, IN2>, states: readonly BroadcastStateSpec[]) {
    this.#pair = pair
    this.#states = states
  }

  /** Runs a process function on the keyed stream and the broadcast one. */
  process<OUT>(fn: KeyedBroadcastProcessFunction<K, IN1, IN2, OUT>): SingleOutputStreamOperator<OUT>
  /** Runs a process function on the stream that isn't keyed and the broadcast one. */
  process<OUT>(
    this: BroadcastConnectedStream<IN1, IN2>,
    fn: BroadcastProcessFunction<IN1, IN2, OUT>,
  ): SingleOutputStreamOperator<OUT>
  process<OUT>(
    fn: KeyedBroadcastProcessFunction<K, IN1, IN2, OUT> | BroadcastProcessFunction<IN1, IN2, OUT>,
  ): SingleOutputStreamOperator<OUT> {
    requireObject(fn, 'processElement', 'process')
    requireObject(fn, 'processBroadcastElement', 'process')
    const [isKeyed] = this.#pair.keyed
    const states = this.#states
    const functions = { broadcastProcess: fn }
    if (fn instanceof KeyedBroadcastProcessFunction) {
      if (!isKeyed) throw new LearnerError('BROADCAST_NOT_KEYED')
      return this.#pair.transform({ kind: 'keyedBroadcastProcess', states }, 'Co-Process-Broadcast-Keyed', functions)
    }
    if (isKeyed) throw new LearnerError('BROADCAST_KEYED')
    return this.#pair.transform({ kind: 'broadcastProcess', states }, 'Co-Process-Broadcast', functions)
  }
}
