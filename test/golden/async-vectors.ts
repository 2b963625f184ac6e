// async: the function writes down each call and keeps the future; the vector completes it.

import { AsyncWaitOperator } from '../../runtime/operators/async/async-wait.ts'
import type { AsyncSpec, ResultFuture } from '../../runtime/operators/async/async-functions.ts'
import { OperatorHarness } from '../harness/operator-harness.ts'
import {
  compareOutputs,
  failed,
  notYetRun,
  PASSED,
  timestampFrom,
  type Step,
  type Vector,
  type Verdict,
} from './format.ts'

interface AsyncSettings {
  readonly mode: 'ordered' | 'unordered'
  readonly capacity: number
  readonly timeout: number
  readonly completeOnTimeout?: boolean
  readonly retry?: {
    readonly maxAttempts: number
    readonly delay: number
    readonly ifEmpty?: boolean
    readonly ifException?: boolean
  }
}

type Item = readonly [key: string, n: number]

export function runAsync(vector: Vector): Verdict {
  const settings = vector.operator as unknown as AsyncSettings
  const open = new Map<number, ResultFuture<unknown>>()
  let invoked: number[] = []
  const asyncInvoke = ([, n]: Item, future: ResultFuture<unknown>): void => {
    invoked.push(n)
    open.set(n, future)
  }
  const timeout = ([, n]: Item, future: ResultFuture<unknown>): void => future.complete([`timeout ${n}`])
  const harness = new OperatorHarness({
    create: () => new AsyncWaitOperator(specOf(settings), true),
    functions: () => ({
      asyncInvoke: settings.completeOnTimeout === true ? { asyncInvoke, timeout } : { asyncInvoke },
    }),
    key: null,
  })
  for (const [i, step] of (vector.steps ?? []).entries()) {
    let hasFailed = false
    invoked = []
    try {
      if (!applyStep(harness, step, open)) return notYetRun(`input ${String(step.in[0])}`)
      harness.setProcessingTime(harness.nowMs)
    } catch {
      hasFailed = true
    }
    const expectsFailure = step.out.at(-1)?.[0] === 'failed'
    if (hasFailed !== expectsFailure) return failed(`step ${i + 1}: ${hasFailed ? 'failed' : 'did not fail'}`)
    // Calls after a restore are written in order of n; retries that are due together come in no promised order, be it by
    // their time or because the input ends.
    const isAnyOrder = ['snapshotRestore', 'processingTime', 'end'].includes(String(step.in[0]))
    if (isAnyOrder) invoked.sort((a, b) => a - b)
    const got = [...invoked.map((n) => ['invoke', n]), ...harness.take()]
    const written = expectsFailure ? step.out.slice(0, -1) : step.out
    const want = isAnyOrder ? callsInOrder(written) : written
    const difference = compareOutputs(timeoutsInOrder(untimely(want)), timeoutsInOrder(untimely(got)))
    if (difference !== null) return failed(`step ${i + 1} ${JSON.stringify(step.in)}: ${difference}`)
    if (hasFailed) break
  }
  return PASSED
}

function applyStep(
  harness: OperatorHarness,
  { in: [kind, first, second] }: Step,
  open: Map<number, ResultFuture<unknown>>,
): boolean {
  switch (kind) {
    case 'record':
      harness.record(first, timestampFrom(second))
      return true
    case 'watermark':
      harness.watermark(timestampFrom(first))
      return true
    case 'idle':
    case 'active':
      harness.status(kind === 'idle')
      return true
    case 'processingTime':
      harness.setProcessingTime(first as number)
      return true
    case 'snapshotRestore':
      open.clear()
      harness.snapshotRestore()
      return true
    case 'end':
      harness.end()
      return true
    case 'complete':
    case 'fail': {
      const future = open.get(first as number)
      open.delete(first as number)
      if (kind === 'complete') future?.complete(second as unknown[])
      else future?.completeExceptionally(new Error(String(second)))
      return true
    }
    default:
      return false
  }
}

function callsInOrder(outputs: Step['out']): Step['out'] {
  const calls = outputs.filter(([kind]) => kind === 'invoke').sort((a, b) => Number(a[1]) - Number(b[1]))
  return [...calls, ...outputs.filter(([kind]) => kind !== 'invoke')]
}

/** Without calls for what times out in the same step: a retry due just then comes before the timeout or never. */
function untimely(outputs: Step['out']): Step['out'] {
  const isTimedOut = (n: unknown): boolean => outputs.some(([, value]) => value === `timeout ${String(n)}`)
  return outputs.filter(([kind, n]) => kind !== 'invoke' || !isTimedOut(n))
}

/** Requests that time out together do so in the order of Flink's heap, which promises none: sorted, where they stand. */
function timeoutsInOrder(outputs: Step['out']): Step['out'] {
  const isTimeout = ([, value]: readonly unknown[]): boolean => String(value).startsWith('timeout ')
  const sorted: (readonly unknown[])[] = []
  for (const output of outputs) {
    let at = sorted.length
    while (isTimeout(output) && at > 0 && isTimeout(sorted[at - 1] ?? []) && String(sorted[at - 1]) > String(output))
      at--
    sorted.splice(at, 0, output)
  }
  return sorted
}

function specOf({ mode, capacity, timeout, retry }: AsyncSettings): AsyncSpec {
  return {
    isOrdered: mode === 'ordered',
    capacity,
    timeoutMs: timeout,
    retry:
      retry === undefined
        ? null
        : {
            kind: 'fixedDelay',
            maxAttempts: retry.maxAttempts,
            delayMs: retry.delay,
            result: retry.ifEmpty === true ? 'empty' : 'none',
            exception: retry.ifException === true ? 'any' : 'none',
          },
  }
}
