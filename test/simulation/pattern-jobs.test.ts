// A job for each thing that patterns can do, run on the cluster: in few and in many subtasks, over slow channels too.

import { describe, expect, test } from 'vitest'
import { toPrintText } from '../../runtime/base/value-text.ts'
import {
  AfterMatchSkipStrategy,
  CEP,
  Duration,
  IterativeCondition,
  OutputTag,
  Pattern,
  PatternProcessFunction,
  SimpleCondition,
  WatermarkStrategy,
  WithinType,
} from '../../runtime/index.ts'
import type {
  Collector,
  ConditionContext,
  PatternMatch,
  PatternProcessContext,
  StreamExecutionEnvironment,
  TimedOutPartialMatchHandler,
} from '../../runtime/index.ts'
import { runJob, type Build } from '../harness/run-job.ts'

interface Reading {
  readonly sensor: string
  readonly celsius: number
  readonly atMs: number
}

class Alarm implements Reading {
  readonly sensor: string
  readonly celsius: number
  readonly atMs: number

  constructor(sensor: string, celsius: number, atMs: number) {
    this.sensor = sensor
    this.celsius = celsius
    this.atMs = atMs
  }
}

// Two sensors; `cellar` comes late by one second now and then.
const READINGS: readonly Reading[] = [
  { sensor: 'roof', celsius: 20, atMs: 1000 },
  { sensor: 'cellar', celsius: 11, atMs: 1500 },
  { sensor: 'roof', celsius: 22, atMs: 2000 },
  { sensor: 'roof', celsius: 25, atMs: 3000 },
  { sensor: 'cellar', celsius: 14, atMs: 2500 },
  new Alarm('roof', 31, 4000),
  { sensor: 'roof', celsius: 18, atMs: 5000 },
  new Alarm('cellar', 13, 9000),
  { sensor: 'roof', celsius: 21, atMs: 9500 },
]

const readings = (env: StreamExecutionEnvironment) =>
  env.fromData(READINGS).assignTimestampsAndWatermarks(
    WatermarkStrategy.forBoundedOutOfOrderness<Reading>(Duration.ofSeconds(1))
      .withTimestampAssigner((reading) => reading.atMs)
      .withPerRecordWatermarks(),
  )
const bySensor = (env: StreamExecutionEnvironment) => readings(env).keyBy((reading) => reading.sensor)

function shown(match: PatternMatch<Reading>): string {
  return Array.from(match, ([step, taken]) => `${step} ${taken.map(({ celsius }) => celsius).join('+')}`).join(' ')
}

const warm = (): Pattern<Reading> => Pattern.begin<Reading>('warm').where(({ celsius }) => celsius >= 20)

const select: Build = (env) =>
  void CEP.pattern(
    bySensor(env),
    warm()
      .next('hot')
      .where(({ celsius }) => celsius > 24),
  )
    .select(shown)
    .print()

const flatSelect: Build = (env) => {
  const pattern = warm().followedByAny('alarm').subtype(Alarm)
  CEP.pattern(bySensor(env), pattern)
    .flatSelect<number>((match, out) => match.get('warm')?.forEach(({ celsius }) => out.collect(celsius)))
    .print()
}

class Rising extends IterativeCondition<Reading> {
  override filter({ celsius }: Reading, context: ConditionContext<Reading>): boolean {
    return context.getEventsForPattern('rising').every((before) => before.celsius < celsius)
  }
}
const iterative: Build = (env) => {
  const pattern = Pattern.begin<Reading>('rising', AfterMatchSkipStrategy.skipPastLastEvent())
    .where(new Rising())
    .timesOrMore(3)
    .greedy()
    .consecutive()
    .next('falls')
    .where(SimpleCondition.of(({ celsius }) => celsius < 20))
  CEP.pattern(bySensor(env), pattern).select(shown).print()
}

const silent = new OutputTag<string>('silent')
class Watch extends PatternProcessFunction<Reading, string> implements TimedOutPartialMatchHandler<Reading> {
  override processMatch(match: PatternMatch<Reading>, context: PatternProcessContext, out: Collector<string>): void {
    out.collect(`${shown(match)} at ${context.timestamp()}`)
  }
  processTimedOutMatch(match: PatternMatch<Reading>, context: PatternProcessContext): void {
    context.output(silent, `silent since ${match.get('first')?.[0]?.celsius} until ${context.timestamp()}`)
  }
}
const timeouts: Build = (env) => {
  const pattern = Pattern.begin<Reading>('first').next('second').within(Duration.ofSeconds(2))
  const found = CEP.pattern(bySensor(env), pattern).process(new Watch())
  found.getSideOutput(silent).print()
}

const absent: Build = (env) => {
  const pattern = Pattern.begin<Reading>('alarm')
    .subtype(Alarm)
    .notFollowedBy('calm')
    .where(({ celsius }) => celsius < 20)
    .within(Duration.ofSeconds(3))
  CEP.pattern(bySensor(env), pattern).select(shown).print()
}

const groups: Build = (env) => {
  const step = Pattern.begin<Reading>('low').where(({ celsius }) => celsius < 15)
  const group = step.followedBy('high').where(({ celsius }) => celsius > 21)
  CEP.pattern(readings(env), Pattern.begin(group).times(2)).select(shown).print()
}

const gaps: Build = (env) => {
  const close = Duration.ofMillis(1500)
  const pattern = warm()
    .times(3, close)
    .followedBy('calm')
    .where(({ celsius }) => celsius < 20)
    .within(close, WithinType.PREVIOUS_AND_CURRENT)
  CEP.pattern(bySensor(env), pattern).select(shown).print()
}

const ordered: Build = (env) => {
  const same = env.fromData<readonly [letter: string, n: number]>([
    ['b', 2],
    ['a', 1],
    ['c', 3],
  ])
  const pattern = Pattern.begin<readonly [string, number]>('1').next('2').next('3')
  const timed = same.assignTimestampsAndWatermarks(
    WatermarkStrategy.forMonotonousTimestamps<readonly [string, number]>().withTimestampAssigner(() => 5),
  )
  CEP.pattern(timed, pattern, ([, n], [, m]) => n - m)
    .select((match) =>
      [...match.values()]
        .flat()
        .map(([letter]) => letter)
        .join(''),
    )
    .print()
}

const processingTime: Build = (env) => {
  const pattern = Pattern.begin<Reading>('a', AfterMatchSkipStrategy.skipPastLastEvent()).next('b').next('c')
  CEP.pattern(env.fromData(READINGS), pattern).inProcessingTime().select(shown).print()
}

const lateData: Build = (env) => {
  const late = new OutputTag<Reading>('late')
  const strict = env
    .fromData(READINGS)
    .assignTimestampsAndWatermarks(
      WatermarkStrategy.forMonotonousTimestamps<Reading>()
        .withTimestampAssigner((reading) => reading.atMs)
        .withPerRecordWatermarks(),
    )
    .setParallelism(1)
  CEP.pattern(strict, warm())
    .sideOutputLateData(late)
    .select(shown)
    .getSideOutput(late)
    .map(({ sensor, celsius }) => `${sensor} ${celsius}`)
    .print()
}

const combinations: Build = (env) => {
  const pattern = warm().times(2).allowCombinations().next('alarm').subtype(Alarm)
  CEP.pattern(bySensor(env), pattern).select(shown).print()
}

const untilCalm: Build = (env) => {
  const pattern = Pattern.begin<Reading>('warm', AfterMatchSkipStrategy.skipPastLastEvent())
    .where(({ celsius }) => celsius > 100)
    .or(({ celsius }) => celsius >= 20)
    .oneOrMore()
    .until(({ celsius }) => celsius < 20)
    .next('calm')
    .where(({ celsius }) => celsius < 20)
  CEP.pattern(bySensor(env), pattern).select(shown).print()
}

describe('a job finds', () => {
  test.each<[name: string, job: Build, expected: string]>([
    ['steps in a row', select, 'warm 22 hot 25|warm 25 hot 31'],
    ['events of a class, after any others', flatSelect, '20|22|25'],
    ['what depends on the events before', iterative, 'rising 20+22+25+31 falls 18'],
    [
      'what came too late',
      timeouts,
      'silent since 18 until 7000|silent since 14 until 4500|silent since 21 until 11500|silent since 13 until 11000',
    ],
    ['what did not come', absent, 'alarm 13'],
    ['groups, on a stream without keys', groups, 'low 11+14 high 22+25'],
    ['events that are close', gaps, 'warm 22+25+31 calm 18'],
    ['an order of its own', ordered, 'abc'],
    ['events as they come', processingTime, 'a 20 b 11 c 22|a 25 b 14 c 31|a 18 b 13 c 21'],
    ['late events', lateData, 'cellar 14'],
    ['every choice', combinations, 'warm 20+25 alarm 31|warm 22+25 alarm 31'],
    ['the end of a loop', untilCalm, 'warm 20+22+25+31 calm 18'],
  ])('%s', (_name, job, expected) => {
    for (const cluster of [{}, { bufferRecords: 1, credits: 1, latencyUs: 5_000 }])
      for (const parallelism of [1, 3]) {
        const { rows } = runJob(job, { parallelism, cluster })
        expect(rows.map(({ value }) => toPrintText(value)).sort()).toEqual(expected.split('|').filter(Boolean).sort())
      }
  })
})
