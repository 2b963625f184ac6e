// The promise of the operations playground: six pages, each looked at 1000 times in every 15 seconds of event time, and a
// count of 1000 for each of them, through failures, savepoints and rescaling. And what becomes of it without exactly-once,
// without checkpoints, and without event time.

import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../runtime/base/random.ts'
import type { ClusterAction } from '../../runtime/cluster/cluster-action.ts'
import { readSavepoint, writeSavepoint } from '../../runtime/cluster/savepoint-file.ts'
import type { Savepoint } from '../../runtime/cluster/savepoint.ts'
import { logOf } from '../../runtime/connectors/log/log-cluster.ts'
import { viewLog } from '../../runtime/connectors/log/log-view.ts'
import {
  ClickEventGenerator,
  Configuration,
  DeliveryGuarantee,
  Duration,
  KafkaRecordSerializationSchema,
  KafkaSink,
  KafkaSource,
  NewTopic,
  OffsetResetStrategy,
  OffsetsInitializer,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  WatermarkStrategy,
  type ClickEvent,
  type Collector,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, type Build, type DeployedJob, type JobOptions } from '../harness/run-job.ts'

interface Variant {
  readonly guarantee?: 'EXACTLY_ONCE' | 'AT_LEAST_ONCE'
  readonly hasEventTime?: boolean
  readonly isIdleAllowed?: boolean
  /** All clicks go to one partition. */
  readonly hasIdlePartition?: boolean
  readonly prepare?: (env: StreamExecutionEnvironment) => unknown
}

interface Count {
  readonly page: string
  readonly start: number
  readonly count: number
}

const checkpointed = (env: StreamExecutionEnvironment) =>
  env
    .enableCheckpointing(1000)
    .configure(
      new Configuration().set('restart-strategy.type', 'fixed-delay').set('restart-strategy.fixed-delay.attempts', 99),
    )

function clickEventCount(variant: Variant = {}): Build {
  const { guarantee = DeliveryGuarantee.EXACTLY_ONCE, hasEventTime = true, isIdleAllowed = true } = variant
  return (env) => {
    ;(variant.prepare ?? checkpointed)(env)
    const key = (click: ClickEvent): string => (variant.hasIdlePartition === true ? 'clicks' : click.page)
    env.createTopic(new NewTopic('input', 2).producedBy(new ClickEventGenerator(), { key }))
    env.createTopic('output', 2)
    const source = KafkaSource.builder<ClickEvent>()
      .setTopics('input')
      .setGroupId('clicks')
      .setStartingOffsets(OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST))
      .setProperty('enable.auto.commit', true)
      .build()
    const sink = KafkaSink.builder<Count>()
      .setRecordSerializer(
        KafkaRecordSerializationSchema.builder<Count>()
          .setTopic('output')
          .setKeySerializationSchema(({ page }) => page)
          .build(),
      )
      .setDeliveryGuarantee(guarantee)
      .setTransactionalIdPrefix('counts')
      .build()
    const bounded = WatermarkStrategy.forBoundedOutOfOrderness<ClickEvent>(Duration.ofMillis(200))
    const strategy = (isIdleAllowed ? bounded.withIdleness(Duration.ofSeconds(5)) : bounded).withTimestampAssigner(
      (click) => click.timestamp,
    )
    const size = Duration.ofSeconds(15)
    const clicks = env
      .fromSource(source, strategy, 'ClickEvent Source')
      .uid('source')
      .keyBy((click) => click.page)
    const windows = hasEventTime
      ? clicks.window(TumblingEventTimeWindows.of(size))
      : clicks.window(TumblingProcessingTimeWindows.of(size))
    windows
      .apply((page, window, values, out: Collector<Count>) => {
        out.collect({ page, start: window.start, count: Array.from(values).length })
      })
      .uid('counter')
      .name('ClickEvent Counter')
      .sinkTo(sink)
      .uid('sink')
      .name('ClickEventStatistics Sink')
  }
}

/** Runs for so long, and loses tasks at random moments until a while before the end. */
function runFor(seconds: number, build: Build, options: JobOptions & { readonly failures?: number } = {}): DeployedJob {
  const { failures = 0, seed = 1 } = options
  const job = deployJob(build, { parallelism: 2, isHashed: false, ...options })
  const random = new RandomStream(seed, 'failures')
  const moments = Array.from({ length: failures }, () => 2000 + random.nextBelow(seconds * 700)).sort((a, b) => a - b)
  for (const ms of moments) {
    job.simulation.run({ ...NO_LIMIT, untilUs: ms * 1000 })
    const task = job.execution.tasks[random.nextBelow(job.execution.tasks.length)]
    if (task?.state === 'RUNNING') job.execution.taskFailed(task, new Error('lost'))
  }
  job.simulation.run({ ...NO_LIMIT, untilUs: job.simulation.nowUs + (seconds * 1000 - (moments.at(-1) ?? 0)) * 1000 })
  return job
}

/** What readers of the output topic see. */
function output({ execution }: DeployedJob, isolation: 'read_committed' | 'read_uncommitted'): Count[] {
  const topic = viewLog(logOf(execution.outside)).topics.find(({ name }) => name === 'output')
  return (topic?.partitions ?? []).flatMap(({ records, lastStableOffset }) =>
    records
      .filter(({ state, offset }) => {
        return isolation === 'read_uncommitted' || (state === 'committed' && offset < lastStableOffset)
      })
      .map(({ value }) => value as Count),
  )
}

const PAGES = 6

/** How many windows are complete, if every page has exactly one count of 1000 in each of them. */
function completeWindows(counts: readonly Count[]): number {
  const windows = new Set(counts.map(({ start }) => start))
  expect(new Set(counts.map(({ count }) => count))).toEqual(new Set([1000]))
  expect(new Set(counts.map(({ page, start }) => `${page} ${start}`)).size).toBe(counts.length)
  expect(counts.length).toBe(windows.size * PAGES)
  expect(Array.from(windows).sort((a, b) => a - b)).toEqual(Array.from(windows, (_, i) => i * 15_000))
  return windows.size
}

/** Stops it with a savepoint, after so many seconds. */
function stopAfter(seconds: number, job: DeployedJob): Savepoint {
  const { simulation, execution } = job
  simulation.run({ ...NO_LIMIT, untilUs: simulation.nowUs + seconds * 1_000_000 })
  execution.actions.triggerSavepoint({ stop: 'suspend' })
  simulation.run({ ...NO_LIMIT, untilUs: simulation.nowUs + 5_000_000 })
  const { savepoint = null, reason } = execution.actions.savepoints[0] ?? {}
  if (savepoint === null) throw new Error(`no savepoint: ${reason}`)
  expect(execution.state).toBe('FINISHED')
  return readSavepoint(writeSavepoint(savepoint), 'file')
}

describe('exactly once', () => {
  test('6 pages × 1000 in every window', () => {
    expect(completeWindows(output(runFor(80, clickEventCount()), 'read_committed'))).toBe(6)
  })

  test.each([1, 2, 3])('through failures, schedule %i', (seed) => {
    const job = runFor(110, clickEventCount(), { failures: 4, seed })
    expect(job.execution.attempt).toBeGreaterThan(1)
    expect(completeWindows(output(job, 'read_committed'))).toBeGreaterThan(4)
  })

  test('stopped, upgraded, and rescaled to 3', () => {
    const first = deployJob(clickEventCount(), { parallelism: 2, isHashed: false })
    const one = stopAfter(28, first)
    const { outside } = first.execution
    const upgraded = deployJob(clickEventCount(), {
      ...{ parallelism: 2, isHashed: false, outside },
      from: { savepoint: one },
    })
    const two = stopAfter(20, upgraded)
    const rescaled = deployJob(clickEventCount(), {
      ...{ parallelism: 3, isHashed: false, outside },
      from: { savepoint: two },
    })
    expect(rescaled.execution.tasks.length).toBe(3 * 2)
    rescaled.simulation.run({ ...NO_LIMIT, untilUs: rescaled.simulation.nowUs + 40_000_000 })
    expect(completeWindows(output(rescaled, 'read_committed'))).toBeGreaterThan(5)
  })

  test('a killed TaskManager leaves a transaction open, which the next attempt aborts', () => {
    const cluster = { taskManagers: 2, slotsPerTaskManager: 1 }
    const job = deployJob(clickEventCount(), { parallelism: 2, isHashed: false, cluster })
    const { simulation, execution } = job
    const { open } = logOf(execution.outside).transactions
    simulation.run({ ...NO_LIMIT, untilUs: 25_000_000 })
    while (open.size === 0) simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 })
    const [transaction] = open
    const owner = Number(/-(\d+)-\d+$/.exec(transaction?.transactionalId ?? '')?.[1])
    simulation.intervene({ kind: 'kill-task-manager', taskManager: owner + 1 } as ClusterAction)
    simulation.intervene({ kind: 'add-task-manager' } as ClusterAction)
    simulation.run({ ...NO_LIMIT, untilUs: simulation.nowUs + 500_000 })
    expect(transaction?.state).toBe('open')
    simulation.run({ ...NO_LIMIT, untilUs: 90_000_000 })
    expect([transaction?.state, execution.attempt]).toEqual(['aborted', 1])
    expect(completeWindows(output(job, 'read_committed'))).toBeGreaterThan(4)
  })

  test('to readers of uncommitted records a failure shows what will never be', () => {
    const job = deployJob(clickEventCount(), { parallelism: 2, isHashed: false })
    const { simulation, execution } = job
    const { open } = logOf(execution.outside).transactions
    simulation.run({ ...NO_LIMIT, untilUs: 25_000_000 })
    while (open.size === 0) simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 })
    execution.taskFailed(execution.tasks[0] as never, new Error('lost'))
    simulation.run({ ...NO_LIMIT, untilUs: 60_000_000 })
    const committed = output(job, 'read_committed')
    completeWindows(committed)
    expect(output(job, 'read_uncommitted').length).toBeGreaterThan(committed.length)
  })
})

describe('at least once', () => {
  test('after failures some counts come twice, and none is missing or wrong', () => {
    const build = clickEventCount({ guarantee: 'AT_LEAST_ONCE' })
    const jobs = [11, 14].map((seed) => runFor(110, build, { failures: 6, seed }))
    const duplicates = jobs.map((job) => {
      const counts = output(job, 'read_committed')
      const once = new Map(counts.map((count) => [`${count.page} ${count.start}`, count]))
      completeWindows(Array.from(once.values()))
      return counts.length - once.size
    })
    expect(Math.max(...duplicates)).toBeGreaterThan(0)
  })
})

describe('what it takes away', () => {
  const restarting = (env: StreamExecutionEnvironment) =>
    env.configure(
      new Configuration().set('restart-strategy.type', 'fixed-delay').set('restart-strategy.fixed-delay.attempts', 99),
    )

  test('without checkpoints a failure loses what was counted: offsets are committed, state is gone', () => {
    const build = clickEventCount({ guarantee: 'AT_LEAST_ONCE', prepare: restarting })
    const counts = output(runFor(110, build, { failures: 3, seed: 5 }), 'read_committed')
    expect(counts.filter(({ count }) => count < 1000).length).toBeGreaterThan(0)
    expect(counts.filter(({ count }) => count === 1000).length).toBeGreaterThan(0)
  })

  test('without checkpoints transactions are never committed', () => {
    const job = runFor(60, clickEventCount({ prepare: restarting }))
    expect([output(job, 'read_committed').length, output(job, 'read_uncommitted').length > 0]).toEqual([0, true])
  })

  test('without event time a count follows the clock on the wall', () => {
    const counts = output(runFor(80, clickEventCount({ hasEventTime: false })), 'read_committed')
    expect(counts.length).toBeGreaterThan(12)
    expect(counts.filter(({ count }) => count === 1000).length).toBe(0)
  })

  test('without idleness a partition that nobody writes to holds back every window', () => {
    expect(
      output(runFor(40, clickEventCount({ hasIdlePartition: true, isIdleAllowed: false })), 'read_uncommitted'),
    ).toEqual([])
    const free = runFor(40, clickEventCount({ hasIdlePartition: true }))
    expect(completeWindows(output(free, 'read_committed'))).toBeGreaterThan(0)
  })
})
