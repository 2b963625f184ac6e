// State of one key in one window, for triggers and process window functions: the same handles as everywhere, over an
// access that finds the window's slot each time it's asked. Flink's per-window KeyedStateStore.

import { LearnerError } from '../../base/diagnostic.ts'
import type { Column } from '../../state/column.ts'
import type { ValueStateDescriptor } from '../../state/descriptors.ts'
import type { KeyedAccess, KeyedStateBackend } from '../../state/keyed-backend.ts'
import { ExpiringValueState, KeyedValueState, type ValueState } from '../../state/value-state.ts'
import { ProbedValueState } from '../call-probe.ts'
import type { OperatorContext } from '../operator.ts'
import type { AnyWindow } from './windows.ts'

/** The cells of the backend's current key in the store's window. */
class WindowAccess implements KeyedAccess {
  readonly #backend: KeyedStateBackend
  readonly #store: WindowStateStore

  constructor(backend: KeyedStateBackend, store: WindowStateStore) {
    this.#backend = backend
    this.#store = store
  }

  get slot(): number {
    const backend = this.#backend
    const { start, end } = this.#store.window
    const before = backend.slot
    backend.setNamespace(start, end)
    const { slot } = backend
    backend.slot = before
    return slot
  }

  column(name: string): Column {
    return this.#backend.column(name)
  }

  get(column: Column): unknown {
    return column.get(this.slot)
  }

  set(column: Column, _name: string, value: unknown): void {
    this.#backend.setAt(column, this.slot, value)
  }
}

/** Gives out states of a window; whoever owns it says of which. */
export class WindowStateStore {
  window!: AnyWindow
  readonly #access: WindowAccess
  readonly #context: OperatorContext
  readonly #states = new Map<string, ValueState<unknown>>()

  constructor(backend: KeyedStateBackend, context: OperatorContext) {
    this.#access = new WindowAccess(backend, this)
    this.#context = context
  }

  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T> {
    const name = descriptor?.name
    if (typeof name !== 'string' || name === '') throw new LearnerError('STATE_NAME_MISSING', { value: String(name) })
    const known = this.#states.get(name)
    if (known !== undefined) return known as ValueState<T>
    const { probe } = this.#context
    const plain =
      descriptor.ttl === null
        ? new KeyedValueState(this.#access, descriptor)
        : new ExpiringValueState(this.#access, descriptor, () => this.#context.nowMs())
    const state: ValueState<T> = probe === null ? plain : new ProbedValueState(plain, name, probe)
    this.#states.set(name, state as ValueState<unknown>)
    return state
  }
}
