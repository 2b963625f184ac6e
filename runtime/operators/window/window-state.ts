// State of one key in one window, for triggers and process window functions: the same handles as everywhere, over an
// access that finds the window's slot each time it's asked. Flink's per-window KeyedStateStore.

import type { Column } from '../../state/column.ts'
import type {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from '../../state/descriptors.ts'
import type { AggregatingState, ReducingState } from '../../state/folding-state.ts'
import type { KeyedAccess, KeyedStateBackend } from '../../state/keyed-backend.ts'
import { KeyedStates } from '../../state/keyed-states.ts'
import type { ListState } from '../../state/list-state.ts'
import type { MapState } from '../../state/map-state.ts'
import type { ValueState } from '../../state/value-state.ts'
import type { KeyedStateStore } from '../functions.ts'
import type { OperatorContext } from '../operator.ts'
import { ProbedStates } from '../state-probes.ts'
import type { AnyWindow } from './windows.ts'

/** The cells of the backend's current key in the store's window. */
class WindowAccess implements KeyedAccess {
  private readonly backend: KeyedStateBackend
  private readonly store: WindowStateStore

  constructor(backend: KeyedStateBackend, store: WindowStateStore) {
    this.backend = backend
    this.store = store
  }

  get slot(): number {
    const backend = this.backend
    const { start, end } = this.store.window
    const before = backend.slot
    backend.setNamespace(start, end)
    const { slot } = backend
    backend.slot = before
    return slot
  }

  get(column: Column): unknown {
    return column.open(this.slot)
  }

  set(column: Column, _name: string, value: unknown): number {
    return this.backend.setAt(column, this.slot, value)
  }
}

/** Gives out states of a window; whoever owns it says of which. */
export class WindowStateStore implements KeyedStateStore {
  window!: AnyWindow
  private readonly states: KeyedStateStore

  constructor(backend: KeyedStateBackend, context: OperatorContext) {
    const states = new KeyedStates(backend, () => context.nowMs(), new WindowAccess(backend, this))
    this.states = context.probe === null ? states : new ProbedStates(states, context.probe)
  }

  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T> {
    return this.states.getState(descriptor)
  }

  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return this.states.getListState(descriptor)
  }

  getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V> {
    return this.states.getMapState(descriptor)
  }

  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T> {
    return this.states.getReducingState(descriptor)
  }

  getAggregatingState<IN, ACC, OUT>(descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): AggregatingState<IN, OUT> {
    return this.states.getAggregatingState(descriptor)
  }
}
