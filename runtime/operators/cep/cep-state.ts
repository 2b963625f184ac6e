// What the CEP operator keeps per key, in two columns: events that wait for the watermark, and the automaton with its
// buffer. The objects in the cells are changed in place, as they'd be too dear to copy with every event; so that a
// column's snapshot stays what it was, a cell is copied before its first change after one.

import { cloneValue } from '../../base/clone.ts'
import type { Column } from '../../state/column.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import type { NfaKeyState } from './nfa.ts'
import { newBuffer } from './shared-buffer.ts'

/** Events by timestamp, in order of arrival. */
export type ElementQueue = Map<number, unknown[]>

/** A column whose cells are changed in place. */
class OwnedCells<V> {
  readonly backend: KeyedStateBackend
  readonly name: string
  readonly column: Column
  /** By slot, how many snapshots of the column there were when its cell became ours. */
  owned: number[] = []

  constructor(backend: KeyedStateBackend, name: string) {
    this.backend = backend
    this.name = name
    this.column = backend.column(name)
  }

  /** The current key's value, free to be changed; undefined if there's none. */
  get(): V | undefined {
    const value = this.backend.get(this.column, this.name) as V | undefined
    if (value === undefined || this.owned[this.backend.slot] === this.column.snapshots) return value
    const own = cloneValue(value)
    this.set(own)
    return own
  }

  set(value: V | undefined): void {
    const { slot } = this.backend
    if (slot >= 0 && this.column.get(slot) === value) return
    this.backend.set(this.column, this.name, value)
    this.owned[this.backend.slot] = this.column.snapshots
  }
}

/** The state of the current key. */
export class CepState {
  /** An automaton's state that nobody keeps and that remembers nothing: for the next key without one. */
  spare: NfaKeyState | null = null
  readonly queues: OwnedCells<ElementQueue>
  readonly runs: OwnedCells<NfaKeyState>

  constructor(backend: KeyedStateBackend) {
    this.queues = new OwnedCells(backend, 'elementQueue')
    this.runs = new OwnedCells(backend, 'partialMatches')
  }

  /** Adds an event that has to wait. True if it's the first one of its timestamp. */
  enqueue(event: unknown, timestamp: number): boolean {
    let queue = this.queues.get()
    if (queue === undefined) {
      queue = new Map()
      this.queues.set(queue)
    }
    const events = queue.get(timestamp)
    if (events === undefined) queue.set(timestamp, [event])
    else events.push(event)
    return events === undefined
  }

  /** Timestamps up to this one for which events wait, in order. */
  dueTimes(until: number): readonly number[] {
    const queue = this.queues.get()
    if (queue === undefined) return NONE
    const due: number[] = []
    for (const timestamp of queue.keys()) if (timestamp <= until) due.push(timestamp)
    return due.length > 1 ? due.sort((a, b) => a - b) : due
  }

  /** Takes away and returns the events that wait for this timestamp. */
  dequeue(timestamp: number): unknown[] {
    const queue = this.queues.get()
    const events = queue?.get(timestamp)
    if (queue === undefined || events === undefined) return []
    if (queue.size === 1) this.queues.set(undefined)
    else queue.delete(timestamp)
    return events
  }

  /** The automaton's state; of a key it doesn't know, as it is at the beginning. */
  run(): NfaKeyState {
    const run = this.runs.get()
    if (run !== undefined) return run
    const fresh = this.spare ?? { partial: null, completed: [], buffer: newBuffer() }
    this.spare = null
    return fresh
  }

  /** Keeps the automaton's state, if there's anything to remember. */
  keepRun(run: NfaKeyState): void {
    const { buffer } = run
    if (run.partial !== null || run.completed.length + buffer.events.size + buffer.counts.length > 0) {
      this.runs.set(run)
      return
    }
    this.runs.set(undefined)
    buffer.nextEvent = 0
    buffer.lastTs = -Infinity
    this.spare = run
  }
}

const NONE: readonly number[] = []
