// A snapshot of keyed state, by key group: what a subtask of any parallelism can be restored from. Taking one copies lists
// of chunks and of keys, whatever the keys hold; that is the synchronous part. Writing it, key by key, can wait, while the
// state goes on changing: Flink's asynchronous part. It holds plain data: numbers, texts, arrays, objects, Maps, Sets,
// Dates, bigints, typed arrays.

import { cloneValue } from '../base/clone.ts'
import { keyGroupOf } from '../record/key-groups.ts'
import type { KeyReader } from '../record/key.ts'
import { typeText, type TypeInformation } from '../record/type-info.ts'
import { canBeUnwritable, requireWritable, writeCell, type StateMeta } from './cells.ts'
import { cellOf, keepCells, type Column, type ColumnSnapshot } from './column.ts'
import type { Namespaces } from './namespaces.ts'
import type { PaneSnapshot, PaneTables } from './pane-tables.ts'
import { sizeOfColumn, sizeOfList, sizeOfTimers } from './state-size.ts'
import { registeredTimes } from './timer-queue.ts'

/** What a slot holds, as a snapshot keeps it. */
export interface SlotSnapshot {
  readonly states: readonly (readonly [name: string, value: unknown])[]
  readonly eventTimers: readonly number[]
  readonly processingTimers: readonly number[]
}

/** What a key holds in a window. */
interface NamespaceSnapshot extends SlotSnapshot {
  readonly start: number
  readonly end: number
}

/** Everything one key holds, as a snapshot keeps it. */
export interface KeySnapshot extends SlotSnapshot {
  readonly key: unknown
  /** Absent where the key holds nothing in a window. */
  readonly namespaces?: readonly NamespaceSnapshot[]
}

/** Keyed state by key group. */
export interface KeyedSnapshot {
  readonly version: 1
  readonly maxParallelism: number
  /** The keys' type as text, declared or shown by the first key; null where there was none. */
  readonly keyType: string | null
  readonly states: readonly StateMeta[]
  readonly groups: readonly { readonly keyGroup: number; readonly keys: readonly KeySnapshot[] }[]
}

/** How a state is asked for. */
export interface StateRequest extends StateMeta {
  /** Kind and declared types, to compare with another request of that name; null where none were declared. */
  readonly declared: string | null
  readonly keyType: TypeInformation<unknown> | null
  readonly valueType: TypeInformation<unknown> | null
  readonly nowMs: () => number
  /** How long a value lives; null for ever. */
  readonly ttlMs: number | null
  /** What of a cell goes into a snapshot of this time, where expired values are left out; null for all of it. */
  readonly alive: ((cell: unknown, nowMs: number) => unknown) | null
}

/** A state of a backend. */
export interface KeyedState {
  readonly column: Column
  readonly meta: StateMeta
  /** Null for a state that was restored and hasn't been asked for since, and for an operator's own. */
  readonly request: StateRequest | null
}

/** What a snapshot is taken of: the backend. */
export interface SnapshotSource {
  readonly keys: Column
  readonly slotCount: number
  readonly reader: KeyReader
  readonly maxParallelism: number
  readonly namespaces: Namespaces
  readonly panes: PaneTables | null
  readonly states: ReadonlyMap<string, KeyedState>
  readonly eventTimers: { readonly registered: Column }
  readonly processingTimers: { readonly registered: Column }
}

type Windows = Pick<Namespaces, 'roots' | 'starts' | 'ends'>

/** A snapshot that has been taken, and is written when somebody wants it: whenever that is, it holds the same. */
export class PendingSnapshot {
  readonly source: SnapshotSource
  readonly keys: ColumnSnapshot
  readonly slotCount: number
  /** Which slots stand for a window; null where none does. */
  readonly windows: Windows | null
  readonly panes: readonly PaneSnapshot[]
  readonly states: readonly (KeyedState & { readonly cells: ColumnSnapshot; readonly takenMs: number })[]
  readonly eventTimers: ColumnSnapshot
  readonly processingTimers: ColumnSnapshot
  readonly keyType: string | null
  written: KeyedSnapshot | null = null
  isHeld = true

  constructor(source: SnapshotSource) {
    const { filled, roots, starts, ends } = source.namespaces
    const { type } = source.reader
    this.source = source
    this.keyType = type === null ? null : typeText(type)
    this.keys = source.keys.snap()
    this.slotCount = source.slotCount
    this.windows = filled === 0 ? null : { roots: roots.slice(), starts: starts.slice(), ends: ends.slice() }
    this.panes = source.panes?.snap() ?? []
    this.states = Array.from(source.states.values(), ({ column, meta, request }) => {
      return { column, meta, request, cells: column.snap(), takenMs: request?.nowMs() ?? 0 }
    })
    this.eventTimers = source.eventTimers.registered.snap()
    this.processingTimers = source.processingTimers.registered.snap()
  }

  /** Copies everything, by key group. Throws LearnerError for a value that can't be written. */
  write(): KeyedSnapshot {
    if (this.written !== null) return this.written
    if (!this.isHeld) throw new Error('a snapshot that was let go of is wanted')
    const { maxParallelism } = this.source
    try {
      const groups = Array.from(this.keysByGroup(), ([keyGroup, keys]) => ({ keyGroup, keys }))
      groups.sort((a, b) => a.keyGroup - b.keyGroup)
      const { keyType } = this
      this.written = { version: 1, maxParallelism, keyType, states: this.states.map(({ meta }) => meta), groups }
      return this.written
    } finally {
      this.abandon()
    }
  }

  /** In bytes, as estimated. */
  size(): number {
    let size = sizeOfColumn(this.keys) + sizeOfTimers(this.eventTimers) + sizeOfTimers(this.processingTimers)
    for (const { cells } of this.states) size += sizeOfColumn(cells)
    for (const { slots, contents } of this.panes) {
      size += sizeOfList(slots.length, (count) => Array.from(slots.subarray(0, count), (slot) => contents[slot]))
    }
    return size
  }

  /** Throws LearnerError if `write` would, of states that can hold what can't be written. */
  requireWritable(): void {
    for (const { meta, request, cells } of this.states) {
      if (!canBeUnwritable(meta, request?.valueType ?? null)) continue
      for (let slot = 0; slot < this.slotCount; slot++) {
        const cell = cellOf(cells, slot)
        if (cell !== undefined) requireWritable(cell, meta, request?.valueType ?? null)
      }
    }
  }

  /** Lets go of everything, if it hasn't yet. */
  abandon(): void {
    if (!this.isHeld) return
    this.isHeld = false
    this.source.keys.release(this.keys)
    for (const { column, cells } of this.states) column.release(cells)
    this.source.panes?.release()
    this.source.eventTimers.registered.release(this.eventTimers)
    this.source.processingTimers.registered.release(this.processingTimers)
  }

  /** A keyframe has it: what it holds stays, also when it's let go of, for the run may come back to here. */
  keep(): void {
    for (const { cells } of this.states) keepCells(cells)
    for (const cells of [this.keys, this.eventTimers, this.processingTimers]) keepCells(cells)
  }

  private keysByGroup(): Map<number, KeySnapshot[]> {
    const { maxParallelism, reader } = this.source
    const inWindows = this.namespacesByRoot()
    const groups = new Map<number, KeySnapshot[]>()
    for (let slot = 0; slot < this.slotCount; slot++) {
      if (this.windows !== null && this.windows.roots[slot] !== slot) continue
      const own = this.slotAt(slot)
      const namespaces = inWindows.get(slot)
      if (own === null && namespaces === undefined) continue
      const key = cloneValue(cellOf(this.keys, slot))
      const keyGroup = keyGroupOf(reader.hash(key), maxParallelism)
      const keys = groups.get(keyGroup)
      const entry = { key, ...(own ?? NOTHING), ...(namespaces === undefined ? {} : { namespaces }) }
      if (keys === undefined) groups.set(keyGroup, [entry])
      else keys.push(entry)
    }
    return groups
  }

  /** What keys held in windows, be it in slots or in panes. */
  private namespacesByRoot(): ReadonlyMap<number, NamespaceSnapshot[]> {
    const found = new Map<number, NamespaceSnapshot[]>()
    const add = (root: number, namespace: NamespaceSnapshot): void => {
      const others = found.get(root)
      if (others === undefined) found.set(root, [namespace])
      else others.push(namespace)
    }
    for (let slot = 0; this.windows !== null && slot < this.slotCount; slot++) {
      const { roots, starts, ends } = this.windows
      const root = roots[slot] as number
      const held = root === slot ? null : this.slotAt(slot)
      if (held !== null) add(root, { start: starts[slot] as number, end: ends[slot] as number, ...held })
    }
    for (const { start, end, slots, contents } of this.panes) {
      for (let i = 0; i < slots.length; i++) {
        const root = slots[i] as number
        const others = found.get(root) ?? []
        const at = others.findIndex((other) => other.start === start && other.end === end)
        const [{ states } = NOTHING] = at < 0 ? [] : others.splice(at, 1)
        add(root, { start, end, ...this.inPane(contents[root], end, states) })
      }
    }
    return found
  }

  /** Contents of a window that a pane held, with the timer it stood for. */
  private inPane(contents: unknown, end: number, states: SlotSnapshot['states']): SlotSnapshot {
    const { state, isEventTime } = this.source.panes as PaneTables
    const timers = [end - 1]
    return {
      states: [[state, writeCell(contents)], ...states],
      eventTimers: isEventTime ? timers : [],
      processingTimers: isEventTime ? [] : timers,
    }
  }

  /** What a slot held; null for nothing. */
  private slotAt(slot: number): SlotSnapshot | null {
    const states: [string, unknown][] = []
    for (const { meta, request, cells, takenMs } of this.states) {
      const whole = cellOf(cells, slot)
      if (whole === undefined) continue
      const cell = request?.alive ? request.alive(whole, takenMs) : whole
      if (cell === undefined) continue
      requireWritable(cell, meta, request?.valueType ?? null)
      states.push([meta.name, writeCell(cell)])
    }
    const eventTimers = registeredTimes(cellOf(this.eventTimers, slot))
    const processingTimers = registeredTimes(cellOf(this.processingTimers, slot))
    if (states.length === 0 && eventTimers.length === 0 && processingTimers.length === 0) return null
    return { states, eventTimers, processingTimers }
  }
}

const NOTHING: SlotSnapshot = { states: [], eventTimers: [], processingTimers: [] }
