// ListState, as functions see it, and the rule that all of its kinds share: an element is never null, because Flink's
// serializers couldn't write it.

import { LearnerError } from '../base/diagnostic.ts'

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

/** Refuses what a list can't hold. */
export function requireElement(element: unknown, call: string, state: string): void {
  if (element === null || element === undefined) {
    throw new LearnerError('STATE_LIST_NULL', { state, call, value: String(element) })
  }
}

/** Refuses what isn't a list of elements that a list can hold. */
export function requireElements(elements: unknown, call: string, state: string): void {
  if (!Array.isArray(elements)) throw new LearnerError('STATE_LIST_NULL', { state, call, value: String(elements) })
  for (const element of elements) requireElement(element, call, state)
}
