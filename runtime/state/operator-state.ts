// State of an operator's subtask that belongs to no key: lists, split or given whole to everyone when the parallelism
// changes, and broadcast maps. Flink's DefaultOperatorStateBackend. It stays in memory whatever the job's state backend
// is, and hands out references, as in Flink. `redistribute` says who gets what on a restore.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#operator-state

import { cloneValue } from '../base/clone.ts'
import { LearnerError } from '../base/diagnostic.ts'
import type { Fingerprint } from '../base/value-hash.ts'
import { parseType, typeText, type TypeInformation } from '../record/type-info.ts'
import type { ListStateDescriptor, MapStateDescriptor } from './descriptors.ts'
import { requireElement, requireElements, type ListState } from './list-state.ts'
import type { BroadcastState } from './map-state.ts'
import { ValueMap } from './value-map.ts'
import { reviverOf } from './declared-class.ts'

/** What becomes of a list when the parallelism changes: its elements are spread, or everyone gets all of them. */
export type ListMode = 'split' | 'union'

/** A subtask's operator state, as a snapshot keeps it. */
export interface OperatorSnapshot {
  readonly version: 1
  readonly lists: readonly {
    readonly name: string
    readonly mode: ListMode
    readonly elements: readonly unknown[]
    /** The elements' type as text, where it was declared. */
    readonly type?: string
  }[]
  readonly broadcasts: readonly {
    readonly name: string
    readonly entries: readonly (readonly [key: unknown, value: unknown])[]
    /** The keys' type as text, where it was declared. */
    readonly keyType?: string
  }[]
}

/** Operator state of nothing. */
export const NO_OPERATOR_STATE: OperatorSnapshot = { version: 1, lists: [], broadcasts: [] }

export class OperatorStateBackend {
  readonly lists = new Map<string, OperatorListState<unknown>>()
  readonly broadcasts = new Map<string, OperatorBroadcastState<unknown, unknown>>()
  /** What was restored and nobody has asked for since. */
  readonly unclaimed = new Set<string>()

  /** A list of this subtask. Restored at another parallelism, all elements are split evenly. */
  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return this.claim(descriptor, 'split') as OperatorListState<T>
  }

  /** A list of this subtask. Restored, everyone gets the elements of all, and takes what it needs. */
  getUnionListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    return this.claim(descriptor, 'union') as OperatorListState<T>
  }

  /** A map that's meant to be the same on every subtask. */
  getBroadcastState<K, V>(descriptor: MapStateDescriptor<K, V>): BroadcastState<K, V> {
    const { name, keyType, valueType } = descriptor
    const revive = reviverOf(valueType)
    const known = this.broadcasts.get(name)
    if (known !== undefined && !this.unclaimed.delete(name)) return known as unknown as BroadcastState<K, V>
    if (known === undefined) this.requireUnused(name, 'broadcast')
    else requireKeyType({ keyType: known.keyType, state: name }, keyType)
    const state = new OperatorBroadcastState<K, V>(keyType)
    for (const [key, value] of known?.entries() ?? [])
      state.put(key as K, (revive === null ? value : revive(value)) as V)
    this.broadcasts.set(name, state as unknown as OperatorBroadcastState<unknown, unknown>)
    return state
  }

  /** Names of the lists, in the order in which they were first asked for. */
  getRegisteredStateNames(): ReadonlySet<string> {
    return new Set(this.lists.keys())
  }

  getRegisteredBroadcastStateNames(): ReadonlySet<string> {
    return new Set(this.broadcasts.keys())
  }

  /** A copy of everything; shares nothing mutable with the running state. */
  snapshot(): OperatorSnapshot {
    if (this.lists.size + this.broadcasts.size === 0) return NO_OPERATOR_STATE
    return {
      version: 1,
      lists: Array.from(this.lists, ([name, { mode, elements, type }]) => ({
        ...{ name, mode, elements: cloneValue(elements) },
        ...(type === null ? {} : { type }),
      })),
      broadcasts: Array.from(this.broadcasts, ([name, { map, keyType }]) => ({
        name,
        ...(keyType === null ? {} : { keyType }),
        entries: Array.from(map.entries, ([key, value]) => [cloneValue(key), cloneValue(value)] as const),
      })),
    }
  }

  /** Fills an empty backend. What of it nobody asks for again is kept and goes into the next snapshot, as in Flink. */
  restore(snapshot: OperatorSnapshot): void {
    for (const { name, mode, elements, type } of snapshot.lists) {
      const state = this.list(name, mode)
      state.elements = cloneValue([...elements])
      state.type = type ?? null
      this.unclaimed.add(name)
    }
    for (const { name, entries, keyType } of snapshot.broadcasts) {
      const state = new OperatorBroadcastState<unknown, unknown>(keyType === undefined ? null : parseType(keyType))
      for (const [key, value] of entries) state.put(cloneValue(key), cloneValue(value))
      this.broadcasts.set(name, state)
      this.unclaimed.add(name)
    }
  }

  /** Mixes everything into the digest. */
  digest(fingerprint: Fingerprint): void {
    for (const [name, { elements }] of this.lists) {
      fingerprint.string(name)
      fingerprint.value(elements)
    }
    for (const [name, { map }] of this.broadcasts) {
      fingerprint.string(name)
      fingerprint.value(map.entries)
    }
  }

  /** Throws LearnerError where what was restored under the name is of another kind or type. */
  private claim({ name, elementType }: ListStateDescriptor<unknown>, mode: ListMode): OperatorListState<unknown> {
    const type = elementType === null ? null : typeText(elementType)
    const state = this.list(name, mode)
    const isRestored = this.unclaimed.delete(name)
    if (isRestored && state.type !== null && type !== null && state.type !== type) {
      throw new LearnerError('RESTORE_STATE_TYPE', { state: name, before: state.type, now: type })
    }
    const revive = isRestored ? reviverOf(elementType) : null
    if (revive !== null) state.elements = state.elements.map(revive)
    state.type = type ?? state.type
    return state
  }

  private list(name: string, mode: ListMode): OperatorListState<unknown> {
    const known = this.lists.get(name)
    if (known === undefined) {
      this.requireUnused(name, mode)
      const state = new OperatorListState<unknown>(name, mode)
      this.lists.set(name, state)
      return state
    }
    if (known.mode !== mode) this.requireUnused(name, mode)
    return known
  }

  private requireUnused(state: string, second: ListMode | 'broadcast'): void {
    const first = this.lists.get(state)?.mode ?? (this.broadcasts.has(state) ? 'broadcast' : null)
    if (first !== null && this.unclaimed.has(state)) {
      throw new LearnerError('RESTORE_STATE_KIND', { state, before: first, now: second })
    }
    if (first !== null) throw new LearnerError('STATE_NAME_TWICE', { state, first, second })
  }
}

/** A list of a subtask. */
export class OperatorListState<T> implements ListState<T> {
  readonly name: string
  readonly mode: ListMode
  elements: T[] = []
  /** The elements' type as text; null where it isn't declared. */
  type: string | null = null

  constructor(name: string, mode: ListMode) {
    this.name = name
    this.mode = mode
  }

  get(): Iterable<T> {
    return this.elements
  }

  add(element: T): void {
    requireElement(element, 'add', this.name)
    this.elements.push(element)
  }

  addAll(elements: readonly T[]): void {
    requireElements(elements, 'addAll', this.name)
    for (const element of elements) this.elements.push(element)
  }

  update(elements: readonly T[]): void {
    requireElements(elements, 'update', this.name)
    this.elements = elements.slice()
  }

  clear(): void {
    this.elements = []
  }
}

function requireKeyType(
  { keyType: before, state }: { readonly keyType: string | null; readonly state: string },
  type: TypeInformation<unknown> | null,
): void {
  const now = type === null ? null : typeText(type)
  if (before !== null && now !== null && before !== now) {
    throw new LearnerError('RESTORE_STATE_TYPE', { state, before, now })
  }
}

/** A subtask's copy of a broadcast map. */
export class OperatorBroadcastState<K, V> implements BroadcastState<K, V> {
  readonly map: ValueMap<V>
  /** As text; null where it isn't declared. */
  readonly keyType: string | null

  constructor(keyType: TypeInformation<K> | null) {
    this.keyType = keyType === null ? null : typeText(keyType)
    this.map = new ValueMap(keyType as TypeInformation<unknown> | null)
  }

  get(key: K): V | null {
    return this.map.get(key) ?? null
  }

  contains(key: K): boolean {
    return this.map.has(key)
  }

  put(key: K, value: V): void {
    this.map.set(key, value)
  }

  putAll(entries: Iterable<readonly [K, V]>): void {
    for (const [key, value] of entries) this.put(key, value)
  }

  remove(key: K): void {
    this.map.delete(key)
  }

  entries(): Iterable<[K, V]> {
    return this.map.entries as Map<K, V>
  }

  immutableEntries(): Iterable<readonly [K, V]> {
    return this.entries()
  }

  iterator(): Iterator<[K, V]> {
    return this.entries()[Symbol.iterator]()
  }

  clear(): void {
    this.map.clear()
  }
}

type Lists = OperatorSnapshot['lists']
type Broadcasts = OperatorSnapshot['broadcasts']

/**
 * For every new subtask, in order, what it's restored from; `before` has a snapshot for every subtask there was. As
 * Flink's RoundRobinOperatorStateRepartitioner does it: a split list goes in runs of equal length, in order, the longer
 * ones first; a union list goes whole to everyone; a broadcast map is copied from one subtask or another.
 */
export function redistribute(before: readonly OperatorSnapshot[], parallelism: number): OperatorSnapshot[] {
  const lists: Lists[number][][] = Array.from({ length: parallelism }, () => [])
  // The subtask at which the next list's longer runs begin, so that several lists don't all burden the first ones.
  let start = 0
  for (const list of distinct(before.flatMap((snapshot) => snapshot.lists))) {
    const parts = before.map((snapshot) => snapshot.lists.find(({ name }) => name === list.name)?.elements ?? [])
    if (list.mode === 'union') for (const own of lists) own.push({ ...list, elements: parts.flat() })
    else if (parts.length === parallelism) lists.forEach((own, i) => own.push({ ...list, elements: parts[i] ?? [] }))
    else start = split({ ...list, elements: parts.flat() }, lists, start)
  }
  const broadcasts = Array.from({ length: parallelism }, (_, i) => broadcastsFor(before, i))
  return lists.map((own, i) => ({ ...NO_OPERATOR_STATE, lists: own, broadcasts: broadcasts[i] ?? [] }))
}

function split(list: Lists[number], lists: Lists[number][][], start: number): number {
  const { elements } = list
  const parallelism = lists.length
  const shorter = Math.floor(elements.length / parallelism)
  const longer = elements.length % parallelism
  let at = 0
  for (let i = 0; i < parallelism; i++) {
    const subtask = (i + start) % parallelism
    const length = shorter + (i < longer ? 1 : 0)
    lists[subtask]?.push({ ...list, elements: elements.slice(at, at + length) })
    at += length
  }
  return (start + longer) % parallelism
}

function broadcastsFor(before: readonly OperatorSnapshot[], subtask: number): Broadcasts {
  return distinct(before.flatMap((snapshot) => snapshot.broadcasts)).map(({ name }) => {
    const copies = before.flatMap((snapshot) => snapshot.broadcasts.filter((broadcast) => broadcast.name === name))
    return copies[subtask % copies.length] as Broadcasts[number]
  })
}

/** The first of each name. */
function distinct<S extends { readonly name: string }>(states: readonly S[]): S[] {
  return states.filter(({ name }, i) => states.findIndex((state) => state.name === name) === i)
}
