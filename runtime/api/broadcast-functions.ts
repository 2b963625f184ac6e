// The functions of a stream connected with a broadcast one.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/

import type {
  BroadcastContext,
  BroadcastOnTimerContext,
  KeyedBroadcastContext,
  KeyedReadOnlyContext,
  ReadOnlyContext,
} from '../operators/broadcast-functions.ts'
import { RichFunction, type Collector } from './functions.ts'

export type {
  BroadcastContext,
  BroadcastOnTimerContext,
  KeyedBroadcastContext,
  KeyedReadOnlyContext,
  ReadOnlyContext,
} from '../operators/broadcast-functions.ts'

/**
 * Sees every record of a stream that isn't keyed, and every record of a broadcast one. What it learns from the broadcast
 * stream it puts into broadcast state, of which every subtask has a copy.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/
 */
export abstract class BroadcastProcessFunction<IN1, IN2, OUT> extends RichFunction {
  /** Never present; tells TypeScript this function from a KeyedBroadcastProcessFunction. */
  readonly keyExample?: undefined

  /** Called for every record of the stream that isn't broadcast. It only reads the broadcast state. */
  abstract processElement(value: IN1, context: ReadOnlyContext, out: Collector<OUT>): void
  /**
   * Called on every subtask for every record of the broadcast stream. Subtasks may get these records in different
   * orders, so what it puts into the state must not depend on the order.
   */
  abstract processBroadcastElement(value: IN2, context: BroadcastContext, out: Collector<OUT>): void
}

/**
 * Sees every record of a keyed stream, with state and timers for its key, and every record of a broadcast one.
 *
 * ```ts
 * class Rules extends KeyedBroadcastProcessFunction<string, Item, Rule, string> {
 *   …
 *   processElement(item: Item, context: KeyedReadOnlyContext<string>, out: Collector<string>) {
 *     …
 *     for (const [name, rule] of context.getBroadcastState(RULES).immutableEntries()) …
 *   }
 *   processBroadcastElement(rule: Rule, context: KeyedBroadcastContext<string>, out: Collector<string>) {
 *     context.getBroadcastState(RULES).put(rule.name, rule)
 *     …
 *   }
 * }
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/
 */
export abstract class KeyedBroadcastProcessFunction<K, IN1, IN2, OUT> extends RichFunction {
  /** Never present; lets TypeScript compare `K` with the key of the stream. */
  readonly keyExample?: K

  /** Called for every record of the keyed stream, its key being the current one. It only reads the broadcast state. */
  abstract processElement(value: IN1, context: KeyedReadOnlyContext<K>, out: Collector<OUT>): void
  /**
   * Called on every subtask for every record of the broadcast stream. No key is current: keyed state is reached through
   * `applyToKeyedState`, and timers can't be set. Subtasks may get these records in different orders.
   */
  abstract processBroadcastElement(value: IN2, context: KeyedBroadcastContext<K>, out: Collector<OUT>): void

  /** Called when a timer fires, the key that registered it being the current one. Does nothing unless overridden. */
  onTimer(_timestamp: number, _context: BroadcastOnTimerContext<K>, _out: Collector<OUT>): void {}
}
