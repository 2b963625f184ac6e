// What the CEP operator keeps per key, in two columns: events that wait for the watermark, and the automaton with its
// buffer. The objects in the cells are changed in place, as they'd be too dear to copy with every event; while a snapshot
// is being written, the backend hands out copies.

import type { Column } from '../../state/column.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import type { NfaKeyState } from './nfa.ts'
import { newBuffer } from './shared-buffer.ts'

/** Events by timestamp, in order of arrival. */
export type ElementQueue = Map<number, unknown[]>

/** A state of the operator's own. */
class Cells<V> {
  readonly backend: KeyedStateBackend
  readonly name: string
  readonly column: Column

  constructor(backend: KeyedStateBackend, name: string) {
    this.backend = backend
    this.name = name
    this.column = backend.column(name)
  }

  /** The current key's value, free to be changed; undefined if there's none. */
  get(): V | undefined {
    return this.backend.get(this.column, this.name) as V | undefined
  }

  set(value: V | undefined): void {
    if (this.column.get(this.backend.slot) !== value) this.backend.set(this.column, this.name, value)
  }
}

/** The state of the current key. */
export class CepState {
  /** An automaton's state that nobody keeps and that remembers nothing: for the next key without one. */
  spare: NfaKeyState | null = null
  /** A queue that ran empty, for the next key whose event has to wait. */
  spareQueue: ElementQueue | null = null
  readonly queues: Cells<ElementQueue>
  readonly runs: Cells<NfaKeyState>

  constructor(backend: KeyedStateBackend) {
    this.queues = new Cells(backend, 'elementQueue')
    this.runs = new Cells(backend, 'partialMatches')
  }

  /** Adds an event that has to wait. True if it's the first one of its timestamp. */
  enqueue(event: unknown, timestamp: number): boolean {
    let queue = this.queues.get()
    if (queue === undefined) {
      queue = this.spareQueue ?? new Map<number, unknown[]>()
      this.spareQueue = null
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
    queue.delete(timestamp)
    if (queue.size === 0) {
      this.queues.set(undefined)
      this.spareQueue = queue
    }
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
