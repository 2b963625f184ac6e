// Savepoints of running jobs: what a job does that is stopped with one and started from it, together with what it did
// before, is what it would have done without, at any parallelism; and the file says when it isn't what it was.

import { describe, expect, test } from 'vitest'
import { LearnerError } from '../../runtime/base/diagnostic.ts'
import { readSavepoint, writeSavepoint } from '../../runtime/cluster/savepoint-file.ts'
import type { Savepoint } from '../../runtime/cluster/savepoint.ts'
import type { SavepointStop } from '../../runtime/cluster/savepoint-request.ts'
import {
  Configuration,
  DataGeneratorSource,
  KeyedProcessFunction,
  MapStateDescriptor,
  RateLimiterStrategy,
  ValueStateDescriptor,
  WatermarkStrategy,
  type Collector,
  type Context,
  type OnTimerContext,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, type Build, type DeployedJob, type JobOptions } from '../harness/run-job.ts'

const RECORDS = 100
const KEYS = 7

/** Counts per key and remembers what came; timers in event time that only MAX reaches, and in processing time. */
class Remembering extends KeyedProcessFunction<number, number, string> {
  readonly #count = new ValueStateDescriptor<number>('count')
  readonly #seen = new MapStateDescriptor<number, bigint>('seen')

  override processElement(value: number, ctx: Context<number>, out: Collector<string>): void {
    const count = this.getRuntimeContext().getState(this.#count)
    const seen = this.getRuntimeContext().getMapState(this.#seen)
    count.update((count.value() ?? 0) + 1)
    if (seen.contains(value)) out.collect(`${value} again`)
    seen.put(value, BigInt(value))
    if (count.value() === 1) {
      ctx.timerService().registerEventTimeTimer(1_000_000)
      ctx.timerService().registerProcessingTimeTimer(2200)
    }
    out.collect(`${ctx.getCurrentKey()} ${count.value()}`)
  }

  override onTimer(timestamp: number, ctx: OnTimerContext<number>, out: Collector<string>): void {
    out.collect(`${ctx.getCurrentKey()} fired ${timestamp}`)
  }
}

function counting(prepare: (env: StreamExecutionEnvironment) => unknown = () => undefined): Build {
  return (env) => {
    prepare(env)
    const source = new DataGeneratorSource((i: number) => i, RECORDS, RateLimiterStrategy.perSecond(20))
    const strategy = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((i) => i)
    env
      .fromSource(source, strategy, 'numbers')
      .uid('numbers')
      .rebalance()
      .map((value) => value)
      .keyBy((value) => value % KEYS)
      .process(new Remembering())
      .uid('counter')
      .print('counts')
  }
}

const texts = ({ rows }: DeployedJob): string[] => rows.map(({ value }) => String(value))
const sorted = (list: readonly string[]): string[] => [...list].sort()
const whole = (): string[] => {
  const job = deployJob(counting())
  job.simulation.run(NO_LIMIT)
  return sorted(texts(job))
}

function runUntil(build: Build, ms: number, options: JobOptions = {}): DeployedJob {
  const job = deployJob(build, options)
  job.simulation.run({ ...NO_LIMIT, untilUs: ms * 1000 })
  return job
}

/** Takes it, runs to the end, and gives back what the file says of it. */
function take(job: DeployedJob, stop: SavepointStop): Savepoint {
  job.execution.actions.triggerSavepoint({ stop })
  job.simulation.run(NO_LIMIT)
  const { savepoint = null, reason } = job.execution.actions.savepoints[0] ?? {}
  if (savepoint === null) throw new Error(`no savepoint: ${reason}`)
  return readSavepoint(writeSavepoint(savepoint), 'file')
}

function go(build: Build, options: JobOptions): DeployedJob {
  const job = deployJob(build, options)
  job.simulation.run(NO_LIMIT)
  if (job.execution.failure !== null) throw job.execution.failure.error
  return job
}

const cases = [1, 2, 3].flatMap((before) => [1, 2, 4].map((after) => [before, after] as const))

describe('stopped without drain, and started from it', () => {
  test.each(cases)('%i times in parallel before, %i after: nothing missing, nothing twice', (before, after) => {
    const first = runUntil(counting(), 2000, { parallelism: before })
    const savepoint = take(first, 'suspend')
    expect(first.execution.state).toBe('FINISHED')
    expect(texts(first).some((text) => text.includes('fired'))).toBe(false)
    const second = go(counting(), { parallelism: after, from: { savepoint } })
    expect(second.execution.state).toBe('FINISHED')
    expect(second.rows.length).toBeGreaterThan(20)
    expect(sorted([...texts(first), ...texts(second)])).toEqual(whole())
  })

  test('with checkpoints by the clock, too, whose numbers go on', () => {
    const build = counting((env) => env.enableCheckpointing(300))
    const savepoint = take(runUntil(build, 2000), 'suspend')
    expect(savepoint.checkpointId).toBeGreaterThan(5)
    const second = runUntil(build, 3500, { from: { savepoint } })
    expect(second.simulation.nowUs).toBeGreaterThan(2_000_000)
    expect(second.execution.checkpoints?.completed?.id).toBeGreaterThan(savepoint.checkpointId)
  })

  test('a failure before the first checkpoint goes back to the savepoint', () => {
    const build = counting((env) => env.enableCheckpointing(60_000))
    const first = runUntil(build, 2000)
    const savepoint = take(first, 'suspend')
    const second = runUntil(build, 3000, { from: { savepoint } })
    second.execution.taskFailed(second.execution.tasks[0] as never, new Error('lost'))
    second.simulation.run(NO_LIMIT)
    expect(second.execution.attempt).toBe(1)
    expect(texts(second).some((text) => text.endsWith('again'))).toBe(false)
    expect(new Set([...texts(first), ...texts(second)])).toEqual(new Set(whole()))
  })
})

describe('taken while the job runs on', () => {
  test('the job does what it does without', () => {
    const job = runUntil(counting(), 2000, { parallelism: 2 })
    const savepoint = take(job, 'none')
    expect(sorted(texts(job))).toEqual(whole())
    const second = go(counting(), { from: { savepoint } })
    expect(second.rows.length).toBeLessThan(RECORDS)
    expect(new Set([...texts(job).slice(0, 45), ...texts(second)]).size).toBeGreaterThan(RECORDS)
    expect(texts(second).some((text) => text.endsWith('again'))).toBe(false)
  })

  test('a failure after it doesn’t go back to it', () => {
    const job = runUntil(
      counting((env) => env.enableCheckpointing(60_000)),
      2000,
    )
    job.execution.actions.triggerSavepoint({ stop: 'none' })
    job.simulation.run({ ...NO_LIMIT, untilUs: 3_000_000 })
    expect(job.execution.actions.savepoints).toHaveLength(1)
    expect(job.execution.checkpoints?.completed).toBeNull()
  })

  test('twice at once: one after the other', () => {
    const job = runUntil(counting(), 2000)
    job.execution.actions.triggerSavepoint({ stop: 'none' })
    job.execution.actions.triggerSavepoint({ stop: 'none' })
    job.simulation.run(NO_LIMIT)
    expect(job.execution.actions.savepoints.map(({ savepoint }) => savepoint?.checkpointId)).toEqual([1, 2])
  })
})

describe('stopped with drain', () => {
  test('event time comes to its end, and what was to be read stands in the savepoint', () => {
    const job = runUntil(counting(), 2000, { parallelism: 2 })
    const savepoint = take(job, 'drain')
    expect(job.execution.state).toBe('FINISHED')
    const fired = texts(job).filter((text) => text.includes('fired'))
    expect(sorted(fired)).toEqual(Array.from({ length: KEYS }, (_, key) => `${key} fired 1000000`))
    const second = go(counting(), { from: { savepoint } })
    const counted = [...texts(job), ...texts(second)].filter((text) => !text.includes('fired'))
    expect(sorted(counted)).toEqual(whole().filter((text) => !text.includes('fired')))
  })
})

describe('what comes to nothing says why', () => {
  const reasonOf = (job: DeployedJob): string | undefined => job.execution.actions.savepoints[0]?.reason

  test('before all tasks run', () => {
    const job = deployJob(counting())
    job.execution.actions.triggerSavepoint({ stop: 'none' })
    expect(reasonOf(job)).toBe('SAVEPOINT_NOT_RUNNING')
  })

  test('of a job in batch mode', () => {
    const job = deployJob(counting((env) => env.setRuntimeMode('BATCH')))
    job.execution.actions.triggerSavepoint({ stop: 'none' })
    expect(reasonOf(job)).toBe('SAVEPOINT_BATCH')
  })

  test('of a job that fails meanwhile', () => {
    const job = runUntil(counting(), 2000)
    job.execution.actions.triggerSavepoint({ stop: 'suspend' })
    job.execution.taskFailed(job.execution.tasks[0] as never, new Error('lost'))
    expect([reasonOf(job), job.execution.state]).toEqual(['SAVEPOINT_JOB_FAILED', 'FAILED'])
  })

  test('that takes too long: the job goes on', () => {
    const build = counting((env) => {
      env.enableCheckpointing(60_000)
      env.getCheckpointConfig().setCheckpointTimeout(100)
      env.configure(new Configuration().set('execution.checkpointing.checkpoints-after-tasks-finish', false))
    })
    const job = runUntil(build, 2000, { cluster: { latencyUs: 200_000 } })
    job.execution.actions.triggerSavepoint({ stop: 'none' })
    job.simulation.run(NO_LIMIT)
    expect([reasonOf(job), job.execution.state]).toEqual(['SAVEPOINT_EXPIRED', 'FINISHED'])
    expect(sorted(texts(job))).toEqual(whole())
  })
})

describe('the file', () => {
  const text = writeSavepoint(take(runUntil(counting(), 2000), 'suspend'))
  const codeOf = (read: string): string => {
    try {
      readSavepoint(read, 'file')
      return 'read'
    } catch (error) {
      return error instanceof LearnerError ? error.code : String(error)
    }
  }

  test.each<[name: string, text: string, code: string]>([
    ['as it is', text, 'read'],
    ['cut off', text.slice(0, -200), 'SAVEPOINT_DAMAGED'],
    ['with another number in it', text.replace('"position":', '"position":1'), 'SAVEPOINT_DAMAGED'],
    ['of the next version', text.replace('"version":1', '"version":2'), 'SAVEPOINT_VERSION'],
    ['something else', '{"records":[]}', 'SAVEPOINT_NONE'],
    ['no text of ours', 'hello', 'SAVEPOINT_NONE'],
    ['empty', '', 'SAVEPOINT_NONE'],
  ])('%s: %s', (_name, read, code) => expect(codeOf(read)).toBe(code))

  test('however it was changed, it’s refused or is as it was', () => {
    const whole = JSON.stringify(JSON.parse(text))
    for (let at = 0; at < text.length; at += 97) {
      const changed = `${text.slice(0, at)}${text[at] === '7' ? '8' : '7'}${text.slice(at + 1)}`
      const isSame = codeOf(changed) === 'read' && JSON.stringify(JSON.parse(changed)) === whole
      if (!isSame) expect(codeOf(changed)).toMatch(/^SAVEPOINT_(DAMAGED|VERSION|NONE)$/)
    }
  })

  test('has a line per key, with its key group, states and timers', () => {
    const line = text.split('\n').find((candidate) => candidate.includes('"key":3,'))
    expect(line).toContain('["count",6]')
    expect(line).toContain('{"$bigint":"3"}')
    expect(line).toContain('"eventTimers":[1000000]')
  })
})
