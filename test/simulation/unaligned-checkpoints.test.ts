// Barriers that overtake records: what they overtook is in the checkpoint and comes again exactly once, whatever fails and
// when; checkpoints pass a consumer that can't keep up; where records of one sender must stay together nothing overtakes.

import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../runtime/base/random.ts'
import type { ClusterSettings } from '../../runtime/cluster/cluster-settings.ts'
import {
  DataGeneratorSource,
  KeyedProcessFunction,
  MapStateDescriptor,
  RateLimiterStrategy,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type Context,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { redistributeInFlight, type InFlight, type InFlightElement } from '../../runtime/network/in-flight.ts'
import { RECORD, WATERMARK } from '../../runtime/record/buffer.ts'
import { deployJob, type Build, type DeployedJob } from '../harness/run-job.ts'

const RECORDS = 300
const KEYS = 7

/** Counts per key, and how much came of it. */
class Counting extends KeyedProcessFunction<number, number, string> {
  readonly #seen = new ValueStateDescriptor<number>('seen')
  readonly #sum = new ValueStateDescriptor<number>('sum')

  override processElement(value: number, ctx: Context<number>, out: Collector<string>): void {
    const seen = this.getRuntimeContext().getState(this.#seen)
    const sum = this.getRuntimeContext().getState(this.#sum)
    seen.update((seen.value() ?? 0) + 1)
    sum.update((sum.value() ?? 0) + value)
    out.collect(`${ctx.getCurrentKey()} ${seen.value()} ${sum.value()}`)
  }
}

/** As fast as the channels let them, into an operator behind two exchanges. */
function counts(prepare: (env: StreamExecutionEnvironment) => unknown): Build {
  return (env) => {
    env.enableCheckpointing(20).disableOperatorChaining()
    env.getCheckpointConfig().enableUnalignedCheckpoints()
    prepare(env)
    const numbers = (from: number) => {
      const source = new DataGeneratorSource(
        (i: number) => 2 * i + from,
        RECORDS / 2,
        RateLimiterStrategy.perSecond(500),
      )
      return env.fromSource(
        source,
        WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((i) => i),
        `numbers from ${from}`,
      )
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

/** A record takes long, and little may be under way: back-pressure everywhere. */
const SLOW: Partial<ClusterSettings> = {
  recordUs: 4000,
  credits: 2,
  bufferRecords: 4,
  latencyUs: 100,
  sourceRecords: 4,
}

function lastCounts({ rows }: DeployedJob): string[] {
  const last = new Map(rows.map(({ value }) => [String(value).split(' ')[0], String(value)] as const))
  return Array.from(last.values()).sort()
}

const expected = Array.from({ length: KEYS }, (_, key) => {
  const values = Array.from({ length: RECORDS }, (_, i) => i).filter((i) => i % KEYS === key)
  return `${key} ${values.length} ${values.reduce((sum, value) => sum + value, 0)}`
})

function runWithFailures(build: Build, seed: number): DeployedJob {
  const random = new RandomStream(seed, 'unaligned')
  const pick = <T>(...options: readonly T[]): T => options[random.nextBelow(options.length)] as T
  const cluster = {
    bufferRecords: pick(1, 3, 16),
    latencyUs: pick(10, 1000, 20_000),
    credits: pick(1, 2, 4),
    recordUs: pick(1, 500, 4000),
    sourceRecords: pick(4, 64),
  }
  const job = deployJob(build, { parallelism: 1 + random.nextBelow(3), seed, cluster })
  const { simulation, execution } = job
  for (let failures = 1 + (seed % 4); failures > 0; failures--) {
    simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 + random.nextBelow(600) })
    const task = execution.tasks[random.nextBelow(execution.tasks.length)]
    if (task?.state === 'RUNNING') execution.taskFailed(task, new Error('lost'))
  }
  simulation.run({ ...NO_LIMIT, untilUs: 60_000_000 })
  return job
}

const historyOf = ({ execution }: DeployedJob) => execution.checkpoints?.history.recent ?? []

describe('exactly once', () => {
  const at = (timeoutMs: number) => counts((env) => env.getCheckpointConfig().setAlignedCheckpointTimeout(timeoutMs))
  const seeds = Array.from({ length: 40 }, (_, seed) => seed)

  test.each(seeds)('overtaking at once, schedule %i', (seed) => {
    const job = runWithFailures(at(0), seed)
    expect([job.execution.state, lastCounts(job)]).toEqual(['FINISHED', expected])
  })

  test.each(seeds)('overtaking after a while, schedule %i', (seed) => {
    const job = runWithFailures(at(5 + 10 * (seed % 4)), seed)
    expect([job.execution.state, lastCounts(job)]).toEqual(['FINISHED', expected])
  })

  test('the schedules do start again from checkpoints with records that were overtaken', () => {
    let restarts = 0
    for (const seed of seeds.slice(0, 20)) {
      const job = deployJob(at(0), { parallelism: 2, seed, cluster: SLOW })
      job.simulation.run({ ...NO_LIMIT, untilUs: 200_000 + seed * 10_000 })
      const inFlight = job.execution.checkpoints?.completed?.inFlight ?? []
      if (inFlight.length > 0) restarts++
      job.execution.taskFailed(job.execution.tasks[seed % job.execution.tasks.length] as never, new Error('lost'))
      job.simulation.run({ ...NO_LIMIT, untilUs: 60_000_000 })
      expect([job.execution.state, lastCounts(job)]).toEqual(['FINISHED', expected])
    }
    expect(restarts).toBeGreaterThan(15)
  })
})

describe('a consumer that can’t keep up', () => {
  const run = (prepare: (env: StreamExecutionEnvironment) => unknown): DeployedJob => {
    const job = deployJob(counts(prepare), { cluster: SLOW })
    job.simulation.run({ ...NO_LIMIT, untilUs: 400_000 })
    return job
  }
  const longest = (job: DeployedJob): number =>
    Math.max(...historyOf(job).flatMap(({ triggeredUs, endedUs }) => (endedUs === null ? [] : [endedUs - triggeredUs])))

  test('lets barriers wait, unless they overtake', () => {
    const aligned = run((env) => env.getCheckpointConfig().enableUnalignedCheckpoints(false))
    const unaligned = run(() => undefined)
    expect(longest(unaligned)).toBeLessThan(longest(aligned) / 2)
  })

  test('the history says what was overtaken', () => {
    const job = run(() => undefined)
    const [stats] = historyOf(job).filter(
      ({ status, persistedRecords }) => status === 'COMPLETED' && persistedRecords > 0,
    )
    const overtaken = stats?.subtasks.filter(({ isUnaligned }) => isUnaligned) ?? []
    expect(overtaken.length).toBeGreaterThan(0)
    expect(stats?.persistedRecords).toBe(overtaken.reduce((sum, { persistedRecords }) => sum + persistedRecords, 0))
  })

  test('barriers wait as long as they may', () => {
    const job = run((env) => env.getCheckpointConfig().setAlignedCheckpointTimeout(25))
    const figures = historyOf(job).flatMap(({ triggeredUs, subtasks }) =>
      subtasks.filter(({ isUnaligned }) => isUnaligned).map(({ snapshotUs }) => (snapshotUs - triggeredUs) / 1000),
    )
    expect(figures.length).toBeGreaterThan(0)
    expect(Math.min(...figures)).toBeGreaterThanOrEqual(25)
  })
})

describe('where nothing overtakes', () => {
  const alignedInto = (build: Build): boolean[] => {
    const { execution } = deployJob(build)
    return execution.tasks.flatMap(({ gate }) =>
      gate === null ? [] : [gate.channels.every(({ arrivals }) => arrivals === null)],
    )
  }
  const start = (env: StreamExecutionEnvironment, name = 'numbers') => {
    env.enableCheckpointing(100).disableOperatorChaining()
    env.getCheckpointConfig().enableUnalignedCheckpoints()
    return env.fromSource(new DataGeneratorSource((i: number) => i, 5), WatermarkStrategy.noWatermarks(), name)
  }
  test.each<[name: string, build: Build, aligned: boolean[]]>([
    [
      'forward',
      (env) =>
        void start(env)
          .map((i) => i)
          .print(),
      [true, true],
    ],
    [
      'rebalance, then forward',
      (env) =>
        void start(env)
          .rebalance()
          .map((i) => i)
          .print(),
      [false, true],
    ],
    ['rescale', (env) => void start(env).rescale().print(), [true]],
    [
      'by key',
      (env) =>
        void start(env)
          .keyBy((i) => i)
          .map((i) => i)
          .print(),
      [false, true],
    ],
    [
      'broadcast and what is connected with it',
      (env) => {
        const rules = start(env, 'rules').broadcast(new MapStateDescriptor('rules', Types.LONG, Types.LONG))
        start(env)
          .rebalance()
          .connect(rules)
          .process({
            processElement: (value: number, _ctx: unknown, out: Collector<number>) => out.collect(value),
            processBroadcastElement: () => undefined,
          } as never)
          .print()
      },
      [true, true],
    ],
  ])('%s', (_name, build, aligned) => expect(alignedInto(build)).toEqual(aligned))

  test('records counted at least once', () => {
    const build = counts((env) => env.enableCheckpointing(20, 'AT_LEAST_ONCE'))
    expect(alignedInto(build).every(Boolean)).toBe(true)
  })

  test('savepoints', () => {
    const job = deployJob(
      counts(() => undefined),
      { cluster: SLOW },
    )
    job.simulation.run({ ...NO_LIMIT, untilUs: 100_000 })
    job.execution.actions.triggerSavepoint({ stop: 'none' })
    job.simulation.run({ ...NO_LIMIT, untilUs: 3_000_000 })
    const [result] = job.execution.actions.savepoints
    expect([result?.reason, result?.savepoint?.inFlight]).toEqual(['', undefined])
  })

  test.each<[name: string, prepare: (env: StreamExecutionEnvironment) => unknown, code: string]>([
    ['two at a time', (env) => env.getCheckpointConfig().setMaxConcurrentCheckpoints(2), 'UNALIGNED_CONCURRENT'],
    [
      'a custom partitioner',
      (env) => {
        const source = new DataGeneratorSource((i: number) => i, 5, RateLimiterStrategy.noOp())
        env
          .fromSource(source, WatermarkStrategy.noWatermarks(), 'more')
          .partitionCustom(
            (key: number, channels) => key % channels,
            (i) => i,
          )
          .print()
      },
      'UNALIGNED_PARTITIONER',
    ],
  ])('%s is refused', (_name, prepare, code) => {
    expect(() => deployJob(counts(prepare))).toThrowError(expect.objectContaining({ code }) as Error)
  })
})

describe('after a change of parallelism', () => {
  const record = (value: number): InFlightElement => ({ kind: RECORD, value, timestamp: NaN })
  const watermark: InFlightElement = { kind: WATERMARK, value: 5, timestamp: NaN }
  const before: InFlight[] = [0, 1, 2].flatMap((sender) =>
    [0, 1].map((receiver) => ({
      edge: 'e',
      sender,
      receiver,
      senders: 3,
      receivers: 2,
      elements: [record(10 * sender + receiver), watermark, record(10 * sender + receiver + 2)],
    })),
  )
  const texts = (receiverOf: ((value: unknown) => number) | null, senders: number, receivers: number): string[] =>
    redistributeInFlight(before, { senders, receivers, receiverOf }).map(
      ({ sender, receiver, elements }) =>
        `${sender}>${receiver}: ${elements.map(({ kind, value }) => (kind === RECORD ? String(value) : 'W')).join(' ')}`,
    )

  test('nothing moves where there is none', () => {
    expect(texts(() => 0, 3, 2).slice(0, 2)).toEqual(['0>0: 0 W 2', '0>1: 1 W 3'])
  })

  test('keyed records go to who has their key now', () => {
    expect(texts((value) => (value as number) % 4, 2, 4)).toEqual([
      '0>0: 0',
      '0>2: 2',
      '0>1: 1',
      '0>3: 3',
      '1>2: 10',
      '1>0: 12',
      '1>3: 11',
      '1>1: 13',
      '0>0: 20',
      '0>2: 22',
      '0>1: 21',
      '0>3: 23',
    ])
  })

  test('others keep together, round robin', () => {
    expect(texts(null, 1, 1)).toEqual(['0>0: 0 2', '0>0: 1 3', '0>0: 10 12', '0>0: 11 13', '0>0: 20 22', '0>0: 21 23'])
  })
})
