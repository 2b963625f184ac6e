// graph: each `op` of a topology as the API call it stands for. Functions are any functions; of those that stand in a
// description (a window's) the class names are the recordings'.

import {
  AsyncDataStream,
  BroadcastProcessFunction,
  CEP,
  ContinuousEventTimeTrigger,
  CoProcessFunction,
  CountEvictor,
  CountTrigger,
  DiscardingSink,
  Duration,
  EventTimeSessionWindows,
  KeyedBroadcastProcessFunction,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  MapStateDescriptor,
  OutputTag,
  Pattern,
  PatternProcessFunction,
  ProcessAllWindowFunction,
  ProcessFunction,
  ProcessJoinFunction,
  ProcessWindowFunction,
  PurgingTrigger,
  SlidingEventTimeWindows,
  TimeEvictor,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  Types,
  WatermarkStrategy,
} from '../../runtime/index.ts'
import type {
  Collector,
  DataStream,
  KeyedStream,
  SingleOutputStreamOperator,
  StreamExecutionEnvironment,
  TimeWindow,
} from '../../runtime/index.ts'

type Numbers = DataStream<number>
type Keyed = KeyedStream<number, number>

/** A call, given the stream it's made on and, where it takes two, the other one. */
type Call = (input: Numbers, other: Numbers, keyed: Keyed) => Numbers

const same = (n: number): number => n
// Edges are the same to Flink where their selector is: each call of the topology has selectors of its own.
const [left, right, ruled, earlier, later] = Array.from(
  { length: 5 },
  () =>
    (n: number): number =>
      n,
) as [typeof same, typeof same, typeof same, typeof same, typeof same]
const ms = (length: number): Duration => Duration.ofMillis(length)

class Same extends KeyedProcessFunction<number, number, number> {
  override processElement(): void {}
}
class Plain extends ProcessFunction<number, number> {
  override processElement(): void {}
}
class Add {
  reduce(a: number, b: number): number {
    return a + b
  }
}
class Count {
  createAccumulator(): number {
    return 0
  }
  add(_value: number, count: number): number {
    return count + 1
  }
  getResult(count: number): number {
    return count
  }
  merge(a: number, b: number): number {
    return a + b
  }
}
class Win extends ProcessWindowFunction<number, number, number, TimeWindow> {
  override process(): void {}
}
class App {
  apply(_key: number, _window: TimeWindow, _values: Iterable<number>, _out: Collector<number>): void {}
}
class All extends ProcessAllWindowFunction<number, number, TimeWindow> {
  override process(): void {}
}
class CoProcess extends CoProcessFunction<number, number, number> {
  override processElement1(): void {}
  override processElement2(): void {}
}
class KeyedCoProcess extends KeyedCoProcessFunction<number, number, number, number> {
  override processElement1(): void {}
  override processElement2(): void {}
}
class Broadcast extends BroadcastProcessFunction<number, number, number> {
  override processElement(): void {}
  override processBroadcastElement(): void {}
}
class KeyedBroadcast extends KeyedBroadcastProcessFunction<number, number, number, number> {
  override processElement(): void {}
  override processBroadcastElement(): void {}
}
class Pairs extends ProcessJoinFunction<number, number, number> {
  override processElement(): void {}
}
class Matches extends PatternProcessFunction<number, number> {
  override processMatch(): void {}
}

const RULES = new MapStateDescriptor<number, number>('b', Types.LONG)
const SIDE = new OutputTag<number>('side')
const tumbling = (): TumblingEventTimeWindows => TumblingEventTimeWindows.of(Duration.ofSeconds(5))
const request = (n: number, future: { complete(results: readonly number[]): void }): void => future.complete([n])

const CALLS: Readonly<Record<string, Call>> = {
  map: (input) => input.map(same),
  filter: (input) => input.filter(() => true),
  flatMap: (input) => input.flatMap<number>((n, out) => out.collect(n)),
  process: (input) => input.process(new Plain()),
  watermarks: (input) => input.assignTimestampsAndWatermarks(WatermarkStrategy.forBoundedOutOfOrderness(ms(1))),
  keyBy: (input) => input.keyBy(same),
  reduce: (_input, _other, keyed) => keyed.reduce((a, b) => a + b),
  sum: (_input, _other, keyed) => keyed.sum(0),
  min: (_input, _other, keyed) => keyed.min(0),
  max: (_input, _other, keyed) => keyed.max(0),
  minBy: (_input, _other, keyed) => keyed.minBy(0),
  maxBy: (_input, _other, keyed) => keyed.maxBy(0),
  keyedProcess: (_input, _other, keyed) => keyed.process(new Same()),
  window: (_input, _other, keyed) => keyed.window(tumbling()).reduce(new Add()),
  windowAggregate: (_input, _other, keyed) =>
    keyed.window(SlidingEventTimeWindows.of(ms(10_000), ms(5000))).aggregate(new Count()),
  windowProcess: (_input, _other, keyed) => keyed.window(tumbling()).process(new Win()),
  windowApply: (_input, _other, keyed) => keyed.window(tumbling()).apply<number>(new App()),
  windowReduceProcess: (_input, _other, keyed) => keyed.window(tumbling()).reduce(new Add(), new Win()),
  windowAggregateProcess: (_input, _other, keyed) =>
    keyed.window(TumblingProcessingTimeWindows.of(ms(5000))).aggregate(new Count(), new Win()),
  windowSum: (_input, _other, keyed) => keyed.window(tumbling()).sum(0),
  session: (_input, _other, keyed) => keyed.window(EventTimeSessionWindows.withGap(ms(5000))).reduce(new Add()),
  windowTrigger: (_input, _other, keyed) =>
    keyed.window(tumbling()).trigger(CountTrigger.of(3)).allowedLateness(ms(1)).process(new Win()),
  windowPurging: (_input, _other, keyed) =>
    keyed
      .window(tumbling())
      .trigger(PurgingTrigger.of(ContinuousEventTimeTrigger.of(ms(1000))))
      .process(new Win()),
  windowEvictor: (_input, _other, keyed) => keyed.window(tumbling()).evictor(CountEvictor.of(3)).process(new Win()),
  windowTimeEvictor: (_input, _other, keyed) =>
    keyed
      .window(tumbling())
      .evictor(TimeEvictor.of(ms(3000)))
      .reduce(new Add()),
  countWindow: (_input, _other, keyed) => keyed.countWindow(2).reduce(new Add()),
  countWindowSlide: (_input, _other, keyed) => keyed.countWindow(4, 2).reduce(new Add()),
  windowAll: (input) => input.windowAll(tumbling()).reduce(new Add()),
  windowAllProcess: (input) => input.windowAll(tumbling()).process(new All()),
  countWindowAll: (input) => input.countWindowAll(2).reduce(new Add()),
  rebalance: (input) => input.rebalance(),
  rescale: (input) => input.rescale(),
  shuffle: (input) => input.shuffle(),
  global: (input) => input.global(),
  forward: (input) => input.forward(),
  broadcast: (input) => input.broadcast(),
  custom: (input) => input.partitionCustom(() => 0, same),
  union: (input, other) => input.union(other),
  connect: (input, other) => input.connect(other).map({ map1: same, map2: same }),
  connectFlatMap: (input, other) => input.connect(other).flatMap<number>({ flatMap1: () => {}, flatMap2: () => {} }),
  connectProcess: (input, other) => input.connect(other).process(new CoProcess()),
  connectKeyedProcess: (input, other) =>
    input.connect(other).keyBy(left, right, Types.LONG).process(new KeyedCoProcess()),
  connectBroadcast: (input, other) => input.connect(other.broadcast(RULES)).process(new Broadcast()),
  connectKeyedBroadcast: (input, other) =>
    input.keyBy(ruled).connect(other.broadcast(RULES)).process(new KeyedBroadcast()),
  intervalJoin: (input, other) =>
    input.keyBy(earlier).intervalJoin(other.keyBy(later)).between(ms(-1), ms(1)).process(new Pairs()),
  join: (input, other) => input.join(other).where(same).equalTo(same).window(tumbling()).apply<number>(same),
  coGroup: (input, other) =>
    input
      .coGroup(other)
      .where(same)
      .equalTo(same)
      .window(tumbling())
      .apply<number>(() => {}),
  async: (input) => AsyncDataStream.orderedWait(input, request, Duration.ofSeconds(1)),
  asyncUnordered: (input) => AsyncDataStream.unorderedWait(input, request, Duration.ofSeconds(1), 5),
  cep: (input) => CEP.pattern(input, Pattern.begin<number>('a')).process(new Matches()),
  side: (input) => (input as SingleOutputStreamOperator<number>).getSideOutput(SIDE),
  sink: (input) => input.sinkTo(new DiscardingSink<number>()),
  addSink: (input) => input.addSink(() => {}),
  print: (input) => input.print(),
  printNamed: (input) => input.print('x'),
}

/** Makes the call of this name; null if there's none. */
export function applyOperator(
  env: StreamExecutionEnvironment,
  op: string,
  input: Numbers | undefined,
  other: Numbers | undefined,
): Numbers | null {
  if (op === 'sequence') return env.fromSequence(1, 10)
  if (op === 'fromData') return env.fromData([1, 2, 3])
  const call = CALLS[op]
  return call === undefined ? null : call(input as Numbers, other as Numbers, input as Keyed)
}
