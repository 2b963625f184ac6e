// What a job refuses to start from, beside the recorded rules: each with its own code, at its operator; and what another
// kind of operator under the same uid leaves behind.

import { describe, expect, test } from 'vitest'
import { LearnerError } from '../../runtime/base/diagnostic.ts'
import type { Savepoint } from '../../runtime/cluster/savepoint.ts'
import {
  DataGeneratorSource,
  KeyedProcessFunction,
  RateLimiterStrategy,
  TumblingEventTimeWindows,
  Duration,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type Context,
  type OnTimerContext,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { RECORD, WATERMARK } from '../../runtime/record/buffer.ts'
import { deployJob, type Build, type JobOptions } from '../harness/run-job.ts'

class Counter extends KeyedProcessFunction<number, number, string> {
  readonly #count = new ValueStateDescriptor<number>('count')

  override processElement(_value: number, ctx: Context<number>, out: Collector<string>): void {
    const count = this.getRuntimeContext().getState(this.#count)
    count.update((count.value() ?? 0) + 1)
    out.collect(`${ctx.getCurrentKey()} ${count.value()}`)
  }

  override onTimer(timestamp: number, ctx: OnTimerContext<number>, out: Collector<string>): void {
    out.collect(`${ctx.getCurrentKey()} fired ${timestamp}`)
  }
}

function numbers(env: StreamExecutionEnvironment) {
  const source = new DataGeneratorSource((i: number) => i, 40, RateLimiterStrategy.perSecond(20))
  const strategy = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((i) => i)
  return env.fromSource(source, strategy, 'numbers').uid('numbers')
}

const counting =
  (uid: string | null = 'counter', prepare: (env: StreamExecutionEnvironment) => unknown = () => undefined): Build =>
  (env) => {
    prepare(env)
    const counted = numbers(env)
      .keyBy((value) => value % 3)
      .process(new Counter())
    ;(uid === null ? counted : counted.uid(uid)).print()
  }

function stop(build: Build, options: JobOptions = {}): Savepoint {
  const { simulation, execution } = deployJob(build, options)
  simulation.run({ ...NO_LIMIT, untilUs: 1_000_000 })
  execution.actions.triggerSavepoint({ stop: 'suspend' })
  simulation.run(NO_LIMIT)
  const savepoint = execution.actions.savepoints[0]?.savepoint ?? null
  if (savepoint === null) throw new Error('no savepoint')
  return savepoint
}

function start(build: Build, savepoint: Savepoint, options: JobOptions = {}): readonly string[] {
  const job = deployJob(build, { ...options, from: { savepoint } })
  job.simulation.run(NO_LIMIT)
  if (job.execution.failure !== null) throw job.execution.failure.error
  return job.rows.map(({ value }) => String(value))
}

const replaced: Build = (env) =>
  void env
    .fromSequence(1, 3)
    .uid('numbers')
    .keyBy((value) => value)
    .process(new Counter())
    .uid('counter')
    .print()
const typed: Build = (env) =>
  void numbers(env)
    .keyBy((value) => value % 3, Types.INT)
    .process(new Counter())
    .uid('counter')
    .print()
const withMap: Build = (env) =>
  void numbers(env)
    .map((value) => value)
    .keyBy((value) => value % 3)
    .process(new Counter())
    .print()

describe('refused', () => {
  test.each<[name: string, before: Build, after: Build, options: JobOptions, code: string]>([
    ['state of an operator without a uid that has moved', counting(null), withMap, {}, 'RESTORE_NO_OPERATOR'],
    ['state of a uid that is gone', counting(), counting('other'), {}, 'RESTORE_NO_UID'],
    ['another kind of source', counting(), replaced, {}, 'RESTORE_SOURCE'],
    ['another type of key', counting(), typed, {}, 'RESTORE_KEY_TYPE'],
    ['batch mode', counting(), counting('counter', (env) => env.setRuntimeMode('BATCH')), {}, 'RESTORE_BATCH'],
    [
      'more subtasks than key groups',
      counting('counter', (env) => env.setMaxParallelism(2)),
      counting(),
      { parallelism: 3 },
      'RESTORE_PARALLELISM',
    ],
  ])('%s', (_name, before, after, options, code) => {
    const savepoint = stop(before)
    try {
      start(after, savepoint, options)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(LearnerError)
      expect((error as LearnerError).code).toBe(code)
    }
  })
})

describe('refused where operators would be chained otherwise than before', () => {
  /** The map stands in a task of its own, but where it's chained. */
  const mapped =
    (isChained: boolean): Build =>
    (env) => {
      const doubled = numbers(env).map((value) => value * 2)
      ;(isChained ? doubled : doubled.disableChaining()).uid('doubled').print()
    }
  const codeOf = (build: Build, savepoint: Savepoint, allowsNonRestoredState = false): string => {
    try {
      deployJob(build, { from: { savepoint, allowsNonRestoredState } })
      return ''
    } catch (error) {
      return (error as LearnerError).code
    }
  }
  const finished = (savepoint: Savepoint, ...uids: readonly string[]): Savepoint => ({
    ...savepoint,
    operators: savepoint.operators.map((operator) => ({ ...operator, isFinished: uids.includes(operator.uid ?? '') })),
  })

  test('records on their way between two that are one task now', () => {
    const savepoint = stop(mapped(false))
    const [from, to] = ['numbers', 'doubled'].map((uid) => savepoint.operators.find((one) => one.uid === uid))
    const edge = `${from?.operatorId} ${to?.operatorId} 0`
    const place = { edge, sender: 0, receiver: 0, senders: 1, receivers: 1 }
    const withRecord = { ...savepoint, inFlight: [{ ...place, elements: [{ kind: RECORD, value: 7, timestamp: 7 }] }] }
    const withoutOne = {
      ...savepoint,
      inFlight: [{ ...place, elements: [{ kind: WATERMARK, value: 7, timestamp: NaN }] }],
    }
    expect(codeOf(mapped(true), withRecord)).toBe('RESTORE_IN_FLIGHT')
    expect(codeOf(mapped(true), withRecord, true)).toBe('')
    expect(codeOf(mapped(true), withoutOne)).toBe('')
    const restored = deployJob(mapped(false), { from: { savepoint: withRecord } })
    restored.simulation.run(NO_LIMIT)
    expect(restored.rows[0]?.value).toBe(14)
  })

  test('records on their way over an edge that each subtask has for itself now', () => {
    const savepoint = stop(mapped(false))
    const [from, to] = ['numbers', 'doubled'].map((uid) => savepoint.operators.find((one) => one.uid === uid))
    const edge = `${from?.operatorId} ${to?.operatorId} 0`
    const withRecord = (sender: number, receiver: number, senders: number, receivers: number): Savepoint => {
      const elements = [{ kind: RECORD, value: 7, timestamp: 7 }]
      return { ...savepoint, inFlight: [{ edge, sender, receiver, senders, receivers, elements }] }
    }
    expect(codeOf(mapped(false), withRecord(2, 0, 3, 1))).toBe('RESTORE_IN_FLIGHT')
    expect(codeOf(mapped(false), withRecord(0, 1, 2, 2))).toBe('RESTORE_IN_FLIGHT')
    expect(codeOf(mapped(false), withRecord(2, 0, 3, 1), true)).toBe('')
    const spread: Build = (env) =>
      void numbers(env)
        .rebalance()
        .map((value) => value * 2)
        .uid('doubled')
        .print()
    expect(codeOf(spread, withRecord(2, 0, 3, 1))).toBe('')
  })

  test('one that has finished with one that runs on', () => {
    const savepoint = stop(mapped(false))
    expect(codeOf(mapped(true), finished(savepoint, 'numbers'))).toBe('RESTORE_FINISHED_MIXED')
    expect(codeOf(mapped(true), finished(savepoint, 'doubled'))).toBe('RESTORE_FINISHED_MIXED')
    expect(codeOf(mapped(false), finished(savepoint, 'numbers'))).toBe('')
  })

  test('one that has finished after one that runs on', () => {
    const apart: Build = (env) =>
      void numbers(env)
        .map((value) => value * 2)
        .disableChaining()
        .uid('doubled')
        .print()
        .uid('printed')
        .disableChaining()
    const savepoint = stop(apart)
    expect(codeOf(apart, finished(savepoint, 'doubled', 'printed'))).toBe('RESTORE_FINISHED_AFTER')
    expect(codeOf(apart, finished(savepoint, 'numbers', 'doubled', 'printed'))).toBe('')
  })
})

describe('restored', () => {
  test('a moved operator is found again by the id it had, given as its uid hash', () => {
    const savepoint = stop(counting(null))
    const { operatorId } = savepoint.operators.find(({ kind }) => kind === 'keyedProcess') ?? {}
    const moved: Build = (env) =>
      void numbers(env)
        .map((value) => value)
        .keyBy((value) => value % 3)
        .process(new Counter())
        .setUidHash(operatorId ?? '')
        .print()
    expect(start(moved, savepoint).filter((row) => row.endsWith(' 1'))).toEqual([])
  })

  test('timers of windows aren’t those of a function under the same uid', () => {
    const windows: Build = (env) =>
      void numbers(env)
        .keyBy((value) => value % 3)
        .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
        .reduce((a, b) => a + b)
        .uid('counter')
        .print()
    const savepoint = stop(windows)
    const held = savepoint.operators.flatMap(({ keyed }) => keyed.flatMap(({ groups }) => groups))
    expect(JSON.stringify(held)).toContain('"eventTimers":[999]')
    expect(start(counting(), savepoint).filter((row) => row.includes('fired'))).toEqual([])
  })
})
