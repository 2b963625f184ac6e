// State by value: what is read is a copy, and what is written is copied, as if it were serialized each time. So an object
// that was read and changed is not the state until it is written back. Flink's EmbeddedRocksDBStateBackend shows itself
// to a function in this way. These handles stand before the others and know nothing of how state is stored.

import { cloneValue } from '../base/clone.ts'
import type { AggregateFunction, Reduction } from './folding.ts'
import { asReduce, type AppendingState } from './folding-state.ts'
import type { ListState } from './list-state.ts'
import type { MapState } from './map-state.ts'
import type { ValueState } from './value-state.ts'

/** ValueState by value. */
export class CopyingValueState<T> implements ValueState<T> {
  readonly state: ValueState<T>

  constructor(state: ValueState<T>) {
    this.state = state
  }

  value(): T | null {
    return cloneValue(this.state.value())
  }

  update(value: T | null): void {
    this.state.update(cloneValue(value))
  }

  clear(): void {
    this.state.clear()
  }
}

/** ListState by value. */
export class CopyingListState<T> implements ListState<T> {
  readonly state: ListState<T>

  constructor(state: ListState<T>) {
    this.state = state
  }

  get(): Iterable<T> {
    return Array.from(this.state.get(), cloneValue)
  }

  add(element: T): void {
    this.state.add(cloneValue(element))
  }

  addAll(elements: readonly T[]): void {
    this.state.addAll(cloneValue(elements))
  }

  update(elements: readonly T[]): void {
    this.state.update(cloneValue(elements))
  }

  clear(): void {
    this.state.clear()
  }
}

/** MapState by value. */
export class CopyingMapState<K, V> implements MapState<K, V> {
  readonly state: MapState<K, V>

  constructor(state: MapState<K, V>) {
    this.state = state
  }

  get(key: K): V | null {
    return cloneValue(this.state.get(key))
  }

  put(key: K, value: V): void {
    this.state.put(cloneValue(key), cloneValue(value))
  }

  putAll(entries: Iterable<readonly [K, V]>): void {
    this.state.putAll(Array.from(entries, cloneValue))
  }

  remove(key: K): void {
    this.state.remove(key)
  }

  contains(key: K): boolean {
    return this.state.contains(key)
  }

  entries(): Iterable<[K, V]> {
    return Array.from(this.state.entries(), cloneValue)
  }

  keys(): Iterable<K> {
    return Array.from(this.state.keys(), cloneValue)
  }

  values(): Iterable<V> {
    return Array.from(this.state.values(), cloneValue)
  }

  iterator(): Iterator<[K, V]> {
    return this.entries()[Symbol.iterator]()
  }

  isEmpty(): boolean {
    return this.state.isEmpty()
  }

  clear(): void {
    this.state.clear()
  }
}

/** ReducingState and AggregatingState by value; their functions have to be copying ones too. */
export class CopyingAppendingState<IN, OUT> implements AppendingState<IN, OUT> {
  readonly state: AppendingState<IN, OUT>

  constructor(state: AppendingState<IN, OUT>) {
    this.state = state
  }

  get(): OUT | null {
    return cloneValue(this.state.get())
  }

  add(value: IN | null): void {
    this.state.add(cloneValue(value))
  }

  clear(): void {
    this.state.clear()
  }
}

/** A reduction that gets copies and whose result is copied. */
export function copyingReduction<T>(reduction: Reduction<T>): Reduction<T> {
  const reduce = asReduce(reduction)
  return (accumulated, value) => cloneValue(reduce(cloneValue(accumulated), value))
}

/** An aggregation that gets copies and whose accumulators are copied. */
export function copyingAggregation<IN, ACC, OUT>(
  aggregation: AggregateFunction<IN, ACC, OUT>,
): AggregateFunction<IN, ACC, OUT> {
  return {
    createAccumulator: () => cloneValue(aggregation.createAccumulator()),
    add: (value, accumulator) => cloneValue(aggregation.add(value, cloneValue(accumulator))),
    getResult: (accumulator) => aggregation.getResult(cloneValue(accumulator)),
    merge: (a, b) => cloneValue(aggregation.merge(cloneValue(a), cloneValue(b))),
  }
}
