// Async I/O alone: in the notation, with records `name=latency` whose answers take so many ms; against a model, with
// answers in random order; and what ill-written functions do.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LearnerError } from '../../../runtime/base/diagnostic.ts'
import { Duration, RichAsyncFunction, SimulatedService, ValueStateDescriptor } from '../../../runtime/index.ts'
import type { ResultFuture } from '../../../runtime/index.ts'
import { AsyncWaitOperator } from '../../../runtime/operators/async/async-wait.ts'
import { backoffMs, type AsyncSpec } from '../../../runtime/operators/async/async-functions.ts'
import { currentRequests } from '../../../runtime/operators/async/requests.ts'
import { check, type CaseOptions } from '../../harness/notation.ts'
import { OperatorHarness, type OperatorUnderTest } from '../../harness/operator-harness.ts'

type Item = readonly [name: string, latencyMs: number, more?: string]
type Call = (item: Item, resultFuture: ResultFuture<unknown>) => void

const SPEC: AsyncSpec = { isOrdered: true, capacity: 100, timeoutMs: 100, retry: null }

/** Answers after the record's latency with its name; a third part makes the answer empty or a failure. */
const answering: Call = ([name, latencyMs, more], resultFuture) => {
  const arrive = (): void => {
    if (more === 'fails') resultFuture.completeExceptionally(new Error(name))
    else resultFuture.complete(more === 'empty' ? [] : [name])
  }
  currentRequests('test').ask({ arrive }, latencyMs)
}

function subject(spec: Partial<AsyncSpec>, fn: unknown = answering, more = {}): OperatorUnderTest {
  const create = (): AsyncWaitOperator => new AsyncWaitOperator({ ...SPEC, ...spec })
  return { create, functions: () => ({ asyncInvoke: fn, ...more }), key: null }
}

const ordered = subject({})
const unordered = subject({ isOrdered: false })
const onTime = { asyncInvoke: answering, timeout: ([name]: Item, f: ResultFuture<unknown>) => f.complete([`${name}?`]) }
const retrying = (result: 'none' | 'empty', exception: 'none' | 'any'): OperatorUnderTest =>
  subject({ retry: { kind: 'fixedDelay', maxAttempts: 2, delayMs: 10, result, exception } })

// Restored requests are made again and take their latency again, and the clock decides between subtasks.
const ALONE: CaseOptions = { restores: false, splits: false }

describe('in the notation', () => {
  test.each<[name: string, subject: OperatorUnderTest, input: string, expected: string]>([
    ['ordered: a slow one holds up the rest', ordered, 'a=9@1 b=2@2 P2 P9', 'a@1 b@2'],
    ['unordered: each as it comes', unordered, 'a=9@1 b=2@2 P2 P9', 'b@2 a@1'],
    ['unordered: none passes a watermark', unordered, 'a=9@1 b=2@2 W2 c=1@3 P9', 'b@2 a@1 W2 c@3'],
    ['ordered: nor there', ordered, 'a=9@1 W1 b=2@2 P2 P9', 'a@1 W1 b@2'],
    ['a watermark alone goes on at once', unordered, 'W1 W2 a=1@3 W3 P1', 'W1 W2 a@3 W3'],
    ['no timestamp, no results', ordered, 'a=1@- b=1=empty@2 c=1@3 P1', 'a@- c@3'],
    ['a timeout with a result of its own', subject({}, onTime), 'a=200@1 b=5@2 P100 P300', 'a?@1 b@2'],
    ['an answer at the deadline is in time', subject({}, onTime), 'a=100@1 P100', 'a@1'],
    ['status goes on at once', ordered, 'a=5@1 idle P5 active', 'idle a@1 active'],
    [
      'beyond the capacity elements wait, watermarks too',
      subject({ capacity: 1 }),
      'a=5@1 W1 b=5@2 P5 P10',
      'a@1 W1 b@2',
    ],
    ['after the end, what is on its way still comes', ordered, 'a=5@1 end P5', 'a@1'],
    [
      'empty results are asked for again, twice',
      retrying('empty', 'none'),
      'a=1=empty@1 b=1@2 P1 P11 P12 P22 P23',
      'b@2',
    ],
    ['at the end a retry is made at once', retrying('empty', 'none'), 'a=1=empty@1 b=1@2 P1 end P2', 'b@2'],
  ])('%s', (_name, under, input, expected) => check(under, input, expected, ALONE))
})

describe('failures', () => {
  const failing = (under: OperatorUnderTest, until: number): unknown => {
    const harness = new OperatorHarness(under)
    harness.record(['a', 1, 'fails'], 1)
    try {
      for (let t = 0; t <= until; t++) harness.setProcessingTime(t)
      return null
    } catch (error) {
      return error
    }
  }
  test('a failed request fails the job', () => expect(String(failing(ordered, 1))).toContain('Error: a'))
  test('unless it is retried', () => expect(failing(retrying('none', 'any'), 22)).toBeNull())
  test('and the last attempt failed', () => expect(String(failing(retrying('none', 'any'), 23))).toContain('Error: a'))
  test('no result in time fails it', () => {
    const error = failing(
      subject({}, () => undefined),
      100,
    ) as LearnerError
    expect([error.code, error.params]).toEqual(['ASYNC_TIMEOUT', { operator: 'under test', timeoutMs: 100 }])
  })
  test.each([['text'], [7], [null], [undefined], [{}]])('complete(%j) is no list', (results) => {
    const complete: Call = (_item, future) => future.complete(results as unknown as Iterable<unknown>)
    expect(() => new OperatorHarness(subject({}, complete)).record(['a', 1], 1)).toThrow(/ASYNC_RESULTS/)
  })
  test('a set is a list, and only the first completion counts', () => {
    const twice: Call = (_item, future) => {
      future.complete(new Set([1, 2]))
      future.complete([3])
      future.completeExceptionally(new Error('late'))
    }
    const harness = new OperatorHarness(subject({}, twice))
    harness.record(['a', 1], 1)
    expect(harness.take()).toEqual([
      ['record', 1, 1],
      ['record', 2, 1],
    ])
  })
  test('a promise is refused', () =>
    expect(() => new OperatorHarness(subject({}, async () => Promise.resolve())).record(['a', 1], 1)).toThrow(
      /ASYNC_PROMISE/,
    ))
  test('there is no state', () => {
    class Stateful extends RichAsyncFunction<Item, string> {
      override open(): void {
        this.getRuntimeContext().getState(new ValueStateDescriptor<number>('s'))
      }
      override asyncInvoke(): void {}
    }
    expect(() => new OperatorHarness(subject({}, new Stateful()))).toThrow(/ASYNC_STATE/)
  })
  test('a service answers async functions only', () => {
    const service = new SimulatedService(() => 1, { latency: Duration.ofMillis(1), name: 'users' })
    expect(() => service.query(1)).toThrow(/SERVICE_OUTSIDE/)
  })
})

test('the end calls once more what is being retried, and what timed out before its first retry', () => {
  const calls: string[] = []
  const asyncInvoke: Call = (item, future) => {
    calls.push(item[0])
    answering(item, future)
  }
  const timeout: Call = ([name], future) => future.complete([`${name}?`])
  const retry = { kind: 'fixedDelay', maxAttempts: 2, delayMs: 10, result: 'empty', exception: 'none' } as const
  const harness = new OperatorHarness(subject({ retry }, { asyncInvoke, timeout }))
  harness.record(['late', 95, 'empty'], 1)
  harness.setProcessingTime(80)
  harness.record(['waits', 20, 'empty'], 2)
  harness.record(['under way', 8, 'empty'], 3)
  harness.record(['first', 50, 'empty'], 4)
  for (let t = 81; t <= 100; t++) harness.setProcessingTime(t)
  expect(calls.splice(0)).toEqual(['late', 'waits', 'under way', 'first', 'under way'])
  harness.end()
  expect(calls).toEqual(['under way', 'late', 'waits'])
})

test('delays of retries: fixed, or growing up to the longest', () => {
  const growing = { kind: 'exponentialBackoff', maxAttempts: 9, delayMs: 10, maxDelayMs: 35, multiplier: 1.5 } as const
  expect([1, 2, 3, 4, 5].map((attempts) => backoffMs(growing, attempts))).toEqual([10, 15, 22, 33, 35])
  expect(backoffMs({ kind: 'fixedDelay', maxAttempts: 9, delayMs: 7 }, 5)).toBe(7)
})

describe('against a model', () => {
  /** Records and watermarks, how many may be on their way, and the order in which answers come. */
  const runs = fc.record({
    isOrdered: fc.boolean(),
    capacity: fc.integer({ min: 1, max: 8 }),
    elements: fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant('record') }, fc.constant('watermark')), {
      maxLength: 30,
    }),
    answers: fc.infiniteStream(fc.nat()),
  })

  test('everything exactly once, ordered in order, and nothing past a watermark', () => {
    fc.assert(
      fc.property(runs, ({ isOrdered, capacity, elements, answers }) => {
        const open: { n: number; future: ResultFuture<unknown> }[] = []
        const invoke = (n: number, future: ResultFuture<unknown>): void => void open.push({ n, future })
        const harness = new OperatorHarness(subject({ isOrdered, capacity }, invoke))
        const completed: number[] = []
        const answerOne = (): void => {
          const [{ n, future }] = open.splice((answers.next().value as number) % open.length, 1) as [(typeof open)[0]]
          completed.push(n)
          future.complete([n])
          harness.setProcessingTime(0)
        }
        elements.forEach((kind, i) => {
          if (kind === 'record') harness.record(i, i)
          else harness.watermark(i)
          expect(open.length).toBeLessThanOrEqual(capacity)
          if ((answers.next().value as number) % 2 === 0 && open.length > 0) answerOne()
        })
        while (open.length > 0) answerOne()
        const left = harness.take().map((output) => (output[0] === 'watermark' ? output[1] : output[2])) as number[]
        expect(left).toEqual(isOrdered ? elements.map((_, i) => i) : expectedUnordered(elements, completed))
        expect(harness.operator.isDrained).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  /** Between two watermarks, records in the order in which they were answered. */
  function expectedUnordered(elements: readonly string[], completed: readonly number[]): number[] {
    const segmentOf = (i: number): number => elements.slice(0, i).filter((kind) => kind === 'watermark').length
    const found: number[] = []
    for (let segment = 0; segment <= elements.length; segment++) {
      found.push(...completed.filter((n) => segmentOf(n) === segment))
      const fence = elements.findIndex((kind, i) => kind === 'watermark' && segmentOf(i) === segment)
      if (fence >= 0) found.push(fence)
    }
    return found
  }
})
