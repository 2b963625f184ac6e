// Connected, broadcast and joined streams while they're built: what stands in the plan, what is refused and where, and
// what TypeScript knows of keys. What the jobs give is in test/simulation/connected-jobs.test.ts.

import { describe, expect, test } from 'vitest'
import {
  BroadcastProcessFunction,
  CoProcessFunction,
  Duration,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  MapStateDescriptor,
  OutputTag,
  TumblingEventTimeWindows,
  Types,
} from '../../../runtime/index.ts'
import type { StreamExecutionEnvironment } from '../../../runtime/index.ts'
import { planOf, runJob, type Build } from '../../harness/run-job.ts'

const TOTALS = new MapStateDescriptor<number, number>('totals', Types.LONG, Types.LONG)

class Paid extends KeyedCoProcessFunction<number, number, number, string> {
  override processElement1(): void {}
  override processElement2(): void {}
}
class Total extends BroadcastProcessFunction<number, number, string> {
  override processElement(): void {}
  override processBroadcastElement(): void {}
}
class KeyedTotal extends KeyedBroadcastProcessFunction<number, number, number, string> {
  override processElement(): void {}
  override processBroadcastElement(): void {}
}

describe('the plan of connected streams', () => {
  test('says by which input and with which key each edge comes', () => {
    const plan = planOf((env) => {
      const first = env.fromData([1]).keyBy((n) => n, Types.INT)
      first
        .connect(
          env
            .fromData(['a'])
            .union(env.fromData(['b']))
            .keyBy(Number),
        )
        .process({ ...new Both() } as Both)
        .print()
    })
    const node = plan.nodes.find(({ kind }) => kind === 'keyedCoProcess')
    expect(node?.name).toBe('Co-Process')
    expect(node?.inputs.map(({ node: from, input, key, isKeyed }) => [from, input, key, isKeyed])).toEqual([
      ['1', 1, 'INT', true],
      ['2', 2, 'INT', true],
      ['3', 2, 'INT', true],
    ])
    expect(node?.functions).toEqual(['coProcess', 'keySelector:0', 'keySelector:1', 'keySelector:2'])
  })
})

class Both extends CoProcessFunction<number, string, string> {
  override processElement1 = (): void => undefined
  override processElement2 = (): void => undefined
}

test('object reuse stands in the plan', () => {
  const plan = planOf((env) => {
    expect(env.getConfig().isObjectReuseEnabled()).toBe(false)
    env.getConfig().enableObjectReuse().setAutoWatermarkInterval(5)
    env.fromData([1]).print()
  })
  expect(plan.config).toMatchObject({ isObjectReuseEnabled: true, autoWatermarkIntervalMs: 5 })
  expect(planOf((env) => void env.fromData([1]).print()).config.isObjectReuseEnabled).toBe(false)
})

describe('what is refused where the job is built', () => {
  const keyed = (env: StreamExecutionEnvironment) => env.fromData([1, 2]).keyBy((n) => n)
  test.each<[code: string, build: (env: StreamExecutionEnvironment) => unknown]>([
    ['CONNECT_STREAM', (env) => env.fromData([1]).connect(undefined as never)],
    ['CONNECT_STREAM', (env) => env.fromData([1]).join([] as never)],
    ['CONNECT_STREAM', (env) => env.fromData([1]).coGroup(undefined as never)],
    [
      'JOIN_WITHOUT_WINDOW',
      (env) =>
        keyed(env)
          .join(keyed(env))
          .where(String)
          .equalTo(String)
          .apply(String as never),
    ],
    [
      'JOIN_WITHOUT_WINDOW',
      (env) =>
        keyed(env)
          .coGroup(keyed(env))
          .where(String)
          .equalTo(String)
          .apply(1 as never),
    ],
    [
      'KEY_TYPES_DIFFER',
      (env) =>
        keyed(env)
          .join(keyed(env))
          .where((n) => n, Types.LONG)
          .equalTo((n) => n, Types.INT)
          .window(TumblingEventTimeWindows.of(Duration.ofMillis(1))),
    ],
    [
      'NOT_A_FUNCTION',
      (env) =>
        keyed(env)
          .join(keyed(env))
          .where('id' as never),
    ],
    [
      'ASSIGNER_WANTED',
      (env) =>
        keyed(env)
          .join(keyed(env))
          .where(String)
          .equalTo(String)
          .window(5 as never),
    ],
    ['BROADCAST_DESCRIPTOR', (env) => env.fromData([1]).broadcast('rules' as never)],
    ['BROADCAST_STATE_TWICE', (env) => env.fromData([1]).broadcast(TOTALS, TOTALS)],
    [
      'BROADCAST_WITHOUT_STATE',
      (env) =>
        keyed(env)
          .connect(env.fromData([1]).broadcast())
          .process(new Total() as never),
    ],
    [
      'BROADCAST_KEYED',
      (env) =>
        keyed(env)
          .connect(env.fromData([1]).broadcast(TOTALS))
          .process(new Total() as never),
    ],
    [
      'BROADCAST_NOT_KEYED',
      (env) =>
        env
          .fromData([1])
          .connect(env.fromData([1]).broadcast(TOTALS))
          .process(new KeyedTotal() as never),
    ],
    ['JOIN_NOT_KEYED', (env) => keyed(env).intervalJoin(env.fromData([1]) as never)],
    [
      'JOIN_BOUNDS_EMPTY',
      (env) =>
        keyed(env)
          .intervalJoin(keyed(env))
          .between(Duration.ofMillis(1), Duration.ofMillis(1))
          .upperBoundExclusive()
          .process({ processElement() {} } as never),
    ],
    ['JOIN_BOUNDS', (env) => keyed(env).intervalJoin(keyed(env)).between(Duration.ofMillis(1), Duration.ofMillis(0))],
    [
      'JOIN_BOUND',
      (env) =>
        keyed(env)
          .intervalJoin(keyed(env))
          .between(-1 as never, 1 as never),
    ],
    [
      'JOIN_PROCESSING_TIME',
      (env) =>
        keyed(env).intervalJoin(keyed(env)).inProcessingTime().between(Duration.ofMillis(0), Duration.ofMillis(1)),
    ],
    [
      'OUTPUT_TAG_MISSING',
      (env) =>
        keyed(env)
          .intervalJoin(keyed(env))
          .between(Duration.ofMillis(0), Duration.ofMillis(1))
          .sideOutputLeftLateData('late' as never),
    ],
    ['ITERATE', (env) => env.fromData([1]).iterate()],
    [
      'SIDE_OUTPUT_TYPES',
      (env) => {
        const mapped = env.fromData([1]).map((n) => n)
        mapped.getSideOutput(new OutputTag('late', Types.LONG))
        mapped.getSideOutput(new OutputTag('late'))
        mapped.getSideOutput(new OutputTag('late', Types.STRING))
      },
    ],
    ['CONNECT_STREAM', (env) => keyed(env).connect(keyed as never)],
    [
      'CONNECTED_NOT_KEYED',
      (env) =>
        env
          .fromData([1])
          .connect(keyed(env))
          .process(new Paid() as never),
    ],
    [
      'CONNECTED_NOT_KEYED',
      (env) =>
        keyed(env)
          .connect(env.fromData([1]))
          .process(new Paid() as never),
    ],
    [
      'KEY_TYPES_DIFFER',
      (env) =>
        env
          .fromData([1])
          .keyBy((n) => n, Types.INT)
          .connect(env.fromData([2]).keyBy((n) => n, Types.LONG))
          .map({ map1: (n) => n, map2: (n) => n }),
    ],
    [
      'NOT_A_FUNCTION',
      (env) =>
        keyed(env)
          .connect(keyed(env))
          .map({ map1: (n: number) => n } as never),
    ],
    [
      'NOT_A_FUNCTION',
      (env) =>
        keyed(env)
          .connect(keyed(env))
          .flatMap((() => 1) as never),
    ],
    [
      'CLASS_NOT_OBJECT',
      (env) =>
        keyed(env)
          .connect(keyed(env))
          .process(Paid as never),
    ],
  ])('%s', (code, build) => {
    expect(() => planOf((env) => void build(env))).toThrow(code)
  })

  test('keys of one class on both sides, or none of them', () => {
    const build: Build = (env) =>
      void env
        .fromData<unknown>([1])
        .connect(env.fromData<unknown>(['a']))
        .keyBy(
          (n) => n,
          (text) => text,
        )
        .map({ map1: String, map2: String })
        .print()
    expect(() => runJob(build)).toThrow('KEY_CLASS_CHANGED')
  })

  test('TypeScript tells keyed functions from others, and one key from another', () => {
    planOf((env) => {
      const [numbers, texts] = [env.fromData([1]), env.fromData(['a'])]
      const connected = numbers.keyBy((n) => n).connect(texts.keyBy((text) => text.length))
      class Keyed extends KeyedCoProcessFunction<number, number, string, string> {
        override processElement1(_n: number): void {}
        override processElement2(_text: string): void {}
      }
      connected.process(new Keyed()).print()
      const byText = numbers.keyBy(String).connect(texts.keyBy((text) => text))
      // @ts-expect-error The streams are keyed by text.
      byText.process(new Keyed())
      const swapped = texts.keyBy(Number).connect(numbers.keyBy(Number))
      // @ts-expect-error The first stream has no numbers.
      swapped.process(new Keyed())
      const plain = numbers.connect(texts)
      // @ts-expect-error They aren't keyed.
      expect(() => plain.process(new Keyed())).toThrow('CONNECTED_NOT_KEYED')
    })
  })
})
