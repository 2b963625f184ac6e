// Several jobs on one cluster with one clock: they want the same slots, fail and restart each for itself, share machines,
// the log and the database; and all of it is one run with one hash.

import { describe, expect, test } from 'vitest'
import type { ClusterAction } from '../../runtime/cluster/cluster-action.ts'
import { ClusterWatcher } from '../../runtime/cluster/cluster-watcher.ts'
import { takeMoment } from '../../runtime/cluster/take-moment.ts'
import {
  Configuration,
  DataGeneratorSource,
  DeliveryGuarantee,
  JdbcSink,
  KafkaRecordSerializationSchema,
  KafkaSink,
  KafkaSource,
  OffsetsInitializer,
  RateLimiterStrategy,
  WatermarkStrategy,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { queryOutside } from '../../runtime/host/outside-views.ts'
import type { Build } from '../harness/run-job.ts'
import { SeveralJobs } from '../harness/several-jobs.ts'

type Prepare = (env: StreamExecutionEnvironment) => unknown

const configured = (options: Readonly<Record<string, string | number>>): Prepare => {
  return (env) => {
    const configuration = new Configuration()
    for (const [key, value] of Object.entries(options)) configuration.set(key, value)
    env.configure(configuration)
  }
}

/** Sums of so many numbers, a hundred a second, by key. */
function sums(records: number, prepare: Prepare = (env) => env.enableCheckpointing(100)): Build {
  return (env) => {
    prepare(env)
    const source = new DataGeneratorSource((i: number) => i, records, RateLimiterStrategy.perSecond(100))
    env
      .fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers')
      .map((n) => ({ key: n % 5, n }))
      .name('same')
      .keyBy(({ key }) => key)
      .sum('n')
      .name('total')
      .print()
  }
}

function lastSums(jobs: SeveralJobs, job: number): number {
  const last = new Map((jobs.rows[job - 1] ?? []).map(({ value }) => [(value as { key: number }).key, value] as const))
  return Array.from(last.values()).reduce<number>((sum, value) => sum + (value as { n: number }).n, 0)
}

const sumBelow = (records: number): number => (records * (records - 1)) / 2

const LONG_MS = 4_000_000

function doTo(jobs: SeveralJobs, action: ClusterAction): void {
  jobs.simulation.intervene(action)
}

describe('two jobs', () => {
  test('each with its plan, its name, its checkpoints and its end, on one clock', () => {
    const jobs = new SeveralJobs([
      { build: sums(100), parallelism: 2 },
      { build: sums(300), parallelism: 3, atMs: 500 },
    ])
    jobs.runTo(400)
    expect(jobs.states()).toEqual(['RUNNING'])
    jobs.runTo(2000)
    expect(jobs.states()).toEqual(['FINISHED', 'RUNNING'])
    jobs.runTo(LONG_MS)
    expect(jobs.states()).toEqual(['FINISHED', 'FINISHED'])
    expect([lastSums(jobs, 1), lastSums(jobs, 2)]).toEqual([sumBelow(100), sumBelow(300)])
    const [first, second] = [jobs.job(1), jobs.job(2)]
    expect(second.checkpoints?.history.total).toBeGreaterThan(first.checkpoints?.history.total ?? Infinity)
    expect(Math.min(...(jobs.rows[1] ?? []).map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(500)
    expect(first.plan.hash).not.toBe(second.plan.hash)
  })

  test('a failure of one is none of the other', () => {
    const noRestart = configured({ 'restart-strategy.type': 'none' })
    const jobs = new SeveralJobs([{ build: sums(200, noRestart) }, { build: sums(200) }, { build: sums(200) }])
    jobs.runTo(500)
    doTo(jobs, { kind: 'throw', operator: 'total' })
    doTo(jobs, { kind: 'throw', operator: 'total', job: 3 })
    jobs.runTo(LONG_MS)
    expect(jobs.states()).toEqual(['FAILED', 'FINISHED', 'FINISHED'])
    expect([1, 2, 3].map((number) => jobs.job(number).attempt)).toEqual([0, 0, 1])
    expect([lastSums(jobs, 2), lastSums(jobs, 3)]).toEqual([sumBelow(200), sumBelow(200)])
  })

  test('the randomness of one is none of the other: it does what it does alone', () => {
    const alone = new SeveralJobs([{ build: sums(200), parallelism: 2 }])
    alone.runTo(LONG_MS)
    const both = new SeveralJobs([
      { build: sums(200), parallelism: 2 },
      { build: sums(500), parallelism: 3 },
    ])
    both.runTo(LONG_MS)
    expect(both.rows[0]).toEqual(alone.rows[0])
  })
})

describe('slots', () => {
  const threeSlots = { taskManagers: 1, slotsPerTaskManager: 3 }

  test('a job that finds too few waits until another is over', () => {
    const jobs = new SeveralJobs(
      [
        { build: sums(100), parallelism: 1 },
        { build: sums(100), parallelism: 3 },
      ],
      threeSlots,
    )
    jobs.runTo(500)
    expect(jobs.logs).toContain('2: Waiting for slots: 2 available, 3 needed')
    const { machines } = takeMoment(jobs.job(2), new ClusterWatcher(() => null), 500_000)
    expect(machines.waiting).toMatchObject([{ job: 2, available: 2, needed: 3, sinceMs: 0, untilMs: 300_000 }])
    expect(machines.taskManagers[0]?.slots.map(({ use }) => use?.job ?? null)).toEqual([1, null, null])
    expect(machines.jobs.map(({ id, state, isShown }) => [id, state, isShown])).toEqual([
      [1, 'RUNNING', false],
      [2, 'RUNNING', true],
    ])
    expect(jobs.rows[1]).toEqual([])
    jobs.runTo(LONG_MS)
    expect(jobs.states()).toEqual(['FINISHED', 'FINISHED'])
    expect(lastSums(jobs, 2)).toBe(sumBelow(100))
    const endedMs = Math.max(...(jobs.rows[0] ?? []).map(({ atMs }) => atMs))
    expect(Math.min(...(jobs.rows[1] ?? []).map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(endedMs)
  })

  test('who asked first gets them first', () => {
    const one = { build: sums(100), parallelism: 3 }
    const jobs = new SeveralJobs([one, { ...one, parallelism: 2, atMs: 100 }, { ...one, atMs: 50 }], threeSlots)
    jobs.runTo(LONG_MS)
    expect(jobs.states()).toEqual(['FINISHED', 'FINISHED', 'FINISHED'])
    const begins = jobs.rows.map((rows) => Math.min(...rows.map(({ atMs }) => atMs)))
    // Submitted second: the one at 50 ms, which job 2 is.
    expect(jobs.job(2).graph.vertices[0]?.parallelism).toBe(3)
    expect(begins[2]).toBeLessThan(begins[1] ?? 0)
  })

  test('a job that needs fewer goes by one that waits', () => {
    const jobs = new SeveralJobs(
      [
        { build: sums(300), parallelism: 2 },
        { build: sums(100), parallelism: 3 },
        { build: sums(100), parallelism: 1 },
      ],
      threeSlots,
    )
    jobs.runTo(1500)
    expect(jobs.states()).toEqual(['RUNNING', 'RUNNING', 'FINISHED'])
    jobs.runTo(LONG_MS)
    expect(jobs.states()).toEqual(['FINISHED', 'FINISHED', 'FINISHED'])
  })

  test('who waits for too long fails for want of slots, and may try again', () => {
    const fixed = configured({
      'restart-strategy.type': 'fixed-delay',
      'restart-strategy.fixed-delay.attempts': 1,
      'restart-strategy.fixed-delay.delay': '1 s',
    })
    const jobs = new SeveralJobs(
      [
        { build: sums(100_000), parallelism: 1 },
        { build: sums(100, fixed), parallelism: 3 },
      ],
      { ...threeSlots, slotRequestTimeoutMs: 10_000 },
    )
    jobs.runTo(10_500)
    expect([jobs.states(), jobs.job(2).failure?.error]).toMatchObject([
      ['RUNNING', 'RESTARTING'],
      { code: 'SLOTS_MISSING', params: { available: 2, needed: 3 } },
    ])
    jobs.runTo(22_000)
    expect(jobs.states()).toEqual(['RUNNING', 'FAILED'])
  })

  test('more machines help whoever waits', () => {
    const jobs = new SeveralJobs(
      [
        { build: sums(500), parallelism: 3 },
        { build: sums(100), parallelism: 2 },
      ],
      threeSlots,
    )
    jobs.runTo(500)
    doTo(jobs, { kind: 'add-task-manager', slots: 2 })
    jobs.runTo(2000)
    expect(jobs.states()).toEqual(['RUNNING', 'FINISHED'])
  })
})

describe('a job is cancelled', () => {
  test('alone: its slots come free, and the other goes on', () => {
    const jobs = new SeveralJobs(
      [
        { build: sums(9_999), parallelism: 3 },
        { build: sums(200), parallelism: 3 },
      ],
      {
        taskManagers: 3,
        slotsPerTaskManager: 1,
      },
    )
    jobs.runTo(1000)
    const before = jobs.rows[0]?.length
    doTo(jobs, { kind: 'cancel-job', job: 1 })
    jobs.runTo(1001)
    expect(jobs.states()).toEqual(['CANCELED', 'RUNNING'])
    expect(new Set(jobs.job(1).tasks.map(({ state }) => state))).toEqual(new Set(['CANCELED']))
    jobs.runTo(LONG_MS)
    expect(jobs.states()).toEqual(['CANCELED', 'FINISHED'])
    expect(jobs.rows[0]?.length).toBe(before)
    expect([lastSums(jobs, 2), jobs.simulation.heap.size]).toEqual([sumBelow(200), 0])
  })

  test('that waits for slots, waits no more; one that is over stays what it was', () => {
    const jobs = new SeveralJobs([{ build: sums(100) }, { build: sums(100), parallelism: 4 }], {
      taskManagers: 1,
      slotsPerTaskManager: 2,
    })
    jobs.runTo(500)
    doTo(jobs, { kind: 'cancel-job', job: 2 })
    jobs.runTo(5000)
    doTo(jobs, { kind: 'cancel-job', job: 1 })
    jobs.runTo(LONG_MS)
    expect(jobs.states()).toEqual(['FINISHED', 'CANCELED'])
  })
})

describe('machines', () => {
  test('killing a TaskManager hits all jobs that have tasks in it, and no other', () => {
    const jobs = new SeveralJobs(
      [
        { build: sums(400), parallelism: 3 },
        { build: sums(400), parallelism: 2 },
        { build: sums(400), parallelism: 1 },
      ],
      { taskManagers: 4, slotsPerTaskManager: 2 },
    )
    jobs.runTo(500)
    const placed = jobs.cluster.resources
    expect(
      [1, 2, 3].map((job) => placed.slotsOf(job).map(({ name }) => placed.slots.get(name)?.manager.number)),
    ).toEqual([[1, 1, 2], [2, 3], [3]])
    doTo(jobs, { kind: 'kill-task-manager', taskManager: 2 })
    jobs.runTo(LONG_MS)
    expect(jobs.states()).toEqual(['FINISHED', 'FINISHED', 'FINISHED'])
    expect([1, 2, 3].map((number) => jobs.job(number).attempt)).toEqual([1, 1, 0])
    for (const job of [1, 2, 3]) expect(lastSums(jobs, job)).toBe(sumBelow(400))
  })

  test('a slow one slows the tasks of all jobs in it', () => {
    const jobs = new SeveralJobs([{ build: sums(100) }, { build: sums(100) }], {
      taskManagers: 1,
      slotsPerTaskManager: 2,
    })
    doTo(jobs, { kind: 'slow-task-manager', taskManager: 1, factor: 1000 })
    jobs.runTo(500)
    expect([1, 2].map((number) => jobs.job(number).tasks[0]?.costs.recordUs)).toEqual([1000, 1000])
  })
})

describe('outside', () => {
  const source = KafkaSource.builder<{ key: number; n: number }>()
    .setTopics('sums')
    .setStartingOffsets(OffsetsInitializer.earliest())
    .build()

  /** Writes sums into a topic, exactly once. */
  const writing: Build = (env) => {
    env.enableCheckpointing(100)
    env.createTopic('sums', 2)
    const numbers = new DataGeneratorSource((i: number) => i, 200, RateLimiterStrategy.perSecond(100))
    const sink = KafkaSink.builder<{ key: number; n: number }>()
      .setRecordSerializer(
        KafkaRecordSerializationSchema.builder<{ key: number; n: number }>()
          .setTopic('sums')
          .setKeySerializationSchema(({ key }) => key)
          .build(),
      )
      .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
      .setTransactionalIdPrefix('sums')
      .build()
    env
      .fromSource(numbers, WatermarkStrategy.noWatermarks(), 'numbers')
      .map((n) => ({ key: n % 5, n }))
      .name('same')
      .sinkTo(sink)
  }

  /** Reads the topic, and keeps the sum by key in a table. */
  const reading: Build = (env) => {
    env.enableCheckpointing(100)
    env.createDatabaseTable('CREATE TABLE totals (k BIGINT PRIMARY KEY, n BIGINT)')
    env
      .fromSource(source, WatermarkStrategy.noWatermarks(), 'sums')
      .keyBy(({ key }) => key)
      .sum('n')
      .name('total')
      .sinkTo(
        JdbcSink.builder<{ key: number; n: number }>()
          .withQueryStatement(
            'INSERT INTO totals (k, n) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET n = EXCLUDED.n',
            (statement, { key, n }) => {
              statement.setLong(1, key)
              statement.setLong(2, n)
            },
          )
          .buildAtLeastOnce(),
      )
  }

  test('a job reads what another writes into the log, whatever happens to both', () => {
    const jobs = new SeveralJobs(
      [
        { build: writing, parallelism: 2 },
        { build: reading, parallelism: 2, atMs: 300 },
      ],
      {
        taskManagers: 3,
        slotsPerTaskManager: 2,
      },
    )
    jobs.runTo(900)
    doTo(jobs, { kind: 'kill-task-manager', taskManager: 1 })
    doTo(jobs, { kind: 'throw', operator: 'total', job: 2 })
    jobs.runTo(60_000)
    expect(jobs.states()).toEqual(['FINISHED', 'RUNNING'])
    expect(jobs.job(2).attempt).toBe(1)
    const { rows } = queryOutside(jobs.cluster.outside, 'SELECT n FROM totals')
    expect(rows.reduce((sum, [n]) => sum + Number(n), 0)).toBe(sumBelow(200))
  })
})

describe('one run', () => {
  const play = (seed: number, action: ClusterAction | null): string => {
    const jobs = new SeveralJobs(
      [
        { build: sums(200), parallelism: 2 },
        { build: sums(150), parallelism: 3, atMs: 250 },
      ],
      { taskManagers: 5, slotsPerTaskManager: 1 },
      seed,
    )
    jobs.runTo(700)
    if (action !== null) doTo(jobs, action)
    jobs.runTo(LONG_MS)
    return jobs.hash()
  }

  test('the hash is of all jobs', () => {
    const plain = play(1, null)
    expect(play(1, null)).toBe(plain)
    const others = [
      play(2, null),
      play(1, { kind: 'throw', operator: 'total', job: 2 }),
      play(1, { kind: 'throw', operator: 'total', job: 1 }),
      play(1, { kind: 'cancel-job', job: 2 }),
    ]
    expect(new Set([plain, ...others]).size).toBe(5)
  })

  test('in pieces and at once', () => {
    const jobs = new SeveralJobs(
      [
        { build: sums(200), parallelism: 2 },
        { build: sums(150), parallelism: 3, atMs: 250 },
      ],
      {
        taskManagers: 5,
        slotsPerTaskManager: 1,
      },
    )
    for (let ms = 0; ms < 5000; ms += 37) jobs.runTo(ms)
    jobs.runTo(LONG_MS)
    expect(jobs.hash()).toBe(play(1, null))
  })
})
