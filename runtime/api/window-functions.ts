// The functions a learner writes for windows: on all records at once, or on what they were aggregated to on arrival.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#window-functions

import type { Collector } from '../operators/functions.ts'
import type {
  AllWindowFunctionLike,
  ProcessAllWindowFunctionLike,
  ProcessWindowContext as AnyProcessWindowContext,
  ProcessWindowFunctionLike,
  WindowFunctionLike,
} from '../operators/window/window-functions.ts'
import type { Window } from '../operators/window/windows.ts'
import { RichFunction } from './functions.ts'

/** Sees the key, the window and its records: `(key, window, values, out) => …`, or an object with `apply`. */
export type WindowFunction<T, R, K, W extends Window> = WindowFunctionLike<K, W, T, R>

/** Sees a window of a stream that isn't keyed, and its records. */
export type AllWindowFunction<T, R, W extends Window> = AllWindowFunctionLike<W, T, R>

/** What `process` of a ProcessWindowFunction gets beside the records. */
export type ProcessWindowContext<W extends Window = Window> = AnyProcessWindowContext<W>

/** A WindowFunction with a life cycle. */
export abstract class RichWindowFunction<T, R, K, W extends Window>
  extends RichFunction
  implements WindowFunctionLike<K, W, T, R>
{
  abstract apply(key: K, window: W, values: Iterable<T>, out: Collector<R>): void
}

/** An AllWindowFunction with a life cycle. */
export abstract class RichAllWindowFunction<T, R, W extends Window>
  extends RichFunction
  implements AllWindowFunctionLike<W, T, R>
{
  abstract apply(window: W, values: Iterable<T>, out: Collector<R>): void
}

/**
 * Sees the key, the window, its records, both clocks, and state per window and per key.
 *
 * ```ts
 * class Count extends ProcessWindowFunction<Ride, string, number, TimeWindow> {
 *   process(taxi: number, context: ProcessWindowContext<TimeWindow>, rides: Iterable<Ride>, out: Collector<string>) {
 *     out.collect(`${taxi} ${context.window().getEnd()} ${Array.from(rides).length}`)
 *   }
 * }
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#processwindowfunction
 */
export abstract class ProcessWindowFunction<T, R, K, W extends Window>
  extends RichFunction
  implements ProcessWindowFunctionLike<K, W, T, R>
{
  /** Called each time the window fires: more than once with allowed lateness or a trigger that fires early. */
  abstract process(key: K, context: ProcessWindowContext<W>, elements: Iterable<T>, out: Collector<R>): void

  /** Called when the window is gone: the place to clear `windowState`. Does nothing unless overridden. */
  clear(_context: ProcessWindowContext<W>): void {}
}

/** Sees a window of a stream that isn't keyed, its records, both clocks and state. */
export abstract class ProcessAllWindowFunction<T, R, W extends Window>
  extends RichFunction
  implements ProcessAllWindowFunctionLike<W, T, R>
{
  /** Called each time the window fires. */
  abstract process(context: ProcessWindowContext<W>, elements: Iterable<T>, out: Collector<R>): void

  /** Called when the window is gone. Does nothing unless overridden. */
  clear(_context: ProcessWindowContext<W>): void {}
}
