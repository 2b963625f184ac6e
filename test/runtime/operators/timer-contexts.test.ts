// What onTimer is told of the time, and the timestamps of what it emits: in event time all have the timer's; in processing
// time the context and side outputs have it too, but what is collected has none. A record after the timer has its own.

import { describe, test } from 'vitest'
import { KeyedCoProcessFunction, KeyedProcessFunction, OutputTag } from '../../../runtime/index.ts'
import type { Collector, Context, OnTimerContext } from '../../../runtime/index.ts'
import { KeyedCoProcessOperator } from '../../../runtime/operators/process/keyed-co-process.ts'
import { KeyedProcessOperator } from '../../../runtime/operators/process/keyed-process.ts'
import { check } from '../../harness/notation.ts'
import type { OperatorUnderTest } from '../../harness/operator-harness.ts'

type Pair = readonly [key: string, time: number]

const SIDE = new OutputTag<string>('side')
const FIRST = { select: (value: unknown) => (value as Pair)[0], type: { kind: 'STRING' } } as const

function told(what: string, context: Context<string>, out: Collector<unknown>): void {
  out.collect([what, context.timestamp()])
  context.output(SIDE, what)
}

function set(isEventTime: boolean, [, time]: Pair, context: Context<string>): void {
  if (isEventTime) context.timerService().registerEventTimeTimer(time)
  else context.timerService().registerProcessingTimeTimer(time)
}

class Told extends KeyedProcessFunction<string, Pair, unknown> {
  readonly isEventTime: boolean
  constructor(isEventTime: boolean) {
    super()
    this.isEventTime = isEventTime
  }
  override processElement(pair: Pair, context: Context<string>, out: Collector<unknown>): void {
    set(this.isEventTime, pair, context)
    told('record', context, out)
  }
  override onTimer(_time: number, context: OnTimerContext<string>, out: Collector<unknown>): void {
    told('timer', context, out)
  }
}

class ToldTwice extends KeyedCoProcessFunction<string, Pair, Pair, unknown> {
  readonly isEventTime: boolean
  constructor(isEventTime: boolean) {
    super()
    this.isEventTime = isEventTime
  }
  override processElement1(pair: Pair, context: Context<string>, out: Collector<unknown>): void {
    set(this.isEventTime, pair, context)
    told('record', context, out)
  }
  override processElement2(pair: Pair, context: Context<string>, out: Collector<unknown>): void {
    this.processElement1(pair, context, out)
  }
  override onTimer(_time: number, context: OnTimerContext<string>, out: Collector<unknown>): void {
    told('timer', context, out)
  }
}

const EVENTS = 'record=1@1 side(record@1) timer=7@7 side(timer@7) W9 record=2@2 side(record@2)'
const CLOCK = 'record=1@1 side(record@1) timer=7@- side(timer@7) record=2@2 side(record@2)'
const LEAVES = { leaves: { timers: 1 } }

describe.each([
  ['a keyed process function', 'process', 'W9', () => new KeyedProcessOperator(), (is: boolean) => new Told(is)],
  [
    'a keyed co-process function',
    'coProcess',
    'W9 W2:9',
    () => new KeyedCoProcessOperator(),
    (is: boolean) => new ToldTwice(is),
  ],
])('%s', (_name, role, watermark, create, fn) => {
  const subject = (isEventTime: boolean): OperatorUnderTest => ({
    create,
    functions: () => ({ [role]: fn(isEventTime) }),
    key: FIRST,
    sideOutputs: ['side'],
  })
  // The watermarks of two inputs aren't in a snapshot.
  const isSingle = role === 'process'
  const options = { ...LEAVES, restores: isSingle, splits: isSingle }
  test('in event time', () => check(subject(true), `a=7@1 ${watermark} a=99@2`, EVENTS, options))
  test('in processing time', () => check(subject(false), 'a=7@1 P9 a=99@2', CLOCK, LEAVES))
})
