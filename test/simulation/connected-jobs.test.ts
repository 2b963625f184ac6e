// Jobs with two inputs on the cluster: one small job per operator, at several parallelisms and network speeds. What of them
// is refused where they are built is in test/runtime/api/connecting.test.ts.

import { describe, expect, test } from 'vitest'
import {
  BroadcastProcessFunction,
  CoProcessFunction,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  Duration,
  EventTimeSessionWindows,
  MapStateDescriptor,
  ProcessJoinFunction,
  RichCoFlatMapFunction,
  RichCoGroupFunction,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
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
  FlatJoinFunction,
  KeyedBroadcastContext,
  KeyedReadOnlyContext,
  OnTimerContext,
  ProcessJoinContext,
  ReadOnlyContext,
  StreamExecutionEnvironment,
  UnkeyedContext,
  ValueState,
} from '../../runtime/index.ts'
import { runJob, type Build } from '../harness/run-job.ts'

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

/** An outer join: orders for which nobody paid. */
class Unpaid extends RichCoGroupFunction<Order, Payment, string> {
  override coGroup(orders: Iterable<Order>, payments: Iterable<Payment>, out: Collector<string>): void {
    if ([...payments].length === 0) for (const { item } of orders) out.collect(item)
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
  'a window join': {
    build: (env) => {
      const windows = timed(env, ORDERS)
        .join(timed(env, PAYMENTS))
        .where((order) => order.id)
        .equalTo((payment) => payment.orderId)
        .window(TumblingEventTimeWindows.of(Duration.ofMillis(30)))
      windows.apply((order, payment) => `${order.id} ${payment.euros}`).print()
      const flat: FlatJoinFunction<Order, Payment, string> = {
        join: (order, payment, out) => out.collect(`flat ${order.item} ${payment.euros}`),
      }
      timed(env, ORDERS)
        .join(timed(env, PAYMENTS))
        .where((order) => order.id, Types.LONG)
        .equalTo((payment) => payment.orderId)
        .window(SlidingEventTimeWindows.of(Duration.ofMillis(60), Duration.ofMillis(30)))
        .apply(flat)
        .print()
    },
    // Orders at 10, 20, … 60; payments of 3, 1, 6, 2, 5 at 5, 17, 29, 41, 53: 1 and 5 fall into one window with theirs.
    rows: [
      ...['1 7', '5 35', 'flat item1 7', 'flat item1 7', 'flat item2 14', 'flat item3 21'],
      ...['flat item5 35', 'flat item5 35'],
    ],
  },
  'a co-group': {
    build: (env) =>
      void timed(env, ORDERS)
        .coGroup(timed(env, PAYMENTS))
        .where({ getKey: (order) => order.id })
        .equalTo({ getKey: (payment) => payment.orderId })
        .window(EventTimeSessionWindows.withGap(Duration.ofMillis(1000)))
        .apply(new Unpaid())
        .print(),
    rows: ['item4'],
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
