// Keyed state of one subtask of one operator. A key has a slot, and another for each window in which it holds something;
// every state is a column by slot; timers are two more columns. Slots that have neither state nor timers left are freed
// in sweeps, so memory follows the live keys and a key that comes and goes costs nothing. Flink's heap
// KeyedStateBackend: values are handed out by reference.

import { cloneValue } from '../base/clone.ts'
import { LearnerError } from '../base/diagnostic.ts'
import type { Fingerprint } from '../base/value-hash.ts'
import { keyGroupOf, type KeyGroupRange } from '../record/key-groups.ts'
import { KeyReader, type CanonicalKey } from '../record/key.ts'
import type { TypeInformation } from '../record/type-info.ts'
import { Column } from './column.ts'
import { KeyIndex } from './key-index.ts'
import { Namespaces } from './namespaces.ts'
import type { PaneTables } from './pane-tables.ts'
import { TimerQueue } from './timer-queue.ts'

/** No current key: in `open`, between records, on a stream that isn't keyed. */
export const NO_SLOT = -1

const FIRST_SWEEP = 1024

/** What a slot holds, as a snapshot keeps it. */
interface SlotSnapshot {
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

/** Keyed state by key group: what a subtask of any parallelism can be restored from. */
export interface KeyedSnapshot {
  readonly version: 1
  readonly maxParallelism: number
  readonly groups: readonly { readonly keyGroup: number; readonly keys: readonly KeySnapshot[] }[]
}

/** What a state handle needs of the backend: the cells of one slot at a time. */
export interface KeyedAccess {
  /** The slot that is read and written now; NO_SLOT for none. */
  readonly slot: number
  column(name: string): Column
  get(column: Column, name: string): unknown
  set(column: Column, name: string, value: unknown): void
}

export class KeyedStateBackend implements KeyedAccess {
  readonly reader: KeyReader
  readonly maxParallelism: number
  readonly index = new KeyIndex()
  readonly namespaces = new Namespaces()
  readonly columns = new Map<string, Column>()
  readonly eventTimers = new TimerQueue(new Column())
  readonly processingTimers = new TimerQueue(new Column())
  /** Contents of windows that are kept by window instead of by slot; null where there are none. */
  panes: PaneTables | null = null
  /** Slot of the current key, or of it and the current window; NO_SLOT for none. */
  slot = NO_SLOT
  /** By slot: the key as the selector gave it, and as the index knows it. */
  keys: unknown[] = []
  canonicalKeys: (CanonicalKey | undefined)[] = []
  /** By slot: how many state entries and timers it holds. */
  uses = new Int32Array(64)
  freeSlots: number[] = []
  /** Batch mode: one key after the other, none seen again. */
  isBatch = false
  /** The current key is at its end: timers set now are ignored, or it might never end. */
  isQuiesced = false
  /** Number of slots ever handed out at which the next sweep is due. */
  sweepAt = FIRST_SWEEP
  /** Slots for windows have reached that number. The sweep waits for the next record: meanwhile slots are in use. */
  isSweepDue = false

  /** `nodeId`: whose state it is, for error messages. */
  constructor(keyType: TypeInformation<unknown> | null, maxParallelism: number, nodeId: string | null = null) {
    this.reader = new KeyReader(keyType, nodeId)
    this.maxParallelism = maxParallelism
  }

  /** Makes this the current key. Throws LearnerError for what can't be a key. */
  setCurrentKey(key: unknown): void {
    if (this.isSweepDue) this.sweep()
    const canonical = this.reader.canonical(key)
    let slot = this.index.slotOf(canonical)
    if (slot < 0) slot = this.allocateKey(canonical, typeof key === 'object' ? key : canonicalToKey(key, canonical))
    this.slot = slot
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
    return this.slot === NO_SLOT ? null : this.keys[this.slot]
  }

  /** The column of a state, made on first asking. */
  column(name: string): Column {
    let column = this.columns.get(name)
    if (column === undefined) {
      column = new Column()
      this.columns.set(name, column)
    }
    return column
  }

  /** The current key's cell of a column; undefined if empty. */
  get(column: Column, name: string): unknown {
    if (this.slot === NO_SLOT) throw new LearnerError('STATE_WITHOUT_KEY', { state: name })
    return column.get(this.slot)
  }

  /** Writes the current key's cell; undefined empties it. */
  set(column: Column, name: string, value: unknown): void {
    if (this.slot === NO_SLOT) throw new LearnerError('STATE_WITHOUT_KEY', { state: name })
    this.setAt(column, this.slot, value)
  }

  /** Writes the cell of a slot; undefined empties it. */
  setAt(column: Column, slot: number, value: unknown): void {
    const change = column.set(slot, value)
    if (change !== 0) this.uses[slot] = (this.uses[slot] as number) + change
  }

  registerTimer(queue: TimerQueue, timestamp: number): void {
    if (this.slot === NO_SLOT) throw new LearnerError('TIMER_WITHOUT_KEY')
    if (this.isQuiesced) return
    if (queue.register(this.slot, timestamp)) this.uses[this.slot] = (this.uses[this.slot] as number) + 1
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
      for (const [name, column] of this.columns) this.set(column, name, undefined)
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
    this.uses[slot] = (this.uses[slot] as number) + 1
  }

  release(slot: number): void {
    this.uses[slot] = (this.uses[slot] as number) - 1
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
      pane.contents[panes.add(pane, root)] = contents
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
    for (let slot = 0; slot < this.canonicalKeys.length; slot++) {
      if (this.canonicalKeys[slot] !== undefined && (this.uses[slot] as number) > 0) yield slot
    }
  }

  keyGroupOfSlot(slot: number): number {
    return keyGroupOf(this.reader.hash(this.keys[slot]), this.maxParallelism)
  }

  /** A copy of all state and timers, by key group. Shares nothing mutable with the running state. */
  snapshot(): KeyedSnapshot {
    const groups = new Map<number, KeySnapshot[]>()
    const { roots } = this.namespaces
    const done = new Set<number>()
    for (const live of this.liveSlots()) {
      const root = roots[live] as number
      if (done.has(root)) continue
      done.add(root)
      const keyGroup = this.keyGroupOfSlot(root)
      const keys = groups.get(keyGroup) ?? []
      groups.set(keyGroup, keys)
      const namespaces = this.namespaceSnapshots(root)
      keys.push({
        key: cloneValue(this.keys[root]),
        ...this.slotSnapshot(root),
        ...(namespaces.length === 0 ? {} : { namespaces }),
      })
    }
    const sorted = Array.from(groups, ([keyGroup, keys]) => ({ keyGroup, keys })).sort(
      (a, b) => a.keyGroup - b.keyGroup,
    )
    return { version: 1, maxParallelism: this.maxParallelism, groups: sorted }
  }

  /** Fills an empty backend with the keys of the snapshot whose key groups lie in the range. */
  restore(snapshot: KeyedSnapshot, range: KeyGroupRange): void {
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
      fingerprint.value(this.keys[slot])
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
        fingerprint.value(column.get(slot))
      }
      for (const time of this.eventTimers.timesOf(slot)) fingerprint.number(time)
      fingerprint.int(-1)
      for (const time of this.processingTimers.timesOf(slot)) fingerprint.number(time)
    }
  }

  /** What a key holds in windows, be it in slots or in panes. */
  private namespaceSnapshots(root: number): NamespaceSnapshot[] {
    const { starts, ends } = this.namespaces
    const { panes } = this
    const found = this.namespaces
      .slotsOf(root)
      .filter((slot) => (this.uses[slot] as number) > 0)
      .map((slot) => ({ start: starts[slot] as number, end: ends[slot] as number, ...this.slotSnapshot(slot) }))
    for (const { start, end, contents } of panes?.entriesOf(root) ?? []) {
      const timers = [end - 1]
      const at = found.findIndex((other) => other.start === start && other.end === end)
      const [own = { start, end, states: [], eventTimers: [], processingTimers: [] }] =
        at < 0 ? [] : found.splice(at, 1)
      found.push({
        ...own,
        states: [[(panes as PaneTables).state, cloneValue(contents)], ...own.states],
        eventTimers: panes?.isEventTime === true ? timers : [],
        processingTimers: panes?.isEventTime === true ? [] : timers,
      })
    }
    return found
  }

  private slotSnapshot(slot: number): SlotSnapshot {
    return {
      states: Array.from(this.columns, ([name, column]) => [name, cloneValue(column.get(slot))] as const).filter(
        ([, value]) => value !== undefined,
      ),
      eventTimers: this.eventTimers.timesOf(slot),
      processingTimers: this.processingTimers.timesOf(slot),
    }
  }

  /** Gives the current slot what the snapshot has for it. */
  private restoreSlot(entry: SlotSnapshot): void {
    for (const [name, value] of entry.states) this.set(this.column(name), name, cloneValue(value))
    for (const time of entry.eventTimers) this.registerTimer(this.eventTimers, time)
    for (const time of entry.processingTimers) this.registerTimer(this.processingTimers, time)
  }

  private allocateKey(canonical: CanonicalKey, key: unknown): number {
    if (this.freeSlots.length === 0 && this.keys.length >= this.sweepAt) this.sweep()
    const slot = this.allocate(canonical, key)
    this.index.add(canonical, slot)
    this.namespaces.addRoot(slot)
    return slot
  }

  private allocateNamespace(root: number, start: number, end: number): number {
    if (this.freeSlots.length === 0 && this.keys.length >= this.sweepAt) this.isSweepDue = true
    const slot = this.allocate(this.canonicalKeys[root] as CanonicalKey, this.keys[root])
    this.namespaces.add(slot, root, start, end)
    return slot
  }

  private allocate(canonical: CanonicalKey, key: unknown): number {
    const slot = this.freeSlots.pop() ?? this.keys.length
    this.keys[slot] = key
    this.canonicalKeys[slot] = canonical
    if (slot >= this.uses.length) {
      const wider = new Int32Array(this.uses.length * 2)
      wider.set(this.uses)
      this.uses = wider
    }
    return slot
  }

  /** Frees the slots that hold nothing. The next sweep is due when the slots in use have doubled. */
  private sweep(): void {
    const { namespaces } = this
    const kept: number[] = []
    const keptRoots = new Set<number>()
    for (let slot = 0; slot < this.keys.length; slot++) {
      if (this.canonicalKeys[slot] === undefined || !namespaces.isNamespaced(slot)) continue
      if (this.uses[slot] === 0 && slot !== this.slot) {
        this.free(slot)
        continue
      }
      kept.push(slot)
      keptRoots.add(namespaces.roots[slot] as number)
    }
    for (let slot = 0; slot < this.keys.length; slot++) {
      const canonical = this.canonicalKeys[slot]
      if (canonical === undefined || namespaces.isNamespaced(slot)) continue
      if (this.uses[slot] !== 0 || slot === this.slot || keptRoots.has(slot)) continue
      this.index.remove(canonical)
      this.free(slot)
    }
    namespaces.rebuild(kept)
    const used = this.keys.length - this.freeSlots.length
    this.sweepAt = Math.max(FIRST_SWEEP, used * 2)
    this.isSweepDue = false
  }

  private free(slot: number): void {
    this.keys[slot] = undefined
    this.canonicalKeys[slot] = undefined
    this.freeSlots.push(slot)
  }
}

/** -0 reads 0 where the key class merges them. */
function canonicalToKey(key: unknown, canonical: CanonicalKey): unknown {
  return Object.is(key, -0) && canonical === 0 ? 0 : key
}
