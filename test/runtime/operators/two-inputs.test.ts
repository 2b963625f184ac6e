// Operators with two inputs in the notation of test/harness/notation.ts: each case goes through all its regimes.

import { describe, expect, test } from 'vitest'
import {
  CoProcessFunction,
  KeyedCoProcessFunction,
  OutputTag,
  RichCoFlatMapFunction,
  RichCoMapFunction,
  Types,
  ValueStateDescriptor,
} from '../../../runtime/index.ts'
import type { Collector, Context, OnTimerContext, UnkeyedContext, ValueState } from '../../../runtime/index.ts'
import { CoFlatMapOperator } from '../../../runtime/operators/co-flat-map.ts'
import { CoMapOperator } from '../../../runtime/operators/co-map.ts'
import { CombinedWatermarkStatus } from '../../../runtime/operators/combined-watermark.ts'
import { CoProcessOperator } from '../../../runtime/operators/process/co-process.ts'
import { KeyedCoProcessOperator } from '../../../runtime/operators/process/keyed-co-process.ts'
import { check, type CaseOptions } from '../../harness/notation.ts'
import { OperatorHarness, type OperatorUnderTest } from '../../harness/operator-harness.ts'

type Pair = readonly [key: string, n: number]

const byFirst = { select: (value: unknown) => (Array.isArray(value) ? (value as unknown[])[0] : value), type: null }

const coMap: OperatorUnderTest = {
  create: () => new CoMapOperator(),
  functions: () => ({ coMap: { map1: (n: number) => n * 2, map2: (text: string) => `<${text}>` } }),
  key: null,
}

/** Lets words through that the control stream didn't name, as Flink's training material has it. */
class Control extends RichCoFlatMapFunction<string, string, string> {
  blocked!: ValueState<boolean>

  override open(): void {
    this.blocked = this.getRuntimeContext().getState(new ValueStateDescriptor('blocked', Types.BOOLEAN))
  }

  override flatMap1(): void {
    this.blocked.update(true)
  }

  override flatMap2(word: string, out: Collector<string>): void {
    if (this.blocked.value() === null) out.collect(word)
  }
}
const control: OperatorUnderTest = {
  create: () => new CoFlatMapOperator(),
  functions: () => ({ coFlatMap: new Control() }),
  key: byFirst,
}

class Sides extends CoProcessFunction<number, number, string> {
  override processElement1(n: number, context: UnkeyedContext, out: Collector<string>): void {
    out.collect(`one${n}`)
    context.output(new OutputTag<number>('first'), n)
  }
  override processElement2(n: number, context: UnkeyedContext, out: Collector<string>): void {
    out.collect(`two${n}/${context.timestamp()}`)
  }
}
const sides: OperatorUnderTest = {
  create: () => new CoProcessOperator(),
  functions: () => ({ coProcess: new Sides() }),
  key: null,
  sideOutputs: ['first'],
}

/** Pairs a left with a right of one key; what waits longer than 10 goes to a side output. */
class Match extends KeyedCoProcessFunction<string, Pair, Pair, string> {
  left!: ValueState<number>
  right!: ValueState<number>

  override open(): void {
    this.left = this.getRuntimeContext().getState(new ValueStateDescriptor('left', Types.LONG))
    this.right = this.getRuntimeContext().getState(new ValueStateDescriptor('right', Types.LONG))
  }

  override processElement1([key, n]: Pair, context: Context<string>, out: Collector<string>): void {
    const right = this.right.value()
    if (right === null) this.wait(this.left, n, context)
    else {
      out.collect(`${key}${n}+${right}`)
      this.right.clear()
    }
  }

  override processElement2([key, n]: Pair, context: Context<string>, out: Collector<string>): void {
    const left = this.left.value()
    if (left === null) this.wait(this.right, n, context)
    else {
      out.collect(`${key}${left}+${n}`)
      this.left.clear()
    }
  }

  override onTimer(_timestamp: number, context: OnTimerContext<string>): void {
    const key = context.getCurrentKey()
    for (const state of [this.left, this.right]) {
      const n = state.value()
      if (n !== null) context.output(new OutputTag<string>('alone'), `${key}${n}`)
      state.clear()
    }
  }

  private wait(state: ValueState<number>, n: number, context: Context<string>): void {
    state.update(n)
    context.timerService().registerEventTimeTimer((context.timestamp() ?? 0) + 10)
  }
}
const match: OperatorUnderTest = {
  create: () => new KeyedCoProcessOperator(),
  functions: () => ({ coProcess: new Match() }),
  key: byFirst,
  sideOutputs: ['alone'],
}

class Clock extends KeyedCoProcessFunction<string, Pair, Pair, string> {
  override processElement1([, n]: Pair, context: Context<string>): void {
    context.timerService().registerProcessingTimeTimer(n)
  }
  override processElement2([, n]: Pair, context: Context<string>): void {
    context.timerService().deleteProcessingTimeTimer(n)
  }
  override onTimer(timestamp: number, context: OnTimerContext<string>, out: Collector<string>): void {
    out.collect(`${context.getCurrentKey()}/${context.timeDomain()}/${timestamp}`)
  }
}
const clock: OperatorUnderTest = { ...match, functions: () => ({ coProcess: new Clock() }) }

const interleaves = { interleaves: true }

describe('operators with two inputs', () => {
  test.each<[name: string, subject: OperatorUnderTest, input: string, expected: string, options?: CaseOptions]>([
    [
      'co-map',
      coMap,
      '1:1@5 2:a@6 2:c@6 1:2@6 W1:7 W2:7 2:b@8 end',
      '2@5 <a>@6 <c>@6 4@6 W7 <b>@8',
      { ...interleaves, restores: false },
    ],
    ['co-map alone', coMap, '1:3@- 2:c@-', '6@- <c>@-', interleaves],
    ['co-flat-map shares state', control, '2:a@1 1:a@2 2:a@3 2:b@3', 'a@1 b@3', { leaves: { state: 1 } }],
    ['co-process', sides, '1:1@1 2:2@2 1:3@-', 'one1@1 first(1@1) two2/2@2 one3@- first(3@MIN)', interleaves],
    [
      'keyed co-process: a pair, and two that stay alone',
      match,
      '1:a=1@1 2:a=2@3 1:b=3@4 2:c=4@5 W1:50 W2:50',
      'a1+2@3 alone(b3@14) alone(c4@15) W50',
      { restores: false },
    ],
    [
      'keyed co-process, restored',
      match,
      '1:a=1@1 2:a=2@3 2:b=7@3 1:b=8@4',
      'a1+2@3 b8+7@4',
      { leaves: { timers: 2 } },
    ],
    ['processing time', clock, '1:a=5@1 1:b=7@1 P4 2:b=7@2 P9', 'a/PROCESSING_TIME/5@-'],
  ])('%s', (_name, subject, input, expected, options) => check(subject, input, expected, options))

  // Watermarks aren't in snapshots, in Flink neither.
  const watermarks = { restores: false, splits: false }
  test.each([
    ['the lower of both', 'W1:10 W2:3 W2:5 W2:20 W1:15', 'W3 W5 W10 W15'],
    ['an idle input does not hold the other', 'W1:10 idle2 active2 W2:3 W1:12 W2:11', 'W10 W11'],
    ['both idle: the higher, then idle', 'W1:10 W2:4 idle1 idle2 active1 W1:11', 'W4 W10 idle active W11'],
    ['the end', 'WMAX W2:5 W2:MAX', 'W5 WMAX'],
  ])('watermarks: %s', (_name, input, expected) => check(coMap, input, expected, watermarks))

  test('a watermark makes its input active without saying so, as in Flink', () => {
    const status = new CombinedWatermarkStatus(2)
    expect([status.updateStatus(0, true), status.updateStatus(1, true), status.isIdle]).toEqual([false, false, true])
    expect([status.updateWatermark(0, 5), status.watermark, status.isIdle]).toEqual([true, 5, false])
    expect([status.updateStatus(0, true), status.watermark, status.isIdle]).toEqual([false, 5, true])
  })

  test('an input without a key has no state, one with a key has', () => {
    class Counting extends RichCoMapFunction<string, string, number> {
      count!: ValueState<number>
      override open(): void {
        this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG))
      }
      override map1(): number {
        this.count.update((this.count.value() ?? 0) + 1)
        return this.count.value() ?? 0
      }
      override map2(): number {
        return this.count.value() ?? 0
      }
    }
    const subject = { ...coMap, functions: () => ({ coMap: new Counting() }), key: byFirst, secondKey: null }
    const harness = new OperatorHarness(subject)
    harness.record('a', 1, 1)
    expect(() => harness.record('a', 2, 2)).toThrow('STATE_WITHOUT_KEY')
    harness.record('a', 3, 1)
    expect(harness.take().map(([, value]) => value)).toEqual([1, 2])
  })

  test.each([
    ['map1', coMap, { coMap: { map1: async (): Promise<number> => 1, map2: (): number => 1 } }, 1],
    ['map2', coMap, { coMap: { map1: (): number => 1, map2: async (): Promise<number> => 1 } }, 2],
    ['flatMap2', control, { coFlatMap: { flatMap1: () => undefined, flatMap2: async () => undefined } }, 2],
    ['processElement1', sides, { coProcess: { processElement1: async () => undefined } }, 1],
    ['processElement2', match, { coProcess: { processElement2: async () => undefined } }, 2],
  ] as const)('a promise from %s is refused', (_name, subject, functions, input) => {
    const harness = new OperatorHarness({ ...subject, functions: () => functions })
    expect(() => harness.record('a', 1, input)).toThrow('PROMISE_RETURNED')
  })
})
