// What is dropped as too late is counted by operator, over all subtasks, and whoever runs the job is told.

import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'
import { lateRecords } from '../../runtime/cluster/late-records.ts'
import {
  CEP,
  CountTrigger,
  Duration,
  OutputTag,
  Pattern,
  TumblingEventTimeWindows,
  WatermarkStrategy,
} from '../../runtime/index.ts'
import type { KeyedStream, StreamExecutionEnvironment } from '../../runtime/index.ts'
import { runJob } from '../harness/run-job.ts'

type Pair = readonly [key: string, at: number]

// Of each key the second comes too late.
const PAIRS: readonly Pair[] = ['a', 'b', 'c', 'd'].flatMap((key): Pair[] => [
  [key, 20],
  [key, 3],
])

function keyed(env: StreamExecutionEnvironment): KeyedStream<Pair, string> {
  const strategy = WatermarkStrategy.forMonotonousTimestamps<Pair>()
    .withTimestampAssigner(([, at]) => at)
    .withPerRecordWatermarks()
  return env
    .fromData(PAIRS)
    .assignTimestampsAndWatermarks(strategy)
    .keyBy(([key]) => key)
}

const windows = () => TumblingEventTimeWindows.of(Duration.ofMillis(10))
const tag = new OutputTag<Pair>('late')

test.each<[name: string, build: (env: StreamExecutionEnvironment) => unknown, expected: unknown[]]>([
  ['windows', (env) => keyed(env).window(windows()).sum(1).print(), [['TumblingEventTimeWindows', 4]]],
  [
    'windows with a trigger of their own',
    (env) =>
      keyed(env)
        .window(windows())
        .trigger(CountTrigger.of<never>(1) as never)
        .sum(1)
        .name('tips')
        .print(),
    [['tips', 4]],
  ],
  [
    'patterns',
    (env) =>
      CEP.pattern(keyed(env), Pattern.begin<Pair>('one'))
        .select(() => 1)
        .print(),
    [['CepOperator', 4]],
  ],
  ['a side output for them', (env) => keyed(env).window(windows()).sideOutputLateData(tag).sum(1).print(), []],
  ['none', (env) => keyed(env).sum(1).print(), []],
])('%s', (_name, build, expected) => {
  for (const parallelism of [1, 3]) {
    const { execution } = runJob((env) => void build(env), { parallelism })
    expect(lateRecords(execution.tasks).map(({ operator, dropped }) => [operator, dropped])).toEqual(expected)
  }
})

test.each([
  ['en', '“TumblingEventTimeWindows” dropped late records: 2.'],
  ['zh', '“TumblingEventTimeWindows”丢弃了迟到的记录，共 2 条'],
])('the command line says so: %s', (language, text) => {
  const args = ['bin/streambed.mjs', 'run', 'test/jobs/late-records.ts', '--lang', language]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: path.resolve(import.meta.dirname, '../..'),
    encoding: 'utf8',
  })
  expect([status, stdout]).toEqual([0, 'tips> 2\ntips> 3\n'])
  expect(stderr).toContain(text)
})
