// When the contents of a window are handed on: the triggers that come with Flink, as data. One's own extends Trigger.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#triggers

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import { BuiltInTrigger } from '../operators/window/built-in-trigger.ts'
import { Trigger } from '../operators/window/trigger.ts'
import type { TriggerSpec } from '../operators/window/window-spec.ts'
import type { GlobalWindow, TimeWindow, Window } from '../operators/window/windows.ts'
import type { TypeInformation } from '../record/type-info.ts'
import { durationMs, type Duration, type Time } from './duration.ts'
import { requireFunction } from './require.ts'

export { Trigger, TriggerResult } from '../operators/window/trigger.ts'
export type { OnMergeContext, TriggerContext } from '../operators/window/trigger.ts'

/** Measures how far two records are apart. */
export interface DeltaFunction<T> {
  getDelta(oldDataPoint: T, newDataPoint: T): number
}

/** Fires when the watermark passes the window's end, and at every late record after that. The default of event-time windows. */
export class EventTimeTrigger extends BuiltInTrigger<unknown, TimeWindow> {
  static create(): EventTimeTrigger {
    return new EventTimeTrigger({ kind: 'eventTime' })
  }
}

/** Fires when the clock passes the window's end. The default of processing-time windows. */
export class ProcessingTimeTrigger extends BuiltInTrigger<unknown, TimeWindow> {
  static create(): ProcessingTimeTrigger {
    return new ProcessingTimeTrigger({ kind: 'processingTime' })
  }
}

/** Fires at every so many records of the window. The records stay, unless a PurgingTrigger is around it. */
export class CountTrigger<W extends Window = Window> extends BuiltInTrigger<unknown, W> {
  static of<W extends Window = Window>(maxCount: number): CountTrigger<W> {
    return new CountTrigger<W>({ kind: 'count', count: requireCount(maxCount, 'CountTrigger') })
  }
}

/** Throws the window's contents away whenever another trigger fires. */
export class PurgingTrigger<T, W extends Window> extends BuiltInTrigger<T, W> {
  static of<T, W extends Window>(trigger: Trigger<T, W>): PurgingTrigger<T, W> {
    const { spec, functions } = triggerParts(trigger, 'PurgingTrigger.of')
    return new PurgingTrigger<T, W>({ kind: 'purging', of: spec }, functions)
  }
}

/**
 * Fires each time the watermark passes a multiple of the interval, and at the window's end: results come early, and again.
 * A watermark that jumps fires once for every interval in between.
 */
export class ContinuousEventTimeTrigger<W extends Window = Window> extends BuiltInTrigger<unknown, W> {
  static of<W extends Window = Window>(interval: Duration | Time): ContinuousEventTimeTrigger<W> {
    const intervalMs = durationMs(interval, 'ContinuousEventTimeTrigger', 1)
    return new ContinuousEventTimeTrigger<W>({ kind: 'continuousEventTime', intervalMs })
  }
}

/** Fires each time the clock passes a multiple of the interval. */
export class ContinuousProcessingTimeTrigger<W extends Window = Window> extends BuiltInTrigger<unknown, W> {
  static of<W extends Window = Window>(interval: Duration | Time): ContinuousProcessingTimeTrigger<W> {
    const intervalMs = durationMs(interval, 'ContinuousProcessingTimeTrigger', 1)
    return new ContinuousProcessingTimeTrigger<W>({ kind: 'continuousProcessingTime', intervalMs })
  }
}

/** Fires at a record that is further than the threshold from the one at which it fired last (at first: from the first). */
export class DeltaTrigger<T, W extends Window = Window> extends BuiltInTrigger<T, W> {
  /** `type` is Flink's serializer for the record kept; it isn't needed here. */
  static of<T, W extends Window = Window>(
    threshold: number,
    deltaFunction: DeltaFunction<T> | ((oldDataPoint: T, newDataPoint: T) => number),
    _type?: TypeInformation<T>,
  ): DeltaTrigger<T, W> {
    requireFunction(deltaFunction, 'getDelta', 'DeltaTrigger.of')
    const spec: TriggerSpec = { kind: 'delta', threshold: requireThreshold(threshold, 'DeltaTrigger') }
    return new DeltaTrigger<T, W>(spec, { delta: deltaFunction })
  }
}

/** Fires when another trigger does, and when nothing fired for too long after a record, by the clock. */
export class ProcessingTimeoutTrigger<T, W extends Window> extends BuiltInTrigger<T, W> {
  /** `resetTimerOnNewRecord`: each record begins the time anew. `shouldClearOnTimeout`: the other trigger forgets what it has counted. */
  static of<T, W extends Window>(
    nestedTrigger: Trigger<T, W>,
    timeout: Duration | Time,
    resetTimerOnNewRecord = false,
    shouldClearOnTimeout = true,
  ): ProcessingTimeoutTrigger<T, W> {
    const { spec: of, functions } = triggerParts(nestedTrigger, 'ProcessingTimeoutTrigger.of')
    const timeoutMs = durationMs(timeout, 'ProcessingTimeoutTrigger', 1)
    const spec: TriggerSpec = {
      kind: 'processingTimeout',
      of,
      timeoutMs,
      resetTimerOnNewRecord,
      shouldClearOnTimeout,
    }
    return new ProcessingTimeoutTrigger<T, W>(spec, functions)
  }
}

/** Never fires: the default of GlobalWindows. */
export class NeverTrigger extends BuiltInTrigger<unknown, GlobalWindow> {
  static create(): NeverTrigger {
    return new NeverTrigger({ kind: 'never' })
  }
}

/** A trigger as data, and the learner's functions in it. */
export function triggerParts<T, W extends Window>(
  trigger: Trigger<T, W>,
  call: string,
): { readonly spec: TriggerSpec; readonly functions: Readonly<Record<string, unknown>> } {
  if (trigger instanceof BuiltInTrigger) return { spec: trigger.spec, functions: trigger.functions }
  if (!(trigger instanceof Trigger)) throw new LearnerError('TRIGGER_WANTED', { call, value: valueName(trigger) })
  return { spec: { kind: 'custom', canMerge: trigger.canMerge() }, functions: { trigger } }
}

/** A count of records, from 1. */
export function requireCount(count: number, what: string): number {
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw new LearnerError('WINDOW_COUNT', { what, value: String(count) })
}

/** A distance between records. */
export function requireThreshold(threshold: number, what: string): number {
  if (typeof threshold === 'number' && threshold >= 0) return threshold
  throw new LearnerError('DELTA_THRESHOLD', { what, value: String(threshold) })
}
