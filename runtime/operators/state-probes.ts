// Keyed state that tells what it's asked, for every kind of state. What was read or written is told as text, the key of a
// map entry in front of it. See call-probe.ts.

import { toPrintText } from '../base/value-text.ts'
import type {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from '../state/descriptors.ts'
import type { AggregatingState, AppendingState, ReducingState } from '../state/folding-state.ts'
import type { ListState } from '../state/list-state.ts'
import type { MapState } from '../state/map-state.ts'
import type { ValueState } from '../state/value-state.ts'
import type { CallKind, CallProbe } from './call-probe.ts'
import type { KeyedStateStore } from './functions.ts'

/** Between the keys of entries that are written at once. */
export const ENTRIES = '\u0000'

/** A store whose states are probed. */
export class ProbedStates implements KeyedStateStore {
  private readonly states: KeyedStateStore
  private readonly probe: CallProbe

  constructor(states: KeyedStateStore, probe: CallProbe) {
    this.states = states
    this.probe = probe
  }

  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T> {
    return new ProbedValueState(this.states.getState(descriptor), descriptor.name, this.probe)
  }

  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return new ProbedListState(this.states.getListState(descriptor), descriptor.name, this.probe)
  }

  getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V> {
    return new ProbedMapState(this.states.getMapState(descriptor), descriptor.name, this.probe)
  }

  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T> {
    return new ProbedAppendingState(this.states.getReducingState(descriptor), descriptor.name, this.probe)
  }

  getAggregatingState<IN, ACC, OUT>(descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): AggregatingState<IN, OUT> {
    return new ProbedAppendingState(this.states.getAggregatingState(descriptor), descriptor.name, this.probe)
  }
}

/** What all probed states have. */
class ProbedState {
  private readonly name: string
  private readonly probe: CallProbe

  constructor(name: string, probe: CallProbe) {
    this.name = name
    this.probe = probe
  }

  /** Tells the call and gives back what it gave. */
  told<R>(kind: CallKind, result: R, text: () => string, entry?: () => string): R {
    if (this.probe.isOn()) this.probe.called(kind, this.name, text, entry)
    return result
  }
}

class ProbedValueState<T> extends ProbedState implements ValueState<T> {
  private readonly state: ValueState<T>

  constructor(state: ValueState<T>, name: string, probe: CallProbe) {
    super(name, probe)
    this.state = state
  }

  value(): T | null {
    const value = this.state.value()
    return this.told('read', value, () => toPrintText(value))
  }

  update(value: T | null): void {
    this.told('update', this.state.update(value), () => toPrintText(value))
  }

  clear(): void {
    this.told('clear', this.state.clear(), () => '')
  }
}

class ProbedListState<T> extends ProbedState implements ListState<T> {
  private readonly state: ListState<T>

  constructor(state: ListState<T>, name: string, probe: CallProbe) {
    super(name, probe)
    this.state = state
  }

  /** Told without looking: to look is to iterate, and that may already clear a list that has expired. */
  get(): Iterable<T> {
    const elements = this.state.get()
    return this.told('read', elements, () => (Array.isArray(elements) ? toPrintText(elements) : ''))
  }

  add(element: T): void {
    this.told('add', this.state.add(element), () => toPrintText(element))
  }

  addAll(elements: readonly T[]): void {
    this.told('add', this.state.addAll(elements), () => toPrintText(elements))
  }

  update(elements: readonly T[]): void {
    this.told('update', this.state.update(elements), () => toPrintText(elements))
  }

  clear(): void {
    this.told('clear', this.state.clear(), () => '')
  }
}

class ProbedMapState<K, V> extends ProbedState implements MapState<K, V> {
  private readonly state: MapState<K, V>

  constructor(state: MapState<K, V>, name: string, probe: CallProbe) {
    super(name, probe)
    this.state = state
  }

  get(key: K): V | null {
    const value = this.state.get(key)
    return this.told(
      'read',
      value,
      () => entryText(key, value),
      () => toPrintText(key),
    )
  }

  put(key: K, value: V): void {
    this.told(
      'update',
      this.state.put(key, value),
      () => entryText(key, value),
      () => toPrintText(key),
    )
  }

  putAll(entries: Iterable<readonly [K, V]>): void {
    const list = Array.from(entries)
    const text = (): string => list.map(([key, value]) => entryText(key, value)).join(', ')
    this.told('update', this.state.putAll(list), text, () => list.map(([key]) => toPrintText(key)).join(ENTRIES))
  }

  remove(key: K): void {
    const name = (): string => toPrintText(key)
    this.told('remove', this.state.remove(key), name, name)
  }

  contains(key: K): boolean {
    const contains = this.state.contains(key)
    return this.told(
      'read',
      contains,
      () => entryText(key, contains),
      () => toPrintText(key),
    )
  }

  entries(): Iterable<[K, V]> {
    return this.told('read', this.state.entries(), () => '')
  }

  keys(): Iterable<K> {
    return this.told('read', this.state.keys(), () => '')
  }

  values(): Iterable<V> {
    return this.told('read', this.state.values(), () => '')
  }

  iterator(): Iterator<[K, V]> {
    return this.told('read', this.state.iterator(), () => '')
  }

  isEmpty(): boolean {
    const isEmpty = this.state.isEmpty()
    return this.told('read', isEmpty, () => String(isEmpty))
  }

  clear(): void {
    this.told('clear', this.state.clear(), () => '')
  }
}

class ProbedAppendingState<IN, OUT> extends ProbedState implements AppendingState<IN, OUT> {
  private readonly state: AppendingState<IN, OUT>

  constructor(state: AppendingState<IN, OUT>, name: string, probe: CallProbe) {
    super(name, probe)
    this.state = state
  }

  get(): OUT | null {
    const result = this.state.get()
    return this.told('read', result, () => toPrintText(result))
  }

  add(value: IN | null): void {
    this.told('add', this.state.add(value), () => toPrintText(value))
  }

  clear(): void {
    this.told('clear', this.state.clear(), () => '')
  }
}

function entryText(key: unknown, value: unknown): string {
  return `${toPrintText(key)}=${toPrintText(value)}`
}
