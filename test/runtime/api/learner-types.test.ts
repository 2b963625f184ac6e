// What the types let pass and what they refuse, as a learner would write it: nothing here runs but the compiler. Every
// expected error is one: without it, `@ts-expect-error` is an error itself.

import { expect, test } from 'vitest'
import {
  BroadcastProcessFunction,
  Duration,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  OutputTag,
  ProcessFunction,
  TumblingEventTimeWindows,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
  type AggregateFunction,
  type Collector,
  type Context,
  type DataStream,
  type KeyedStream,
} from '../../../runtime/index.ts'

interface Ride {
  readonly id: number
  readonly taxi: string
  readonly fare: number
  readonly at: Date
}

class ByTaxi extends KeyedProcessFunction<string, Ride, number> {
  override processElement(ride: Ride, _context: Context<string>, out: Collector<number>): void {
    out.collect(ride.fare)
  }
}
class ById extends KeyedProcessFunction<number, Ride, number> {
  override processElement(): void {}
}
class Any extends ProcessFunction<Ride, number> {
  override processElement(): void {}
}
class Both extends KeyedCoProcessFunction<string, Ride, number, string> {
  override processElement1(): void {}
  override processElement2(): void {}
}
declare const average: AggregateFunction<Ride, { readonly sum: number }, number>
class Rules extends BroadcastProcessFunction<Ride, Ride, string> {
  override processElement(): void {}
  override processBroadcastElement(): void {}
}
const RULES = new MapStateDescriptor('rules', Types.STRING, Types.LONG)
const HOUR = TumblingEventTimeWindows.of(Duration.ofHours(1))
const TEXTS = new OutputTag<string>('texts')

export function right(rides: DataStream<Ride>, keyed: KeyedStream<Ride, string>): unknown[] {
  return [
    rides.connect(rides.broadcast(RULES)).process(new Rules()),
    rides.keyBy((ride) => ride.id).process(new ById()),
    rides.keyBy((ride) => [ride.taxi, ride.id]).reduce((a) => a),
    rides.keyBy((ride) => ride.at, Types.INSTANT).sum('fare'),
    keyed.process(new ByTaxi()).map((fare) => fare.toFixed()),
    keyed.process(new Any()),
    keyed.maxBy('taxi').map((ride) => ride.fare),
    keyed
      .window(HOUR)
      .aggregate(average)
      .map((fare) => fare.toFixed()),
    keyed
      .window(HOUR)
      .sum('fare')
      .getSideOutput(TEXTS)
      .map((text) => text.length),
    keyed.connect(rides.map((ride) => ride.fare).keyBy((fare) => String(fare))).process(new Both()),
  ]
}

export function wrong(rides: DataStream<Ride>, keyed: KeyedStream<Ride, string>): unknown[] {
  return [
    // @ts-expect-error -- an object is no key by itself.
    rides.keyBy((ride) => ({ key: ride.taxi })),
    // @ts-expect-error -- a Date needs its type.
    rides.keyBy((ride) => ride.at),
    // @ts-expect-error -- null is no key.
    rides.keyBy((ride) => (ride.id > 1 ? ride.taxi : null)),
    // @ts-expect-error -- not the type of that key.
    rides.keyBy((ride) => ride.taxi, Types.LONG),
    // @ts-expect-error -- a function for a keyed stream.
    rides.process(new ByTaxi()),
    // @ts-expect-error -- a function for another type of key.
    keyed.process(new ById()),
    // @ts-expect-error -- a class is no object.
    keyed.process(ByTaxi),
    // @ts-expect-error -- reducing keeps the type.
    keyed.reduce((a, b) => a.fare + b.fare),
    // @ts-expect-error -- only numbers can be summed up.
    keyed.sum('taxi'),
    // @ts-expect-error -- the same in windows.
    keyed.window(HOUR).sum('taxi'),
    // @ts-expect-error -- the accumulator is a number.
    keyed.window(HOUR).aggregate({ ...average, createAccumulator: () => 0 }),
    // @ts-expect-error -- the late ones are rides.
    keyed.window(HOUR).sideOutputLateData(TEXTS),
    // @ts-expect-error -- the other stream's keys are of another type.
    keyed.connect(rides.map((ride) => ride.fare).keyBy((fare) => fare)).process(new Both()),
    // @ts-expect-error -- a function for a stream that isn't keyed.
    keyed.connect(rides.broadcast(RULES)).process(new Rules()),
    // @ts-expect-error -- a state of texts has no number to begin with.
    new ValueStateDescriptor('state', Types.STRING, 5),
    // @ts-expect-error -- the list's elements are texts.
    new ListStateDescriptor<number>('list', Types.STRING),
    // @ts-expect-error -- a timestamp is a number.
    WatermarkStrategy.forMonotonousTimestamps<Ride>().withTimestampAssigner((ride) => ride.at),
    // @ts-expect-error -- a length of time has a unit.
    WatermarkStrategy.forBoundedOutOfOrderness(5000),
  ]
}

test('the types above are checked by the compiler', () =>
  expect([right, wrong].map(({ length }) => length)).toEqual([2, 2]))
