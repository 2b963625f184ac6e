// Late records: a window that is over drops them, and the run says how many.

import { Duration, StreamExecutionEnvironment, TumblingEventTimeWindows, WatermarkStrategy } from 'streambed'

interface Tip {
  readonly second: number
  readonly euros: number
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()

env
  .fromElements<Tip>(
    { second: 1, euros: 2 },
    { second: 12, euros: 3 },
    { second: 4, euros: 5 },
    { second: 3, euros: 1 },
  )
  .assignTimestampsAndWatermarks(
    WatermarkStrategy.forMonotonousTimestamps<Tip>()
      .withTimestampAssigner(({ second }) => second * 1000)
      .withPerRecordWatermarks(),
  )
  .windowAll(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
  .reduce((a, b) => ({ second: b.second, euros: a.euros + b.euros }))
  .map(({ euros }) => euros)
  .print('tips')

await env.execute('Late records')
