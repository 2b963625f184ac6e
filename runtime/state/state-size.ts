// How big state is, estimated as serializers would write it: from a few values of each state, so that it costs the same
// for ten keys and for a million. The same state gives the same size on every host.

import { firstValues, type Column, type ColumnSnapshot } from './column.ts'
import { ValueMap } from './value-map.ts'

const SAMPLES = 16
/** Places looked at for samples. */
const MOST_PLACES = 512
const MOST_DEPTH = 6
/** A timer: its time, key and window. */
const TIMER_BYTES = 32

/** In bytes. */
export function sizeOfValue(value: unknown, depth = 0): number {
  if (typeof value === 'string') return 2 + value.length
  if (typeof value === 'boolean' || value === null || value === undefined) return 1
  if (typeof value !== 'object' || depth >= MOST_DEPTH || value instanceof Date) return 8
  if (ArrayBuffer.isView(value)) return 4 + value.byteLength
  if (Array.isArray(value)) return 4 + sampled(value, value.length, (item) => sizeOfValue(item, depth + 1))
  const map = value instanceof ValueMap ? value.entries : value
  if (map instanceof Map) {
    const entries = map as ReadonlyMap<unknown, unknown>
    return 4 + sampled(entries, map.size, ([key, item]) => sizeOfValue(key, depth + 1) + sizeOfValue(item, depth + 1))
  }
  if (map instanceof Set)
    return 4 + sampled(map as ReadonlySet<unknown>, map.size, (item) => sizeOfValue(item, depth + 1))
  let size = 1
  for (const key of Object.keys(map)) size += 1 + sizeOfValue((map as Record<string, unknown>)[key], depth + 1)
  return size
}

/** Of a list of which only the first are needed, made when they are. */
export function sizeOfList(length: number, first: (count: number) => readonly unknown[]): number {
  return 4 + sampled(first(SAMPLES), length, (item) => sizeOfValue(item, 1))
}

/** What the first few say about all. */
function sampled<T>(items: Iterable<T>, count: number, sizeOf: (item: T) => number): number {
  let size = 0
  let seen = 0
  for (const item of items) {
    if (seen === SAMPLES) break
    seen++
    size += sizeOf(item)
  }
  return seen === 0 ? 0 : Math.round((size * count) / seen)
}

/** Of the cells that aren't empty. */
export function sizeOfColumn(column: ColumnSnapshot): number {
  if (column.entries === 0) return 0
  const values = firstValues(column, Math.min(SAMPLES, column.entries), MOST_PLACES)
  let size = 0
  for (const value of values) size += sizeOfValue(value)
  return Math.round((values.length === 0 ? 8 : size / values.length) * column.entries)
}

/** Of timers by slot. */
export function sizeOfTimers(column: Pick<Column, 'entries'>): number {
  return column.entries * TIMER_BYTES
}
