// What all states with a time to live have in common: stamps, the check on reading, and the cleanup that each access
// drives. Flink's AbstractTtlState.

import type { Column } from './column.ts'
import type { KeyedAccess } from './keyed-backend.ts'
import { isExpired, type AccessCleanup, type Stamped, type StateTtl } from './ttl.ts'

/** What an expiring state works with. */
export interface Expiry {
  readonly ttl: StateTtl
  readonly nowMs: () => number
  /** Null where nothing is cleaned up on access. */
  readonly cleanup: AccessCleanup | null
}

export class ExpiringState {
  readonly name: string
  readonly backend: KeyedAccess
  readonly column: Column
  readonly ttl: StateTtl
  readonly nowMs: () => number
  readonly cleanup: AccessCleanup | null

  constructor(name: string, backend: KeyedAccess, column: Column, { ttl, nowMs, cleanup }: Expiry) {
    this.name = name
    this.backend = backend
    this.column = column
    this.ttl = ttl
    this.nowMs = nowMs
    this.cleanup = cleanup
  }

  /** To be called first by whatever reads or writes the state. */
  accessed(): void {
    this.cleanup?.accessed()
  }

  read(): unknown {
    return this.backend.get(this.column, this.name)
  }

  /** Writes the current key's cell; undefined empties it. */
  write(cell: unknown): void {
    const change = this.backend.set(this.column, this.name, cell)
    if (change !== 0) this.cleanup?.changed(this.backend.slot, change)
  }

  clear(): void {
    this.write(undefined)
  }

  stamp<T>(value: T): Stamped<T> {
    return { value, lastAccessMs: this.nowMs() }
  }

  /** What reading finds: nothing once it's expired, unless expired values may be seen. Prolongs it, or removes it. */
  check<T>(
    stamped: Stamped<T> | undefined,
    prolong: (stamped: Stamped<T>) => void,
    remove: () => void,
  ): Stamped<T> | undefined {
    if (stamped === undefined) return undefined
    if (isExpired(stamped, this.ttl, this.nowMs())) {
      remove()
      if (this.ttl.visibility === 'NeverReturnExpired') return undefined
    } else if (this.ttl.update === 'OnReadAndWrite') prolong(this.stamp(stamped.value))
    return stamped
  }

  /** The same for a cell that is one stamped value. */
  checkCell<T>(): Stamped<T> | undefined {
    return this.check(
      this.read() as Stamped<T> | undefined,
      (stamped) => this.write(stamped),
      () => this.write(undefined),
    )
  }
}
