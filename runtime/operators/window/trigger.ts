// What a trigger is asked, what it may ask, and what it answers. The same contract for the built-in ones and for those
// that learners write. Flink's Trigger.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#triggers

import { LearnerError } from '../../base/diagnostic.ts'
import type {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from '../../state/descriptors.ts'
import type { AggregatingState, ReducingState } from '../../state/folding-state.ts'
import type { ListState } from '../../state/list-state.ts'
import type { MapState } from '../../state/map-state.ts'
import type { ValueState } from '../../state/value-state.ts'
import type { Window } from './windows.ts'

/** What becomes of a window: its function is called, its contents are thrown away, both or neither. */
export class TriggerResult {
  static readonly CONTINUE = new TriggerResult(false, false)
  /** Calls the window's function; the contents stay. */
  static readonly FIRE = new TriggerResult(true, false)
  /** Throws the contents away; the window stays, and so do its state and timers. */
  static readonly PURGE = new TriggerResult(false, true)
  static readonly FIRE_AND_PURGE = new TriggerResult(true, true)

  readonly #fires: boolean
  readonly #purges: boolean

  private constructor(fires: boolean, purges: boolean) {
    this.#fires = fires
    this.#purges = purges
  }

  isFire(): boolean {
    return this.#fires
  }

  isPurge(): boolean {
    return this.#purges
  }
}

/** What a trigger may ask. State and timers belong to the current key and window. */
export interface TriggerContext {
  /** Milliseconds of processing time. */
  getCurrentProcessingTime(): number
  /** The operator's current watermark in ms; MIN_WATERMARK before the first. */
  getCurrentWatermark(): number
  /** Calls `onProcessingTime` for this key and window once the clock reaches the time. */
  registerProcessingTimeTimer(timestampMs: number): void
  /** Calls `onEventTime` for this key and window once the watermark reaches the time. */
  registerEventTimeTimer(timestampMs: number): void
  deleteProcessingTimeTimer(timestampMs: number): void
  deleteEventTimeTimer(timestampMs: number): void
  /** State of this key and window. It isn't cleared by itself: do it in `clear`. */
  getPartitionedState<S>(descriptor: ValueStateDescriptor<S>): ValueState<S>
  getPartitionedState<S>(descriptor: ListStateDescriptor<S>): ListState<S>
  getPartitionedState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V>
  getPartitionedState<S>(descriptor: ReducingStateDescriptor<S>): ReducingState<S>
  getPartitionedState<IN, ACC, OUT>(descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): AggregatingState<IN, OUT>
}

/** What `onMerge` may ask beside. */
export interface OnMergeContext extends TriggerContext {
  /** Brings the state of the windows that were merged into this one over, and joins it with this one's. */
  mergePartitionedState<S>(descriptor: ListStateDescriptor<S> | ReducingStateDescriptor<S>): void
  mergePartitionedState<IN, ACC, OUT>(descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): void
}

/**
 * Decides when the contents of a window are handed to its function. One trigger serves all keys and windows of a
 * subtask: what it has to remember belongs into `getPartitionedState`.
 *
 * ```ts
 * class EveryTenth extends Trigger<Ride, TimeWindow> { … }
 * rides.keyBy((ride) => ride.taxi).window(TumblingEventTimeWindows.of(Duration.ofHours(1))).trigger(new EveryTenth())
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#triggers
 */
export abstract class Trigger<T, W extends Window> {
  /** A record was added to the window. `timestamp` is its event time in ms; MIN_WATERMARK if it has none. */
  abstract onElement(element: T, timestamp: number, window: W, context: TriggerContext): TriggerResult

  /** A processing-time timer of the window fired. */
  abstract onProcessingTime(time: number, window: W, context: TriggerContext): TriggerResult

  /** An event-time timer of the window fired. */
  abstract onEventTime(time: number, window: W, context: TriggerContext): TriggerResult

  /** Whether windows that merge, sessions, can have it. False unless overridden. */
  canMerge(): boolean {
    return false
  }

  /** Windows were merged into this one; state of theirs that is to live on must be brought over here. */
  onMerge(_window: W, _context: OnMergeContext): void {
    throw new LearnerError('TRIGGER_ON_MERGE', { trigger: this.constructor.name })
  }

  /** The window is gone: clear its state, delete its timers. */
  abstract clear(window: W, context: TriggerContext): void
}
