// Failures at random moments of random small clusters: with aligned barriers every record counts once in what is left in
// state, with unaligned reading at least once, and without checkpoints the job begins anew. The model is plain arithmetic.

import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../runtime/base/random.ts'
import {
  Configuration,
  DataGeneratorSource,
  KeyedProcessFunction,
  RateLimiterStrategy,
  ValueStateDescriptor,
  WatermarkStrategy,
  type CheckpointingMode,
  type Collector,
  type Context,
  type OnTimerContext,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { TRACE_CHECKPOINT, TRACE_RESTART, TRACE_STRIDE } from '../../runtime/trace/trace-layout.ts'
import { deployJob, type Build, type DeployedJob } from '../harness/run-job.ts'

const RECORDS = 120
const KEYS = 7

/** Counts per key, says the count with every record, and how often a timer of the key fired. */
class Counting extends KeyedProcessFunction<number, number, string> {
  readonly #seen = new ValueStateDescriptor<number>('seen')
  readonly #fired = new ValueStateDescriptor<number>('fired')

  override processElement(_value: number, ctx: Context<number>, out: Collector<string>): void {
    const seen = this.getRuntimeContext().getState(this.#seen)
    seen.update((seen.value() ?? 0) + 1)
    if (seen.value() === 1) ctx.timerService().registerProcessingTimeTimer(1500)
    out.collect(`${ctx.getCurrentKey()} ${seen.value()}`)
  }

  override onTimer(_timestamp: number, ctx: OnTimerContext<number>, out: Collector<string>): void {
    const fired = this.getRuntimeContext().getState(this.#fired)
    fired.update((fired.value() ?? 0) + 1)
    out.collect(`${ctx.getCurrentKey()} fired ${fired.value()}`)
  }
}

/** Two ways of different length into one operator. */
function counts(prepare: (env: StreamExecutionEnvironment) => unknown): Build {
  return (env) => {
    prepare(env)
    const numbers = (from: number) => {
      const source = new DataGeneratorSource(
        (i: number) => 2 * i + from,
        RECORDS / 2,
        RateLimiterStrategy.perSecond(20),
      )
      return env.fromSource(source, WatermarkStrategy.noWatermarks(), `numbers from ${from}`)
    }
    const odd = numbers(1)
      .keyBy((value) => value % 3)
      .map((value) => value)
      .rebalance()
      .map((value) => value)
    numbers(0)
      .union(odd)
      .keyBy((value) => value % KEYS)
      .process(new Counting())
      .print('counts')
  }
}

/** A cluster in which much is under way at any moment. */
function drawCluster(random: RandomStream) {
  const pick = <T>(...options: readonly T[]): T => options[random.nextBelow(options.length)] as T
  const bufferRecords = pick(1, 2, 8)
  const latencyUs = pick(10, 1000, 150_000)
  const cluster = { bufferRecords, latencyUs, credits: pick(1, 3), bufferTimeoutUs: pick(0, 50_000) }
  return { parallelism: 1 + random.nextBelow(3), seed: random.nextBelow(1000), cluster, trace: true }
}

/** Runs to the end; at these events a task is lost. */
function runWithFailures(build: Build, seed: number, failures: number): DeployedJob {
  const random = new RandomStream(seed, 'failures')
  const job = deployJob(build, drawCluster(random))
  const { simulation, execution } = job
  for (let i = 0; i < failures; i++) {
    simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 + random.nextBelow(250) })
    const task = execution.tasks[random.nextBelow(execution.tasks.length)]
    if (task?.state === 'RUNNING') execution.taskFailed(task, new Error('lost'))
  }
  simulation.run({ ...NO_LIMIT, untilUs: 3_600_000_000 })
  return job
}

/** The last count of each key, as the state has it at the end. */
function lastCounts({ rows }: DeployedJob): Map<string, number> {
  const counted = rows.map(({ value }) => String(value).split(' ')).filter(([, what]) => what !== 'fired')
  return new Map(counted.map(([key, count]) => [key as string, Number(count)]))
}

const expected = (key: number): number => Math.ceil((RECORDS - key) / KEYS)
const everyKey = Array.from({ length: KEYS }, (_, key) => [String(key), expected(key)] as const)

function traced({ simulation }: DeployedJob, kind: number, b: number | null = null): number[] {
  const entries = simulation.trace?.drain().entries ?? new Float64Array(0)
  const found: number[] = []
  for (let i = 0; i < entries.length; i += TRACE_STRIDE) {
    if (entries[i + 2] === kind && (b === null || entries[i + 5] === b)) found.push(entries[i + 4] as number)
  }
  return found
}

const every = (ms: number, mode?: CheckpointingMode) =>
  counts((env) => env.enableCheckpointing(ms, mode).disableOperatorChaining())

describe('exactly once', () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))('schedule %i', (seed) => {
    const job = runWithFailures(every(200 + 97 * (seed % 9)), seed, 1 + (seed % 4))
    expect(job.execution.state).toBe('FINISHED')
    expect(Array.from(lastCounts(job)).sort()).toEqual(everyKey)
  })

  test('the schedules do lose tasks after complete checkpoints, and in the middle of one', () => {
    const jobs = Array.from({ length: 20 }, (_, seed) => runWithFailures(every(250), seed, 3))
    expect(jobs.map(({ execution }) => execution.attempt).filter((attempt) => attempt > 0).length).toBeGreaterThan(15)
    const restored = jobs.flatMap(({ execution }) => execution.checkpoints?.completed?.id ?? [])
    expect(Math.max(...restored)).toBeGreaterThan(5)
    const duplicates = jobs.filter(({ rows }) => rows.length > RECORDS + KEYS)
    expect(duplicates.length).toBeGreaterThan(10)
  })

  test('a key’s timer fires once, be it before or after the failure', () => {
    const job = runWithFailures(every(300), 5, 4)
    const fired = job.rows.filter(({ value }) => String(value).includes('fired'))
    expect(new Set(fired.map(({ value }) => value))).toEqual(new Set(everyKey.map(([key]) => `${key} fired 1`)))
  })

  test('the same seed and failures give the same run', () => {
    const [a, b] = [runWithFailures(every(300), 11, 3), runWithFailures(every(300), 11, 3)]
    expect(a.simulation.fingerprint.hex()).toBe(b.simulation.fingerprint.hex())
  })
})

describe('at least once', () => {
  const jobs = Array.from({ length: 40 }, (_, seed) => runWithFailures(every(150, 'AT_LEAST_ONCE'), seed, 3))

  test('no record is missing', () => {
    for (const job of jobs) {
      const counted = lastCounts(job)
      for (const [key, count] of everyKey) expect(counted.get(key) ?? 0).toBeGreaterThanOrEqual(count)
    }
  })

  test('some count twice', () => {
    const twice = jobs.filter((job) => everyKey.some(([key, count]) => (lastCounts(job).get(key) ?? 0) > count))
    expect(twice.length).toBeGreaterThan(3)
  })
})

describe('without checkpoints', () => {
  const fixed = (attempts: number) =>
    counts((env) =>
      env.configure(
        new Configuration()
          .set('restart-strategy.type', 'fixed-delay')
          .set('restart-strategy.fixed-delay.attempts', attempts)
          .set('restart-strategy.fixed-delay.delay', '2 s'),
      ),
    )

  test('a failure ends the job', () => {
    const job = runWithFailures(
      counts(() => undefined),
      3,
      1,
    )
    expect([job.execution.state, job.execution.attempt]).toEqual(['FAILED', 0])
    expect(job.execution.failure?.error).toEqual(new Error('lost'))
  })

  test('with a restart strategy it begins with nothing, after its delay', () => {
    const job = runWithFailures(fixed(3), 3, 1)
    expect([job.execution.state, job.execution.attempt]).toEqual(['FINISHED', 1])
    expect(Array.from(lastCounts(job)).sort()).toEqual(everyKey)
    const firsts = job.rows.filter(({ value }) => value === '0 1')
    expect(firsts).toHaveLength(2)
    expect((firsts[1]?.atMs ?? 0) - (firsts[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(2000)
  })

  test('attempts come to an end', () => {
    const job = runWithFailures(fixed(1), 3, 2)
    expect([job.execution.state, job.execution.attempt]).toEqual(['FAILED', 1])
  })
})

describe('settings without sense are refused where they are made', () => {
  const set = (key: string, value: unknown) => (env: StreamExecutionEnvironment) =>
    env.configure(new Configuration().set(key, value))
  test.each<[name: string, prepare: (env: StreamExecutionEnvironment) => unknown, code: string]>([
    ['an interval below 10 ms', (env) => env.enableCheckpointing(9), 'OPTION_VALUE'],
    ['a timeout below 10 ms', (env) => env.getCheckpointConfig().setCheckpointTimeout(9), 'OPTION_VALUE'],
    ['no interval, by configuration', set('execution.checkpointing.interval', '0 ms'), 'OPTION_VALUE'],
    ['a backoff of nothing', set('restart-strategy.exponential-delay.initial-backoff', 0), 'OPTION_VALUE'],
    ['a strategy that isn’t one', set('restart-strategy.type', 'sometimes'), 'OPTION_VALUE'],
    ['a slip of the pen', set('restart-strategy.typ', 'none'), 'OPTION_UNKNOWN'],
  ])('%s', (_name, prepare, code) => {
    expect(() => deployJob(counts(prepare))).toThrowError(expect.objectContaining({ code }) as Error)
  })

  test('an option of a real cluster changes nothing', () => {
    expect(() => deployJob(counts(set('metrics.latency.interval', '1 s')))).not.toThrow()
  })
})

describe('checkpoints', () => {
  test('are taken back with their interval', () => {
    const { plan } = deployJob(
      counts((env) => env.enableCheckpointing(500).getCheckpointConfig().disableCheckpointing()),
    )
    expect(plan.config.checkpoints).toBeUndefined()
  })

  test('come at their interval, and once more at the end', () => {
    const job = deployJob(every(1000), { trace: true })
    expect(job.simulation.run({ ...NO_LIMIT, untilUs: 60_000_000 })).toBe('quiescent')
    expect(job.execution.state).toBe('FINISHED')
    expect(traced(job, TRACE_CHECKPOINT, 1)).toEqual([1, 2, 3])
  })

  test('what takes too long is given up, and the next one goes on', () => {
    const slow = counts((env) => {
      env.enableCheckpointing(500).disableOperatorChaining()
      env.getCheckpointConfig().setCheckpointTimeout(300).setTolerableCheckpointFailureNumber(100)
    })
    const job = deployJob(slow, { trace: true, cluster: { latencyUs: 200_000 } })
    job.simulation.run({ ...NO_LIMIT, untilUs: 2_900_000 })
    expect(job.execution.checkpoints?.completed).toBeNull()
    expect(traced(job, TRACE_CHECKPOINT, 2).length).toBeGreaterThan(2)
  })

  test('a restart says from which one it goes on', () => {
    const job = deployJob(every(500), { trace: true })
    job.simulation.run({ ...NO_LIMIT, untilUs: 1_700_000 })
    job.execution.taskFailed(job.execution.tasks[0] as never, new Error('lost'))
    expect(job.execution.state).toBe('RESTARTING')
    job.simulation.run(NO_LIMIT)
    const entries = job.simulation.trace?.drain().entries ?? new Float64Array(0)
    const at = Array.from({ length: entries.length / TRACE_STRIDE }, (_, i) => i * TRACE_STRIDE)
    const restarts = at
      .filter((i) => entries[i + 2] === TRACE_RESTART)
      .map((i) => Array.from(entries.slice(i + 4, i + 6)))
    expect(restarts).toEqual([[1, 3]])
  })

  test('a thousand restarts take no more room than one', () => {
    const job = deployJob(every(500), {})
    const { simulation, execution } = job
    const sizes = () => [
      simulation.targets.length,
      execution.tasks.length,
      execution.channels.length,
      execution.deployment.backends.length,
    ]
    simulation.run({ ...NO_LIMIT, untilUs: 600_000 })
    const before = sizes()
    for (let i = 0; i < 1000; i++) {
      execution.taskFailed(execution.tasks[i % execution.tasks.length] as never, new Error('lost'))
      while (execution.state !== 'RUNNING') simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 })
    }
    expect(sizes()).toEqual(before)
    expect(simulation.heap.size).toBeLessThan(1100)
    simulation.run({ ...NO_LIMIT, untilUs: simulation.nowUs + 3_600_000_000 })
    expect(Array.from(lastCounts(job)).sort()).toEqual(everyKey)
  })
})
