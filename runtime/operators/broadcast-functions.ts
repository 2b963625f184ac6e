// The functions of a stream connected with a broadcast one, as operators see them, and what they may ask. The classes a
// learner extends are in api/broadcast-functions.ts; both sides meet in these types.

import type {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  StateDescriptor,
  ValueStateDescriptor,
} from '../state/descriptors.ts'
import type { AggregatingState, ReducingState } from '../state/folding-state.ts'
import type { ListState } from '../state/list-state.ts'
import type { BroadcastState, MapState, ReadOnlyBroadcastState } from '../state/map-state.ts'
import type { ValueState } from '../state/value-state.ts'
import type { Collector, OutputTagLike, RichFunctionLike, TimeDomain, TimerService } from './functions.ts'

/** The state that a descriptor asks for. */
export type StateOf<D extends StateDescriptor> =
  D extends ValueStateDescriptor<infer T>
    ? ValueState<T>
    : D extends ListStateDescriptor<infer T>
      ? ListState<T>
      : D extends MapStateDescriptor<infer K, infer V>
        ? MapState<K, V>
        : D extends ReducingStateDescriptor<infer T>
          ? ReducingState<T>
          : D extends AggregatingStateDescriptor<infer IN, infer _ACC, infer OUT>
            ? AggregatingState<IN, OUT>
            : never

/** What both sides may ask. */
interface BroadcastBaseContext {
  /** Milliseconds of processing time: the virtual clock. */
  currentProcessingTime(): number
  /** The operator's current watermark in ms; MIN_WATERMARK before the first. */
  currentWatermark(): number
  /** Emits to a side output, with the record's timestamp. */
  output<X>(tag: OutputTagLike<X>, value: X): void
}

/** For a record of the stream that isn't broadcast: reads the broadcast state. */
export interface ReadOnlyContext extends BroadcastBaseContext {
  /** The record's timestamp in ms; null if it has none. */
  timestamp(): number | null
  /** The state declared with this name in `broadcast`; it can't be changed from here. */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): ReadOnlyBroadcastState<K, V>
}

/** For a record of the broadcast stream: reads and writes the broadcast state. */
export interface BroadcastContext extends BroadcastBaseContext {
  /** The record's timestamp in ms; MIN_WATERMARK if it has none, as in Flink. */
  timestamp(): number
  /** The state declared with this name in `broadcast`. */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V>
}

/** For a record of the keyed stream: also its key and timers. */
export interface KeyedReadOnlyContext<K> extends ReadOnlyContext {
  getCurrentKey(): K
  timerService(): TimerService
}

/** For a timer. */
export interface BroadcastOnTimerContext<K> extends KeyedReadOnlyContext<K> {
  /** What the timer was set for. */
  timestamp(): number
  timeDomain(): TimeDomain
}

/** For a record of the broadcast stream before a keyed operator. It has no key: no keyed state of its own and no timers. */
export interface KeyedBroadcastContext<K> extends BroadcastContext {
  /** Calls the function for every key that has something in this state on this subtask, the key being the current one. */
  applyToKeyedState<D extends StateDescriptor>(descriptor: D, fn: (key: K, state: StateOf<D>) => void): void
}

export interface BroadcastProcessFunctionLike<A, B, R> extends RichFunctionLike {
  processElement(value: A, context: ReadOnlyContext, out: Collector<R>): void
  processBroadcastElement(value: B, context: BroadcastContext, out: Collector<R>): void
}

export interface KeyedBroadcastProcessFunctionLike<K, A, B, R> extends RichFunctionLike {
  processElement(value: A, context: KeyedReadOnlyContext<K>, out: Collector<R>): void
  processBroadcastElement(value: B, context: KeyedBroadcastContext<K>, out: Collector<R>): void
  onTimer?(timestamp: number, context: BroadcastOnTimerContext<K>, out: Collector<R>): void
}
