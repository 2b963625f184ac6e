// Keyed state of one subtask of one operator. A key has a slot, and another for each window in which it holds something;
// every state is a column by slot; timers are two more columns. A key gets a slot of its own when it first holds something;
// slots that have neither state nor timers left are freed in sweeps, so memory follows the live keys. Flink's KeyedStateBackend;
// whether it looks like the one on the heap or like RocksDB's is up to the handles (keyed-states.ts).

import { cloneValue } from '../base/clone.ts'
import { LearnerError } from '../base/diagnostic.ts'
import type { Fingerprint } from '../base/value-hash.ts'
import { keyGroupOf, type KeyGroupRange } from '../record/key-groups.ts'
import { KeyReader, type CanonicalKey } from '../record/key.ts'
import { typeWithClasses, type TypeInformation } from '../record/type-info.ts'
import { readCell, shownCell, type StateMeta } from './cells.ts'
import { Column } from './column.ts'
import { KeyIndex } from './key-index.ts'
import {
  PendingSnapshot,
  type KeyedSnapshot,
  type KeyedState,
  type SlotSnapshot,
  type StateRequest,
} from './keyed-snapshot.ts'
import { Namespaces } from './namespaces.ts'
import type { PaneTables } from './pane-tables.ts'
import { reviverOf } from './declared-class.ts'
import { requireCompatible, requireOfType } from './restore-check.ts'
import { TimerQueue } from './timer-queue.ts'
import type { AccessCleanup } from './ttl.ts'
import { ValueMap } from './value-map.ts'

export type { KeyedSnapshot } from './keyed-snapshot.ts'

/** No current key: in `open`, between records, on a stream that isn't keyed. */
export const NO_SLOT = -1

const FIRST_SWEEP = 1024

/** What a state handle needs of the backend: the cells of one slot at a time. */
export interface KeyedAccess {
  /** The slot that is read and written now; NO_SLOT for none. */
  readonly slot: number
  get(column: Column, name: string): unknown
  /** Says by how much the number of entries changed. */
  set(column: Column, name: string, value: unknown): number
}

export class KeyedStateBackend implements KeyedAccess {
  readonly reader: KeyReader
  readonly maxParallelism: number
  readonly index = new KeyIndex()
  readonly namespaces = new Namespaces()
  readonly columns = new Map<string, Column>()
  /** By name, in the order of the columns. */
  readonly states = new Map<string, KeyedState>()
  /** Values are copied when they're read and when they're written, as RocksDB does by serializing them. */
  isByValue = false
  /** Called whenever a record's key has become the current one. */
  readonly keyListeners: (() => void)[] = []
  /** By state, what cleans it up on access. */
  readonly cleanups = new Map<string, AccessCleanup>()
  readonly eventTimers = new TimerQueue(new Column())
  readonly processingTimers = new TimerQueue(new Column())
  /** Contents of windows that are kept by window instead of by slot; null where there are none. */
  panes: PaneTables | null = null
  /** Slot of the current key, or of it and the current window; NO_SLOT for none. */
  slot = NO_SLOT
  /** By slot: the key as the selector gave it; empty for a free slot. */
  readonly keys = new Column()
  /** The slot of the last key that held nothing when it came, as long as it doesn't: no index knows it. */
  vacant = NO_SLOT
  vacantKey: unknown = null
  vacantCanonical: CanonicalKey = 0
  /** Slots ever handed out. */
  slotCount = 0
  /** By slot: how many state entries and timers it holds. */
  uses = new Int32Array(64)
  freeSlots: number[] = []
  /** Batch mode: one key after the other, none seen again. */
  isBatch = false
  /** The current key is at its end: timers set now are ignored, or it might never end. */
  isQuiesced = false
  /** Number of slots ever handed out at which the next sweep is due. */
  sweepAt = FIRST_SWEEP
  /** A sweep is due that had to wait for the next record: meanwhile slots are in use. */
  isSweepDue = false
  /** Keys that a window let go of since the last sweep. */
  releasedCount = 0

  /** `nodeId`: whose state it is, for error messages. */
  constructor(keyType: TypeInformation<unknown> | null, maxParallelism: number, nodeId: string | null = null) {
    this.reader = new KeyReader(keyType, nodeId)
    this.maxParallelism = maxParallelism
  }

  /** Makes this the current key. Throws LearnerError for what can't be a key. */
  setCurrentKey(key: unknown): void {
    if (this.isSweepDue) this.sweep()
    if (this.reader.isLong && typeof key === 'number' && (key | 0) === key) {
      // Nearly all keys are small integers: without the detour through what else a key can be.
      const int = key | 0
      const slot = this.index.slotOfInt(int)
      this.slot = slot >= 0 ? slot : this.vacantFor(int, int)
    } else {
      const canonical = this.reader.canonical(key)
      const slot = this.index.slotOf(canonical)
      this.slot = slot >= 0 ? slot : this.vacantFor(key, canonical)
    }
    if (this.keyListeners.length > 0) for (const listener of this.keyListeners) listener()
  }

  /** Makes the window of the current key the current one. */
  setNamespace(start: number, end: number): void {
    const root = this.namespaces.roots[this.slot] as number
    const slot = this.namespaces.slotOf(root, start, end)
    this.slot = slot >= 0 ? slot : this.allocateNamespace(root, start, end)
  }

  /** The slot of the current key alone. */
  rootSlot(): number {
    return this.slot === NO_SLOT ? NO_SLOT : (this.namespaces.roots[this.slot] as number)
  }

  /** Makes the key of this slot the current one; NO_SLOT for none. */
  setCurrentSlot(slot: number): void {
    this.slot = slot
  }

  /** The current key. */
  currentKey(): unknown {
    return this.slot === NO_SLOT ? null : this.keyAt(this.slot)
  }

  /** The key of a slot; undefined of a free one. */
  keyAt(slot: number): unknown {
    return slot === this.vacant ? this.vacantKey : this.keys.get(slot)
  }

  /** The column of a state of values, made on first asking. */
  column(name: string): Column {
    return this.columns.get(name) ?? this.addState({ name, kind: 'value', expires: false }, null)
  }

  /**
   * The column of a state. What was restored of it is changed to what is asked for: stamped or not. Throws LearnerError
   * if it was asked for with another kind or other types, now or before the snapshot.
   */
  register(request: StateRequest): Column {
    const { name, kind, expires } = request
    const known = this.states.get(name)
    const asked = { name, kind, expires, declared: request.declared }
    if (known === undefined) return this.addState(asked, request)
    const { column, meta } = known
    if (known.request === null) requireCompatible(meta, request)
    const before = known.request?.declared ?? null
    if (meta.kind !== kind || (before !== null && request.declared !== null && before !== request.declared)) {
      throw new LearnerError('STATE_NAME_TWICE', {
        state: name,
        first: before ?? meta.kind,
        second: request.declared ?? kind,
      })
    }
    requireSameClasses(known.request, request)
    if (known.request === null) {
      this.states.set(name, { column, meta: asked, request })
      const revive = reviverOf(request.valueType)
      const target = { keyType: request.keyType, expires, nowMs: request.nowMs(), revive }
      for (let slot = 0; slot < this.slotCount; slot++) {
        const cell = column.get(slot)
        if (cell === undefined) continue
        requireOfType(shownCell(cell, meta), request)
        column.set(slot, readCell(cell, meta, target))
      }
    }
    return column
  }

  /** The current key's cell of a column; undefined if empty. */
  get(column: Column, name: string): unknown {
    if (this.slot === NO_SLOT) throw new LearnerError('STATE_WITHOUT_KEY', { state: name })
    return column.open(this.slot)
  }

  /** Writes the current key's cell; undefined empties it. Says by how much the number of entries changed. */
  set(column: Column, name: string, value: unknown): number {
    if (this.slot === NO_SLOT) throw new LearnerError('STATE_WITHOUT_KEY', { state: name })
    return this.setAt(column, this.slot, value)
  }

  /** Writes the cell of any key in use. */
  setAt(column: Column, slot: number, value: unknown): number {
    const change = column.set(slot, value)
    if (change !== 0) this.count(slot, change)
    return change
  }

  registerTimer(queue: TimerQueue, timestamp: number): void {
    if (this.slot === NO_SLOT) throw new LearnerError('TIMER_WITHOUT_KEY')
    if (this.isQuiesced) return
    if (queue.register(this.slot, timestamp)) this.count(this.slot, 1)
  }

  deleteTimer(queue: TimerQueue, timestamp: number): void {
    if (this.slot === NO_SLOT) throw new LearnerError('TIMER_WITHOUT_KEY')
    if (queue.delete(this.slot, timestamp)) this.uses[this.slot] = (this.uses[this.slot] as number) - 1
  }

  /** Takes the first timer away and makes its key the current one. Call queue.headTime first. */
  pollTimer(queue: TimerQueue): void {
    const slot = queue.poll()
    this.uses[slot] = (this.uses[slot] as number) - 1
    this.setCurrentSlot(slot)
  }

  /** Forgets everything that the current key holds. Batch mode, at the key's end, when its timers have fired. */
  forgetKey(): void {
    const root = this.rootSlot()
    if (root === NO_SLOT) return
    for (const slot of [root, ...this.namespaces.slotsOf(root)]) {
      this.setCurrentSlot(slot)
      for (const [name, column] of this.columns) {
        const change = this.set(column, name, undefined)
        if (change !== 0) this.cleanups.get(name)?.changed(slot, change)
      }
    }
    this.setCurrentSlot(NO_SLOT)
  }

  /** Entries of all states of all keys. */
  entryCount(): number {
    let count = this.panes?.count ?? 0
    for (const column of this.columns.values()) count += column.entries
    return count
  }

  /** Timers of all keys on one of the clocks. */
  timerCount(isEventTime: boolean): number {
    const ofPanes = this.panes?.isEventTime === isEventTime ? this.panes.count : 0
    return ofPanes + (isEventTime ? this.eventTimers : this.processingTimers).count
  }

  /** Something outside the columns counts on the slot: it isn't freed. */
  hold(slot: number): void {
    this.count(slot, 1)
  }

  release(slot: number): void {
    this.uses[slot] = (this.uses[slot] as number) - 1
  }

  /**
   * So many keys have been released together, as a window was closed. Once that may be most keys they're swept at once: the
   * fewer keys there are, the less memory looking one up goes through.
   */
  releasedAll(count: number): void {
    this.releasedCount += count
    if (this.releasedCount * 2 >= this.index.size()) this.isSweepDue = true
  }

  /** From now on contents of windows are in these tables; what was restored goes there, timers and all. */
  adoptPanes(panes: PaneTables): void {
    const { roots, starts, ends } = this.namespaces
    const column = this.column(panes.state)
    for (const slot of Array.from(this.liveSlots())) {
      const contents = column.get(slot)
      if (contents === undefined) continue
      const root = roots[slot] as number
      const pane = panes.pane(starts[slot] as number, ends[slot] as number)
      panes.add(pane, root, contents)
      this.hold(root)
      this.setAt(column, slot, undefined)
      this.setCurrentSlot(slot)
      for (const queue of [this.eventTimers, this.processingTimers])
        for (const time of queue.timesOf(slot)) this.deleteTimer(queue, time)
    }
    this.setCurrentSlot(NO_SLOT)
    this.panes = panes
  }

  /** Slots in use, of keys and of their windows, in order of allocation. */
  *liveSlots(): Generator<number> {
    for (let slot = 0; slot < this.slotCount; slot++) if ((this.uses[slot] as number) > 0) yield slot
  }

  keyGroupOfSlot(slot: number): number {
    return keyGroupOf(this.reader.hash(this.keyAt(slot)), this.maxParallelism)
  }

  /** A copy of all state and timers, by key group. Shares nothing mutable with the running state. */
  snapshot(): KeyedSnapshot {
    return this.beginSnapshot().write()
  }

  /** The synchronous part of a snapshot: takes hold of everything as it is now. Owes a `write` or an `abandon`. */
  beginSnapshot(): PendingSnapshot {
    return new PendingSnapshot(this)
  }

  /** Fills an empty backend with the keys of the snapshot whose key groups lie in the range. Before states are asked for. */
  restore(snapshot: KeyedSnapshot, range: KeyGroupRange): void {
    this.reader.restore(snapshot.keyType)
    for (const meta of snapshot.states) if (!this.states.has(meta.name)) this.addState(meta, null)
    for (const { keyGroup, keys } of snapshot.groups) {
      if (keyGroup < range.start || keyGroup > range.end) continue
      for (const entry of keys) {
        this.setCurrentKey(cloneValue(entry.key))
        this.restoreSlot(entry)
        for (const namespace of entry.namespaces ?? []) {
          this.setNamespace(namespace.start, namespace.end)
          this.restoreSlot(namespace)
        }
      }
    }
    this.setCurrentSlot(NO_SLOT)
  }

  /** Mixes all state and timers into the digest. */
  digest(fingerprint: Fingerprint): void {
    for (const slot of this.liveSlots()) {
      fingerprint.value(this.keyAt(slot))
      if (this.namespaces.isNamespaced(slot)) {
        fingerprint.number(this.namespaces.starts[slot] as number)
        fingerprint.number(this.namespaces.ends[slot] as number)
      } else {
        for (const { start, end, contents } of this.panes?.entriesOf(slot) ?? []) {
          fingerprint.number(start)
          fingerprint.number(end)
          fingerprint.value(contents)
        }
      }
      for (const [name, column] of this.columns) {
        fingerprint.string(name)
        const cell = column.get(slot)
        fingerprint.value(cell instanceof ValueMap ? cell.entries : cell)
      }
      for (const time of this.eventTimers.timesOf(slot)) fingerprint.number(time)
      fingerprint.int(-1)
      for (const time of this.processingTimers.timesOf(slot)) fingerprint.number(time)
    }
  }

  private addState(meta: StateMeta, request: StateRequest | null): Column {
    const column = new Column()
    this.columns.set(meta.name, column)
    this.states.set(meta.name, { column, meta, request })
    return column
  }

  /** Gives the current slot what the snapshot has for it. */
  private restoreSlot(entry: SlotSnapshot): void {
    for (const [name, value] of entry.states) this.set(this.column(name), name, cloneValue(value))
    for (const time of entry.eventTimers) this.registerTimer(this.eventTimers, time)
    for (const time of entry.processingTimers) this.registerTimer(this.processingTimers, time)
  }

  /** A slot holds so many entries more. */
  private count(slot: number, change: number): void {
    this.uses[slot] = (this.uses[slot] as number) + change
    if (slot === this.vacant) this.settle()
  }

  /**
   * The slot of a key that isn't in the index. Most keys that come by for the first time leave nothing behind, so they
   * share one slot, until one of them holds something.
   */
  private vacantFor(key: unknown, canonical: CanonicalKey): number {
    if (this.vacant === NO_SLOT) this.vacant = this.vacate()
    this.vacantKey = typeof key === 'object' ? key : canonicalToKey(key, canonical)
    this.vacantCanonical = canonical
    return this.vacant
  }

  /** The key at the vacant slot holds something: the slot is its own. */
  private settle(): void {
    this.keys.fill(this.vacant, this.vacantKey)
    this.index.add(this.vacantCanonical, this.vacant)
    this.vacant = NO_SLOT
  }

  /** A slot for keys that hold nothing: that of the last key, if it has come to that, or another. */
  private vacate(): number {
    const last = this.slot
    if (last !== NO_SLOT && this.uses[last] === 0 && this.namespaces.isAlone(last)) {
      const key = this.keys.get(last)
      if (key !== undefined) {
        this.index.remove(this.reader.canonical(key))
        this.keys.set(last, undefined)
        return last
      }
    }
    if (this.freeSlots.length === 0 && this.slotCount >= this.sweepAt) this.sweep()
    return this.allocate()
  }

  private allocateNamespace(root: number, start: number, end: number): number {
    if (root === this.vacant) this.settle()
    if (this.freeSlots.length === 0 && this.slotCount >= this.sweepAt) this.isSweepDue = true
    const slot = this.allocate()
    this.keys.set(slot, this.keys.get(root))
    this.namespaces.add(slot, root, start, end)
    return slot
  }

  private allocate(): number {
    const slot = this.freeSlots.pop() ?? this.slotCount++
    if (slot >= this.uses.length) {
      const wider = new Int32Array(this.uses.length * 2)
      wider.set(this.uses)
      this.uses = wider
    }
    this.namespaces.makeRoom(slot)
    return slot
  }

  /** Frees the slots that hold nothing. The next sweep is due when the slots in use have doubled. */
  private sweep(): void {
    const { namespaces, keys } = this
    const keptRoots = namespaces.filled === 0 ? null : this.sweepNamespaces()
    // Built anew of the keys that stay, which is less work than taking out the others.
    this.index.clear()
    const { index, uses, reader, slotCount } = this
    for (let slot = 0; slot < slotCount; slot++) {
      const key = keys.get(slot)
      if (key === undefined || (keptRoots !== null && namespaces.isNamespaced(slot))) continue
      if (uses[slot] === 0 && slot !== this.slot && keptRoots?.has(slot) !== true) this.free(slot)
      else index.add(reader.canonical(key), slot)
    }
    const used = this.slotCount - this.freeSlots.length
    this.sweepAt = Math.max(FIRST_SWEEP, used * 2)
    this.releasedCount = 0
    this.isSweepDue = false
  }

  /** Frees the slots of windows that hold nothing, and returns the own slots of the keys of the others. */
  private sweepNamespaces(): ReadonlySet<number> {
    const { namespaces, keys } = this
    const kept: number[] = []
    for (let slot = 0; slot < this.slotCount; slot++) {
      if (keys.get(slot) === undefined || !namespaces.isNamespaced(slot)) continue
      if (this.uses[slot] !== 0 || slot === this.slot) {
        kept.push(slot)
        continue
      }
      namespaces.remove(slot)
      this.free(slot)
    }
    namespaces.rebuild(kept)
    return new Set(kept.map((slot) => namespaces.roots[slot] as number))
  }

  private free(slot: number): void {
    this.keys.set(slot, undefined)
    this.freeSlots.push(slot)
  }
}

/** -0 reads 0 where the key class merges them. */
function canonicalToKey(key: unknown, canonical: CanonicalKey): unknown {
  return Object.is(key, -0) && canonical === 0 ? 0 : key
}

/** What is declared is the same text for every class of objects. */
function requireSameClasses(before: StateRequest | null, { name, kind, valueType }: StateRequest): void {
  const [first = null, second = null] = [before?.valueType, valueType].map((type) => type && typeWithClasses(type))
  if (first === null || second === null || first === second) return
  throw new LearnerError('STATE_NAME_TWICE', { state: name, first: `${kind}(${first})`, second: `${kind}(${second})` })
}
