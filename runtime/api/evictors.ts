// What leaves a window when it fires: the evictors that come with Flink, as data. One's own implements Evictor.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#evictors

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import type { Evictor } from '../operators/window/evictors.ts'
import type { EvictorSpec } from '../operators/window/window-spec.ts'
import type { Window } from '../operators/window/windows.ts'
import { durationMs, type Duration, type Time } from './duration.ts'
import { requireFunction, requireObject } from './require.ts'
import { requireCount, requireThreshold, type DeltaFunction } from './triggers.ts'

export { TimestampedValue, WindowElements } from '../operators/window/evictors.ts'
export type { Evictor, EvictorContext } from '../operators/window/evictors.ts'

/** Base of the evictors that come with Flink. */
export abstract class BuiltInEvictor<T> {
  /** As the plan holds it. */
  readonly spec: EvictorSpec
  /** The learner's functions in it, by role. */
  readonly functions: Readonly<Record<string, unknown>>
  /** Never present; lets TypeScript infer `T`. */
  readonly element?: (element: T) => void

  constructor(spec: EvictorSpec, functions: Readonly<Record<string, unknown>> = {}) {
    this.spec = spec
    this.functions = functions
  }
}

/** Keeps so many records, the last ones. */
export class CountEvictor extends BuiltInEvictor<unknown> {
  /** `doEvictAfter`: evict after the window's function was called, not before. */
  static of(maxCount: number, doEvictAfter = false): CountEvictor {
    return new CountEvictor({ kind: 'count', count: requireCount(maxCount, 'CountEvictor'), isAfter: doEvictAfter })
  }
}

/** Keeps the records of the last so long before the latest of them, by their timestamps. */
export class TimeEvictor extends BuiltInEvictor<unknown> {
  /** `doEvictAfter`: evict after the window's function was called, not before. */
  static of(windowSize: Duration | Time, doEvictAfter = false): TimeEvictor {
    const sizeMs = durationMs(windowSize, 'TimeEvictor', 1)
    return new TimeEvictor({ kind: 'time', sizeMs, isAfter: doEvictAfter })
  }
}

/** Removes the records that are as far as the threshold from the last one, or further. */
export class DeltaEvictor<T> extends BuiltInEvictor<T> {
  /** `doEvictAfter`: evict after the window's function was called, not before. */
  static of<T>(
    threshold: number,
    deltaFunction: DeltaFunction<T> | ((oldDataPoint: T, newDataPoint: T) => number),
    doEvictAfter = false,
  ): DeltaEvictor<T> {
    requireFunction(deltaFunction, 'getDelta', 'DeltaEvictor.of')
    const spec: EvictorSpec = {
      kind: 'delta',
      threshold: requireThreshold(threshold, 'DeltaEvictor'),
      isAfter: doEvictAfter,
    }
    return new DeltaEvictor<T>(spec, { evictorDelta: deltaFunction })
  }
}

/** An evictor as data, and the learner's functions in it. */
export function evictorParts<T, W extends Window>(
  evictor: BuiltInEvictor<T> | Evictor<T, W>,
): { readonly spec: EvictorSpec; readonly functions: Readonly<Record<string, unknown>> } {
  if (evictor instanceof BuiltInEvictor) return { spec: evictor.spec, functions: evictor.functions }
  if (typeof evictor !== 'object' || evictor === null)
    throw new LearnerError('EVICTOR_WANTED', { value: valueName(evictor) })
  requireObject(evictor, 'evictBefore', 'evictor')
  requireObject(evictor, 'evictAfter', 'evictor')
  return { spec: { kind: 'custom' }, functions: { evictor } }
}
