// What leaves a window when it fires, before or after its function has seen it. Flink's evictors.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#evictors

import { LearnerError } from '../../base/diagnostic.ts'
import { hasTimestamp } from '../../base/time.ts'
import { asCall } from '../rich-function.ts'
import type { EvictorSpec } from './window-spec.ts'
import type { AnyWindow, Window } from './windows.ts'

/** A record of a window, with its timestamp. */
export class TimestampedValue<T> {
  readonly #value: T
  readonly #timestamp: number

  constructor(value: T, timestamp: number) {
    this.#value = value
    this.#timestamp = timestamp
  }

  getValue(): T {
    return this.#value
  }

  hasTimestamp(): boolean {
    return hasTimestamp(this.#timestamp)
  }

  /** In ms; throws for a record that has none. */
  getTimestamp(): number {
    if (!this.hasTimestamp()) throw new LearnerError('EVICTOR_NO_TIMESTAMP')
    return this.#timestamp
  }
}

/** The records of a window that fires, in the order in which they came. */
export class WindowElements<T> implements Iterable<TimestampedValue<T>> {
  elements: TimestampedValue<T>[]

  constructor(elements: readonly TimestampedValue<T>[]) {
    this.elements = elements.slice()
  }

  [Symbol.iterator](): Iterator<TimestampedValue<T>> {
    return this.elements[Symbol.iterator]()
  }

  /** Removes the records for which the function says true. */
  removeIf(isToGo: (element: TimestampedValue<T>, index: number) => boolean): void {
    this.elements = this.elements.filter((element, i) => !isToGo(element, i))
  }
}

/** What an evictor may ask. */
export interface EvictorContext {
  getCurrentProcessingTime(): number
  getCurrentWatermark(): number
}

/**
 * Removes records of a window that fires, for good: what it removes won't be there at the next firing either. Windows
 * with an evictor keep all their records; nothing is aggregated on arrival.
 *
 * Differs from Flink: records are removed by `elements.removeIf`, for JavaScript's iterators have no `remove`.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#evictors
 */
export interface Evictor<T, W extends Window> {
  /** Before the window's function is called with what is left. */
  evictBefore(elements: WindowElements<T>, size: number, window: W, context: EvictorContext): void
  /** After it was called. */
  evictAfter(elements: WindowElements<T>, size: number, window: W, context: EvictorContext): void
}

type Delta = (old: unknown, latest: unknown) => number

/** The evictor of a spec. `functionOf` gives the learner's part of it by role. */
export function createEvictor(spec: EvictorSpec, functionOf: (role: string) => unknown): Evictor<unknown, AnyWindow> {
  if (spec.kind === 'custom') return functionOf('evictor') as Evictor<unknown, AnyWindow>
  const evict = eviction(spec, functionOf)
  const { isAfter } = spec
  return {
    evictBefore: (elements) => (isAfter ? undefined : evict(elements)),
    evictAfter: (elements) => (isAfter ? evict(elements) : undefined),
  }
}

function eviction(
  spec: Exclude<EvictorSpec, { readonly kind: 'custom' }>,
  functionOf: (role: string) => unknown,
): (elements: WindowElements<unknown>) => void {
  switch (spec.kind) {
    case 'count':
      return (elements) => {
        const surplus = elements.elements.length - spec.count
        elements.removeIf((_element, i) => i < surplus)
      }
    case 'time':
      return (elements) => evictByTime(elements, spec.sizeMs)
    case 'delta': {
      const delta = asCall<Delta>(functionOf('evictorDelta'), 'getDelta')
      return (elements) => {
        const last = elements.elements.at(-1)
        if (last === undefined) return
        elements.removeIf((element) => delta(element.getValue(), last.getValue()) >= spec.threshold)
      }
    }
  }
}

/** As in Flink, the first record decides whether there are timestamps to go by. */
function evictByTime(elements: WindowElements<unknown>, sizeMs: number): void {
  if (elements.elements[0]?.hasTimestamp() !== true) return
  const cutoff = elements.elements.reduce((max, element) => Math.max(max, element.getTimestamp()), -Infinity) - sizeMs
  elements.removeIf((element) => element.getTimestamp() <= cutoff)
}
