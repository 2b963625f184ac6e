// MapState and broadcast state, as functions see them. Both compare keys by value and may hold null as key and as value.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/

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
