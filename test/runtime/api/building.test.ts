// Building a job: nothing of it runs, and a mistaken call is refused where it's made, with a code.

import { describe, expect, test } from 'vitest'
import { Evaluation, evaluateIn } from '../../../runtime/api/evaluation.ts'
import { LearnerError } from '../../../runtime/base/diagnostic.ts'
import { createPlan } from '../../../runtime/graph/plan.ts'
import {
  DataGeneratorSource,
  Duration,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  NumberSequenceSource,
  OutputTag,
  PrintSink,
  RateLimiterStrategy,
  RichMapFunction,
  StreamExecutionEnvironment,
  Time,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
} from '../../../runtime/index.ts'
import { evaluateJob, planOf } from '../../harness/run-job.ts'

type Env = StreamExecutionEnvironment

/** The code of the LearnerError thrown by a job that does this; null for none. */
function refusal(use: (env: Env) => unknown): string | null {
  const evaluation = new Evaluation({
    parallelism: 2,
    keepsPositions: false,
    result: new Promise<never>(() => undefined),
  })
  try {
    evaluateIn(evaluation, () => use(StreamExecutionEnvironment.getExecutionEnvironment()))
    return null
  } catch (error) {
    if (error instanceof LearnerError) return error.code
    throw error
  }
}

// What TypeScript would refuse, and JavaScript lets pass.
const wrong = (value: unknown): never => value as never
class Doubles extends RichMapFunction<number, number> {
  override map(n: number): number {
    return n * 2
  }
}
class Keyed extends KeyedProcessFunction<number, number, number> {
  override processElement(): void {}
}
const numbers = (env: Env) => env.fromElements(1, 2)
const keyedNumbers = (env: Env) => numbers(env).keyBy((n) => n)
const noWatermarks = WatermarkStrategy.noWatermarks<number>()

describe('refused where it is called', () => {
  test.each<[code: string, use: (env: Env) => unknown]>([
    ['NOT_A_FUNCTION', (env) => numbers(env).map(wrong(5))],
    ['NOT_A_FUNCTION', (env) => numbers(env).filter(wrong(undefined))],
    ['NOT_A_FUNCTION', (env) => numbers(env).map(wrong({ filter: () => true }))],
    ['NOT_A_FUNCTION', (env) => numbers(env).keyBy(wrong('user'))],
    ['NOT_A_FUNCTION', (env) => numbers(env).process(wrong((n: number) => n))],
    ['NOT_A_FUNCTION', (env) => numbers(env).addSink(wrong({}))],
    ['NOT_A_FUNCTION', (env) => env.addSource(wrong(() => 1))],
    ['TYPE_WANTED', (env) => numbers(env).keyBy((n) => n, wrong('LONG'))],
    ['TYPE_WANTED', (env) => numbers(env).keyBy((n) => [n], Types.LIST(wrong(Number)))],
    ['TYPE_WANTED', () => new OutputTag('late', wrong(String))],
    ['TYPE_WANTED', () => new ValueStateDescriptor('sum', wrong('LONG'))],
    ['TYPE_WANTED', () => new MapStateDescriptor('sums', Types.STRING, wrong(Number))],
    ['STATE_NAME_MISSING', () => new ListStateDescriptor('')],
    ['CLASS_NOT_OBJECT', (env) => numbers(env).map(wrong(Doubles))],
    [
      'CLASS_NOT_OBJECT',
      (env) =>
        numbers(env)
          .keyBy((n) => n)
          .process(wrong(Keyed)),
    ],
    ['COLLECTION_WANTED', (env) => env.fromCollection(wrong(5))],
    ['COLLECTION_WANTED', (env) => env.fromCollection(wrong(null))],
    ['SOURCE_WANTED', (env) => env.fromSource(wrong([1]), noWatermarks, 's')],
    ['STRATEGY_WANTED', (env) => env.fromSource(new NumberSequenceSource(1, 2), wrong(null), 's')],
    [
      'NAME_WANTED',
      (env) => env.fromSource(new NumberSequenceSource(1, 2), WatermarkStrategy.noWatermarks(), wrong(undefined)),
    ],
    ['NAME_WANTED', (env) => numbers(env).name('')],
    ['NAME_WANTED', (env) => numbers(env).uid(wrong(5))],
    ['NAME_WANTED', (env) => numbers(env).print('')],
    ['NAME_WANTED', () => new OutputTag('')],
    ['SINK_WANTED', (env) => numbers(env).sinkTo(wrong(() => undefined))],
    ['SEQUENCE', (env) => env.fromSequence(2, 1)],
    ['SEQUENCE', (env) => env.fromSequence(1, 1.5)],
    ['RECORD_COUNT', () => new DataGeneratorSource((i) => i, -1)],
    ['RECORD_COUNT', () => new DataGeneratorSource((i) => i, NaN)],
    ['RATE', () => RateLimiterStrategy.perSecond(0)],
    ['RATE', () => RateLimiterStrategy.perSecond(wrong('fast'))],
    ['DURATION', () => Duration.ofSeconds(0.0001)],
    ['DURATION', () => Time.seconds(NaN)],
    ['DURATION_WANTED', () => WatermarkStrategy.forBoundedOutOfOrderness(wrong(5000))],
    ['DURATION_WANTED', () => WatermarkStrategy.noWatermarks().withIdleness(Duration.ofMillis(0))],
    ['PARALLELISM', (env) => env.setParallelism(0)],
    [
      'PARALLELISM',
      (env) =>
        numbers(env)
          .map((n) => n)
          .setParallelism(1.5),
    ],
    ['PARALLELISM', (env) => env.setMaxParallelism(32769)],
    ['NOT_PARALLEL', (env) => numbers(env).setParallelism(2)],
    ['NOT_PARALLEL', (env) => numbers(env).setMaxParallelism(2)],
    ['KEYED_PARTITION', (env) => keyedNumbers(env).rebalance()],
    ['KEYED_PARTITION', (env) => keyedNumbers(env).broadcast()],
    ['KEYED_PARTITION', (env) => keyedNumbers(env).partitionCustom(() => 0, Number)],
    ['UID_HASH', (env) => numbers(env).setUidHash('abc')],
    ['UID_HASH_SINK', (env) => numbers(env).sinkTo(new PrintSink()).setUidHash('0'.repeat(32))],
    [
      'UID_TWICE',
      (env) =>
        numbers(env)
          .uid('a')
          .map((n) => n)
          .uid('a'),
    ],
    ['UNION', (env) => numbers(env).union()],
    ['UNION', (env) => numbers(env).union(wrong([1]))],
    [
      'FIELD_WANTED',
      (env) =>
        numbers(env)
          .keyBy((n) => n)
          .sum(wrong(undefined)),
    ],
    ['OUTPUT_TAG_MISSING', (env) => numbers(env).getSideOutput(wrong('late'))],
    ['WATERMARK_INTERVAL', (env) => env.getConfig().setAutoWatermarkInterval(-1)],
    ['NO_SINK', (env) => (numbers(env).map((n) => n), env.execute())],
    ['JOB_EMPTY', (env) => env.execute()],
    ['TWO_EXECUTES', (env) => (numbers(env).print(), env.execute(), env.execute())],
    ['AFTER_EXECUTE', (env) => (numbers(env).print(), env.execute(), numbers(env))],
    [
      'AFTER_EXECUTE',
      (env) => {
        const stream = numbers(env)
        stream.print()
        void env.execute()
        stream.map((n) => n)
      },
    ],
    ['NO_RUNTIME_CONTEXT', () => new Doubles().getRuntimeContext()],
  ])('%s, case %#', (code, use) => expect(refusal(use)).toBe(code))

  test('outside of a job there is no environment', () => {
    expect(() => StreamExecutionEnvironment.getExecutionEnvironment()).toThrowError('NO_EVALUATION')
  })
  test('an evaluation that throws leaves no evaluation behind', () => {
    expect(refusal((env) => env.setParallelism(-1))).toBe('PARALLELISM')
    expect(() => StreamExecutionEnvironment.getExecutionEnvironment()).toThrowError('NO_EVALUATION')
  })
})

describe('accepted, in both vocabularies', () => {
  test.each<[name: string, use: (env: Env) => unknown]>([
    [
      'functions, objects and classes',
      (env) => (numbers(env).map((n) => n), numbers(env).map({ map: (n) => n }), numbers(env).map(new Doubles())),
    ],
    [
      'addSource with a Source, addSink with a Sink',
      (env) => env.addSource(new NumberSequenceSource(1, 2)).addSink(new PrintSink()),
    ],
    [
      'Time for Duration',
      () => WatermarkStrategy.forBoundedOutOfOrderness(Time.seconds(5)).withIdleness(Duration.ofDays(1)),
    ],
    ['an iterable', (env) => env.fromCollection(new Set([1, 2]))],
    ['one sequence of one number', (env) => env.fromSequence(5, 5)],
    ['the same uid again on the same operator', (env) => numbers(env).uid('a').uid('a')],
  ])('%s', (_name, use) => expect(refusal(use)).toBe(null))
})

describe('evaluation', () => {
  test('runs no function of the job', () => {
    const ran: string[] = []
    const run = (name: string) => (): never => (ran.push(name), undefined as never)
    planOf((env) => {
      const strategy = WatermarkStrategy.forGenerator<number>(run('generator')).withTimestampAssigner(run('assigner'))
      const stream = env.fromSource(new DataGeneratorSource(run('source'), 10), strategy, 's')
      stream
        .map(run('map'))
        .filter(run('filter'))
        .flatMap(run('flatMap'))
        .partitionCustom(run('partitioner'), run('partition key'))
        .map(run('map'))
        .keyBy(run('key'))
        .reduce(run('reduce'))
        .addSink(run('sink'))
      stream
        .keyBy(run('key'))
        .process({ open: run('open'), processElement: run('process'), onTimer: run('timer') } as never)
        .print()
      env.addSource({ run: run('source function'), cancel: run('cancel') } as never).print()
    })
    expect(ran).toEqual([])
  })

  test('twice gives one plan; with other data, another', () => {
    const twice = (element: () => unknown): boolean => {
      const [one, other] = [1, 2].map(
        () => createPlan(evaluateJob((env) => void env.fromElements(element()).print()).graph).hash,
      )
      return one === other
    }
    let count = 0
    expect([twice(() => ({ a: 1 })), twice(() => count++)]).toEqual([true, false])
  })

  test('evaluations do not see each other', () => {
    const inner = planOf((env) => void env.fromElements(1).print()).nodes.length
    let nested = 0
    const outer = planOf((env) => {
      env.fromElements(1).print()
      nested = planOf(
        (other) =>
          void other
            .fromElements(1)
            .map((n) => n)
            .print(),
      ).nodes.length
      env.fromElements(2).print()
    }).nodes.length
    expect([inner, nested, outer]).toEqual([2, 3, 4])
  })

  test('the environment’s parallelism holds for what does not set its own', () => {
    const { nodes } = planOf((env) => {
      env.setParallelism(3)
      env
        .fromSequence(1, 9)
        .map((n) => n)
        .setParallelism(2)
        .print()
    }, 1)
    expect(nodes.map(({ parallelism }) => parallelism)).toEqual([3, 2, 3])
  })
})
