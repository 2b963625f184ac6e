// A day of virtual time of the playground's job: counts of pages in windows of 15 s, a checkpoint every second, exactly once
// into the log. Part of npm run bench.

import {
  DataGeneratorSource,
  DeliveryGuarantee,
  Duration,
  KafkaRecordSerializationSchema,
  KafkaSink,
  KafkaSource,
  NewTopic,
  OffsetsInitializer,
  ProcessWindowFunction,
  RateLimiterStrategy,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type Collector,
  type ProcessWindowContext,
  type TimeWindow,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, type Build } from '../harness/run-job.ts'

const PAGES = ['/help', '/index', '/shop', '/jobs', '/about', '/news']
const CLICKS_PER_SECOND = 10
const HOURS = 24
const HOUR_US = 3_600_000_000
const LONGEST_S = 20

interface Click {
  readonly page: string
  readonly timestamp: number
}

interface PageCount {
  readonly windowStart: number
  readonly windowEnd: number
  readonly page: string
  readonly count: number
}

class CountCollector extends ProcessWindowFunction<number, PageCount, string, TimeWindow> {
  override process(
    page: string,
    context: ProcessWindowContext<TimeWindow>,
    counts: Iterable<number>,
    out: Collector<PageCount>,
  ): void {
    const { start, end } = context.window()
    for (const count of counts) out.collect({ windowStart: start, windowEnd: end, page, count })
  }
}

const clickCount: Build = (env) => {
  env.enableCheckpointing(1000)
  const made = (i: number): Click => ({ page: PAGES[i % PAGES.length] as string, timestamp: i * 100 })
  const count = HOURS * 3600 * CLICKS_PER_SECOND
  const clicks = new DataGeneratorSource(made, count, RateLimiterStrategy.perSecond(CLICKS_PER_SECOND))
  env.createTopic(new NewTopic('input', 2).producedBy(clicks, { key: ({ page }) => page }))
  env.createTopic('output', 2)
  const source = KafkaSource.builder<Click>()
    .setTopics('input')
    .setGroupId('clicks')
    .setStartingOffsets(OffsetsInitializer.earliest())
    .build()
  const sink = KafkaSink.builder<PageCount>()
    .setRecordSerializer(
      KafkaRecordSerializationSchema.builder<PageCount>()
        .setTopic('output')
        .setKeySerializationSchema(({ page }) => page)
        .build(),
    )
    .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
    .setTransactionalIdPrefix('clicks')
    .build()
  const strategy = WatermarkStrategy.forBoundedOutOfOrderness<Click>(Duration.ofMillis(200))
    .withIdleness(Duration.ofSeconds(5))
    .withTimestampAssigner(({ timestamp }) => timestamp)
  env
    .fromSource(source, strategy, 'ClickEvent Source')
    .keyBy(({ page }) => page)
    .window(TumblingEventTimeWindows.of(Duration.ofSeconds(15)))
    .aggregate(
      {
        createAccumulator: () => 0,
        add: (_click: Click, count: number) => count + 1,
        getResult: (count: number) => count,
        merge: (a: number, b: number) => a + b,
      },
      new CountCollector(),
    )
    .name('ClickEvent Counter')
    .sinkTo(sink)
}

/** Prints the figure. False if it misses its target. */
export function benchDay(): boolean {
  const { simulation, execution } = deployJob(clickCount, { parallelism: 2, isHashed: false, observes: false })
  const started = performance.now()
  simulation.run({ ...NO_LIMIT, untilUs: HOURS * HOUR_US })
  const seconds = (performance.now() - started) / 1000
  if (execution.state !== 'RUNNING') throw execution.failure?.error ?? new Error(execution.state)
  const isMet = seconds <= LONGEST_S
  const text = `24 h of clicks: ${seconds.toFixed(1)} s, ${(simulation.event / 1e6).toFixed(1)} M events`
  console.log(`${text} (at most ${LONGEST_S} s)${isMet ? '' : '  MISSED'}`)
  return isMet
}
