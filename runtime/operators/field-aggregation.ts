// sum, min, max, minBy and maxBy over one field of a record: Flink's SumAggregator and ComparableAggregator. `min` and
// `max` change only their field of the first record; `minBy` and `maxBy` keep a whole record, the first or the last of
// equal ones.

import { LearnerError } from '../base/diagnostic.ts'

export type AggregationKind = 'sum' | 'min' | 'max' | 'minBy' | 'maxBy'

/** As the plan holds it. `field` names a property, or a place of a tuple from 0. */
export interface FieldAggregation {
  readonly kind: AggregationKind
  readonly field: string | number
  /** For minBy and maxBy: of equal records keep the first (Flink's default) or the last. */
  readonly first: boolean
}

type Reduce = (accumulated: unknown, value: unknown) => unknown

/** The reduce function of an aggregation. */
export function fieldAggregation(aggregation: FieldAggregation): Reduce {
  const { kind, field, first } = aggregation
  const read = (record: unknown): unknown => readField(record, field, kind)
  switch (kind) {
    case 'sum':
      return (a, b) => withField(a, field, add(number(read(a), aggregation), number(read(b), aggregation)))
    case 'min':
      return (a, b) => (compare(read(b), read(a)) < 0 ? withField(a, field, read(b)) : a)
    case 'max':
      return (a, b) => (compare(read(b), read(a)) > 0 ? withField(a, field, read(b)) : a)
    case 'minBy':
      return (a, b) => keep(a, b, compare(read(b), read(a)), first)
    case 'maxBy':
      return (a, b) => keep(a, b, compare(read(a), read(b)), first)
  }
}

/** Java's long addition on integral numbers (wrapping at 64 bits), double addition otherwise. */
export function add(a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum) || !Number.isSafeInteger(a) || !Number.isSafeInteger(b)) return sum
  } else if (typeof a === 'number' && !Number.isInteger(a)) return a + Number(b)
  else if (typeof b === 'number' && !Number.isInteger(b)) return Number(a) + b
  const wrapped = BigInt.asIntN(64, BigInt(a) + BigInt(b))
  const wide = Number(wrapped)
  return Number.isSafeInteger(wide) ? wide : wrapped
}

function keep(a: unknown, b: unknown, order: number, first: boolean): unknown {
  if (order < 0) return b
  return order === 0 && !first ? b : a
}

function compare(a: unknown, b: unknown): number {
  const [x, y] = [a as number, b as number]
  if (x < y) return -1
  if (x > y) return 1
  // Java's Double.compare: NaN is above everything and equal to itself.
  const nanX = Number.isNaN(x) ? 1 : 0
  const nanY = Number.isNaN(y) ? 1 : 0
  return nanX - nanY
}

function number(value: unknown, { kind, field }: FieldAggregation): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  throw new LearnerError('AGGREGATE_NOT_NUMBER', { kind, field, value: String(value) })
}

function readField(record: unknown, field: string | number, kind: string): unknown {
  // A record that is itself a number or text is its own field 0, as in Flink.
  if (typeof record !== 'object' || record === null) {
    if (field === 0) return record
  } else {
    const value = (record as Record<string | number, unknown>)[field]
    if (value !== undefined && value !== null) return value
  }
  throw new LearnerError('AGGREGATE_FIELD_MISSING', { kind, field, record: shown(record) })
}

function shown(record: unknown): string {
  return typeof record === 'object' && record !== null ? `{${Object.keys(record).join(', ')}}` : String(record)
}

/** A copy with another value in the field: records are immutable once collected. */
function withField(record: unknown, field: string | number, value: unknown): unknown {
  if (typeof record !== 'object' || record === null) return value
  if (Array.isArray(record)) return record.map((item: unknown, i) => (i === Number(field) ? value : item))
  const copy = Object.create(Object.getPrototypeOf(record) as object | null) as Record<string | number, unknown>
  Object.assign(copy, record)
  copy[field] = value
  return copy
}
