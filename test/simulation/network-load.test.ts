// Who is busy, who waits for credit and who has nothing to do; how full buffers are; how long they wait for more.

import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../runtime/base/random.ts'
import { loadOf } from '../../runtime/cluster/load-moment.ts'
import {
  Configuration,
  DataGeneratorSource,
  RateLimiterStrategy,
  WatermarkStrategy,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { TaskTime } from '../../runtime/task/task-time.ts'
import { deployJob, type DeployedJob } from '../harness/run-job.ts'

const SECOND = 1_000_000

describe('the time of a subtask', () => {
  /** A microsecond at a time: b for work, p for waiting. */
  test.each(Array.from({ length: 30 }, (_, seed) => seed))('is what a clock beside it counts, schedule %i', (seed) => {
    const random = new RandomStream(seed, 'time')
    const time = new TaskTime(0)
    const spans: { from: number; to: number; isWork: boolean }[] = []
    let now = 0
    const long = (): number => [0, 1000, 90_000, 2_400_000][random.nextBelow(4)] as number
    for (let i = 0; i < 40; i++) {
      now += random.nextBelow(1 + long())
      const to = now + random.nextBelow(1 + long())
      const isWork = random.nextBelow(2) === 0
      if (isWork) time.worked(now, to)
      else {
        time.held(now)
        time.released(to)
      }
      spans.push({ from: now, to, isWork })
      now = to
    }
    const within = (from: number, to: number, isWork: boolean): number =>
      spans
        .filter((span) => span.isWork === isWork)
        .reduce((sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0) / 1000
    for (const at of [now, now + 400_000, now + 3 * SECOND]) {
      const end = Math.floor(at / SECOND) * SECOND
      const times = time.at(at)
      expect(times.accumulateBusyTimeMs).toBeCloseTo(within(0, at, true))
      expect(times.accumulateBackPressuredTimeMs).toBeCloseTo(within(0, at, false))
      if (end === 0) continue
      expect(times.busyTimeMsPerSecond).toBe(Math.round(within(end - SECOND, end, true)))
      expect(times.backPressuredTimeMsPerSecond).toBe(Math.round(within(end - SECOND, end, false)))
    }
  })

  test('counts waiting that goes on', () => {
    const time = new TaskTime(0)
    time.held(500_000)
    expect(time.at(1_200_000)).toMatchObject({ accumulateBackPressuredTimeMs: 700, backPressuredTimeMsPerSecond: 500 })
    expect(time.at(5_200_000).backPressuredTimeMsPerSecond).toBe(1000)
  })
})

/** As many sources as wanted into one subtask, all as fast as they can. */
function funnel(sources: number, prepare: (env: StreamExecutionEnvironment) => unknown = () => undefined): DeployedJob {
  return deployJob(
    (env) => {
      prepare(env)
      env
        .fromSource(new DataGeneratorSource((i: number) => i, 1_000_000), WatermarkStrategy.noWatermarks(), 'numbers')
        .setParallelism(sources)
        .rebalance()
        .map((value) => value)
        .setParallelism(1)
        .disableChaining()
        .filter((value) => value % 4 === 0)
        .disableChaining()
        .print()
        .disableChaining()
    },
    { cluster: { recordUs: 100, turnUs: 0, bufferRecords: 8, latencyUs: 10 } },
  )
}

describe('back-pressure', () => {
  const job = funnel(4)
  job.simulation.run({ ...NO_LIMIT, untilUs: 3_500_000 })
  const { tasks } = job.execution
  const loads = tasks.map((task) => loadOf(task, 3_500_000))
  const [source, , , , map, filter, sink] = loads

  test('is felt by the sources', () => {
    expect(source?.backPressuredTimeMsPerSecond).toBeGreaterThan(600)
    expect(source?.busyTimeMsPerSecond).toBeCloseTo(250, -2)
  })

  test('comes from the one that is busy', () => {
    expect(map?.busyTimeMsPerSecond).toBeGreaterThan(950)
    expect(map?.backPressuredTimeMsPerSecond).toBeLessThan(50)
    expect(map?.inPoolUsage).toBeGreaterThan(0.5)
  })

  test('leaves those behind it idle', () => {
    expect(filter?.backPressuredTimeMsPerSecond).toBeLessThan(50)
    expect(sink?.idleTimeMsPerSecond).toBeGreaterThan(650)
    expect(sink?.inPoolUsage).toBeLessThan(0.5)
    expect([sink?.outPoolUsage, sink?.overdraftBuffers]).toEqual([0, 0])
  })

  test('the three make up the time', () => {
    for (const load of loads) {
      const { busyTimeMsPerSecond, backPressuredTimeMsPerSecond, idleTimeMsPerSecond } = load
      expect(busyTimeMsPerSecond + backPressuredTimeMsPerSecond + idleTimeMsPerSecond).toBeCloseTo(1000, -1)
      const { accumulateBusyTimeMs, accumulateBackPressuredTimeMs, accumulateIdleTimeMs } = load
      // A turn counts when it begins, to its end.
      const sumMs = accumulateBusyTimeMs + accumulateBackPressuredTimeMs + accumulateIdleTimeMs
      expect(Math.abs(sumMs - 3500)).toBeLessThan(10)
    }
  })

  test('one element’s results may overdraw, which is counted', () => {
    const burst = deployJob(
      (env) => {
        env
          .fromSource(new DataGeneratorSource((i: number) => i, 10), WatermarkStrategy.noWatermarks(), 'numbers')
          .flatMap<number>((value, out) => {
            for (let i = 0; i < 20; i++) out.collect(value)
          })
          .rebalance()
          .print()
      },
      { cluster: { bufferRecords: 1, credits: 2, sourceRecords: 1 } },
    )
    burst.simulation.run(NO_LIMIT)
    // A buffer a record, two of them allowed; the end of the input is one more.
    const { overdraftBuffers } = loadOf(burst.execution.tasks[0] as never, burst.simulation.nowUs)
    expect(overdraftBuffers).toBeGreaterThanOrEqual(18)
    expect(overdraftBuffers).toBeLessThanOrEqual(21)
  })
})

describe('a buffer that isn’t full waits for more', () => {
  /** When the first row comes, in ms, of a source that has a record at every turn. */
  const firstRow = (prepare: (env: StreamExecutionEnvironment) => unknown): number => {
    const { simulation, rows } = deployJob(
      (env) => {
        prepare(env)
        env
          .fromSource(
            new DataGeneratorSource((i: number) => i, 1000, RateLimiterStrategy.noOp()),
            WatermarkStrategy.noWatermarks(),
            'numbers',
          )
          .rebalance()
          .print()
      },
      { cluster: { recordUs: 10_000, turnUs: 0, sourceRecords: 1, latencyUs: 0 } },
    )
    simulation.run({ ...NO_LIMIT, untilUs: 2_000_000 })
    return rows[0]?.atMs ?? NaN
  }

  test.each<[name: string, prepare: (env: StreamExecutionEnvironment) => unknown, firstMs: number]>([
    ['100 ms unless set', () => undefined, 100],
    ['not at all', (env) => env.setBufferTimeout(0), 10],
    [
      'as long as the job says',
      (env) => env.configure(new Configuration().set('execution.buffer-timeout.interval', '300 ms')),
      300,
    ],
    ['until it’s full', (env) => env.setBufferTimeout(-1), 640],
    [
      'until it’s full, by configuration',
      (env) => env.configure(new Configuration().set('execution.buffer-timeout.enabled', false)),
      640,
    ],
  ])('%s', (_name, prepare, firstMs) => expect(Math.abs(firstRow(prepare) - firstMs)).toBeLessThanOrEqual(10))

  test('a time that is none is refused', () => {
    expect(() => deployJob((env) => void env.setBufferTimeout(-5))).toThrowError(
      expect.objectContaining({ code: 'OPTION_VALUE' }) as Error,
    )
  })
})
