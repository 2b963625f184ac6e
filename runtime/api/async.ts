// Asynchronous I/O: many requests to an outside service on their way at once, instead of one after the other.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/asyncio/

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import type { AsyncFunctionLike, AsyncSpec, ResultFuture } from '../operators/async/async-functions.ts'
import type { DataStream, SingleOutputStreamOperator } from './data-stream.ts'
import { durationMs, type Duration, type Time } from './duration.ts'
import { AsyncRetryStrategies, type AsyncRetryStrategy } from './async-retry.ts'
import { RichFunction } from './functions.ts'
import { requireFunction } from './require.ts'

export type { ResultFuture } from '../operators/async/async-functions.ts'

/** Sends a request for each record and completes the future of its results later: never blocks, never waits. */
export type AsyncFunction<T, R> = AsyncFunctionLike<T, R>

/**
 * An AsyncFunction with a life cycle. It has no state, as in Flink: results come when other keys are at work.
 *
 * ```ts
 * class Enrich extends RichAsyncFunction<Order, string> {
 *   asyncInvoke(order: Order, resultFuture: ResultFuture<string>) {
 *     users
 *       .query(order.user)
 *       .thenAccept((user) => resultFuture.complete([`order ${order.id} of ${user}`]))
 *       .exceptionally((error) => resultFuture.completeExceptionally(error))
 *   }
 *   …
 * }
 * ```
 */
export abstract class RichAsyncFunction<T, R> extends RichFunction implements AsyncFunctionLike<T, R> {
  /** Called for every record, and again for every retry and after a recovery. Must return at once. */
  abstract asyncInvoke(input: T, resultFuture: ResultFuture<R>): void

  /** Called when no result came in time. Unless it is overridden, the job fails. */
  timeout?(input: T, resultFuture: ResultFuture<R>): void
}

/** Units of time, for calls that take a number and a unit. Java's TimeUnit. */
export const TimeUnit = {
  MILLISECONDS: 'MILLISECONDS',
  SECONDS: 'SECONDS',
  MINUTES: 'MINUTES',
  HOURS: 'HOURS',
  DAYS: 'DAYS',
} as const

/** One of TimeUnit's. */
export type TimeUnit = (typeof TimeUnit)[keyof typeof TimeUnit]

const MILLISECONDS: Readonly<Record<TimeUnit, number>> = {
  MILLISECONDS: 1,
  SECONDS: 1000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
}

/** Elements on their way at once, where a call doesn't say. Flink's default. */
const DEFAULT_CAPACITY = 100

type AnyAsyncFunction<T, R> = AsyncFunction<T, R> | ((input: T, resultFuture: ResultFuture<R>) => void)

/** What follows a stream and a function in a call: the timeout, as a length of time or as number and unit, and the rest. */
type Wait = [timeout: Duration | Time, capacity?: number] | [timeout: number, unit: TimeUnit, capacity?: number]
type WaitWithRetry<R> =
  | [timeout: Duration | Time, capacity: number, strategy: AsyncRetryStrategy<R>]
  | [timeout: Duration | Time, strategy: AsyncRetryStrategy<R>]
  | [timeout: number, unit: TimeUnit, capacity: number, strategy: AsyncRetryStrategy<R>]
  | [timeout: number, unit: TimeUnit, strategy: AsyncRetryStrategy<R>]

/**
 * Adds async functions to streams.
 *
 * ```ts
 * AsyncDataStream.unorderedWait(orders, new Enrich(), Duration.ofSeconds(1), 100)
 * …
 * AsyncDataStream.orderedWait(orders, new Enrich(), 1000, TimeUnit.MILLISECONDS, 100)
 * ```
 *
 * Timeouts are in processing time. `capacity` counts elements from arrival to emission, watermarks too (100 unless
 * given); when it's reached, the task reads no more.
 */
export class AsyncDataStream {
  private constructor() {}

  /** Results leave in the order of the records: a slow one holds up the rest. */
  static orderedWait<T, R>(
    stream: DataStream<T>,
    fn: AnyAsyncFunction<T, R>,
    ...wait: Wait
  ): SingleOutputStreamOperator<R> {
    return add(stream, fn, 'orderedWait', readWait(wait, 'orderedWait'), null)
  }

  /** Results leave as they come, but never pass a watermark. */
  static unorderedWait<T, R>(
    stream: DataStream<T>,
    fn: AnyAsyncFunction<T, R>,
    ...wait: Wait
  ): SingleOutputStreamOperator<R> {
    return add(stream, fn, 'unorderedWait', readWait(wait, 'unorderedWait'), null)
  }

  /** orderedWait that asks again where the strategy says so. The timeout is over all attempts together. */
  static orderedWaitWithRetry<T, R>(
    stream: DataStream<T>,
    fn: AnyAsyncFunction<T, R>,
    ...wait: WaitWithRetry<R>
  ): SingleOutputStreamOperator<R> {
    const call = 'orderedWaitWithRetry'
    return add(stream, fn, call, readWait(wait.slice(0, -1), call), wait.at(-1))
  }

  /** unorderedWait that asks again where the strategy says so. The timeout is over all attempts together. */
  static unorderedWaitWithRetry<T, R>(
    stream: DataStream<T>,
    fn: AnyAsyncFunction<T, R>,
    ...wait: WaitWithRetry<R>
  ): SingleOutputStreamOperator<R> {
    const call = 'unorderedWaitWithRetry'
    return add(stream, fn, call, readWait(wait.slice(0, -1), call), wait.at(-1))
  }
}

function readWait(wait: readonly unknown[], call: string): { timeoutMs: number; capacity: number } {
  const [timeout, second] = wait
  const hasUnit = typeof timeout === 'number'
  const timeoutMs = hasUnit ? timeout * unitMs(second, call) : durationMs(timeout as Duration | Time, call, 1)
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs < 1) {
    throw new LearnerError('ASYNC_TIMEOUT_WANTED', { call, value: String(timeout) })
  }
  const rest = wait.slice(hasUnit ? 2 : 1)
  const capacity = rest.length === 0 ? DEFAULT_CAPACITY : rest[0]
  if (!Number.isSafeInteger(capacity) || (capacity as number) < 1) {
    throw new LearnerError('ASYNC_CAPACITY', { call, value: String(capacity) })
  }
  return { timeoutMs, capacity: capacity as number }
}

function unitMs(unit: unknown, call: string): number {
  if (typeof unit !== 'string' || !Object.hasOwn(MILLISECONDS, unit)) {
    throw new LearnerError('TIME_UNIT', { call, value: String(unit) })
  }
  return MILLISECONDS[unit as TimeUnit]
}

function add<T, R>(
  stream: DataStream<T>,
  fn: unknown,
  call: string,
  wait: Pick<AsyncSpec, 'timeoutMs' | 'capacity'>,
  strategy: unknown,
): SingleOutputStreamOperator<R> {
  if (typeof (stream as { transform?: unknown } | null)?.transform !== 'function') {
    throw new LearnerError('STREAM_WANTED', { call, value: valueName(stream) })
  }
  requireFunction(fn, 'asyncInvoke', call)
  const { asyncInvoke = fn } = fn as { readonly asyncInvoke?: unknown }
  // What follows an `await` would run when the simulation has stopped, and so at no virtual time at all.
  if ((asyncInvoke as { constructor: { name: string } }).constructor.name === 'AsyncFunction') {
    throw new LearnerError('ASYNC_PROMISE', { method: 'asyncInvoke', operator: call })
  }
  if (strategy !== null && !AsyncRetryStrategies.isStrategy(strategy)) {
    throw new LearnerError('RETRY_STRATEGY_WANTED', { call })
  }
  const isOrdered = call.startsWith('ordered')
  const spec = { kind: 'async', async: { isOrdered, ...wait, retry: strategy?.spec ?? null } } as const
  return stream.transform<R>(spec, 'async wait operator', { asyncInvoke: fn, ...strategy?.functions })
}
