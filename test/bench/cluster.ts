// A cluster at work for long, and a large one: a day of clicks in the log, 64 subtasks of eight operators apart, and a thousand
// restarts. Part of npm run bench.

import {
  Configuration,
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
import { deployJob, type Build, type DeployedJob } from '../harness/run-job.ts'

const PAGES = ['/help', '/index', '/shop', '/jobs', '/about', '/news']
const CLICKS_PER_SECOND = 10
const HOURS = 24
const HOUR_US = 3_600_000_000
const LONGEST_DAY_S = 20

const PARALLELISM = 64
const RECORDS = 2_000_000
const LEAST_RECORDS_PER_S = 1_000_000

const RESTARTS = 1000
/** Heap after so many restarts and after all of them; measuring itself takes some. */
const MOST_GROWTH_BYTES = 2_000_000

interface Click {
  readonly page: string
  readonly timestamp: number
}

/** Prints the figures. False if one misses its target. */
export function benchCluster(): boolean {
  return [benchDay(), benchParallel(), benchRestarts()].every(Boolean)
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

/** The playground's job: counts of pages in windows of 15 s, a checkpoint every second, exactly once into the log. */
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

function benchDay(): boolean {
  const job = deploy(clickCount, 2)
  const seconds = timed(() => job.simulation.run({ ...NO_LIMIT, untilUs: HOURS * HOUR_US }))
  requireRunning(job, 'RUNNING')
  const events = `${(job.simulation.event / 1e6).toFixed(1)} M events`
  return told(
    `24 h of clicks: ${seconds.toFixed(1)} s, ${events} (at most ${LONGEST_DAY_S} s)`,
    seconds <= LONGEST_DAY_S,
  )
}

/** The keyed count as eight operators that nothing chains. */
const keyedCount: Build = (env) => {
  env.disableOperatorChaining()
  env
    .fromSource(new DataGeneratorSource((i: number) => i, RECORDS), WatermarkStrategy.noWatermarks(), 'numbers')
    .map((n) => ({ key: (n * 7919) % 10_007, count: 1 }))
    .filter(({ key }) => key >= 0)
    .map((event) => event)
    .keyBy(({ key }) => key)
    .sum('count')
    .map((event) => event)
    .filter(({ count }) => count > 0)
    .addSink(() => undefined)
}

function benchParallel(): boolean {
  const job = deploy(keyedCount, PARALLELISM, { taskManagers: 16, slotsPerTaskManager: 4 })
  const seconds = timed(() => job.simulation.run(NO_LIMIT))
  requireRunning(job, 'FINISHED')
  const perSecond = RECORDS / seconds
  const text = `16 TaskManagers × 4 slots, 8 operators × ${PARALLELISM}: ${(perSecond / 1e6).toFixed(2)} M records/s`
  return told(`${text} (at least ${LEAST_RECORDS_PER_S / 1e6})`, perSecond >= LEAST_RECORDS_PER_S)
}

/** A job that fails and starts again, over and over: what is left of the attempts. */
function benchRestarts(): boolean {
  const job = deploy((env) => {
    env.enableCheckpointing(50)
    env.configure(
      new Configuration()
        .set('restart-strategy.type', 'fixed-delay')
        .set('restart-strategy.fixed-delay.attempts', RESTARTS + 1)
        .set('restart-strategy.fixed-delay.delay', '10 ms'),
    )
    const numbers = new DataGeneratorSource((i: number) => i, 10_000_000, RateLimiterStrategy.perSecond(1000))
    env
      .fromSource(numbers, WatermarkStrategy.noWatermarks(), 'numbers')
      .keyBy((n) => n % 100)
      .reduce((a, b) => a + b)
      .addSink(() => undefined)
  }, 2)
  const heapAfter = (restarts: number): number => {
    while (job.execution.attempt < restarts) {
      const { simulation, execution } = job
      simulation.run({ ...NO_LIMIT, untilUs: simulation.nowUs + 200_000 })
      const task = execution.tasks[execution.attempt % execution.tasks.length]
      if (task?.state === 'RUNNING') execution.taskFailed(task, new Error('lost'))
    }
    globalThis.gc?.()
    return process.memoryUsage().heapUsed
  }
  const [first, last] = [heapAfter(RESTARTS / 10), heapAfter(RESTARTS)]
  requireRunning(job, 'RUNNING')
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
  const text = `heap after ${RESTARTS / 10} restarts ${mb(first)}, after ${RESTARTS} ${mb(last)}`
  return told(`${text} (at most ${mb(MOST_GROWTH_BYTES)} more)`, last - first <= MOST_GROWTH_BYTES)
}

function deploy(build: Build, parallelism: number, cluster = {}): DeployedJob {
  return deployJob(build, { parallelism, cluster, isHashed: false, observes: false })
}

function requireRunning({ execution }: DeployedJob, state: string): void {
  if (execution.state !== state && execution.state !== 'RESTARTING')
    throw execution.failure?.error ?? new Error(execution.state)
}

function timed(run: () => unknown): number {
  const started = performance.now()
  run()
  return (performance.now() - started) / 1000
}

function told(text: string, isMet: boolean): boolean {
  console.log(`${text}${isMet ? '' : '  MISSED'}`)
  return isMet
}
