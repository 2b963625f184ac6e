// A list per key, or of an operator's subtask. An element is never null, because Flink's serializers couldn't write it.
// Flink's ListState, HeapListState and, with a time to live for each element, TtlListState.

import { LearnerError } from '../base/diagnostic.ts'
import type { Column } from './column.ts'
import { ExpiringState } from './expiring-state.ts'
import type { KeyedAccess } from './keyed-backend.ts'
import { isExpired, type Stamped } from './ttl.ts'

/** A list for the current key, or for an operator's subtask. Flink's ListState. */
export interface ListState<T> {
  /** The elements; nothing to iterate over while the list is empty. */
  get(): Iterable<T>
  /** Appends an element, which can't be null. */
  add(element: T): void
  /** Appends elements, none of which can be null. */
  addAll(elements: readonly T[]): void
  /** Replaces the list; an empty list clears it. */
  update(elements: readonly T[]): void
  clear(): void
}

/** ListState over a column of arrays. */
export class KeyedListState<T> implements ListState<T> {
  readonly name: string
  readonly backend: KeyedAccess
  readonly column: Column

  constructor(name: string, backend: KeyedAccess, column: Column) {
    this.name = name
    this.backend = backend
    this.column = column
  }

  get(): Iterable<T> {
    return this.list() ?? []
  }

  add(element: T): void {
    requireElement(element, 'add', this.name)
    const list = this.list()
    if (list === undefined) this.backend.set(this.column, this.name, [element])
    else list.push(element)
  }

  addAll(elements: readonly T[]): void {
    requireList(elements, 'addAll', this.name)
    if (elements.length === 0) return
    let list = this.list()
    if (list === undefined) {
      list = []
      this.backend.set(this.column, this.name, list)
    }
    // As in Flink, what comes before a null has been added by then, and an empty list is there.
    const before = list.length
    try {
      for (const element of elements) {
        requireElement(element, 'addAll', this.name)
        list.push(element)
      }
    } catch (error) {
      if (before === 0) list.length = 0
      throw error
    }
  }

  update(elements: readonly T[]): void {
    requireElements(elements, 'update', this.name)
    this.backend.set(this.column, this.name, elements.length === 0 ? undefined : elements.slice())
  }

  clear(): void {
    this.backend.set(this.column, this.name, undefined)
  }

  private list(): T[] | undefined {
    return this.backend.get(this.column, this.name) as T[] | undefined
  }
}

/** ListState whose elements expire one by one. */
export class ExpiringListState<T> extends ExpiringState implements ListState<T> {
  get(): Iterable<T> {
    this.accessed()
    const list = (this.read() as readonly Stamped<T>[] | undefined) ?? []
    if (this.ttl.update === 'OnReadAndWrite') {
      const now = this.nowMs()
      const alive = list.filter((stamped) => !isExpired(stamped, this.ttl, now))
      if (alive.length > 0) this.write(alive.map(({ value }) => this.stamp(value)))
    }
    return { [Symbol.iterator]: () => this.iterate(list) }
  }

  add(element: T): void {
    this.accessed()
    requireElement(element, 'add', this.name)
    this.append([element])
  }

  addAll(elements: readonly T[]): void {
    this.accessed()
    requireElements(elements, 'addAll', this.name)
    this.append(elements)
  }

  update(elements: readonly T[]): void {
    this.accessed()
    requireElements(elements, 'update', this.name)
    this.write(elements.length === 0 ? undefined : elements.map((element) => this.stamp(element)))
  }

  private append(elements: readonly T[]): void {
    if (elements.length === 0) return
    const list = this.read() as Stamped<T>[] | undefined
    const added = elements.map((element) => this.stamp(element))
    if (list === undefined) this.write(added)
    else list.push(...added)
  }

  /** A list of which everything has expired is cleared by whoever comes to its end. */
  private *iterate(list: readonly Stamped<T>[]): Generator<T, void, void> {
    let anyAlive = false
    for (const stamped of list) {
      const expired = isExpired(stamped, this.ttl, this.nowMs())
      if (!expired) anyAlive = true
      if (!expired || this.ttl.visibility === 'ReturnExpiredIfNotCleanedUp') yield stamped.value
    }
    if (!anyAlive) this.clear()
  }
}

/** Refuses what a list can't hold. */
export function requireElement(element: unknown, call: string, state: string): void {
  if (element === null || element === undefined) {
    throw new LearnerError('STATE_LIST_NULL', { state, call, value: String(element) })
  }
}

/** Refuses what isn't a list of elements that a list can hold. */
export function requireElements(elements: unknown, call: string, state: string): void {
  requireList(elements, call, state)
  for (const element of elements as readonly unknown[]) requireElement(element, call, state)
}

function requireList(elements: unknown, call: string, state: string): void {
  if (!Array.isArray(elements)) throw new LearnerError('STATE_LIST_NULL', { state, call, value: String(elements) })
}
