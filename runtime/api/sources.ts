// Sources a job can read. Each is data: a description the plan can hold, and the functions that go with it.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sources/

import type { SourceSpec } from '../connectors/source.ts'
import { TRANSACTIONS_PER_SECOND, type Transaction } from '../connectors/transactions.ts'
import { LearnerError } from '../base/diagnostic.ts'
import type { TypeInformation } from '../record/type-info.ts'
import type { MapFunction } from './functions.ts'
import { requireFunction } from './require.ts'

/** A source for fromSource. */
export abstract class Source<T> {
  /** As the plan holds it. */
  abstract readonly spec: SourceSpec
  /** The learner's functions in it, by role. */
  readonly functions: ReadonlyMap<string, unknown> = new Map()
  /** 1 where the source can't be split. */
  readonly highestParallelism: number = Infinity
  /** Never present; lets TypeScript infer `T`. */
  readonly example?: T
}

/** How fast a DataGeneratorSource goes. */
export class RateLimiterStrategy {
  readonly ratePerSecond: number | null

  private constructor(ratePerSecond: number | null) {
    this.ratePerSecond = ratePerSecond
  }

  /** So many records per second of processing time, over all subtasks together. */
  static perSecond(records: number): RateLimiterStrategy {
    return new RateLimiterStrategy(requireRate(records))
  }

  /** As fast as the job can take them. */
  static noOp(): RateLimiterStrategy {
    return new RateLimiterStrategy(null)
  }
}

/**
 * Makes record i with a function of i, for i from 0: bounded by `count`, endless with `Infinity`.
 *
 * ```ts
 * new DataGeneratorSource((index) => ({ id: index }), 1000, RateLimiterStrategy.perSecond(10))
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/datagen/
 */
export class DataGeneratorSource<T> extends Source<T> {
  readonly spec: SourceSpec
  override readonly functions: ReadonlyMap<string, unknown>

  constructor(
    generator: MapFunction<number, T> | ((index: number) => T),
    count: number,
    rateLimiter: RateLimiterStrategy = RateLimiterStrategy.noOp(),
    _type: TypeInformation<T> | null = null,
  ) {
    super()
    requireFunction(generator, 'map', 'new DataGeneratorSource')
    if (!(Number.isInteger(count) || count === Infinity) || count < 0) {
      throw new LearnerError('RECORD_COUNT', { value: String(count) })
    }
    this.spec = {
      kind: 'generator',
      count: count === Infinity ? null : count,
      ratePerSecond: rateLimiter.ratePerSecond,
    }
    this.functions = new Map([['generator', generator]])
  }
}

/** The whole numbers from one to another, both included, cut into even stretches over the subtasks. */
export class NumberSequenceSource extends Source<number> {
  readonly spec: SourceSpec

  constructor(from: number, to: number) {
    super()
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from > to) {
      throw new LearnerError('SEQUENCE', { from: String(from), to: String(to) })
    }
    this.spec = { kind: 'sequence', from, to, ratePerSecond: null }
  }
}

/**
 * The transactions of Flink's fraud-detection walkthrough: 50 of five accounts, ten per second of processing time. Works
 * with both `fromSource` and `addSource`.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/getting-started/datastream/
 */
export class TransactionSource extends Source<Transaction> {
  readonly spec: SourceSpec
  override readonly highestParallelism = 1

  /** The 50 transactions over and over, unless `isBounded`. */
  constructor(isBounded = false) {
    super()
    this.spec = { kind: 'transactions', isBounded, ratePerSecond: TRANSACTIONS_PER_SECOND }
  }

  /** The 50 transactions over and over. */
  static unbounded(): TransactionSource {
    return new TransactionSource(false)
  }

  /** The 50 transactions once. */
  static bounded(): TransactionSource {
    return new TransactionSource(true)
  }
}

/** A rate in records per second; throws LearnerError if it isn't one. */
export function requireRate(perSecond: number): number {
  if (!(perSecond > 0 && perSecond <= 1_000_000)) throw new LearnerError('RATE', { value: String(perSecond) })
  return perSecond
}
