// What an async operator calls and what it's called with: the function, the future of its results, and when a failed or
// empty result is asked for again. The classes a learner extends are in api/async.ts.

import type { RichFunctionLike } from '../functions.ts'

/** Takes the results of one record, once; later results of the same record are ignored. */
export interface ResultFuture<R> {
  /** The request succeeded with these results: any number of them, also none. */
  complete(results: Iterable<R>): void
  /** The request failed. Unless the job retries it, the job fails too. */
  completeExceptionally(error: unknown): void
}

export interface AsyncFunctionLike<T, R> extends RichFunctionLike {
  asyncInvoke(input: T, resultFuture: ResultFuture<R>): void
  timeout?(input: T, resultFuture: ResultFuture<R>): void
}

/** When a result is asked for again, and how long after. Data where it's built in. */
export type RetrySpec =
  | { readonly kind: 'fixedDelay'; readonly maxAttempts: number; readonly delayMs: number }
  | {
      readonly kind: 'exponentialBackoff'
      readonly maxAttempts: number
      readonly delayMs: number
      readonly maxDelayMs: number
      readonly multiplier: number
    }

/** Which results are asked for again: built-in predicates by name, the learner's by their role. */
export interface RetryPredicates {
  readonly result: 'none' | 'empty' | 'function'
  readonly exception: 'none' | 'any' | 'function'
}

/** What of an async operator the plan holds. */
export interface AsyncSpec {
  readonly isOrdered: boolean
  readonly capacity: number
  readonly timeoutMs: number
  readonly retry: (RetrySpec & RetryPredicates) | null
}

/** How long to wait before asking again, in ms, after the call has been made so many times. */
export function backoffMs(retry: RetrySpec, attempts: number): number {
  if (retry.kind === 'fixedDelay') return retry.delayMs
  return Math.min(retry.maxDelayMs, Math.floor(retry.delayMs * retry.multiplier ** (attempts - 1)))
}
