// The first operators in the notation of test/harness/notation.ts: each case goes through all its regimes.

import { describe, expect, test } from 'vitest'
import { LearnerError } from '../../../runtime/base/diagnostic.ts'
import {
  KeyedProcessFunction,
  OutputTag,
  ProcessFunction,
  RichMapFunction,
  ValueStateDescriptor,
} from '../../../runtime/index.ts'
import type { Collector, Context, OnTimerContext, UnkeyedContext, ValueState } from '../../../runtime/index.ts'
import type { AggregationKind } from '../../../runtime/operators/field-aggregation.ts'
import { FilterOperator } from '../../../runtime/operators/filter.ts'
import { FlatMapOperator } from '../../../runtime/operators/flat-map.ts'
import { MapOperator } from '../../../runtime/operators/map.ts'
import type { StreamOperator } from '../../../runtime/operators/operator.ts'
import { KeyedProcessOperator } from '../../../runtime/operators/process/keyed-process.ts'
import { ProcessOperator } from '../../../runtime/operators/process/process.ts'
import { ReduceOperator } from '../../../runtime/operators/reduce.ts'
import { SinkOperator } from '../../../runtime/operators/sink.ts'
import { TimestampsAndWatermarksOperator } from '../../../runtime/operators/timestamps-watermarks.ts'
import type { WatermarkStrategySpec } from '../../../runtime/operators/watermark-generators.ts'
import { check, type CaseOptions } from '../../harness/notation.ts'
import { OperatorHarness, type OperatorUnderTest } from '../../harness/operator-harness.ts'

type Case = [input: string, expected: string, options?: CaseOptions]
type Pair = readonly [key: string, n: number]

const byFirst = { select: (value: unknown) => (Array.isArray(value) ? (value as unknown[])[0] : value), type: null }

function unkeyed(create: () => StreamOperator, role: string, fn: () => unknown): OperatorUnderTest {
  return { create, functions: () => ({ [role]: fn() }), key: null, sideOutputs: ['odd'] }
}

function keyed(process: () => KeyedProcessFunction<string, Pair, unknown>): OperatorUnderTest {
  const create = () => new KeyedProcessOperator()
  return { create, functions: () => ({ process: process() }), key: byFirst, sideOutputs: ['late'] }
}

const double = unkeyed(
  () => new MapOperator(),
  'map',
  () => (n: number) => n * 2,
)
const even = unkeyed(
  () => new FilterOperator(),
  'filter',
  () => ({ filter: (n: number) => n % 2 === 0 }),
)
const times = unkeyed(
  () => new FlatMapOperator(),
  'flatMap',
  () => (n: number, out: Collector<number>) => Array.from({ length: n }, (_, i) => out.collect(i)),
)

class OddAside extends ProcessFunction<number, number> {
  override processElement(n: number, context: UnkeyedContext, out: Collector<number>): void {
    if (n % 2 === 1) context.output(new OutputTag<number>('odd'), n)
    else if (n === 8) context.output(new OutputTag<number>('nobody reads this'), n)
    else out.collect(n)
  }
}
const oddAside = unkeyed(
  () => new ProcessOperator(),
  'process',
  () => new OddAside(),
)

describe('operators without a key', () => {
  test.each<[name: string, subject: OperatorUnderTest, ...Case]>([
    ['map', double, '1@5 2@- W7 3@8 WMAX end', '2@5 4@- W7 6@8 WMAX'],
    ['map passes statuses on', double, 'idle 1@1 active', 'idle 2@1 active'],
    ['filter', even, '1@1 2@2 W2 3@- 4@-', '2@2 W2 4@-'],
    ['flatMap', times, '0@1 2@2 W9 3@3', '0@2 1@2 W9 0@3 1@3 2@3'],
    // A record without timestamp is stamped with MIN in a side output, as Flink does; the main output keeps none.
    ['process', oddAside, '1@1 2@2 W2 8@3 3@- 4@-', 'odd(1@1) 2@2 W2 odd(3@MIN) 4@-'],
    [
      'sink',
      unkeyed(
        () => new SinkOperator('collect'),
        '',
        () => null,
      ),
      'a@1 W1 b@-',
      'row(a@1) W1 row(b@-)',
    ],
    [
      'a sink that discards',
      unkeyed(
        () => new SinkOperator('discard'),
        '',
        () => null,
      ),
      'a@1 W1',
      'W1',
    ],
  ])('%s', (_name, subject, input, expected) => check(subject, input, expected))

  test('a sink function sees timestamp, clock and watermark of each row', () => {
    const seen: unknown[] = []
    const invoke = (
      value: unknown,
      context: { timestamp(): unknown; currentProcessingTime(): number; currentWatermark(): number },
    ): void => void seen.push([value, context.timestamp(), context.currentProcessingTime(), context.currentWatermark()])
    const harness = new OperatorHarness(
      unkeyed(
        () => new SinkOperator('function'),
        'invoke',
        () => invoke,
      ),
    )
    harness.record('a', 4)
    harness.watermark(5)
    harness.setProcessingTime(9)
    harness.record('b', NaN)
    expect(seen).toEqual([
      ['a', 4, 0, -Infinity],
      ['b', null, 9, 5],
    ])
    expect(harness.take().filter(([kind]) => kind === 'row')).toEqual([
      ['row', 'a', 4],
      ['row', 'b', NaN],
    ])
  })
})

describe('reduce', () => {
  const reduce = (aggregation: ConstructorParameters<typeof ReduceOperator>[0]): OperatorUnderTest => ({
    create: () => new ReduceOperator(aggregation),
    functions: () => ({ reduce: (a: Pair, b: Pair): Pair => [a[0], a[1] * 10 + b[1]] }),
    key: byFirst,
  })
  const field = (kind: AggregationKind, first = true): OperatorUnderTest => reduce({ kind, field: 1, first })
  const two = { leaves: { state: 2 } }

  test.each<[name: string, subject: OperatorUnderTest, ...Case]>([
    [
      'the first as it is, then one by one',
      reduce(null),
      'a=1@1 b=5@2 a=2@3 W3 a=3@-',
      'a=1@1 b=5@2 a=12@3 W3 a=123@-',
      two,
    ],
    ['sum', field('sum'), 'a=1=x@1 b=5=y@2 a=2=z@3', 'a=1=x@1 b=5=y@2 a=3=x@3', two],
    ['sum of doubles', field('sum'), 'a=0.1@1 a=0.2@2', 'a=0.1@1 a=0.30000000000000004@2', { leaves: { state: 1 } }],
    // min and max change one field of the first record; minBy and maxBy keep whole records.
    ['min', field('min'), 'a=4=x@1 b=1=y@1 a=2=z@2 a=3=w@3', 'a=4=x@1 b=1=y@1 a=2=x@2 a=2=x@3', two],
    ['max', field('max'), 'a=4=x@1 b=1=y@1 a=5=z@2 a=3=w@3', 'a=4=x@1 b=1=y@1 a=5=x@2 a=5=x@3', two],
    ['minBy', field('minBy'), 'a=4=x@1 b=1=y@1 a=2=z@2 a=2=w@3', 'a=4=x@1 b=1=y@1 a=2=z@2 a=2=z@3', two],
    [
      'minBy, the last',
      field('minBy', false),
      'a=4=x@1 b=1=y@1 a=4=z@2 a=5=w@3',
      'a=4=x@1 b=1=y@1 a=4=z@2 a=4=z@3',
      two,
    ],
    ['maxBy', field('maxBy'), 'a=4=x@1 b=1=y@1 a=5=z@2 a=5=w@3', 'a=4=x@1 b=1=y@1 a=5=z@2 a=5=z@3', two],
    [
      'maxBy, the last',
      field('maxBy', false),
      'a=4=x@1 b=1=y@1 a=4=z@2 a=1=w@3',
      'a=4=x@1 b=1=y@1 a=4=z@2 a=4=z@3',
      two,
    ],
  ])('%s', (_name, subject, input, expected, options) => check(subject, input, expected, options))

  test.each<[name: string, values: unknown[], last: unknown]>([
    ['longs wrap at 64 bits', [2n ** 63n - 1n, 1], -(2n ** 63n)],
    ['beyond 2^53 they become bigints', [2 ** 53 - 1, 1], 2n ** 53n],
    ['and come back', [2n ** 53n, -1], 2 ** 53 - 1],
    ['with one double it is double addition', [1n, 0.5], 1.5],
    ['a number beyond 2^53 is a double', [1e300, 1], 1e300],
    ['infinities and NaN', [Infinity, -Infinity], NaN],
  ])('sum: %s', (_name, values, last) => {
    const harness = new OperatorHarness(field('sum'))
    for (const value of values) harness.record(['a', value], 1)
    expect(harness.take().at(-1)).toEqual(['record', ['a', last], 1])
  })

  test('the accumulated record is a copy: earlier results stay as they were', () => {
    class Reading {
      readonly n: number
      constructor(n: number) {
        this.n = n
      }
    }
    const first = new Reading(1)
    const harness = new OperatorHarness({
      ...reduce({ kind: 'sum', field: 'n', first: true }),
      key: { select: () => 'k', type: null },
    })
    harness.record(first, 1)
    harness.record(new Reading(2), 2)
    const [one, two] = harness.take().map((output) => output[1])
    expect([one, two]).toEqual([new Reading(1), new Reading(3)])
    expect(two).toBeInstanceOf(Reading)
    expect(first.n).toBe(1)
  })

  test.each<[code: string, field: string | number, record: unknown]>([
    ['AGGREGATE_FIELD_MISSING', 'm', { n: 1 }],
    ['AGGREGATE_FIELD_MISSING', 1, 'text'],
    ['AGGREGATE_FIELD_MISSING', 'n', { n: null }],
    ['AGGREGATE_NOT_NUMBER', 'n', { n: 'text' }],
  ])('%s', (code, name, record) => {
    const harness = new OperatorHarness({
      ...reduce({ kind: 'sum', field: name, first: true }),
      key: { select: () => 'k', type: null },
    })
    harness.record(record, 1)
    expect(thrownBy(() => harness.record(record, 2))).toBe(code)
  })
})

/** Counts per key; forgets the count when its timer fires. Late records go aside. */
class CountUntil extends KeyedProcessFunction<string, Pair, unknown> {
  readonly domain: 'event' | 'processing'
  count!: ValueState<number>

  constructor(domain: 'event' | 'processing') {
    super()
    this.domain = domain
  }

  override open(): void {
    this.count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count'))
  }

  override processElement(pair: Pair, context: Context<string>, out: Collector<unknown>): void {
    const timers = context.timerService()
    const timestamp = context.timestamp() ?? 0
    if (pair[1] === 0) {
      timers.deleteEventTimeTimer(timestamp + 10)
      timers.deleteProcessingTimeTimer(timestamp + 10)
      this.count.clear()
      return
    }
    if (pair[1] < 0) context.output(new OutputTag<unknown>('late'), context.getCurrentKey())
    this.count.update((this.count.value() ?? 0) + 1)
    if (this.domain === 'event') timers.registerEventTimeTimer(timestamp + 10)
    else timers.registerProcessingTimeTimer(timestamp + 10)
    out.collect(pair[0])
  }

  override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<unknown>): void {
    out.collect([
      context.timeDomain() === 'EVENT_TIME' ? 'e' : 'p',
      context.getCurrentKey(),
      timestamp,
      this.count.value(),
    ])
    this.count.clear()
  }
}

describe('keyed process with timers', () => {
  const events = keyed(() => new CountUntil('event'))
  const clock = keyed(() => new CountUntil('processing'))

  test.each<[name: string, subject: OperatorUnderTest, ...Case]>([
    [
      'fires at the watermark, before it goes on',
      events,
      'a=1@1 b=1@5 W10 W11 a=1@12 W22',
      'a@1 b@5 W10 e=a=11=1@11 W11 a@12 e=b=15=1@15 e=a=22=1@22 W22',
    ],
    ['one timer, however often it is registered', events, 'a=1@1 a=1@1 a=1@1 WMAX', 'a@1 a@1 a@1 e=a=11=3@11 WMAX'],
    [
      'in the order of time, key by key',
      events,
      'b=1@3 a=1@2 c=1@1 WMAX',
      'b@3 a@2 c@1 e=c=11=1@11 e=a=12=1@12 e=b=13=1@13 WMAX',
    ],
    ['a deleted timer does not fire', events, 'a=1@1 b=1@1 a=0@1 WMAX', 'a@1 b@1 e=b=11=1@11 WMAX'],
    ['deleting what is not there does nothing', events, 'a=0@7 a=1@1 a=0@2 WMAX', 'a@1 e=a=11=@11 WMAX'],
    ['a timer behind the watermark waits for the next one', events, 'W20 a=1@1 W21', 'W20 a@1 e=a=11=1@11 W21'],
    ['what is left at the end', events, 'a=1@1 b=1@1 W10 end', 'a@1 b@1 W10', { leaves: { state: 2, timers: 2 } }],
    ['side output', events, 'a=-1@1 W11', 'late(a@1) a@1 e=a=11=1@11 W11'],
    ['processing time: no timestamp', clock, 'a=1@1 b=1@5 P10 P11 W90 P15', 'a@1 b@5 p=a=11=1@- W90 p=b=15=1@-'],
    [
      'processing time: watermarks, even MAX, do not fire',
      clock,
      'a=1@1 WMAX end',
      'a@1 WMAX',
      { leaves: { state: 1, timers: 1 } },
    ],
    ['processing time: a late clock fires all that is due', clock, 'a=1@1 a=1@2 P99', 'a@1 a@2 p=a=11=2@- p=a=12=@-'],
    ['idle and active pass', events, 'idle active W1', 'idle active W1'],
  ])('%s', (_name, subject, input, expected, options) => check(subject, input, expected, options))

  test('a timer registered in onTimer at or below the watermark fires in the same pass', () => {
    class Chain extends KeyedProcessFunction<string, Pair, unknown> {
      override processElement(_: Pair, context: Context<string>): void {
        context.timerService().registerEventTimeTimer(1)
      }
      override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<unknown>): void {
        out.collect(['e', timestamp, context.timestamp(), context.timerService().currentWatermark()])
        if (timestamp < 9) context.timerService().registerEventTimeTimer(timestamp + 2)
      }
    }
    const subject = keyed(() => new Chain())
    check(subject, 'a=1@0 W5 WMAX', 'e=1=1=5@1 e=3=3=5@3 e=5=5=5@5 W5 e=7=7=Infinity@7 e=9=9=Infinity@9 WMAX')
  })

  test.each<[code: string, time: unknown]>([
    ['TIMER_TIME', 1.5],
    ['TIMER_TIME', NaN],
    ['TIMER_TIME', undefined],
    ['TIMER_TIME', '7'],
  ])('%s for %s', (code, time) => {
    const harness = new OperatorHarness(
      keyed(() => new Registers((timers) => timers.registerEventTimeTimer(time as number))),
    )
    expect(thrownBy(() => harness.record(['a', 1], 1))).toBe(code)
  })

  test('state and timers need a key: not in open, not on a stream without one', () => {
    const inOpen = (
      use: (context: ReturnType<KeyedProcessFunction<string, Pair, unknown>['getRuntimeContext']>) => unknown,
    ) =>
      class extends KeyedProcessFunction<string, Pair, unknown> {
        override open(): void {
          use(this.getRuntimeContext())
        }
        override processElement(): void {}
      }
    const descriptor = new ValueStateDescriptor('v')
    const opened = (use: Parameters<typeof inOpen>[0]) =>
      thrownBy(() => new OperatorHarness(keyed(() => new (inOpen(use))())))
    expect(opened((context) => context.getState(descriptor).value())).toBe('STATE_WITHOUT_KEY')
    expect(opened((context) => context.getState(descriptor).update(1))).toBe('STATE_WITHOUT_KEY')
    expect(opened((context) => context.getState(new ValueStateDescriptor('')))).toBe('STATE_NAME_MISSING')
    expect(opened((context) => context.getState(descriptor))).toBe(null)
    class Asks extends RichMapFunction<number, number> {
      override map = (n: number): number => n
      override open(): void {
        this.getRuntimeContext().getState(descriptor)
      }
    }
    expect(
      thrownBy(
        () =>
          new OperatorHarness(
            unkeyed(
              () => new MapOperator(),
              'map',
              () => new Asks(),
            ),
          ),
      ),
    ).toBe('STATE_NOT_KEYED')
    class Unkeyed extends ProcessFunction<number, number> {
      override processElement(_: number, context: UnkeyedContext): void {
        context.timerService().registerEventTimeTimer(1)
      }
    }
    const harness = new OperatorHarness(
      unkeyed(
        () => new ProcessOperator(),
        'process',
        () => new Unkeyed(),
      ),
    )
    expect(thrownBy(() => harness.record(1, 1))).toBe('TIMER_NOT_KEYED')
  })
})

class Registers extends KeyedProcessFunction<string, Pair, unknown> {
  readonly use: (timers: ReturnType<Context<string>['timerService']>) => void
  constructor(use: Registers['use']) {
    super()
    this.use = use
  }
  override processElement(_: Pair, context: Context<string>): void {
    this.use(context.timerService())
  }
}

describe('timestamps and watermarks', () => {
  const assigning = (spec: Partial<WatermarkStrategySpec>, interval = 200): OperatorUnderTest => ({
    create: () =>
      new TimestampsAndWatermarksOperator(
        { generator: 'bounded', outOfOrdernessMs: 2, assignsTimestamps: true, perRecord: false, ...spec },
        interval,
      ),
    functions: () => ({ timestampAssigner: (pair: Pair) => pair[1] }),
    key: null,
  })
  // Watermarks are no state: not after a restore, and each subtask has its own.
  const alone: CaseOptions = { restores: false, splits: false }
  const bounded = assigning({})

  test.each<[name: string, subject: OperatorUnderTest, ...Case]>([
    ['highest, less the bound, less one, at the next probe', bounded, 'a=10@1 b=7@- P199 P200', 'a=10@10 b=7@7 W7'],
    ['never back', bounded, 'a=10@1 P200 b=3@1 P400 c=11@1 P600', 'a=10@10 W7 b=3@3 c=11@11 W8'],
    ['its own, not those from above', bounded, 'W50 a=10@1 P200 W90', 'a=10@10 W7'],
    ['MAX passes, and statuses do not', bounded, 'idle a=10@1 active WMAX end', 'a=10@10 WMAX'],
    ['one more probe at the end', bounded, 'a=10@1 end', 'a=10@10 W7'],
    ['monotonous', assigning({ generator: 'monotonous' }), 'a=10@1 P200', 'a=10@10 W9'],
    ['none', assigning({ generator: 'none' }), 'a=10@1 P200 WMAX', 'a=10@10 WMAX'],
    ['after every record', assigning({ perRecord: true }), 'a=10@1 b=9@1 c=12@1 P200', 'a=10@10 W7 b=9@9 c=12@12 W9'],
    ['interval 0: only at the end', assigning({}, 0), 'a=10@1 P5000 end', 'a=10@10 W7'],
    [
      'idle after the timeout, active with the next watermark',
      assigning({ idlenessMs: 300 }),
      'a=10@1 P200 P400 P600 P800 P1000 a=20@1 P1200',
      'a=10@10 W7 idle a=20@20 active W17',
    ],
  ])('%s', (_name, subject, input, expected) => check(subject, input, expected, alone))

  test.each<[timestamp: unknown, accepted: number | null]>([
    [5, 5],
    [-5, -5],
    [7n, 7],
    [1.5, null],
    [NaN, null],
    ['7', null],
    [undefined, null],
    [Infinity, null],
    [2n ** 60n, null],
    [new Date(7), null],
  ])('an assigned timestamp of %s', (timestamp, accepted) => {
    const harness = new OperatorHarness(assigning({}))
    const code = thrownBy(() => harness.record(['a', timestamp], 1))
    expect(code).toBe(accepted === null ? 'TIMESTAMP_NOT_INTEGER' : null)
    if (accepted !== null) expect(harness.take()).toEqual([['record', ['a', timestamp], accepted]])
  })
})

describe('a promise instead of a result', () => {
  const later = (): Promise<never> => Promise.reject(new Error('nobody waits for this'))
  test.each<[name: string, subject: OperatorUnderTest]>([
    [
      'map',
      unkeyed(
        () => new MapOperator(),
        'map',
        () => later,
      ),
    ],
    [
      'filter',
      unkeyed(
        () => new FilterOperator(),
        'filter',
        () => later,
      ),
    ],
    [
      'flatMap',
      unkeyed(
        () => new FlatMapOperator(),
        'flatMap',
        () => later,
      ),
    ],
    [
      'process',
      unkeyed(
        () => new ProcessOperator(),
        'process',
        () => ({ processElement: later }),
      ),
    ],
    ['keyed process', { ...keyed(() => ({ processElement: later }) as never) }],
    [
      'sink',
      unkeyed(
        () => new SinkOperator('function'),
        'invoke',
        () => later,
      ),
    ],
  ])('%s refuses it', (_name, subject) => {
    const harness = new OperatorHarness(subject)
    expect(thrownBy(() => harness.record(['a', 1], 1))).toBe('PROMISE_RETURNED')
    expect(harness.take()).toEqual([])
  })
  test('so does open', () => {
    const subject = unkeyed(
      () => new MapOperator(),
      'map',
      () => ({ open: later, map: (n: number) => n }),
    )
    expect(thrownBy(() => new OperatorHarness(subject))).toBe('PROMISE_RETURNED')
  })
})

/** The code of the LearnerError that it throws; null for none. */
function thrownBy(run: () => unknown): string | null {
  try {
    run()
    return null
  } catch (error) {
    if (error instanceof LearnerError) return error.code
    throw error
  }
}
