// Reducing and aggregating state: what is added is folded into one value per key at once. Flink's ReducingState and
// AggregatingState and, with a time to live, TtlReducingState and TtlAggregatingState.

import { LearnerError } from '../base/diagnostic.ts'
import type { Column } from './column.ts'
import { ExpiringState, type Expiry } from './expiring-state.ts'
import type { AggregateFunction, Reduction } from './folding.ts'
import type { KeyedAccess } from './keyed-backend.ts'
import { visibleValue, type Stamped } from './ttl.ts'

/** For the current key, everything that was added, as one value. Flink's AppendingState. */
export interface AppendingState<IN, OUT> {
  /** Null while nothing was added. */
  get(): OUT | null
  /** Folds the value in. As in Flink, null clears the state. */
  add(value: IN | null): void
  clear(): void
}

/** For the current key, everything that was added, reduced to one value of the same type. Flink's ReducingState. */
export type ReducingState<T> = AppendingState<T, T>

/** For the current key, the result of aggregating everything that was added. Flink's AggregatingState. */
export type AggregatingState<IN, OUT> = AppendingState<IN, OUT>

/** ReducingState over a column. */
export class KeyedReducingState<T> implements ReducingState<T> {
  readonly name: string
  readonly backend: KeyedAccess
  readonly column: Column
  readonly reduce: (accumulated: T, value: T) => T

  constructor(name: string, backend: KeyedAccess, column: Column, reduction: Reduction<T>) {
    this.name = name
    this.backend = backend
    this.column = column
    this.reduce = asReduce(reduction)
  }

  get(): T | null {
    return (this.backend.get(this.column, this.name) as T | undefined) ?? null
  }

  add(value: T | null): void {
    if (isNothing(value)) return this.clear()
    const before = this.backend.get(this.column, this.name) as T | undefined
    const after = before === undefined ? value : requireResult(this.reduce(before, value), 'reduce', this.name)
    this.backend.set(this.column, this.name, after)
  }

  clear(): void {
    this.backend.set(this.column, this.name, undefined)
  }
}

/** AggregatingState over a column of accumulators. */
export class KeyedAggregatingState<IN, ACC, OUT> implements AggregatingState<IN, OUT> {
  readonly name: string
  readonly backend: KeyedAccess
  readonly column: Column
  readonly aggregation: AggregateFunction<IN, ACC, OUT>

  constructor(name: string, backend: KeyedAccess, column: Column, aggregation: AggregateFunction<IN, ACC, OUT>) {
    this.name = name
    this.backend = backend
    this.column = column
    this.aggregation = aggregation
  }

  get(): OUT | null {
    const accumulator = this.backend.get(this.column, this.name) as ACC | undefined
    return accumulator === undefined ? null : this.aggregation.getResult(accumulator)
  }

  add(value: IN | null): void {
    if (isNothing(value)) return this.clear()
    const { aggregation, name } = this
    const known = this.backend.get(this.column, name) as ACC | undefined
    const before = known ?? requireResult(aggregation.createAccumulator(), 'createAccumulator', name)
    this.backend.set(this.column, name, requireResult(aggregation.add(value, before), 'add', name))
  }

  clear(): void {
    this.backend.set(this.column, this.name, undefined)
  }
}

/** ReducingState that expires as a whole. */
export class ExpiringReducingState<T> extends ExpiringState implements ReducingState<T> {
  readonly reduce: (accumulated: T, value: T) => T

  constructor(name: string, backend: KeyedAccess, column: Column, expiry: Expiry, reduction: Reduction<T>) {
    super(name, backend, column, expiry)
    this.reduce = asReduce(reduction)
  }

  get(): T | null {
    this.accessed()
    return this.checkCell<T>()?.value ?? null
  }

  /** With a time to live, null clears nothing: as in Flink, what is there lives on, prolonged. */
  add(value: T | null): void {
    this.accessed()
    const stamped = this.read() as Stamped<T | null> | undefined
    const before = visibleValue(stamped, this.ttl, this.nowMs())
    if (isNothing(before)) this.write(this.stamp(value ?? null))
    else if (isNothing(value)) this.write(this.stamp(before))
    else this.write(this.stamp(requireResult(this.reduce(before, value), 'reduce', this.name)))
  }
}

/** AggregatingState that expires as a whole. */
export class ExpiringAggregatingState<IN, ACC, OUT> extends ExpiringState implements AggregatingState<IN, OUT> {
  readonly aggregation: AggregateFunction<IN, ACC, OUT>

  constructor(
    name: string,
    backend: KeyedAccess,
    column: Column,
    expiry: Expiry,
    aggregation: AggregateFunction<IN, ACC, OUT>,
  ) {
    super(name, backend, column, expiry)
    this.aggregation = aggregation
  }

  get(): OUT | null {
    this.accessed()
    const accumulator = this.checkCell<ACC>()?.value
    return accumulator === undefined ? null : this.aggregation.getResult(accumulator)
  }

  add(value: IN | null): void {
    this.accessed()
    if (isNothing(value)) return this.clear()
    const { aggregation, name } = this
    const known = visibleValue(this.read() as Stamped<ACC> | undefined, this.ttl, this.nowMs())
    const before = known ?? requireResult(aggregation.createAccumulator(), 'createAccumulator', name)
    this.write(this.stamp(requireResult(aggregation.add(value, before), 'add', name)))
  }
}

/** The reduction as a function. */
export function asReduce<T>(reduction: Reduction<T>): (accumulated: T, value: T) => T {
  return typeof reduction === 'function' ? reduction : (accumulated, value) => reduction.reduce(accumulated, value)
}

function isNothing(value: unknown): value is null | undefined {
  return value === null || value === undefined
}

/** Most often a `return` was forgotten; stored, it would clear the state without a word. */
function requireResult<T>(result: T, method: string, state: string): T {
  if (isNothing(result)) throw new LearnerError('STATE_FOLD_RESULT', { state, method, value: String(result) })
  if (result instanceof Promise) {
    // Nobody will look at how it ends.
    result.catch(() => undefined)
    throw new LearnerError('STATE_FOLD_RESULT', { state, method, value: 'Promise' })
  }
  return result
}
