// From a descriptor to the handle of its state: which of the handles it is depends on kind, time to live and backend, and
// is decided here alone. Flink's KeyedStateStore and TtlStateFactory.

import { LearnerError } from '../base/diagnostic.ts'
import { toPrintText } from '../base/value-text.ts'
import { typeText, type TypeInformation } from '../record/type-info.ts'
import { aliveCell } from './cells.ts'
import {
  CopyingAppendingState,
  CopyingListState,
  CopyingMapState,
  CopyingValueState,
  copyingAggregation,
  copyingReduction,
} from './copying-state.ts'
import type { Column } from './column.ts'
import type {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  StateDescriptor,
  StateKind,
  ValueStateDescriptor,
} from './descriptors.ts'
import type { Expiry } from './expiring-state.ts'
import {
  ExpiringAggregatingState,
  ExpiringReducingState,
  KeyedAggregatingState,
  KeyedReducingState,
  type AggregatingState,
  type ReducingState,
} from './folding-state.ts'
import type { KeyedAccess, KeyedStateBackend } from './keyed-backend.ts'
import { ExpiringListState, KeyedListState, type ListState } from './list-state.ts'
import { ExpiringMapState, KeyedMapState, type MapState } from './map-state.ts'
import { IncrementalCleanup } from './ttl-cleanup.ts'
import { DEFAULT_CLEANUP, type AccessCleanup, type TtlCleanup } from './ttl.ts'
import { ExpiringValueState, KeyedValueState, type ValueState } from './value-state.ts'

type AnyType = TypeInformation<unknown> | null

/** The states of one operator, by their descriptors. */
export class KeyedStates {
  readonly backend: KeyedStateBackend
  readonly nowMs: () => number
  /** Whose cells the handles read and write. */
  readonly access: KeyedAccess
  private readonly handles = new Map<string, unknown>()

  /** `access` for another slot than the current key's. */
  constructor(backend: KeyedStateBackend, nowMs: () => number, access: KeyedAccess = backend) {
    this.backend = backend
    this.nowMs = nowMs
    this.access = access
  }

  getState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T> {
    const types = { key: null, value: descriptor?.type as AnyType }
    return this.#handle(descriptor, 'value', types, (column, expiry): ValueState<T> => {
      const { name, defaultValue } = descriptor
      const state =
        expiry === null
          ? new KeyedValueState(name, this.access, column, defaultValue)
          : new ExpiringValueState<T>(name, this.access, column, expiry)
      return this.backend.isByValue ? new CopyingValueState(state) : state
    })
  }

  getListState<T>(descriptor: ListStateDescriptor<T>): ListState<T> {
    const types = { key: null, value: descriptor?.elementType as AnyType }
    return this.#handle(descriptor, 'list', types, (column, expiry): ListState<T> => {
      const state =
        expiry === null
          ? new KeyedListState<T>(descriptor.name, this.access, column)
          : new ExpiringListState<T>(descriptor.name, this.access, column, expiry)
      return this.backend.isByValue ? new CopyingListState(state) : state
    })
  }

  getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V> {
    const types = { key: descriptor?.keyType as AnyType, value: descriptor?.valueType as AnyType }
    return this.#handle(descriptor, 'map', types, (column, expiry): MapState<K, V> => {
      const { name } = descriptor
      const state =
        expiry === null
          ? new KeyedMapState<K, V>(name, this.access, column, types.key)
          : new ExpiringMapState<K, V>(name, this.access, column, expiry, types.key)
      return this.backend.isByValue ? new CopyingMapState(state) : state
    })
  }

  getReducingState<T>(descriptor: ReducingStateDescriptor<T>): ReducingState<T> {
    const types = { key: null, value: descriptor?.type as AnyType }
    return this.#handle(descriptor, 'reducing', types, (column, expiry): ReducingState<T> => {
      const { access, backend } = this
      const { name } = descriptor
      const reduction = backend.isByValue ? copyingReduction(descriptor.reduction) : descriptor.reduction
      const state =
        expiry === null
          ? new KeyedReducingState(name, access, column, reduction)
          : new ExpiringReducingState(name, access, column, expiry, reduction)
      return backend.isByValue ? new CopyingAppendingState(state) : state
    })
  }

  getAggregatingState<IN, ACC, OUT>(descriptor: AggregatingStateDescriptor<IN, ACC, OUT>): AggregatingState<IN, OUT> {
    const types = { key: null, value: descriptor?.type as AnyType }
    return this.#handle(descriptor, 'aggregating', types, (column, expiry): AggregatingState<IN, OUT> => {
      const { access, backend } = this
      const { name } = descriptor
      const aggregation = backend.isByValue ? copyingAggregation(descriptor.aggregation) : descriptor.aggregation
      const state =
        expiry === null
          ? new KeyedAggregatingState(name, access, column, aggregation)
          : new ExpiringAggregatingState(name, access, column, expiry, aggregation)
      return backend.isByValue ? new CopyingAppendingState(state) : state
    })
  }

  #handle<S>(
    descriptor: StateDescriptor,
    kind: StateKind,
    types: { readonly key: AnyType; readonly value: AnyType },
    create: (column: Column, expiry: Expiry | null) => S,
  ): S {
    requireKind(descriptor, kind)
    const { name, ttl } = descriptor
    const { nowMs, backend } = this
    const expires = ttl !== null && ttl.update !== 'Disabled'
    const alive = expires ? (cell: unknown, at: number): unknown => aliveCell(cell, kind, ttl, at) : null
    const cleanup = ttl?.cleanup ?? DEFAULT_CLEANUP
    const column = backend.register({
      name,
      kind,
      expires,
      declared: declaredText(kind, types),
      keyType: types.key,
      valueType: types.value,
      nowMs,
      ttlMs: expires ? ttl.ttlMs : null,
      alive: cleanup.fullSnapshot ? alive : null,
    })
    const known = this.handles.get(name)
    if (known !== undefined) return known as S
    const expiry =
      alive === null || ttl === null
        ? null
        : { ttl, nowMs, cleanup: this.#cleanup(name, column, cleanup, (cell) => alive(cell, nowMs())) }
    const handle = create(column, expiry)
    this.handles.set(name, handle)
    return handle
  }

  /** What cleans up on access. State by value has none: RocksDB cleans up when it compacts its files, unseen. */
  #cleanup(
    name: string,
    column: Column,
    { incremental }: TtlCleanup,
    alive: (cell: unknown) => unknown,
  ): AccessCleanup | null {
    if (incremental === null || this.backend.isByValue) return null
    const known = this.backend.cleanups.get(name)
    if (known !== undefined) return known
    const cleanup = new IncrementalCleanup(this.backend, column, incremental.size, alive)
    this.backend.cleanups.set(name, cleanup)
    if (incremental.everyRecord) this.backend.keyListeners.push(() => cleanup.accessed())
    return cleanup
  }
}

function declaredText(
  kind: StateKind,
  { key, value }: { readonly key: AnyType; readonly value: AnyType },
): string | null {
  if (value === null) return null
  return key === null ? `${kind}(${typeText(value)})` : `${kind}(${typeText(key)},${typeText(value)})`
}

function requireKind(descriptor: StateDescriptor | undefined | null, kind: StateKind): void {
  const name: unknown = descriptor?.name
  if (typeof name !== 'string' || name === '') throw new LearnerError('STATE_NAME_MISSING', { value: String(name) })
  if (descriptor?.kind === kind) return
  throw new LearnerError('STATE_DESCRIPTOR_KIND', { state: name, wanted: kind, value: toPrintText(descriptor?.kind) })
}
