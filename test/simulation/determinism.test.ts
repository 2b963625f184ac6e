// A run is a function of code, settings and seed; when and how often somebody looks at it changes nothing.

import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../runtime/base/random.ts'
import type { Row } from '../../runtime/cluster/job-observer.ts'
import { WatermarkStrategy } from '../../runtime/index.ts'
import { NO_LIMIT, type RunLimit } from '../../runtime/kernel/simulation.ts'
import { buildJob } from '../harness/build-random-job.ts'
import { drawJob } from '../harness/random-job.ts'
import { deployJob, runJob, type Build, type JobOptions } from '../harness/run-job.ts'

const SEEDS = [3, 17, 29, 58, 91, 120]

/** Everything a run says of itself. */
interface Told {
  readonly hash: string
  readonly events: number
  readonly endUs: number
  readonly rows: readonly Row[]
}

function options(seed: number, more: JobOptions = {}): JobOptions {
  const { parallelism, cluster } = drawJob(seed)
  return { parallelism, seed, cluster, ...more }
}

const jobOf = (seed: number): Build => buildJob(drawJob(seed), () => undefined)

function told(build: Build, jobOptions: JobOptions): Told {
  const { hash, simulation, rows } = runJob(build, jobOptions)
  return { hash, events: simulation.event, endUs: simulation.nowUs, rows }
}

/** Runs in pieces: each limit in turn, until the end. */
function toldInPieces(seed: number, limitOf: (event: number) => Partial<RunLimit>): Told {
  const { execution, simulation, rows } = deployJob(jobOf(seed), options(seed))
  for (let piece = 0; execution.state === 'RUNNING'; piece++) {
    expect(piece, 'pieces').toBeLessThan(1e6)
    simulation.run({ ...NO_LIMIT, ...limitOf(simulation.event) })
  }
  // What is still in the heap: credits on their way back.
  while (simulation.run({ ...NO_LIMIT, ...limitOf(simulation.event) }) !== 'quiescent');
  execution.digestState()
  return { hash: simulation.fingerprint.hex(), events: simulation.event, endUs: simulation.nowUs, rows }
}

describe.each(SEEDS)('job %i', (seed) => {
  const whole = told(jobOf(seed), options(seed))

  test('twice the same', () => expect(told(jobOf(seed), options(seed))).toEqual(whole))
  test('with a trace', () => expect(told(jobOf(seed), options(seed, { trace: true }))).toEqual(whole))
  test('with nobody looking', () => {
    expect(told(jobOf(seed), options(seed, { observes: false }))).toEqual({ ...whole, rows: [] })
  })
  test('in pieces of random length', () => {
    const random = new RandomStream(seed, 'pieces')
    expect(toldInPieces(seed, (event) => ({ untilEvent: event + 1 + random.nextBelow(50) }))).toEqual(whole)
  })
  test('in pieces of virtual time', () => {
    let untilUs = 0
    expect(toldInPieces(seed, () => ({ untilUs: (untilUs += 777) }))).toEqual(whole)
  })
  test('record by record', () => expect(toldInPieces(seed, () => ({ byRecord: true }))).toEqual(whole))
  test('yielding whenever it is asked', () =>
    expect(toldInPieces(seed, () => ({ shouldYield: () => true }))).toEqual(whole))
  test('one value more or less hashed is another hash', () => {
    expect(told(jobOf(seed), options(seed, { isHashed: false })).hash).not.toBe(whole.hash)
  })
})

describe('record by record', () => {
  test('comes back once for every record', () => {
    const seen: number[] = []
    const { simulation } = deployJob((env) => {
      env
        .fromElements(1, 2, 3, 4, 5)
        .map((n) => (seen.push(n), n))
        .print()
    })
    const counts: number[] = []
    for (let result = 'paused'; result === 'paused';) {
      result = simulation.run({ ...NO_LIMIT, byRecord: true })
      counts.push(seen.length)
    }
    expect(counts).toEqual([1, 2, 3, 4, 5])
  })
})

describe('the hash', () => {
  const job =
    (values: readonly number[]): Build =>
    (env) => {
      env
        .fromCollection(values)
        .rebalance()
        .map((n) => n)
        .keyBy((n) => n % 3)
        .reduce((a, b) => a + b)
        .print()
    }
  const values = [1, 2, 3, 4, 5, 6, 7]
  const base = { parallelism: 3, seed: 1 }
  const hash = (build: Build, more: JobOptions = {}): string => runJob(build, { ...base, ...more }).hash
  const plain = hash(job(values))

  test.each<[name: string, other: () => string]>([
    ['a value', () => hash(job([1, 2, 3, 4, 5, 6, 8]))],
    ['the order', () => hash(job([2, 1, 3, 4, 5, 6, 7]))],
    [
      'a value lost on the way',
      () =>
        hash(
          (env) =>
            void env
              .fromCollection(values)
              .rebalance()
              .map((n) => (n === 4 ? 40 : n))
              .keyBy((n) => n % 3)
              .reduce((a, b) => a + b)
              .print(),
        ),
    ],
    ['the seed', () => hash(job(values), { seed: 2 })],
    ['the clock', () => hash(job(values), { startMs: 1 })],
    ['the parallelism', () => hash(job(values), { parallelism: 2 })],
    ['the latency', () => hash(job(values), { cluster: { latencyUs: 101 } })],
    ['the cost of a record', () => hash(job(values), { cluster: { recordUs: 2 } })],
    ['the size of buffers', () => hash(job(values), { cluster: { bufferRecords: 2 } })],
    [
      'the state at the end',
      () =>
        hash(
          (env) =>
            void env
              .fromCollection(values)
              .rebalance()
              .map((n) => n)
              .keyBy((n) => n % 3)
              .reduce((a, b) => (b > 4 ? a : a + b))
              .print(),
        ),
    ],
  ])('differs with %s', (_name, other) => expect(other()).not.toBe(plain))

  test('sees state that no row shows', () => {
    const silent =
      (zero: number): Build =>
      (env) => {
        env
          .fromElements(1, 2)
          .keyBy((n) => n)
          .reduce((a) => a)
          .filter(() => false)
          .print()
        env
          .fromElements(zero)
          .keyBy(() => 'k')
          .reduce((a) => a)
          .filter(() => false)
          .print()
      }
    expect(runJob(silent(0)).hash).not.toBe(runJob(silent(5)).hash)
  })
})

test('the seed decides where rebalance begins, and only that', () => {
  const job: Build = (env) => {
    env
      .fromElements(1)
      .rebalance()
      .map((n) => n)
      .setParallelism(4)
      .print()
  }
  const subtasks = Array.from({ length: 30 }, (_, seed) =>
    runJob(job, { seed, parallelism: 4 })
      .rows.map(({ subtask }) => subtask)
      .join(),
  )
  expect([...new Set(subtasks)].sort()).toEqual(['0', '1', '2', '3'])
})

test('watermark probes are part of the run, not of who watches it', () => {
  const strategy = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n)
  const job =
    (intervalMs: number): Build =>
    (env) => {
      env.getConfig().setAutoWatermarkInterval(intervalMs)
      env
        .fromElements(1, 2, 3)
        .assignTimestampsAndWatermarks(strategy)
        .rebalance()
        .map((n) => n)
        .print()
    }
  const slow = { cluster: { recordUs: 10_000 } }
  expect(runJob(job(10), slow).hash).not.toBe(runJob(job(200), slow).hash)
})

describe('an intervention', () => {
  const cancelledAt = (event: number): Told & { readonly result: string } => {
    const { execution, simulation, rows } = deployJob(jobOf(17), options(17))
    simulation.run({ ...NO_LIMIT, untilEvent: event })
    simulation.intervene({ kind: 'cancel' })
    const result = simulation.run(NO_LIMIT)
    execution.cancel()
    execution.digestState()
    return { hash: simulation.fingerprint.hex(), events: simulation.event, endUs: simulation.nowUs, rows, result }
  }

  test('takes effect before the event it is stamped with, and is part of the run', () => {
    const [one, again, later] = [cancelledAt(40), cancelledAt(40), cancelledAt(41)]
    expect([one.result, one.events]).toEqual(['cancelled', 40])
    expect(again).toEqual(one)
    expect(later.hash).not.toBe(one.hash)
  })
  test('waits for the end of a turn under way', () => {
    const { simulation, rows } = deployJob((env) => void env.fromElements(1, 2, 3).print())
    expect(simulation.run({ ...NO_LIMIT, byRecord: true })).toBe('paused')
    simulation.intervene({ kind: 'cancel' })
    expect(simulation.run(NO_LIMIT)).toBe('cancelled')
    expect(rows.map(({ value }) => value)).toEqual([1, 2, 3])
  })
})
