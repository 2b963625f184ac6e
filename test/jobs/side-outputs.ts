// Side outputs: one function sorts records into streams by tag, a window gives its late ones to another.

import {
  Duration,
  OutputTag,
  ProcessFunction,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type Collector,
  type UnkeyedContext,
} from 'streambed'

interface Ride {
  readonly second: number
  readonly people: number
}

const large = new OutputTag<Ride>('large')
const late = new OutputTag<Ride>('late')

class BySize extends ProcessFunction<Ride, Ride> {
  processElement(ride: Ride, context: UnkeyedContext, out: Collector<Ride>) {
    if (ride.people > 4) context.output(large, ride)
    else out.collect(ride)
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const rides = env
  .fromElements<Ride>(
    { second: 1, people: 2 },
    { second: 4, people: 6 },
    { second: 12, people: 1 },
    { second: 3, people: 3 },
    { second: 13, people: 4 },
  )
  .assignTimestampsAndWatermarks(
    WatermarkStrategy.forMonotonousTimestamps<Ride>()
      .withTimestampAssigner(({ second }) => second * 1000)
      .withPerRecordWatermarks(),
  )

const small = rides.process(new BySize())
small
  .getSideOutput(large)
  .map((ride) => `${ride.people} people`)
  .print('large')

const people = small
  .windowAll(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
  .sideOutputLateData(late)
  .reduce((a, b) => ({ second: b.second, people: a.people + b.people }))
people.map((ride) => `${ride.people} people`).print('people')
people
  .getSideOutput(late)
  .map((ride) => `at ${ride.second}`)
  .print('late')

await env.execute('Side outputs')
