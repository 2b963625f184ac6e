// When an async request is made again. Flink's AsyncRetryStrategies and RetryPredicates.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/asyncio/#retry-support

import { LearnerError } from '../base/diagnostic.ts'
import type { AsyncSpec, RetryPredicates as Predicates, RetrySpec } from '../operators/async/async-functions.ts'
import { durationMs, type Duration, type Time } from './duration.ts'
import { requireFunction } from './require.ts'

/** Says which requests to make again, and when. Made with one of AsyncRetryStrategies' builders. */
export interface AsyncRetryStrategy<R> {
  /** As the plan holds it; null never retries. */
  readonly spec: AsyncSpec['retry']
  /** The learner's predicates, by role. */
  readonly functions: Readonly<Record<string, unknown>>
  /** Never present; lets TypeScript infer `R`. */
  readonly example?: (results: R) => void
}

/** A predicate on results or errors: a function, or an object with `test`. Java's Predicate. */
export type Predicate<T> = ((value: T) => boolean) | { test(value: T): boolean }

const EMPTY_RESULT_PREDICATE = (results: readonly unknown[]): boolean => results.length === 0
const HAS_EXCEPTION_PREDICATE = (): boolean => true

/** The usual predicates: a result without records, and any failure. Flink's RetryPredicates. */
export const RetryPredicates = { EMPTY_RESULT_PREDICATE, HAS_EXCEPTION_PREDICATE } as const

class Strategy<R> implements AsyncRetryStrategy<R> {
  readonly spec: AsyncSpec['retry']
  readonly functions: Readonly<Record<string, unknown>>
  declare readonly example?: (results: R) => void

  constructor(spec: AsyncSpec['retry'], functions: Readonly<Record<string, unknown>>) {
    this.spec = spec
    this.functions = functions
  }
}

/** Collects the options of a retry strategy. */
export abstract class RetryStrategyBuilder<R> {
  readonly #retry: RetrySpec
  #predicates: Predicates = { result: 'none', exception: 'none' }
  #functions: Record<string, unknown> = {}

  constructor(retry: RetrySpec) {
    this.#retry = retry
  }

  /** Asks again if the results are so. */
  ifResult(predicate: Predicate<readonly R[]>): this {
    requireFunction(predicate, 'test', 'ifResult')
    const isEmpty = predicate === EMPTY_RESULT_PREDICATE
    this.#predicates = { ...this.#predicates, result: isEmpty ? 'empty' : 'function' }
    if (!isEmpty) this.#functions = { ...this.#functions, retryResult: predicate }
    return this
  }

  /** Asks again if the request failed so. A timeout is final: it is over all attempts together. */
  ifException(predicate: Predicate<unknown>): this {
    requireFunction(predicate, 'test', 'ifException')
    const isAny = predicate === HAS_EXCEPTION_PREDICATE
    this.#predicates = { ...this.#predicates, exception: isAny ? 'any' : 'function' }
    if (!isAny) this.#functions = { ...this.#functions, retryError: predicate }
    return this
  }

  /** The strategy. Without a predicate it never retries, as in Flink. */
  build(): AsyncRetryStrategy<R> {
    const { result, exception } = this.#predicates
    const isUsed = result !== 'none' || exception !== 'none'
    return new Strategy<R>(isUsed ? { ...this.#retry, ...this.#predicates } : null, this.#functions)
  }
}

class FixedDelayRetryStrategyBuilder<R> extends RetryStrategyBuilder<R> {
  /** `maxAttempts` counts retries: the function is called once more than that. The delay is in ms. */
  constructor(maxAttempts: number, backoffTimeMillis: number | Duration | Time) {
    const call = 'FixedDelayRetryStrategyBuilder'
    super({
      kind: 'fixedDelay',
      maxAttempts: requireAttempts(maxAttempts, call),
      delayMs: requireDelay(backoffTimeMillis, call),
    })
  }
}

class ExponentialBackoffDelayRetryStrategyBuilder<R> extends RetryStrategyBuilder<R> {
  /** As fixed delay, but each retry of a record waits `multiplier` times as long as the one before. Delays in ms. */
  constructor(
    maxAttempts: number,
    initialDelay: number | Duration | Time,
    maxRetryDelay: number | Duration | Time,
    multiplier: number,
  ) {
    const call = 'ExponentialBackoffDelayRetryStrategyBuilder'
    if (!(multiplier > 0 && multiplier < Infinity))
      throw new LearnerError('RETRY_MULTIPLIER', { value: String(multiplier) })
    super({
      kind: 'exponentialBackoff',
      maxAttempts: requireAttempts(maxAttempts, call),
      delayMs: requireDelay(initialDelay, call),
      maxDelayMs: requireDelay(maxRetryDelay, call),
      multiplier,
    })
  }
}

/**
 * Ways to ask again.
 *
 * ```ts
 * new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder<string>(3, 100)
 *   .ifException(RetryPredicates.HAS_EXCEPTION_PREDICATE)
 *   .build()
 * ```
 *
 * Differs from Flink: with exponential backoff every record has a delay of its own; Flink's grows over all records.
 */
export const AsyncRetryStrategies = {
  FixedDelayRetryStrategyBuilder,
  ExponentialBackoffDelayRetryStrategyBuilder,
  /** Never asks again. */
  NO_RETRY_STRATEGY: new Strategy<never>(null, {}),
  /** Whether it was made by one of these. */
  isStrategy: (value: unknown): value is AsyncRetryStrategy<unknown> => value instanceof Strategy,
} as const

function requireAttempts(value: number, call: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new LearnerError('RETRY_ATTEMPTS', { call, value: String(value) })
}

function requireDelay(value: number | Duration | Time, call: string): number {
  if (typeof value !== 'number') return durationMs(value, call, 1)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new LearnerError('RETRY_DELAY', { call, value: String(value) })
}
