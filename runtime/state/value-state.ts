// The handle through which a function reads and writes one value per key. Flink's ValueState and, with a time to live,
// TtlValueState.

import type { Column } from './column.ts'
import { ExpiringState } from './expiring-state.ts'
import type { KeyedAccess } from './keyed-backend.ts'

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

  constructor(name: string, backend: KeyedAccess, column: Column, defaultValue: T | null) {
    this.name = name
    this.backend = backend
    this.column = column
    this.defaultValue = defaultValue
  }

  value(): T | null {
    const { slot } = this.backend
    const value = slot < 0 ? this.backend.get(this.column, this.name) : this.column.open(slot)
    return value === undefined ? this.defaultValue : (value as T)
  }

  update(value: T | null): void {
    this.backend.set(this.column, this.name, value ?? undefined)
  }

  clear(): void {
    this.backend.set(this.column, this.name, undefined)
  }
}

/** ValueState whose values expire. A default value is ignored, as in Flink. */
export class ExpiringValueState<T> extends ExpiringState implements ValueState<T> {
  value(): T | null {
    this.accessed()
    return this.checkCell<T>()?.value ?? null
  }

  update(value: T | null): void {
    this.accessed()
    this.write(value === null || value === undefined ? undefined : this.stamp(value))
  }

  override clear(): void {
    super.clear()
    this.accessed()
  }
}
