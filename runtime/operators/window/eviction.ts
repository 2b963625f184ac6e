// The evicting part of a window operator: contents are all records with their timestamps, the evictor takes its share,
// and what aggregates does so when the window fires. Flink's EvictingWindowOperator.
//
// Differs from Flink: if the evictor leaves nothing for a reduce function, the window emits nothing; there it emits null.

import type { InternalTimerService } from '../../state/timer-service.ts'
import type { OperatorContext } from '../operator.ts'
import type { Folding, WindowContents } from './contents.ts'
import { createEvictor, TimestampedValue, WindowElements, type Evictor, type EvictorContext } from './evictors.ts'
import type { WindowSpec } from './window-spec.ts'
import type { AnyWindow } from './windows.ts'

/** A record as state: plain data. */
type Kept = readonly [value: unknown, timestamp: number]

export class WindowEviction implements Folding, EvictorContext {
  readonly spec: WindowSpec
  readonly folding: Folding
  readonly evictor: Evictor<unknown, AnyWindow>
  readonly context: OperatorContext
  readonly timers: InternalTimerService

  constructor(spec: WindowSpec, folding: Folding, context: OperatorContext, timers: InternalTimerService) {
    this.spec = spec
    this.folding = folding
    this.context = context
    this.timers = timers
    this.evictor = createEvictor(spec.evictor as NonNullable<WindowSpec['evictor']>, (role) =>
      context.userFunction(role),
    )
  }

  element(value: unknown, timestamp: number): Kept {
    return [value, timestamp]
  }

  empty(): unknown {
    return undefined
  }

  add(before: unknown, kept: unknown): unknown {
    if (before === undefined) return [kept]
    ;(before as unknown[]).push(kept)
    return before
  }

  result(contents: unknown): unknown {
    return contents
  }

  merge(a: unknown, b: unknown): unknown {
    return [...(a as unknown[]), ...(b as unknown[])]
  }

  getCurrentProcessingTime(): number {
    return this.context.nowMs()
  }

  getCurrentWatermark(): number {
    return this.timers.currentWatermark
  }

  /** Fires the window: evicts, calls the function with what is left, evicts again, and keeps the rest. */
  emit(contents: WindowContents, slot: number, window: AnyWindow, call: (elements: unknown[]) => void): void {
    const kept = contents.get(slot) as readonly Kept[]
    const elements = new WindowElements(kept.map(([value, timestamp]) => new TimestampedValue(value, timestamp)))
    this.evictor.evictBefore(elements, elements.elements.length, window, this)
    const values = this.folded(elements.elements.map((element) => element.getValue()))
    if (values !== null) call(values)
    this.evictor.evictAfter(elements, elements.elements.length, window, this)
    const rest = elements.elements.map((element): Kept => [
      element.getValue(),
      element.hasTimestamp() ? element.getTimestamp() : NaN,
    ])
    contents.backend.setAt(contents.column, slot, rest.length === 0 ? undefined : rest)
  }

  /** What the function gets; null if there's nothing to reduce, where Flink would hand on a null. */
  private folded(values: unknown[]): unknown[] | null {
    const { spec, folding } = this
    if (spec.contents.kind === 'list') return values
    let contents: unknown = spec.contents.kind === 'aggregate' ? folding.empty() : undefined
    for (const value of values) contents = folding.add(contents, value)
    return contents === undefined ? null : [folding.result(contents)]
  }
}
