// The handle through which a function reads and writes one value per key. Flink's ValueState and, with a time to live,
// TtlValueState.

import type { Column } from './column.ts'
import type { ValueStateDescriptor } from './descriptors.ts'
import type { KeyedAccess } from './keyed-backend.ts'
import { isExpired, type Stamped } from './ttl.ts'

/** One value for the current key. */
export interface ValueState<T> {
  /** The current key's value; null (or the descriptor's default) when none was set. */
  value(): T | null
  /** Sets the current key's value; null clears it. */
  update(value: T | null): void
  /** Removes the current key's value. */
  clear(): void
}

/** ValueState over a column of the backend. */
export class KeyedValueState<T> implements ValueState<T> {
  readonly name: string
  readonly backend: KeyedAccess
  readonly column: Column
  readonly defaultValue: T | null

  constructor(backend: KeyedAccess, descriptor: ValueStateDescriptor<T>) {
    this.name = descriptor.name
    this.backend = backend
    this.column = backend.column(descriptor.name)
    this.defaultValue = descriptor.defaultValue
  }

  value(): T | null {
    const { slot } = this.backend
    const value = slot < 0 ? this.backend.get(this.column, this.name) : this.column.get(slot)
    return value === undefined ? this.defaultValue : (value as T)
  }

  update(value: T | null): void {
    this.backend.set(this.column, this.name, value ?? undefined)
  }

  clear(): void {
    this.backend.set(this.column, this.name, undefined)
  }
}

/** ValueState whose values expire. `update(null)` stores a stamped null, as Flink does. */
export class ExpiringValueState<T> implements ValueState<T> {
  readonly name: string
  readonly backend: KeyedAccess
  readonly column: Column
  readonly descriptor: ValueStateDescriptor<T>
  readonly nowMs: () => number

  constructor(backend: KeyedAccess, descriptor: ValueStateDescriptor<T>, nowMs: () => number) {
    this.name = descriptor.name
    this.backend = backend
    this.column = backend.column(descriptor.name)
    this.descriptor = descriptor
    this.nowMs = nowMs
  }

  value(): T | null {
    const stamped = this.backend.get(this.column, this.name) as Stamped | undefined
    const ttl = this.descriptor.ttl
    if (stamped === undefined || ttl === null) return null
    if (isExpired(stamped, ttl, this.nowMs())) {
      this.clear()
      if (ttl.visibility === 'NeverReturnExpired') return null
    } else if (ttl.update === 'OnReadAndWrite') {
      this.stamp(stamped.value)
    }
    return stamped.value as T
  }

  update(value: T | null): void {
    this.stamp(value)
  }

  clear(): void {
    this.backend.set(this.column, this.name, undefined)
  }

  private stamp(value: unknown): void {
    this.backend.set(this.column, this.name, { value, lastAccessMs: this.nowMs() } satisfies Stamped)
  }
}
