// What only the whole graph shows: refused when the job is handed over, with the values that don't go together.

import { describe, expect, test } from 'vitest'
import { LearnerError } from '../../../runtime/base/diagnostic.ts'
import {
  DataGeneratorSource,
  RateLimiterStrategy,
  WatermarkStrategy,
  Duration,
  KeyedProcessFunction,
  type Collector,
  type Context,
} from '../../../runtime/index.ts'
import { evaluateJob, runJob, type Build } from '../../harness/run-job.ts'

function refusal(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    if (error instanceof LearnerError) return { code: error.code, ...error.params }
    throw error
  }
  return null
}

describe('refused when the job is handed over', () => {
  const cases: readonly [what: string, build: Build, expected: object | null][] = [
    [
      'forward between different parallelisms',
      (env) =>
        env
          .fromSequence(1, 9)
          .forward()
          .map((n) => n)
          .setParallelism(3)
          .print(),
      { code: 'FORWARD_PARALLELISM', from: 'Sequence Source', fromParallelism: 2, to: 'Map', toParallelism: 3 },
    ],
    [
      'forward between equal ones',
      (env) =>
        env
          .fromSequence(1, 9)
          .forward()
          .map((n) => n)
          .print(),
      null,
    ],
    [
      'a parallelism above its maximum',
      (env) =>
        env
          .fromSequence(1, 9)
          .map((n) => n)
          .setMaxParallelism(1)
          .name('m')
          .print(),
      { code: 'MAX_PARALLELISM', operator: 'm', parallelism: 2, maxParallelism: 1 },
    ],
    [
      "the environment's maximum",
      (env) => env.setMaxParallelism(1).fromElements(1).print(),
      { code: 'MAX_PARALLELISM', operator: 'Print to Std. Out', parallelism: 2, maxParallelism: 1 },
    ],
  ]
  test.each(cases)('%s', (_what, build, expected) => {
    expect(refusal(() => evaluateJob(build, 2))).toEqual(expected)
  })
})

test('a reduce function that returns nothing is said, not stored', () => {
  const forgotten = (() => undefined) as unknown as (a: number, b: number) => number
  const job: Build = (env) =>
    env
      .fromElements(1, 2)
      .keyBy(() => 'all')
      .reduce(forgotten)
      .print()
  expect(refusal(() => runJob(job))).toEqual({ code: 'REDUCE_NOTHING', operator: 'Keyed Reduce' })
})

/** Says when in processing time its event-time timers fire. */
class When extends KeyedProcessFunction<string, number, number> {
  override processElement(value: number, context: Context<string>): void {
    context.timerService().registerEventTimeTimer(value + 1)
  }

  override onTimer(_time: number, context: Context<string>, out: Collector<number>): void {
    out.collect(context.timerService().currentProcessingTime())
  }
}

test('a per-record strategy goes idle at the periodic probes', () => {
  const strategy = WatermarkStrategy.forMonotonousTimestamps<number>()
    .withTimestampAssigner((n) => n)
    .withPerRecordWatermarks()
  const firstFiring = (quiet: WatermarkStrategy<number>): number => {
    const { rows } = runJob((env) => {
      const slow = new DataGeneratorSource((i) => i * 10_000, 2, RateLimiterStrategy.perSecond(0.1))
      const busy = new DataGeneratorSource((i) => i * 100, 50, RateLimiterStrategy.perSecond(10))
      env
        .fromSource(slow, quiet, 'slow')
        .union(env.fromSource(busy, strategy, 'busy'))
        .keyBy(() => 'all')
        .process(new When())
        .print()
    })
    return rows[0]?.value as number
  }
  // One record in ten seconds holds the others back, unless it's told to count as idle.
  expect(firstFiring(strategy)).toBeGreaterThanOrEqual(10_000)
  expect(firstFiring(strategy.withIdleness(Duration.ofMillis(500)))).toBeLessThan(2000)
})
