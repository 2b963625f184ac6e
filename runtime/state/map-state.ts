// A map per key, and the interface of broadcast state. Both compare keys by value and may hold null as key and as value.
// Flink's MapState, HeapMapState and, with a time to live for each entry, TtlMapState.

import type { TypeInformation } from '../record/type-info.ts'
import type { Column } from './column.ts'
import { ExpiringState, type Expiry } from './expiring-state.ts'
import type { KeyedAccess } from './keyed-backend.ts'
import type { Stamped } from './ttl.ts'
import { ValueMap } from './value-map.ts'

/** A map for the current key. Keys are compared by value; null is a key and a value like any other. Flink's MapState. */
export interface MapState<K, V> {
  /** Null where there's no such key, or where null was put. */
  get(key: K): V | null
  put(key: K, value: V): void
  putAll(entries: Iterable<readonly [K, V]>): void
  remove(key: K): void
  contains(key: K): boolean
  entries(): Iterable<[K, V]>
  keys(): Iterable<K>
  values(): Iterable<V>
  iterator(): Iterator<[K, V]>
  isEmpty(): boolean
  clear(): void
}

/** Broadcast state where it can only be read. Flink's ReadOnlyBroadcastState. */
export interface ReadOnlyBroadcastState<K, V> {
  get(key: K): V | null
  contains(key: K): boolean
  immutableEntries(): Iterable<readonly [K, V]>
}

/** Every subtask's own copy of what was broadcast; all come to hold the same. Flink's BroadcastState. */
export interface BroadcastState<K, V> extends ReadOnlyBroadcastState<K, V> {
  put(key: K, value: V): void
  putAll(entries: Iterable<readonly [K, V]>): void
  remove(key: K): void
  entries(): Iterable<[K, V]>
  iterator(): Iterator<[K, V]>
  clear(): void
}

type KeyType = TypeInformation<unknown> | null

/** MapState over a column of ValueMaps. */
export class KeyedMapState<K, V> implements MapState<K, V> {
  readonly name: string
  readonly backend: KeyedAccess
  readonly column: Column
  readonly keyType: KeyType

  constructor(name: string, backend: KeyedAccess, column: Column, keyType: KeyType) {
    this.name = name
    this.backend = backend
    this.column = column
    this.keyType = keyType
  }

  get(key: K): V | null {
    return this.map()?.get(key) ?? null
  }

  put(key: K, value: V): void {
    this.ownMap().set(key, value ?? (null as V))
  }

  putAll(entries: Iterable<readonly [K, V]>): void {
    const map = this.ownMap()
    for (const [key, value] of entries) map.set(key, value ?? (null as V))
  }

  /** As in Flink, a map that is empty by this is cleared. */
  remove(key: K): void {
    const map = this.map()
    if (map === undefined) return
    map.delete(key)
    if (map.size === 0) this.clear()
  }

  contains(key: K): boolean {
    return this.map()?.has(key) ?? false
  }

  entries(): Iterable<[K, V]> {
    return (this.map()?.entries ?? []) as Iterable<[K, V]>
  }

  keys(): Iterable<K> {
    return (this.map()?.entries.keys() ?? []) as Iterable<K>
  }

  values(): Iterable<V> {
    return this.map()?.entries.values() ?? []
  }

  iterator(): Iterator<[K, V]> {
    return this.entries()[Symbol.iterator]()
  }

  isEmpty(): boolean {
    return (this.map()?.size ?? 0) === 0
  }

  clear(): void {
    this.backend.set(this.column, this.name, undefined)
  }

  private map(): ValueMap<V> | undefined {
    return this.backend.get(this.column, this.name) as ValueMap<V> | undefined
  }

  private ownMap(): ValueMap<V> {
    const known = this.map()
    if (known !== undefined) return known
    const map = new ValueMap<V>(this.keyType)
    this.backend.set(this.column, this.name, map)
    return map
  }
}

/** MapState whose entries expire one by one. */
export class ExpiringMapState<K, V> extends ExpiringState implements MapState<K, V> {
  readonly keyType: KeyType

  constructor(name: string, backend: KeyedAccess, column: Column, expiry: Expiry, keyType: KeyType) {
    super(name, backend, column, expiry)
    this.keyType = keyType
  }

  get(key: K): V | null {
    return this.found(key)?.value ?? null
  }

  put(key: K, value: V): void {
    this.accessed()
    this.ownMap().set(key, this.stamp(value ?? (null as V)))
  }

  putAll(entries: Iterable<readonly [K, V]>): void {
    this.accessed()
    const map = this.ownMap()
    for (const [key, value] of entries) map.set(key, this.stamp(value ?? (null as V)))
  }

  remove(key: K): void {
    this.accessed()
    this.delete(key)
  }

  contains(key: K): boolean {
    return this.found(key) !== undefined
  }

  entries(): Iterable<[K, V]> {
    return this.each((key, value) => [key, value])
  }

  keys(): Iterable<K> {
    return this.each((key) => key)
  }

  values(): Iterable<V> {
    return this.each((_key, value) => value)
  }

  iterator(): Iterator<[K, V]> {
    return this.entries()[Symbol.iterator]()
  }

  /** Whether no entry is stored, be it expired or not: as in Flink. */
  isEmpty(): boolean {
    this.accessed()
    return (this.map()?.size ?? 0) === 0
  }

  private found(key: K): Stamped<V> | undefined {
    this.accessed()
    return this.check(
      this.map()?.get(key),
      (stamped) => this.ownMap().set(key, stamped),
      () => this.delete(key),
    )
  }

  private delete(key: K): void {
    const map = this.map()
    if (map === undefined) return
    map.delete(key)
    if (map.size === 0) this.clear()
  }

  private each<R>(result: (key: K, value: V) => R): Iterable<R> {
    this.accessed()
    const map = this.map()
    return { [Symbol.iterator]: () => this.iterate(map, result) }
  }

  /** Expired entries are removed as they're passed; unlike `remove`, this leaves an empty map behind. */
  private *iterate<R>(
    map: ValueMap<Stamped<V>> | undefined,
    result: (key: K, value: V) => R,
  ): Generator<R, void, void> {
    if (map === undefined) return
    for (const [key, stamped] of map.entries) {
      const found = this.check(
        stamped,
        (prolonged) => map.set(key, prolonged),
        () => map.delete(key),
      )
      if (found !== undefined) yield result(key as K, found.value)
    }
  }

  private map(): ValueMap<Stamped<V>> | undefined {
    return this.read() as ValueMap<Stamped<V>> | undefined
  }

  private ownMap(): ValueMap<Stamped<V>> {
    const known = this.map()
    if (known !== undefined) return known
    const map = new ValueMap<Stamped<V>>(this.keyType)
    this.write(map)
    return map
  }
}
