// What the compiler infers of sources and sinks: no type is written at a call, and wrong uses don't compile.

import { expectTypeOf, test } from 'vitest'
import {
  ClickEventGenerator,
  DataGen,
  DataGenSource,
  DataGeneratorSource,
  FileSink,
  LogSink,
  NumberSequenceSource,
  PYTHON_TRANSACTIONS,
  SimpleStringEncoder,
  TaxiFareGenerator,
  TaxiRideGenerator,
  WatermarkStrategy,
  type ClickEvent,
  type DataStream,
  type SingleOutputStreamOperator,
  type StreamExecutionEnvironment,
  type TaxiFare,
  type TaxiRide,
} from '../../../runtime/index.ts'

test('records have the types of their sources', () => {
  // Never called: only its types are looked at.
  const infers = (env: StreamExecutionEnvironment): void => {
    const none = WatermarkStrategy.noWatermarks
    expectTypeOf(env.fromSource(new TaxiRideGenerator(), none(), 's')).toEqualTypeOf<
      SingleOutputStreamOperator<TaxiRide>
    >()
    expectTypeOf(env.addSource(new TaxiFareGenerator())).toEqualTypeOf<SingleOutputStreamOperator<TaxiFare>>()
    expectTypeOf(env.addSource(new ClickEventGenerator())).toEqualTypeOf<SingleOutputStreamOperator<ClickEvent>>()
    expectTypeOf(env.readTextFile('/a')).toEqualTypeOf<SingleOutputStreamOperator<string>>()
    expectTypeOf(env.socketTextStream('localhost', 9)).toEqualTypeOf<SingleOutputStreamOperator<string>>()
    const made = env.fromSource(new DataGeneratorSource((i) => ({ i }), 3), none(), 's')
    expectTypeOf(made).toEqualTypeOf<SingleOutputStreamOperator<{ i: number }>>()
    const tuples = env.fromCollection(PYTHON_TRANSACTIONS).map(([account, , amount]) => ({ account, amount }))
    expectTypeOf(tuples).toExtend<DataStream<{ account: number; amount: number }>>()
    const fields = { id: DataGen.sequence(1, 9), name: DataGen.withNulls(DataGen.randomString(3), 0.1) }
    const rows = env.fromSource(new DataGenSource(fields), none(), 's')
    expectTypeOf(rows).toExtend<DataStream<{ readonly id: number; readonly name: string | null }>>()

    const strategy = WatermarkStrategy.forMonotonousTimestamps<TaxiFare>().withTimestampAssigner(
      (fare) => fare.startTime,
    )
    env.fromSource(new TaxiFareGenerator(), strategy, 's').sinkTo(new LogSink('fares'))
    env.readTextFile('/a').sinkTo(FileSink.forRowFormat('/out', new SimpleStringEncoder<string>()).build())
    env.readTextFile('/a').sinkTo(FileSink.forRowFormat('/out', (line: string) => line.trim()).build())

    // @ts-expect-error A strategy for fares doesn't fit a source of rides.
    env.fromSource(new TaxiRideGenerator(), strategy, 's')
    // @ts-expect-error Numbers don't go into a sink of texts.
    env.fromSource(new NumberSequenceSource(1, 2), none(), 's').sinkTo(new LogSink<string>('texts'))
    // @ts-expect-error A drift is a length of time.
    strategy.withWatermarkAlignment('g', 5)
  }
  expectTypeOf(infers).toBeFunction()
})
