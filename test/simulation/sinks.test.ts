// Jobs with every kind of sink, and the prefixes that Flink's own pages print.

import { describe, expect, test } from 'vitest'
import type { LearnerError } from '../../runtime/base/diagnostic.ts'
import { toPrintText } from '../../runtime/base/value-text.ts'
import {
  BasePathBucketAssigner,
  DataGeneratorSource,
  DefaultRollingPolicy,
  Duration,
  FileSink,
  LogSink,
  RateLimiterStrategy,
  SimpleStringEncoder,
  Types,
  WatermarkStrategy,
  type BuiltInSink,
} from '../../runtime/index.ts'
import { logOf } from '../../runtime/connectors/log/log-cluster.ts'
import { viewLog } from '../../runtime/connectors/log/log-view.ts'
import { runJob, type Build, type JobResult } from '../harness/run-job.ts'

const NONE = WatermarkStrategy.noWatermarks<number>()

// The hourly tips of the training's discussion, and the longest rides by start cell of the page on ETL.
const TIPS = [
  '2> (1577883600000,2013000185,33.0)',
  '4> (1577883600000,2013000108,14.0)',
  '3> (1577883600000,2013000087,14.0)',
  '1> (1577883600000,2013000036,23.0)',
  '4> (1577883600000,2013000072,13.0)',
  '2> (1577883600000,2013000041,28.0)',
  '3> (1577883600000,2013000123,33.0)',
  '4> (1577883600000,2013000188,18.0)',
  '1> (1577883600000,2013000098,23.0)',
  '2> (1577883600000,2013000047,13.0)',
]
const CELLS = ['4> (64549,5)', '4> (46298,18)', '1> (51549,14)', '1> (53043,13)', '1> (56031,22)', '1> (50797,6)']

describe('the subtasks that Flink’s pages print in front of their rows, at parallelism 4', () => {
  type Tuple = (number | string)[]
  /** The rows without what's printed in front of them, keyed by a field and printed again. */
  const printed = (rows: readonly string[], field: number): string[] => {
    const tuples = rows.map((row): Tuple => {
      const [first = '', second = '', third] = row.slice(4, -1).split(',')
      return [Number(first), Number(second), ...(third === undefined ? [] : [third])]
    })
    const build: Build = (env) =>
      void env
        .fromData(tuples)
        .keyBy((tuple) => tuple[field] as number, Types.LONG)
        .reduce((_before, tuple) => tuple)
        .print()
    return runJob(build, { parallelism: 4 }).rows.map(({ subtask, value }) => `${subtask + 1}> ${toPrintText(value)}`)
  }
  test('hourly tips by driver', () => expect(printed(TIPS, 1).sort()).toEqual([...TIPS].sort()))
  test('hourly tips by hour', () => {
    expect(new Set(printed(TIPS, 0).map((row) => row.slice(0, 2)))).toEqual(new Set(['1>']))
  })
  test('longest rides by cell', () => expect(printed(CELLS, 0).sort()).toEqual([...CELLS].sort()))
})

function writing(sink: BuiltInSink<number>, count: number, perSecond: number | null = null): Build {
  const rate = perSecond === null ? RateLimiterStrategy.noOp() : RateLimiterStrategy.perSecond(perSecond)
  return (env) => void env.fromSource(new DataGeneratorSource((i) => i, count, rate), NONE, 's').sinkTo(sink)
}

function filesOf({ execution }: JobResult): Record<string, string> {
  return Object.fromEntries(
    Array.from(execution.outside.files, ([path, { text, state }]) => [path, `${state}: ${text.replaceAll('\n', ' ')}`]),
  )
}

describe('files', () => {
  const rows = (): SimpleStringEncoder<number> => new SimpleStringEncoder<number>()

  test('a part in a folder for the hour, finished at the end of input', () => {
    const result = runJob(writing(FileSink.forRowFormat('/out', rows()).build(), 3))
    expect(filesOf(result)).toEqual({ '/out/1970-01-01--00/part-0-0': 'finished: 0 1 2 ' })
    expect(result.rows.map(({ value }) => value)).toEqual([0, 1, 2])
  })
  test('each subtask has parts of its own', () => {
    const sink = FileSink.forRowFormat('/out', rows()).withBucketAssigner(new BasePathBucketAssigner()).build()
    expect(filesOf(runJob(writing(sink, 4), { parallelism: 2 }))).toEqual({
      '/out/part-0-0': 'finished: 0 1 ',
      '/out/part-1-0': 'finished: 2 3 ',
    })
  })
  test('rolls by size: a part longer than allowed is full', () => {
    const policy = DefaultRollingPolicy.builder().withMaxPartSize(3).build()
    const sink = FileSink.forRowFormat('/out', rows())
      .withBucketAssigner(new BasePathBucketAssigner())
      .withRollingPolicy(policy)
      .build()
    expect(filesOf(runJob(writing(sink, 5)))).toEqual({
      '/out/part-0-0': 'finished: 0 1 ',
      '/out/part-0-1': 'finished: 2 3 ',
      '/out/part-0-2': 'finished: 4 ',
    })
  })
  test.each<[string, DefaultRollingPolicy, string]>([
    [
      'age',
      DefaultRollingPolicy.builder().withRolloverInterval(Duration.ofSeconds(2)).build(),
      'finished: 0 1 2 3 finished: 4 5 6 7 ',
    ],
    [
      'silence',
      DefaultRollingPolicy.builder().withInactivityInterval(Duration.ofMillis(400)).build(),
      'finished: 0 1 finished: 2 3 finished: 4 5 finished: 6 7 ',
    ],
    [
      'neither',
      DefaultRollingPolicy.builder().withInactivityInterval(Duration.ofMillis(600)).build(),
      'finished: 0 1 2 3 4 5 6 7 ',
    ],
  ])('rolls by %s, looked at every second', (_name, policy, expected) => {
    const sink = FileSink.forRowFormat('/out', rows())
      .withBucketAssigner(() => '')
      .withRollingPolicy(policy)
      .withBucketCheckInterval(Duration.ofSeconds(1))
      .build()
    // A record at 0, 500, 1000, … ms.
    expect(Object.values(filesOf(runJob(writing(sink, 8, 2)))).join('')).toBe(expected)
  })
  test('without an end, parts stay in progress or pending', () => {
    const sink = FileSink.forRowFormat('/out', (n: number) => `#${n}`)
      .withBucketAssigner((n) => (n % 2 === 0 ? 'even' : 'odd'))
      .withRollingPolicy(DefaultRollingPolicy.builder().withMaxPartSize(4).build())
      .build()
    const job = runJob(writing(sink, Infinity, 2), {}, { untilUs: 2_900_000 })
    expect(filesOf(job)).toEqual({
      '/out/even/part-0-0': 'pending: #0 #2 ',
      '/out/odd/part-0-1': 'pending: #1 #3 ',
      '/out/even/part-0-2': 'in-progress: #4 ',
      '/out/odd/part-0-3': 'in-progress: #5 ',
    })
  })
  test.each<[string, () => BuiltInSink<number>]>([
    ['PATH', () => FileSink.forRowFormat('', rows()).build()],
    ['NOT_A_FUNCTION', () => FileSink.forRowFormat('/out', 5 as unknown as SimpleStringEncoder<number>).build()],
    [
      'PART_SIZE',
      () =>
        FileSink.forRowFormat('/out', rows())
          .withRollingPolicy(DefaultRollingPolicy.builder().withMaxPartSize(0).build())
          .build(),
    ],
    ['DURATION_WANTED', () => FileSink.forRowFormat('/out', rows()).withBucketCheckInterval(0).build()],
    [
      'ROLLING_POLICY',
      () =>
        FileSink.forRowFormat('/out', rows())
          .withRollingPolicy({} as DefaultRollingPolicy)
          .build(),
    ],
    ['ENCODER_TEXT', () => FileSink.forRowFormat('/out', (n: number) => n as unknown as string).build()],
    [
      'BUCKET_TEXT',
      () =>
        FileSink.forRowFormat('/out', rows())
          .withBucketAssigner(() => 5 as unknown as string)
          .build(),
    ],
    ['NAME_WANTED', () => new LogSink<number>('')],
  ])('%s', (code, make) => {
    let got = 'none'
    try {
      runJob((env) => writing(make(), 2)(env))
    } catch (error) {
      got = (error as LearnerError).code
    }
    expect(got).toBe(code)
  })
})

test('a log topic: a partition for each subtask, in order, with timestamps', () => {
  const strategy = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n * 10)
  const build: Build = (env) => {
    const numbers = env.fromSource(new DataGeneratorSource((i) => i, 6), strategy, 's')
    numbers.sinkTo(new LogSink<number>('numbers'))
    numbers
      .map((n) => `#${n}`)
      .addSink(new LogSink<string>('texts'))
      .setParallelism(1)
  }
  const { execution } = runJob(build, { parallelism: 2 })
  const { topics } = viewLog(logOf(execution.outside))
  expect(topics.map(({ name }) => name).sort()).toEqual(['numbers', 'texts'])
  const [partitions, texts] = ['numbers', 'texts'].map((topic) => topics.find(({ name }) => name === topic)?.partitions)
  expect(partitions?.map(({ records }) => records.map(({ value }) => value))).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ])
  expect(partitions?.[1]?.records.map(({ timestamp }) => timestamp)).toEqual([30, 40, 50])
  expect(texts?.[0]?.records.length).toBe(6)
})
