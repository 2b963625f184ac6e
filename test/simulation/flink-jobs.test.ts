// Whole jobs as a real Flink cluster printed them (golden/datastream/jobs.json), subtask prefixes included.

import { describe, expect, test } from 'vitest'
import { timestampText } from '../../runtime/base/time.ts'
import { toPrintText } from '../../runtime/base/value-text.ts'
import { KeyedProcessFunction, WatermarkStrategy } from '../../runtime/index.ts'
import type { Collector, Context, OnTimerContext } from '../../runtime/index.ts'
import { runJob, type Build } from '../harness/run-job.ts'

const TEXT = [
  'To be, or not to be,--that is the question:--',
  "Whether 'tis nobler in the mind to suffer",
  'The slings and arrows of outrageous fortune',
  'Or to take arms against a sea of troubles,',
]
const WORDS = ['流', '处理', 'Flink', '学习', 'Apache', 'DROP', 'IGNORE', '窗口', '水位线', '状态']
const EVENTS = [1, 4, 12, 3, 25, 9, 31].map((n): Event => [n % 2 === 0 ? 'even' : 'odd', n])

type Event = [kind: string, n: number]
type Count = [word: string, n: number]

const wordCount: Build = (env) => {
  env
    .fromData(TEXT)
    .flatMap<Count>((line, out) =>
      line
        .toLowerCase()
        .split(/\W+/)
        .filter(Boolean)
        .forEach((word) => out.collect([word, 1])),
    )
    .keyBy(([word]) => word)
    .sum(1)
    .print()
}
const keys: Build = (env) =>
  void env
    .fromData(WORDS)
    .map((word): Count => [word, 1])
    .keyBy(([word]) => word)
    .sum(1)
    .print()
const longs: Build = (env) =>
  void env
    .fromSequence(1, 20)
    .keyBy((n) => n)
    .reduce((a, b) => a + b)
    .print()
const rolling =
  (kind: 'sum' | 'min'): Build =>
  (env) => {
    const events = env.fromData(EVENTS).keyBy(([kind]) => kind)
    const rolled = kind === 'sum' ? events.sum(1) : events.min(1)
    rolled.print()
  }
const union: Build = (env) =>
  void env
    .fromSequence(1, 3)
    .union(env.fromSequence(11, 12))
    .map((n) => n * 10)
    .print()

class Pending extends KeyedProcessFunction<string, Event, string> {
  override processElement([, n]: Event, context: Context<string>): void {
    context.timerService().registerEventTimeTimer(1_000_000 + n)
    context.timerService().registerProcessingTimeTimer(4_000_000_000_000 + n)
  }
  override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<string>): void {
    const watermark = timestampText(context.timerService().currentWatermark())
    out.collect(`${context.timeDomain()} ${timestamp} ${context.getCurrentKey()} wm=${watermark}`)
  }
}
const pending: Build = (env) => {
  const strategy = WatermarkStrategy.forMonotonousTimestamps<Event>().withTimestampAssigner(([, n]) => n)
  env
    .fromData(EVENTS)
    .assignTimestampsAndWatermarks(strategy)
    .keyBy(([kind]) => kind)
    .process(new Pending())
    .print()
}

/** `1: a b` is a line `1> (a,1)` and so on; a word that stands there twice counts up. */
function counted(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [prefix = '', words = ''] = line.split(': ')
    const seen = new Map<string, number>()
    return words.split(' ').map((word) => {
      seen.set(word, (seen.get(word) ?? 0) + 1)
      return `${prefix === '' ? '' : `${prefix}> `}(${word},${seen.get(word)})`
    })
  })
}

function prefixed(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const [prefix = '', values = ''] = line.split(': ')
    return values.split(' ').map((value) => `${prefix}> ${value}`)
  })
}

const ALL_WORDS =
  'a against and arms arrows be be fortune in is mind nobler not of of or or outrageous question sea slings suffer take that the the the tis to to to to troubles whether'

describe('prints what Flink prints', () => {
  test.each<[name: string, job: Build, parallelism: number, expected: string[]]>([
    ['word count', wordCount, 1, counted(`: ${ALL_WORDS}`)],
    [
      'word count',
      wordCount,
      2,
      counted(
        '1: fortune nobler not sea slings take troubles whether',
        '2: a against and arms arrows be be in is mind of of or or outrageous question suffer that the the the tis to to to to',
      ),
    ],
    [
      'word count',
      wordCount,
      3,
      counted(
        '1: sea slings troubles',
        '2: a arrows be be fortune nobler not or or question take that the the the whether',
        '3: against and arms in is mind of of outrageous suffer tis to to to to',
      ),
    ],
    [
      'word count',
      wordCount,
      4,
      counted(
        '1: slings',
        '2: fortune nobler not sea take troubles whether',
        '3: a arrows be be or or question suffer that the the the tis to to to to',
        '4: against and arms in is mind of of outrageous',
      ),
    ],
    ['keys', keys, 2, counted('1: DROP 处理 水位线', '2: Apache Flink IGNORE 学习 流 状态 窗口')],
    ['keys', keys, 3, counted('1: DROP', '2: 处理 学习 水位线 流', '3: Apache Flink IGNORE 状态 窗口')],
    ['keys', keys, 4, counted('1: DROP', '2: 处理 水位线', '3: Apache 学习 流', '4: Flink IGNORE 状态 窗口')],
    ['longs', longs, 2, prefixed('1: 12 13 14 4 6 8 9', '2: 1 10 11 15 16 17 18 19 2 20 3 5 7')],
    ['longs', longs, 4, prefixed('1: 13 14 4 6 8', '2: 12 9', '3: 1 10 15 17 18 20', '4: 11 16 19 2 3 5 7')],
    [
      'rolling sum',
      rolling('sum'),
      1,
      'even,16 even,4 odd,1 odd,29 odd,38 odd,4 odd,69'.split(' ').map((pair) => `(${pair})`),
    ],
    [
      'rolling min',
      rolling('min'),
      1,
      'even,4 even,4 odd,1 odd,1 odd,1 odd,1 odd,1'.split(' ').map((pair) => `(${pair})`),
    ],
    ['union', union, 1, ['10', '110', '120', '20', '30']],
    [
      'timers pending at the end of input',
      pending,
      1,
      '1000001 odd,1000003 odd,1000004 even,1000009 odd,1000012 even,1000025 odd,1000031 odd'
        .split(',')
        .map((line) => `EVENT_TIME ${line} wm=9223372036854775807`),
    ],
  ])('%s at parallelism %#', (_name, job, parallelism, expected) => {
    for (const cluster of [{}, { bufferRecords: 1, credits: 1, latencyUs: 5_000 }]) {
      const { rows } = runJob(job, { parallelism, cluster })
      const lines = rows.map(
        ({ subtask, value }) => `${parallelism === 1 ? '' : `${subtask + 1}> `}${toPrintText(value)}`,
      )
      expect(lines.sort()).toEqual([...expected].sort())
    }
  })
})
