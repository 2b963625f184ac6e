// A source of invented rows, as SQL's datagen connector makes them; the Table API describes its fields in the same terms.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/table/datagen/

import { LearnerError } from '../base/diagnostic.ts'
import { rowsOfSequences, type FieldGenerator } from '../connectors/datagen.ts'
import type { SourceSpec } from '../connectors/source.ts'
import { requireRate, Source } from './sources.ts'

/** How a field is made; `T` is only for the compiler. */
export interface DataGenField<T> {
  readonly generator: FieldGenerator
  /** Never present; lets TypeScript infer `T`. */
  readonly example?: T
}

/** How often a random field is null: from 0, never, to 1. */
interface Nullable {
  readonly nullRate: number
}

/** Kinds of fields for DataGenSource. */
export const DataGen = {
  /** Whole numbers from `start` to `end`, one after the other; the source ends with the shortest sequence. */
  sequence(start: number, end: number): DataGenField<number> {
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start > end) {
      throw new LearnerError('SEQUENCE', { from: String(start), to: String(end) })
    }
    return { generator: { kind: 'sequence', start, end } }
  },

  /** Whole numbers from `min` to `max`, both included. */
  randomInt: randomNumber('int'),

  /** Numbers from `min` up to, not including, `max`. */
  randomDouble: randomNumber('double'),

  randomBoolean(): DataGenField<boolean> {
    return { generator: { kind: 'boolean', nullRate: 0 } }
  },

  /** Texts of so many hexadecimal digits, 100 unless given, as datagen makes them. */
  randomString(length = 100): DataGenField<string> {
    if (!Number.isSafeInteger(length) || length < 0) throw new LearnerError('RECORD_COUNT', { value: String(length) })
    return { generator: { kind: 'string', length, nullRate: 0 } }
  },

  /** A random field that is null so often: a share from 0 to 1. */
  withNulls<T>(field: DataGenField<T>, nullRate: number): DataGenField<T | null> {
    const { generator } = field
    if (!(nullRate >= 0 && nullRate <= 1) || generator.kind === 'sequence') {
      throw new LearnerError('NULL_RATE', { value: String(nullRate), kind: generator.kind })
    }
    return { generator: { ...generator, nullRate } satisfies FieldGenerator & Nullable }
  },
} as const

/** The row that fields of these kinds make. */
export type DataGenRow<F> = { readonly [name in keyof F]: F[name] extends DataGenField<infer T> ? T : never }

/**
 * Rows invented field by field. The same seed gives the same rows, at any parallelism.
 *
 * ```ts
 * new DataGenSource({ id: DataGen.sequence(1, 1000), amount: DataGen.randomInt(1, 500) }, { rowsPerSecond: 100 })
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/table/datagen/
 */
export class DataGenSource<F extends Readonly<Record<string, DataGenField<unknown>>>> extends Source<DataGenRow<F>> {
  readonly spec: SourceSpec

  /** 10,000 rows a second, and no end but a sequence's, unless given. */
  constructor(fields: F, options: { readonly rowsPerSecond?: number; readonly numberOfRows?: number } = {}) {
    super()
    const { rowsPerSecond = 10_000, numberOfRows = Infinity } = options
    if (numberOfRows !== Infinity && !(Number.isSafeInteger(numberOfRows) && numberOfRows >= 0)) {
      throw new LearnerError('RECORD_COUNT', { value: String(numberOfRows) })
    }
    const generators = Object.fromEntries(Object.entries(fields).map(([name, { generator }]) => [name, generator]))
    const count = Math.min(numberOfRows, rowsOfSequences(generators))
    const ratePerSecond = requireRate(rowsPerSecond)
    this.spec = { kind: 'datagen', count: count === Infinity ? null : count, ratePerSecond, fields: generators }
  }
}

function randomNumber(kind: 'int' | 'double'): (min: number, max: number) => DataGenField<number> {
  return (min, max) => {
    const isWhole = kind === 'double' || (Number.isSafeInteger(min) && Number.isSafeInteger(max))
    if (!Number.isFinite(min) || !Number.isFinite(max) || min > max || !isWhole) {
      throw new LearnerError('NUMBER_RANGE', { min: String(min), max: String(max) })
    }
    return { generator: { kind, min, max, nullRate: 0 } }
  }
}
