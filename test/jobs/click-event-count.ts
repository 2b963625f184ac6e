// The operations playground's job: how often each page was looked at in every 15 seconds. A program outside writes clicks to
// one topic, the job reads that and writes its counts to another. Every count is 1000, whatever fails.

import {
  DeliveryGuarantee,
  Duration,
  KafkaRecordSerializationSchema,
  KafkaSink,
  KafkaSource,
  NewTopic,
  OffsetsInitializer,
  ProcessWindowFunction,
  StreamExecutionEnvironment,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  ClickEventGenerator,
  type AggregateFunction,
  type ClickEvent,
  type Collector,
  type ProcessWindowContext,
  type TimeWindow,
} from 'streambed'

interface ClickEventStatistics {
  readonly windowStart: number
  readonly windowEnd: number
  readonly page: string
  readonly count: number
}

class CountingAggregator implements AggregateFunction<ClickEvent, number, number> {
  createAccumulator(): number {
    return 0
  }
  add(_click: ClickEvent, count: number): number {
    return count + 1
  }
  getResult(count: number): number {
    return count
  }
  merge(a: number, b: number): number {
    return a + b
  }
}

class ClickEventStatisticsCollector extends ProcessWindowFunction<number, ClickEventStatistics, string, TimeWindow> {
  override process(
    page: string,
    context: ProcessWindowContext<TimeWindow>,
    counts: Iterable<number>,
    out: Collector<ClickEventStatistics>,
  ): void {
    const { start, end } = context.window()
    for (const count of counts) out.collect({ windowStart: start, windowEnd: end, page, count })
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.enableCheckpointing(1000)
env.createTopic(new NewTopic('input', 2).producedBy(new ClickEventGenerator(), { key: (click) => click.page }))
env.createTopic('output', 2)

const source = KafkaSource.builder<ClickEvent>()
  .setTopics('input')
  .setGroupId('click-event-count')
  .setStartingOffsets(OffsetsInitializer.earliest())
  .build()
const sink = KafkaSink.builder<ClickEventStatistics>()
  .setRecordSerializer(
    KafkaRecordSerializationSchema.builder<ClickEventStatistics>()
      .setTopic('output')
      .setKeySerializationSchema((statistics) => statistics.page)
      .build(),
  )
  .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
  .setTransactionalIdPrefix('click-event-count')
  .build()

env
  .fromSource(
    source,
    WatermarkStrategy.forBoundedOutOfOrderness<ClickEvent>(Duration.ofMillis(200))
      .withIdleness(Duration.ofSeconds(5))
      .withTimestampAssigner((click) => click.timestamp),
    'ClickEvent Source',
  )
  .keyBy((click) => click.page)
  .window(TumblingEventTimeWindows.of(Duration.ofSeconds(15)))
  .aggregate(new CountingAggregator(), new ClickEventStatisticsCollector())
  .name('ClickEvent Counter')
  .sinkTo(sink)
  .name('ClickEventStatistics Sink')

await env.execute('Click Event Count')
