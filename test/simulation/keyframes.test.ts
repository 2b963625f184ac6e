// A run that is given what it held at an earlier moment goes on from there as it did, to the byte: whatever a job is made
// of, and whatever happens to it. All that it holds is compared, not only what comes out.

import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../runtime/base/random.ts'
import { toPrintText } from '../../runtime/base/value-text.ts'
import { ClusterWatcher } from '../../runtime/cluster/cluster-watcher.ts'
import {
  AsyncDataStream,
  CEP,
  CheckpointingOptions,
  Configuration,
  DataGeneratorSource,
  DeliveryGuarantee,
  Duration,
  EventTimeSessionWindows,
  JdbcSink,
  KafkaRecordSerializationSchema,
  KafkaSink,
  KafkaSource,
  MapStateDescriptor,
  NewTopic,
  Pattern,
  RateLimiterStrategy,
  RestartStrategyOptions,
  RichAsyncFunction,
  SimpleCondition,
  SimulatedService,
  SlidingEventTimeWindows,
  TimeUnit,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  KeyedProcessFunction,
  type Collector,
  type Context,
  type ResultFuture,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { writeOutside } from '../../runtime/cluster/outside-file.ts'
import { logOutput, queryOutside, tableViews } from '../../runtime/host/outside-views.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import type { Kept } from '../../runtime/travel/kept-object.ts'
import { differenceOf, RunMemory } from '../../runtime/travel/run-memory.ts'
import { buildJob } from '../harness/build-random-job.ts'
import { drawSchedule } from '../harness/fault-schedule.ts'
import { deployJob, type Build, type JobOptions } from '../harness/run-job.ts'
import { withRecovery } from '../harness/recovery-settings.ts'

const MOST_EVENTS = 6000

interface Moment {
  readonly event: number
  readonly hash: string
  readonly kept: readonly Kept[]
  readonly rows: number
}

/** Runs the job, with a moment kept every so often; then jumps from moment to moment, and at last from one to the end. */
function jumpAbout(build: Build, options: JobOptions, { seed, jumps }: { seed: number; jumps: number }): void {
  const watcher = new ClusterWatcher(() => null)
  const job = deployJob(build, { ...options, watcher, trace: true })
  const { simulation, execution } = job
  watcher.attach(execution)
  watcher.isDetailed = false
  const memory = new RunMemory({ execution, watcher }, [job.plan, execution.graph])
  const random = new RandomStream(seed, 'jumps')
  const runTo = (untilEvent: number): string =>
    simulation.run({ ...NO_LIMIT, untilUs: 20_000_000, untilEvent: Math.min(untilEvent, MOST_EVENTS) })
  const moments: Moment[] = [{ event: 0, hash: simulation.fingerprint.hex(), kept: memory.take(), rows: 0 }]
  while (
    runTo(simulation.event + 5 + random.nextBelow(60 + simulation.event / 10)) === 'paused' &&
    simulation.event < MOST_EVENTS
  ) {
    const hash = simulation.fingerprint.hex()
    moments.push({ event: simulation.event, hash, kept: memory.take(), rows: execution.rows })
  }
  const end = simulation.fingerprint.hex()
  const rows = job.rows.map(({ value, atMs }) => `${atMs} ${toPrintText(value)}`)
  expect(moments.length).toBeGreaterThan(2)
  const jumpTo = (at: number): Moment => {
    const moment = moments[at] as Moment
    memory.put(moment.kept)
    job.rows.length = 0
    return moment
  }
  for (let jump = 0; jump < jumps; jump++) {
    const at = random.nextBelow(moments.length - 1)
    const from = jumpTo(at)
    const to = moments[Math.min(at + 1 + random.nextBelow(4), moments.length - 1)] as Moment
    runTo(to.event)
    const where = `from ${from.event} to ${to.event}`
    expect([where, differenceOf(to.kept, memory.take(), watcher)]).toEqual([where, null])
    expect([where, simulation.fingerprint.hex()]).toEqual([where, to.hash])
    expect(job.rows.map(({ value, atMs }) => `${atMs} ${toPrintText(value)}`)).toEqual(rows.slice(from.rows, to.rows))
  }
  jumpTo(random.nextBelow(moments.length))
  runTo(Infinity)
  expect(simulation.fingerprint.hex()).toBe(end)
}

test.each(Array.from({ length: 24 }, (_, i) => i + 1))('schedule %i of faults', (seed) => {
  const schedule = drawSchedule(seed)
  const { job, interventions } = schedule
  const { parallelism, cluster } = job
  const build = withRecovery(
    buildJob(job, () => undefined),
    schedule,
  )
  jumpAbout(build, { parallelism, cluster, interventions, seed }, { seed, jumps: 15 })
})

const SLOW = { bufferRecords: 2, sourceRecords: 4, credits: 3, latencyUs: 15_000, bufferTimeoutUs: 5000 }

const DISTURBED = [
  { event: 500, action: { kind: 'add-task-manager' } },
  { event: 510, action: { kind: 'kill-task-manager', taskManager: 1 } },
  { event: 1500, action: { kind: 'rescale', parallelism: 3 } },
] as const

const numbers = (env: StreamExecutionEnvironment, count = 400) =>
  env.fromSource(
    new DataGeneratorSource((i) => i, count, RateLimiterStrategy.perSecond(200)),
    WatermarkStrategy.forBoundedOutOfOrderness<number>(Duration.ofMillis(60)).withTimestampAssigner(
      (n) => n * 5 - (n % 3) * 40,
    ),
    'numbers',
  )

const checkpointed = (env: StreamExecutionEnvironment, unaligned = false): StreamExecutionEnvironment => {
  env.enableCheckpointing(120)
  const restart = new Configuration()
    .set(RestartStrategyOptions.RESTART_STRATEGY, 'fixed-delay')
    .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100)
    .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, '50 ms')
  env.configure(unaligned ? restart.set(CheckpointingOptions.ENABLE_UNALIGNED, true) : restart)
  return env
}

/** Members of plain data, state of objects that are changed in place, and timers on both clocks. */
class Busy extends KeyedProcessFunction<number, number, string> {
  seen = 0
  readonly last = new Map<number, { at: number; readonly values: number[] }>()

  override processElement(n: number, context: Context<number>, out: Collector<string>): void {
    const state = this.getRuntimeContext().getMapState(new MapStateDescriptor<string, number[]>('lists'))
    const list = state.get('all') ?? []
    list.push(n)
    if (list.length > 5) list.shift()
    state.put('all', list)
    const key = context.getCurrentKey()
    const last = this.last.get(key) ?? { at: 0, values: [] }
    last.at = ++this.seen
    last.values.push(n)
    this.last.set(key, last)
    const timers = context.timerService()
    timers.registerEventTimeTimer(n * 5 + 100)
    timers.registerProcessingTimeTimer(timers.currentProcessingTime() + 35)
    out.collect(`${n} of ${list.join()} at ${last.at}`)
  }

  override onTimer(timestamp: number, context: Context<number>, out: Collector<string>): void {
    out.collect(`${context.getCurrentKey()} ${timestamp} ${this.last.get(context.getCurrentKey())?.values.length}`)
  }
}

class Ask extends RichAsyncFunction<number, string> {
  readonly service = new SimulatedService((n: number) => `answer ${n}`, {
    latency: [Duration.ofMillis(3), Duration.ofMillis(60)],
  })

  override asyncInvoke(n: number, future: ResultFuture<string>): void {
    this.service.query(n).thenAccept((answer) => future.complete([answer]))
  }
}

const JOBS: Readonly<Record<string, Build>> = {
  'tumbling windows, reduced': (env) =>
    void numbers(checkpointed(env))
      .keyBy((n) => n % 7)
      .window(TumblingEventTimeWindows.of(Duration.ofMillis(100)))
      .reduce((a, b) => a + b)
      .print(),
  'sliding windows of objects that are added to in place': (env) =>
    void numbers(checkpointed(env))
      .keyBy((n) => n % 5)
      .window(SlidingEventTimeWindows.of(Duration.ofMillis(200), Duration.ofMillis(50)))
      .aggregate({
        createAccumulator: () => ({ values: [] as number[] }),
        add: (n, sum) => (sum.values.push(n), sum),
        getResult: (sum) => sum.values.join(),
        merge: (a, b) => ({ values: [...a.values, ...b.values] }),
      })
      .print(),
  'sessions with lateness': (env) =>
    void numbers(checkpointed(env))
      .filter((n) => n % 30 < 20)
      .keyBy((n) => n % 3)
      .window(EventTimeSessionWindows.withGap(Duration.ofMillis(40)))
      .allowedLateness(Duration.ofMillis(50))
      .reduce((a, b) => a + b)
      .print(),
  'timers, members, and objects in state': (env) =>
    void numbers(checkpointed(env))
      .keyBy((n) => n % 6)
      .process(new Busy())
      .print(),
  'barriers that overtake': (env) =>
    void numbers(checkpointed(env, true))
      .rebalance()
      .map((n) => n + 1)
      .keyBy((n) => n % 6)
      .process(new Busy())
      .print(),
  patterns: (env) =>
    void CEP.pattern(
      numbers(checkpointed(env)).keyBy((n) => n % 4),
      Pattern.begin<number>('low')
        .where(SimpleCondition.of((n) => n % 3 === 0))
        .oneOrMore()
        .followedBy('high')
        .where(SimpleCondition.of((n) => n % 5 === 0))
        .within(Duration.ofMillis(200)),
    )
      .select((match) => toPrintText(match))
      .print(),
  'asynchronous requests': (env) =>
    void AsyncDataStream.unorderedWait(numbers(checkpointed(env)), new Ask(), 300, TimeUnit.MILLISECONDS, 12).print(),
  'a log between two parts, exactly once': (env) => {
    checkpointed(env).createTopic(new NewTopic('between', 3))
    const sink = KafkaSink.builder<number>()
      .setRecordSerializer(KafkaRecordSerializationSchema.builder<number>().setTopic('between').build())
      .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
      .setTransactionalIdPrefix('tx')
      .build()
    numbers(env).sinkTo(sink)
    const source = KafkaSource.builder<number>().setTopics('between').setGroupId('g').build()
    env
      .fromSource(source, WatermarkStrategy.forMonotonousTimestamps<number>(), 'log')
      .keyBy((n) => n % 4)
      .process(new Busy())
      .print()
  },
  'a database, exactly once': (env) => {
    checkpointed(env).createDatabaseTable('CREATE TABLE numbers (id INT PRIMARY KEY, n INT)')
    const sink = JdbcSink.builder<number>()
      .withQueryStatement('INSERT INTO numbers VALUES (?, ?)', (statement, n) => {
        statement.setLong(1, n)
        statement.setLong(2, n * 2)
      })
      .buildExactlyOnce()
    numbers(env).sinkTo(sink)
  },
}

describe.each(Object.entries(JOBS))('%s', (name, build) => {
  test.each([
    ['undisturbed', {}],
    ['on a slow network', { cluster: SLOW, parallelism: 2 }],
    [
      'with a TaskManager lost, and at another parallelism',
      { parallelism: 2, cluster: SLOW, interventions: DISTURBED },
    ],
  ] as [string, JobOptions][])('%s', (_, options) => {
    jumpAbout(build, options, { seed: name.length, jumps: 24 })
  })
})

test('whoever looks at tables, rows and topics leaves the run as it was', () => {
  const watcher = new ClusterWatcher(() => null)
  const { simulation, execution, plan } = deployJob((env) => void env.fromElements(1, 2, 3).print(), { watcher })
  watcher.attach(execution)
  const memory = new RunMemory({ execution, watcher }, [plan, execution.graph])
  simulation.run({ ...NO_LIMIT, untilEvent: 3 })
  const before = memory.take()
  const { outside } = execution
  expect(tableViews(outside)).toEqual([])
  expect(queryOutside(outside, 'SELECT * FROM nothing').diagnostics).toHaveLength(1)
  expect(logOutput(outside, 5).topics).toEqual([])
  expect(JSON.parse(writeOutside(outside, 0))).toMatchObject({ format: 'streambed outside' })
  expect(differenceOf(before, memory.take(), watcher)).toBe(null)
})

test('what can’t be kept is known', () => {
  const memory = (root: object): RunMemory => new RunMemory(root, [])
  expect(() => memory({ step: [1][Symbol.iterator]() }).take()).toThrow('Array Iterator')
  expect(() => memory({ later: Promise.resolve() }).take()).toThrow('Promise')
})
