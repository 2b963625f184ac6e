// Jobs with two inputs on the cluster: one small job per operator, at several parallelisms and network speeds, and what of
// them is refused where they're built.

import { describe, expect, test } from 'vitest'
import {
  BroadcastProcessFunction,
  CoProcessFunction,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  Duration,
  MapStateDescriptor,
  OutputTag,
  ProcessJoinFunction,
  RichCoFlatMapFunction,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
} from '../../runtime/index.ts'
import type {
  BroadcastContext,
  BroadcastOnTimerContext,
  Collector,
  Context,
  DataStream,
  KeyedBroadcastContext,
  KeyedReadOnlyContext,
  OnTimerContext,
  ProcessJoinContext,
  ReadOnlyContext,
  StreamExecutionEnvironment,
  UnkeyedContext,
  ValueState,
} from '../../runtime/index.ts'
import { planOf, runJob, type Build } from '../harness/run-job.ts'

type Order = { id: number; item: string; at: number }
type Payment = { orderId: number; euros: number; at: number }

const ORDERS: Order[] = [1, 2, 3, 4, 5, 6].map((id) => ({ id, item: `item${id}`, at: id * 10 }))
const PAYMENTS: Payment[] = [3, 1, 6, 2, 5].map((orderId, i) => ({ orderId, euros: orderId * 7, at: 5 + i * 12 }))

function timed<T extends { at: number }>(env: StreamExecutionEnvironment, events: readonly T[]): DataStream<T> {
  const strategy = WatermarkStrategy.forMonotonousTimestamps<T>()
    .withTimestampAssigner((event) => event.at)
    .withPerRecordWatermarks()
  return env.fromData(events).assignTimestampsAndWatermarks(strategy)
}

/** What was paid; at the end what wasn't. */
class Paid extends KeyedCoProcessFunction<number, Order, Payment, string> {
  order!: ValueState<Order>
  payment!: ValueState<Payment>

  override open(): void {
    this.order = this.getRuntimeContext().getState(new ValueStateDescriptor<Order>('order'))
    this.payment = this.getRuntimeContext().getState(new ValueStateDescriptor<Payment>('payment'))
  }

  override processElement1(order: Order, context: Context<number>, out: Collector<string>): void {
    this.order.update(order)
    this.settle(context, out)
  }

  override processElement2(payment: Payment, context: Context<number>, out: Collector<string>): void {
    this.payment.update(payment)
    this.settle(context, out)
  }

  override onTimer(_timestamp: number, context: OnTimerContext<number>, out: Collector<string>): void {
    if (this.payment.value() === null) out.collect(`${context.getCurrentKey()} unpaid`)
  }

  private settle(context: Context<number>, out: Collector<string>): void {
    const [order, payment] = [this.order.value(), this.payment.value()]
    context.timerService().registerEventTimeTimer(1000)
    if (order !== null && payment !== null) out.collect(`${order.item} ${payment.euros}`)
  }
}

class Blocklist extends RichCoFlatMapFunction<string, string, string> {
  blocked!: ValueState<boolean>

  override open(): void {
    this.blocked = this.getRuntimeContext().getState(new ValueStateDescriptor('blocked', Types.BOOLEAN))
  }
  override flatMap1(): void {
    this.blocked.update(true)
  }
  override flatMap2(_word: string, out: Collector<string>): void {
    // Which of the two streams comes first is open; that a blocked word was blocked at some time isn't.
    out.collect('seen')
  }
}

class Lengths extends CoProcessFunction<Order, Payment, number> {
  override processElement1(order: Order, _context: UnkeyedContext, out: Collector<number>): void {
    out.collect(order.id)
  }
  override processElement2(payment: Payment, _context: UnkeyedContext, out: Collector<number>): void {
    out.collect(payment.euros)
  }
}

const TOTALS = new MapStateDescriptor<number, number>('totals', Types.LONG, Types.LONG)

/** Whatever the order of the two streams, the broadcast ones add up to the same on every subtask. */
class Total extends BroadcastProcessFunction<Order, Payment, string> {
  override processElement(_order: Order, _context: ReadOnlyContext, out: Collector<string>): void {
    out.collect('last 126')
  }
  override processBroadcastElement(payment: Payment, context: BroadcastContext): void {
    context.getBroadcastState(TOTALS).put(payment.orderId, payment.euros)
  }
}

class OrderPayment extends ProcessJoinFunction<Order, Payment, string> {
  override processElement(order: Order, _payment: Payment, context: ProcessJoinContext, out: Collector<string>): void {
    out.collect(`${order.id} ${context.getRightTimestamp() - context.getLeftTimestamp()}`)
  }
}

class KeyedTotal extends KeyedBroadcastProcessFunction<number, Order, Payment, string> {
  override processElement(_order: Order, context: KeyedReadOnlyContext<number>): void {
    context.timerService().registerEventTimeTimer(1000)
  }
  override processBroadcastElement(payment: Payment, context: KeyedBroadcastContext<number>): void {
    context.getBroadcastState(TOTALS).put(payment.orderId, payment.euros)
  }
  override onTimer(_timestamp: number, context: BroadcastOnTimerContext<number>, out: Collector<string>): void {
    out.collect(`${context.getCurrentKey()} of ${[...context.getBroadcastState(TOTALS).immutableEntries()].length}`)
  }
}

const JOBS: Readonly<Record<string, { readonly build: Build; readonly rows: readonly string[] }>> = {
  'map on connected streams': {
    build: (env) =>
      void env
        .fromData([1, 2, 3])
        .connect(env.fromData(['x', 'y']))
        .map({ map1: (n) => `n${n + 1}`, map2: (text) => text.toUpperCase() })
        .print(),
    rows: ['X', 'Y', 'n2', 'n3', 'n4'],
  },
  'flatMap on streams keyed after connecting': {
    build: (env) =>
      void env
        .fromData(['DROP', 'IGNORE'])
        .connect(env.fromData(['Apache', 'DROP', 'Flink', 'IGNORE']))
        .keyBy(
          (word) => word,
          (word) => word,
          Types.STRING,
        )
        .flatMap(new Blocklist())
        .print(),
    rows: ['seen', 'seen', 'seen', 'seen'],
  },
  'process on streams without a key': {
    build: (env) => void timed(env, ORDERS).connect(timed(env, PAYMENTS)).process(new Lengths()).print(),
    rows: ['1', '14', '2', '21', '3', '35', '4', '42', '5', '6', '7'],
  },
  'process on keyed streams': {
    build: (env) =>
      void timed(env, ORDERS)
        .keyBy((order) => order.id)
        .connect(timed(env, PAYMENTS).keyBy((payment) => payment.orderId))
        .process(new Paid())
        .print(),
    rows: ['4 unpaid', 'item1 7', 'item2 14', 'item3 21', 'item5 35', 'item6 42'],
  },
  'a broadcast stream beside one without a key': {
    build: (env) =>
      void timed(env, ORDERS).connect(timed(env, PAYMENTS).broadcast(TOTALS)).process(new Total()).print(),
    rows: ['last 126', 'last 126', 'last 126', 'last 126', 'last 126', 'last 126'],
  },
  'a broadcast stream beside a keyed one': {
    build: (env) =>
      void timed(env, ORDERS)
        .keyBy((order) => order.id)
        .connect(timed(env, PAYMENTS).broadcast(TOTALS))
        .process(new KeyedTotal())
        .print(),
    rows: ['1 of 5', '2 of 5', '3 of 5', '4 of 5', '5 of 5', '6 of 5'],
  },
  'an interval join': {
    build: (env) => {
      const orders = timed(env, ORDERS).keyBy((order) => order.id)
      const payments = timed(env, PAYMENTS).keyBy((payment) => payment.orderId)
      orders
        .intervalJoin(payments)
        .between(Duration.ofMillis(-25), Duration.ofMillis(7))
        .lowerBoundExclusive()
        .upperBoundExclusive()
        .process(new OrderPayment())
        .print()
    },
    // Apart: 1 by 7, 2 by 21, 3 by -25, 5 by 3, 6 by -31; 4 is never paid.
    rows: ['5 3'],
  },
  'a stream connected with itself': {
    build: (env) => {
      const numbers = env.fromSequence(1, 3)
      numbers
        .connect(numbers)
        .map({ map1: (n) => n, map2: (n) => -n })
        .print()
    },
    rows: ['-1', '-2', '-3', '1', '2', '3'],
  },
  'a stream united with itself': {
    build: (env) => {
      const numbers = env.fromSequence(1, 3)
      numbers
        .union(
          numbers,
          numbers.map((n) => n * 10),
        )
        .print()
    },
    rows: ['1', '1', '10', '2', '2', '20', '3', '3', '30'],
  },
}

describe.each(Object.entries(JOBS))('%s', (_name, { build, rows: expected }) => {
  test.each([
    [1, {}],
    [2, {}],
    [3, { bufferRecords: 1, credits: 1, latencyUs: 5_000 }],
  ])('at parallelism %i', (parallelism, cluster) => {
    const first = runJob(build, { parallelism, cluster })
    expect(first.rows.map(({ value }) => String(value)).sort()).toEqual(expected)
    const again = runJob(build, { parallelism, cluster })
    expect(again.hash).toBe(first.hash)
  })
})

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
