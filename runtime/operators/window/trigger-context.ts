// What triggers ask: state and timers of one key and one window. One object serves an operator; the operator says which
// window it's for before it calls the trigger, and the key is the backend's current one. Flink's WindowOperator.Context.

import { LearnerError } from '../../base/diagnostic.ts'
import type {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from '../../state/descriptors.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import type { InternalTimerService } from '../../state/timer-service.ts'
import type { Stamped } from '../../state/ttl.ts'
import type { OperatorContext } from '../operator.ts'
import { asCall } from '../rich-function.ts'
import type { OnMergeContext } from './trigger.ts'
import type { AnyWindow, TimeWindow } from './windows.ts'
import { WindowStateStore } from './window-state.ts'

type AnyDescriptor =
  | ValueStateDescriptor<unknown>
  | ListStateDescriptor<unknown>
  | MapStateDescriptor<unknown, unknown>
  | ReducingStateDescriptor<unknown>
  | AggregatingStateDescriptor<unknown, unknown, unknown>

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

  getPartitionedState(descriptor: AnyDescriptor): never {
    this.store.window = this.window
    return this.stateOf(descriptor) as never
  }

  mergePartitionedState(descriptor: AnyDescriptor): void {
    const join = joiningOf(descriptor)
    this.getPartitionedState(descriptor)
    this.merge(descriptor.name, descriptor.ttl === null || descriptor.kind === 'list' ? join : stamped(join))
  }

  private stateOf(descriptor: AnyDescriptor): unknown {
    switch (descriptor.kind) {
      case 'value':
        return this.store.getState(descriptor)
      case 'list':
        return this.store.getListState(descriptor)
      case 'map':
        return this.store.getMapState(descriptor)
      case 'reducing':
        return this.store.getReducingState(descriptor)
      case 'aggregating':
        return this.store.getAggregatingState(descriptor)
    }
  }

  /** A built-in trigger's cell of this key and window; undefined if empty. */
  read(state: string): unknown {
    return this.backend.column(state).get(this.slot)
  }

  /** Writes a built-in trigger's cell; undefined empties it. */
  write(state: string, value: unknown): void {
    this.backend.setAt(this.backend.column(state), this.slot, value)
  }

  /** Takes a state's cells of the merged windows away and folds them, joined in their order, into this window's. */
  merge<C>(state: string, fold: (a: C, b: C) => C): void {
    const { backend, window } = this
    const column = backend.column(state)
    let joined: C | undefined
    for (const { start, end } of this.mergedWindows) {
      backend.setNamespace(start, end)
      const cell = column.open(backend.slot) as C | undefined
      if (cell === undefined) continue
      backend.setAt(column, backend.slot, undefined)
      joined = joined === undefined ? cell : fold(joined, cell)
    }
    backend.setNamespace(window.start, window.end)
    if (joined === undefined) return
    const own = column.open(this.slot) as C | undefined
    backend.setAt(column, this.slot, own === undefined ? joined : fold(own, joined))
  }
}

type Join = (a: unknown, b: unknown) => unknown

/** How two cells of a state become one. */
function joiningOf(descriptor: AnyDescriptor): Join {
  switch (descriptor.kind) {
    case 'list':
      return (a, b) => [...(a as unknown[]), ...(b as unknown[])]
    case 'reducing':
      return asCall<Join>(descriptor.reduction, 'reduce')
    case 'aggregating':
      return (a, b) => descriptor.aggregation.merge(a, b)
    default:
      throw new LearnerError('STATE_NOT_MERGEABLE', { state: descriptor.name })
  }
}

/** With a time to live a cell says when it was last touched; joined ones when the later one was. */
function stamped(join: Join): Join {
  return (a, b) => {
    const [first, second] = [a as Stamped, b as Stamped]
    const lastAccessMs = Math.max(first.lastAccessMs, second.lastAccessMs)
    return { value: join(first.value, second.value), lastAccessMs } satisfies Stamped
  }
}

function requireTime(timestampMs: number): number {
  const isTime = Number.isInteger(timestampMs) || timestampMs === Infinity || timestampMs === -Infinity
  if (!isTime) throw new LearnerError('TIMER_TIME', { value: String(timestampMs) })
  return timestampMs
}
