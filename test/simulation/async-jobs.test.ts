// Async I/O in whole jobs: a full operator stops its task, the end waits for what is on its way, the same seed is the
// same run, and what learners do wrong is said at their line.

import { describe, expect, test } from 'vitest'
import {
  AsyncDataStream,
  AsyncRetryStrategies,
  DataGeneratorSource,
  Duration,
  RateLimiterStrategy,
  RetryPredicates,
  SimulatedService,
  WatermarkStrategy,
} from '../../runtime/index.ts'
import type { ServiceOptions, StreamExecutionEnvironment } from '../../runtime/index.ts'
import { createPlan } from '../../runtime/graph/plan.ts'
import { render } from '../../runtime/messages/index.ts'
import { newSession, runText } from '../harness/compiled-job.ts'
import { evaluateJob, runJob, type JobOptions } from '../harness/run-job.ts'

interface Setting extends Partial<ServiceOptions> {
  readonly call?: 'orderedWait' | 'unorderedWait'
  readonly capacity?: number
  readonly records?: number
  readonly chained?: boolean
}

/** What the service saw: how many requests there were, and how many at once. */
interface Load {
  requests: number
  open: number
  most: number
  /** Most records read and not yet emitted. */
  mostRead: number
  read: number
  emitted: number
}

function load(): Load {
  return { requests: 0, open: 0, most: 0, mostRead: 0, read: 0, emitted: 0 }
}

const LATENCY = [Duration.ofMillis(1), Duration.ofMillis(30)] as const

function job(env: StreamExecutionEnvironment, setting: Setting, seen: Load): void {
  const { call = 'orderedWait', capacity = 5, records = 100, chained = true, latency = LATENCY } = setting
  const service = new SimulatedService(
    (n: number) => {
      seen.open--
      return n
    },
    { latency },
  )
  const numbers = env.fromSequence(1, records).map((n) => {
    seen.read++
    seen.mostRead = Math.max(seen.mostRead, seen.read - seen.emitted)
    return n
  })
  const asked = AsyncDataStream[call]<number, number>(
    chained ? numbers : numbers.rebalance(),
    (n, resultFuture) => {
      seen.requests++
      seen.most = Math.max(seen.most, ++seen.open)
      service.query(n).thenAccept((answer) => resultFuture.complete([answer]))
    },
    Duration.ofSeconds(1),
    capacity,
  )
  asked.map((n) => (seen.emitted++, n)).print()
}

const run = (setting: Setting, options: JobOptions = {}): { values: unknown[]; hash: string; seen: Load } => {
  const seen = load()
  const { rows, hash } = runJob((env) => job(env, setting, seen), options)
  return { values: rows.map(({ value }) => value), hash, seen }
}
const sorted = (values: readonly unknown[]): unknown[] => [...values].sort((a, b) => Number(a) - Number(b))
const all = (records: number): number[] => Array.from({ length: records }, (_, i) => i + 1)

describe('a job', () => {
  test('ordered: every record once, in order', () => expect(run({}).values).toEqual(all(100)))
  test('unordered: every record once, in another order', () => {
    const { values } = run({ call: 'unorderedWait' })
    expect(sorted(values)).toEqual(all(100))
    expect(values).not.toEqual(all(100))
  })
  test.each([1, 2, 7])('no more requests at once than the capacity of %i, and no more read', (capacity) => {
    const { seen } = run({ capacity, call: 'unorderedWait' })
    expect([seen.requests, seen.most]).toEqual([100, capacity])
    // In one chain a record that is read is a request at once.
    expect(seen.mostRead).toBe(capacity)
  })
  test('a full task reads nothing: its sender runs out of credit', () => {
    const cluster = { bufferRecords: 1, credits: 2 }
    const { seen } = run({ capacity: 3, chained: false, records: 60 }, { cluster: { ...cluster, sourceRecords: 1 } })
    expect(seen.most).toBe(3)
    // The requests, the credits, a buffer at hand and one being written.
    expect(seen.mostRead).toBeLessThanOrEqual(3 + 2 + 2)
  })
  test.each(['orderedWait', 'unorderedWait'] as const)('%s: the same seed is the same run', (call) => {
    expect(run({ call }).hash).toBe(run({ call }).hash)
    expect(run({ call }).hash).not.toBe(run({ call }, { seed: 2 }).hash)
  })
  test('several subtasks', () => expect(sorted(run({}, { parallelism: 3 }).values)).toEqual(all(100)))
  test('failing requests are retried, until the input ends', () => {
    const retries = new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder<number>(30, 5)
      .ifResult(RetryPredicates.EMPTY_RESULT_PREDICATE)
      .build()
    let calls = 0
    const { rows } = runJob((env) => {
      const service = new SimulatedService((n: number) => n * 10, { latency: Duration.ofMillis(2), failureRate: 0.5 })
      const source = new DataGeneratorSource((n) => n, 40, RateLimiterStrategy.perSecond(100))
      AsyncDataStream.orderedWaitWithRetry<number, number>(
        env.fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers'),
        (n, resultFuture) => {
          calls++
          service
            .query(n)
            .thenAccept((answer) => resultFuture.complete([answer]))
            .exceptionally(() => resultFuture.complete([]))
        },
        Duration.ofSeconds(60),
        10,
        retries,
      ).print()
    })
    const values = rows.map(({ value }) => value)
    expect(values).toEqual(sorted(values))
    expect(values.slice(0, 30)).toEqual(all(30).map((n) => (n - 1) * 10))
    expect(calls).toBeGreaterThan(60)
  })
  test('in the plan it is data', () => {
    const plan = createPlan(evaluateJob((env) => job(env, { capacity: 9 }, load())).graph)
    const node = plan.nodes.find(({ kind }) => kind === 'async')
    expect(node?.name).toBe('async wait operator')
    expect(node?.spec).toEqual({
      kind: 'async',
      async: { isOrdered: true, capacity: 9, timeoutMs: 1000, retry: null },
    })
  })
})

const HEAD = `import { StreamExecutionEnvironment, AsyncDataStream, AsyncRetryStrategies, Duration, SimulatedService, TimeUnit } from 'streambed'; const env = StreamExecutionEnvironment.getExecutionEnvironment(); const numbers = env.fromElements(1, 2, 3); const service = new SimulatedService((n) => n, { latency: Duration.ofMillis(5) }); const ask = (n, f) => { service.query(n).thenAccept((a) => f.complete([a])) }`
const wait = (rest: string, fn = 'ask'): string => `AsyncDataStream.orderedWait(numbers, ${fn}, ${rest}).print()`

describe('a mistake', () => {
  test.each<[name: string, text: string, code: string]>([
    ['no capacity at all', wait(`Duration.ofSeconds(1), 0`), 'ASYNC_CAPACITY'],
    ['a capacity that is none', wait(`Duration.ofSeconds(1), null`), 'ASYNC_CAPACITY'],
    ['no time', wait(`0, TimeUnit.SECONDS`), 'ASYNC_TIMEOUT_WANTED'],
    ['less than no time', wait(`Duration.ofMillis(-1)`), 'DURATION_WANTED'],
    ['no unit', wait(`1000, 100`), 'TIME_UNIT'],
    ['no asyncInvoke', wait(`Duration.ofSeconds(1)`, '{ invoke() {} }'), 'NOT_A_FUNCTION'],
    ['an async function', wait(`Duration.ofSeconds(1)`, 'async (n, f) => f.complete([n])'), 'ASYNC_PROMISE'],
    ['no stream', `AsyncDataStream.orderedWait([1, 2], ask, Duration.ofSeconds(1))`, 'STREAM_WANTED'],
    [
      'no answer: the timeout is final, whatever is retried',
      `AsyncDataStream.orderedWaitWithRetry(numbers, () => {}, Duration.ofSeconds(1), 5, new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder(3, 10).ifException(() => true).build()).print()`,
      'ASYNC_TIMEOUT',
    ],
    ['no attempts', `new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder(0, 10)`, 'RETRY_ATTEMPTS'],
    ['no delay', `new AsyncRetryStrategies.FixedDelayRetryStrategyBuilder(1, 0)`, 'RETRY_DELAY'],
    [
      'no growth',
      `new AsyncRetryStrategies.ExponentialBackoffDelayRetryStrategyBuilder(1, 1, 1, 0)`,
      'RETRY_MULTIPLIER',
    ],
    [
      'no strategy',
      `AsyncDataStream.orderedWaitWithRetry(numbers, ask, Duration.ofSeconds(1), 100)`,
      'RETRY_STRATEGY_WANTED',
    ],
    [
      'a rate beyond 1',
      `new SimulatedService((n) => n, { latency: Duration.ofMillis(1), failureRate: 2 })`,
      'FAILURE_RATE',
    ],
    ['no latency', `new SimulatedService((n) => n, { latency: Duration.ofMillis(0) })`, 'DURATION_WANTED'],
    ['a service asked in a map', `numbers.map((n) => service.query(n)).print()`, 'SERVICE_OUTSIDE'],
    ['a result that is no list', wait(`Duration.ofSeconds(1)`, '(n, f) => f.complete(n)'), 'ASYNC_RESULTS'],
    ['no answer in time', wait(`Duration.ofMillis(2)`), 'ASYNC_TIMEOUT'],
    [
      'a timeout that completes nothing',
      wait(`Duration.ofMillis(2)`, '{ asyncInvoke() {}, timeout() {} }'),
      'ASYNC_STUCK',
    ],
  ])('%s', async (_name, text, code) => {
    const { diagnostics } = await runText(newSession(), `${HEAD}\n${text}\nawait env.execute()`)
    expect(diagnostics.map((diagnostic) => [diagnostic.code, diagnostic.span?.line])).toEqual([[code, 2]])
    for (const language of ['en', 'zh'] as const) {
      for (const diagnostic of diagnostics)
        expect(JSON.stringify(render(diagnostic, language))).not.toMatch(/\{[a-z]+\}/i)
    }
  })
})
