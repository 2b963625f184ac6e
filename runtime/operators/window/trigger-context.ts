// What triggers ask: state and timers of one key and one window. One object serves an operator; the operator says which
// window it's for before it calls the trigger, and the key is the backend's current one. Flink's WindowOperator.Context.

import { LearnerError } from '../../base/diagnostic.ts'
import type { ValueStateDescriptor } from '../../state/descriptors.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import type { InternalTimerService } from '../../state/timer-service.ts'
import type { ValueState } from '../../state/value-state.ts'
import type { OperatorContext } from '../operator.ts'
import type { OnMergeContext } from './trigger.ts'
import type { AnyWindow, TimeWindow } from './windows.ts'
import { WindowStateStore } from './window-state.ts'

export class WindowTriggerContext implements OnMergeContext {
  readonly backend: KeyedStateBackend
  readonly timers: InternalTimerService
  readonly context: OperatorContext
  readonly store: WindowStateStore
  /** The alarm may have moved. */
  readonly alarmMoved: () => void
  window!: AnyWindow
  /** The slot of the current key in the window. */
  slot = -1
  mergedWindows: readonly TimeWindow[] = []

  constructor(timers: InternalTimerService, context: OperatorContext, alarmMoved: () => void) {
    this.backend = timers.backend
    this.timers = timers
    this.context = context
    this.alarmMoved = alarmMoved
    this.store = new WindowStateStore(timers.backend, context)
  }

  /** From now on it's for this window of the current key. */
  enter(window: AnyWindow): void {
    this.window = window
    this.backend.setNamespace(window.start, window.end)
    this.slot = this.backend.slot
  }

  getCurrentProcessingTime(): number {
    return this.context.nowMs()
  }

  getCurrentWatermark(): number {
    return this.timers.currentWatermark
  }

  registerProcessingTimeTimer(timestampMs: number): void {
    this.backend.slot = this.slot
    this.backend.registerTimer(this.backend.processingTimers, requireTime(timestampMs))
    this.alarmMoved()
  }

  registerEventTimeTimer(timestampMs: number): void {
    this.backend.slot = this.slot
    this.backend.registerTimer(this.backend.eventTimers, requireTime(timestampMs))
  }

  deleteProcessingTimeTimer(timestampMs: number): void {
    this.backend.slot = this.slot
    this.backend.deleteTimer(this.backend.processingTimers, requireTime(timestampMs))
    this.alarmMoved()
  }

  deleteEventTimeTimer(timestampMs: number): void {
    this.backend.slot = this.slot
    this.backend.deleteTimer(this.backend.eventTimers, requireTime(timestampMs))
  }

  getPartitionedState<S>(descriptor: ValueStateDescriptor<S>): ValueState<S> {
    this.store.window = this.window
    return this.store.getState(descriptor)
  }

  /** A built-in trigger's cell of this key and window; undefined if empty. */
  read(state: string): unknown {
    return this.backend.column(state).get(this.slot)
  }

  /** Writes a built-in trigger's cell; undefined empties it. */
  write(state: string, value: unknown): void {
    this.backend.setAt(this.backend.column(state), this.slot, value)
  }

  /** Takes a built-in trigger's cells of the merged windows away and folds them into this window's. */
  merge(state: string, fold: (a: number, b: number) => number): void {
    const { backend, window } = this
    const column = backend.column(state)
    for (const { start, end } of this.mergedWindows) {
      backend.setNamespace(start, end)
      const value = column.get(backend.slot) as number | undefined
      if (value === undefined) continue
      backend.setAt(column, backend.slot, undefined)
      const own = column.get(this.slot) as number | undefined
      backend.setAt(column, this.slot, own === undefined ? value : fold(own, value))
    }
    backend.setNamespace(window.start, window.end)
  }
}

function requireTime(timestampMs: number): number {
  const isTime = Number.isInteger(timestampMs) || timestampMs === Infinity || timestampMs === -Infinity
  if (!isTime) throw new LearnerError('TIMER_TIME', { value: String(timestampMs) })
  return timestampMs
}
