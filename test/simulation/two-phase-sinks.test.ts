// Sinks in two phases through failures at random moments: what became visible is every record once, in order, up to the
// last complete checkpoint. The outside world of the tests is an object that no attempt of the job can forget.

import { describe, expect, test } from 'vitest'
import type { LearnerError } from '../../runtime/base/diagnostic.ts'
import { RandomStream } from '../../runtime/base/random.ts'
import { splitsOf } from '../../runtime/connectors/splits.ts'
import {
  BasePathBucketAssigner,
  Configuration,
  DataGeneratorSource,
  DefaultRollingPolicy,
  FileSink,
  RateLimiterStrategy,
  SimpleStringEncoder,
  WatermarkStrategy,
  type CommitRequest,
  type Committer,
  type CommittingSinkWriter,
  type Sink,
  type SinkWriter,
  type StatefulSinkWriter,
  type StreamExecutionEnvironment,
  type SupportsCommitter,
  type SupportsWriterState,
  type WriterInitContext,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, planOf, runJob, type Build, type DeployedJob } from '../harness/run-job.ts'

/** Where writers put what they prepare, and what has been committed of it. */
class World {
  readonly prepared = new Map<string, readonly number[]>()
  readonly committed = new Map<string, readonly number[]>()
  readonly log: string[] = []
  /** What a committer does before it commits. */
  before: (request: CommitRequest<string>) => boolean = () => true
  ids = 0

  visible(): number[] {
    return Array.from(this.committed.values()).flat()
  }
}

class TransactionalSink implements Sink<number>, SupportsCommitter<string> {
  readonly world: World
  constructor(world: World) {
    this.world = world
  }

  createWriter(): CommittingSinkWriter<number, string> {
    return new TransactionWriter(this.world)
  }

  createCommitter(): Committer<string> {
    const { world } = this
    return {
      commit(requests) {
        for (const request of requests) {
          const id = request.getCommittable()
          if (!world.before(request)) continue
          if (world.committed.has(id)) request.signalAlreadyCommitted()
          else world.committed.set(id, world.prepared.get(id) ?? [])
        }
      },
      close: () => void world.log.push('committer closed'),
    }
  }
}

class TransactionWriter implements CommittingSinkWriter<number, string> {
  readonly world: World
  batch: number[] = []
  constructor(world: World) {
    this.world = world
  }

  write(element: number): void {
    this.batch.push(element)
  }

  flush(endOfInput: boolean): void {
    this.world.log.push(`flush ${endOfInput}`)
  }

  prepareCommit(): string[] {
    if (this.batch.length === 0) return []
    const id = `tx ${this.world.ids++}`
    this.world.prepared.set(id, this.batch)
    this.batch = []
    return [id]
  }

  close(): void {
    this.world.log.push('writer closed')
  }
}

/** Numbers without end, ten a second on each of the subtasks. */
function numbers(
  prepare: (env: StreamExecutionEnvironment) => unknown,
  sinkOf: () => Sink<number>,
  count = Infinity,
): Build {
  return (env) => {
    prepare(env)
    const rate = RateLimiterStrategy.perSecond(10 * env.getParallelism())
    const source = new DataGeneratorSource((i: number) => i, count, rate)
    env.fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers').sinkTo(sinkOf()).name('out')
  }
}

function runWithFailures(build: Build, seed: number, untilMs = 20_000): DeployedJob {
  const random = new RandomStream(seed, 'failures')
  const cluster = { bufferRecords: 1 + random.nextBelow(4), latencyUs: [10, 30_000][random.nextBelow(2)] as number }
  const job = deployJob(build, { parallelism: 1 + random.nextBelow(3), seed, cluster })
  const { simulation, execution } = job
  for (let i = 0; i < 4; i++) {
    simulation.run({ ...NO_LIMIT, untilEvent: simulation.event + 1 + random.nextBelow(90) })
    const task = execution.tasks[random.nextBelow(execution.tasks.length)]
    if (task?.state === 'RUNNING') execution.taskFailed(task, new Error('lost'))
  }
  simulation.run({ ...NO_LIMIT, untilUs: untilMs * 1000 })
  return job
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)

/** Of each subtask of the source the numbers from its first on, without a gap and none twice. */
function expectEveryOnce(values: readonly number[], { plan }: DeployedJob): void {
  const splits = splitsOf({ kind: 'generator', count: null, ratePerSecond: null }, plan.config.parallelism)
  for (const { position, end } of splits) {
    const own = values.filter((value) => value >= position && value < (end ?? Infinity)).sort((a, b) => a - b)
    expect(own.length).toBeGreaterThan(40)
    expect(own.map((value) => value - position)).toEqual(upTo(own.length))
  }
}

const chained = (env: StreamExecutionEnvironment) => env.enableCheckpointing(500)
const apart = (env: StreamExecutionEnvironment) => env.enableCheckpointing(300).disableOperatorChaining()

describe('exactly once, whatever fails and when', () => {
  test.each(upTo(24))('schedule %i', (seed) => {
    const world = new World()
    const build = numbers(seed % 2 === 0 ? chained : apart, () => new TransactionalSink(world))
    const job = runWithFailures(build, seed)
    expect(job.execution.attempt).toBeGreaterThan(0)
    expectEveryOnce(world.visible(), job)
  })

  test('a committer that loses its job after committing gets the same again', () => {
    const world = new World()
    const again: string[] = []
    const seen = new Set<string>()
    world.before = (request) => {
      const id = request.getCommittable()
      if (seen.has(id)) again.push(id)
      if (seen.has(id) || seen.size !== 3) {
        seen.add(id)
        return true
      }
      seen.add(id)
      world.committed.set(id, world.prepared.get(id) ?? [])
      throw new Error('the answer got lost')
    }
    const job = deployJob(numbers(chained, () => new TransactionalSink(world)))
    job.simulation.run({ ...NO_LIMIT, untilUs: 9_000_000 })
    expect(job.execution.attempt).toBe(1)
    expect(again).toEqual(['tx 3'])
    expectEveryOnce(world.visible(), job)
  })

  test.each(upTo(8))('part files, schedule %i', (seed) => {
    const policy = DefaultRollingPolicy.builder().withMaxPartSize(20).build()
    const sink = FileSink.forRowFormat('/out', new SimpleStringEncoder<number>())
      .withBucketAssigner(new BasePathBucketAssigner())
      .withRollingPolicy(policy)
      .build()
    const build: Build = (env) => {
      chained(env)
      const rate = RateLimiterStrategy.perSecond(10 * env.getParallelism())
      const source = new DataGeneratorSource((i: number) => i, Infinity, rate)
      env.fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers').sinkTo(sink)
    }
    const job = runWithFailures(build, seed)
    const finished = Array.from(job.execution.outside.files.values()).filter(({ state }) => state === 'finished')
    const rows = finished.flatMap(({ text }) => text.trim().split('\n').map(Number))
    expectEveryOnce(rows, job)
  })
})

describe('committing', () => {
  const run = (world: World, prepare: (env: StreamExecutionEnvironment) => unknown, untilMs = 2300) => {
    const job = deployJob(numbers(prepare, () => new TransactionalSink(world)))
    job.simulation.run({ ...NO_LIMIT, untilUs: untilMs * 1000 })
    return job
  }

  test('waits for the checkpoint to be complete', () => {
    const world = new World()
    run(world, chained, 500)
    expect([world.prepared.size, world.visible()]).toEqual([1, []])
    run(world, chained, 700)
    expect(world.visible().length).toBeGreaterThan(4)
  })

  test('without checkpoints comes at the end of input, and never before', () => {
    const world = new World()
    run(world, () => undefined, 60_000)
    expect(world.prepared.size).toBe(0)
    runJob(
      numbers(
        () => undefined,
        () => new TransactionalSink(world),
        15,
      ),
    )
    expect(world.visible()).toEqual(upTo(15))
    expect(world.log).toEqual(['flush true', 'committer closed', 'writer closed'])
  })

  test.each([chained, apart])('a failure at the very last commit loses nothing', (prepare) => {
    const world = new World()
    let failures = 0
    world.before = () => {
      if (Array.from(world.prepared.values()).flat().length < 12 || failures > 0) return true
      failures++
      throw new Error('no answer')
    }
    const job = runJob(numbers(prepare, () => new TransactionalSink(world), 12))
    expect([failures, job.execution.attempt]).toEqual([1, 1])
    expect(world.visible()).toEqual(upTo(12))
  })

  test('what is put off comes again at once, and counts its retries', () => {
    const world = new World()
    const retries: number[] = []
    world.before = (request) => {
      retries.push(request.getNumberOfRetries())
      if (request.getNumberOfRetries() === 2) return true
      request.retryLater()
      return false
    }
    const job = run(world, chained, 700)
    expect([retries, job.execution.attempt]).toEqual([[0, 1, 2], 0])
    expect(world.visible().length).toBeGreaterThan(4)
  })

  test('what is put off too often fails the job', () => {
    const world = new World()
    world.before = (request) => {
      request.retryLater()
      return false
    }
    const few = new Configuration().set('sink.committer.retries', 1).set('restart-strategy.type', 'none')
    const { execution } = run(world, (env) => chained(env.configure(few)))
    expect((execution.failure?.error as LearnerError).code).toBe('COMMIT_RETRIES')
  })

  test('another committable can take the place of one that is put off', () => {
    const world = new World()
    world.before = (request) => {
      if (request.getCommittable().startsWith('tx')) request.updateAndRetryLater('other')
      return request.getCommittable() !== 'other' || request.getNumberOfRetries() === 1
    }
    world.prepared.set('other', [-1])
    run(world, chained, 700)
    expect(world.committed.get('other')).toEqual([-1])
  })

  test('a failure for a known reason loses the committable and nothing else', () => {
    const world = new World()
    world.before = (request) => {
      if (request.getCommittable() !== 'tx 1') return true
      request.signalFailedWithKnownReason(new Error('gone'))
      return false
    }
    const job = run(world, chained)
    expect(job.execution.attempt).toBe(0)
    expect(Array.from(world.committed.keys())).toEqual(['tx 0', 'tx 2', 'tx 3'])
  })

  test('a failure for an unknown reason starts the job again', () => {
    const world = new World()
    world.before = (request) => {
      if (world.log.includes('writer closed')) return true
      request.signalFailedWithUnknownReason(new Error('no answer'))
      return false
    }
    expect(run(world, chained, 5000).execution.attempt).toBe(1)
    expect(Array.from(world.committed.keys()).slice(0, 2)).toEqual(['tx 0', 'tx 1'])
  })
})

/** Writes in pairs; the odd one waits in state. */
class PairSink implements Sink<number>, SupportsWriterState<number, number> {
  readonly pairs: string[]
  constructor(pairs: string[]) {
    this.pairs = pairs
  }

  createWriter(context: WriterInitContext): StatefulSinkWriter<number, number> {
    return this.restoreWriter(context, [])
  }

  restoreWriter(_context: WriterInitContext, recovered: readonly number[]): StatefulSinkWriter<number, number> {
    const waiting = [...recovered]
    return {
      write: (element) => {
        waiting.push(element)
        if (waiting.length === 2) this.pairs.push(waiting.splice(0).join(' '))
      },
      flush: () => undefined,
      snapshotState: () => waiting,
    }
  }
}

test('a writer’s state comes back after a failure', () => {
  const pairs: string[] = []
  const job = deployJob(
    numbers(
      (env) => env.enableCheckpointing(250),
      () => new PairSink(pairs),
    ),
  )
  job.simulation.run({ ...NO_LIMIT, untilUs: 300_000 })
  job.execution.taskFailed(job.execution.tasks[0] as never, new Error('lost'))
  job.simulation.run({ ...NO_LIMIT, untilUs: 3_000_000 })
  // The checkpoint at 250 ms kept the 2; what was written after it is written again.
  expect(pairs.slice(0, 5)).toEqual(['0 1', '2 3', '2 3', '4 5', '6 7'])
})

test('a timer of a writer comes when it’s due, and none after the end', () => {
  const calls: number[] = []
  const timed: Sink<number> = {
    createWriter(context) {
      const time = context.getProcessingTimeService()
      time.registerTimer(250, (at) => {
        calls.push(at, time.getCurrentProcessingTime())
        time.registerTimer(60_000, (late) => void calls.push(late))
      })
      return { write: () => undefined, flush: () => undefined }
    },
  }
  runJob(
    numbers(
      () => undefined,
      () => timed,
      5,
    ),
  )
  expect(calls).toEqual([250, 250])
})

describe('what the graph shows', () => {
  const world = new World()
  test('a committer behind the writer, with its settings', () => {
    const plan = planOf((env) => {
      const source = env.fromSequence(1, 9)
      source.sinkTo(new TransactionalSink(world)).name('out').uid('out').setParallelism(2).setMaxParallelism(16)
    }, 3)
    const [, writer, committer] = plan.nodes
    expect([writer?.kind, committer?.kind]).toEqual(['sink', 'committer'])
    expect([committer?.uid, committer?.parallelism, committer?.maxParallelism]).toEqual(['Sink Committer: out', 2, 16])
    expect(committer?.inputs[0]).toMatchObject({ node: writer?.id, partitioner: 'FORWARD' })
  })

  test('both in one chain, under the name of the sink', () => {
    const names = (name: string | null) =>
      deployJob((env) => {
        const sink = env.fromSequence(1, 9).sinkTo(new TransactionalSink(world))
        if (name !== null) sink.name(name)
      }).execution.tasks[0]?.name
    expect(names(null)).toBe('Source: Sequence Source -> Sink: Writer -> Sink: Committer')
    expect(names('out')).toBe('Source: Sequence Source -> out: Writer -> out: Committer')
  })
})

describe('what isn’t a sink says so', () => {
  const writer = (parts: object): Sink<number> => ({ createWriter: () => parts as SinkWriter<number> })
  const whole = { write: () => undefined, flush: () => undefined }
  test.each<[name: string, sink: Sink<number>, code: string]>([
    ['no sink at all', {} as Sink<number>, 'SINK_WANTED'],
    ['no writer', writer(null as never), 'WRITER_METHOD'],
    ['a writer that can’t write', writer({ flush: whole.flush }), 'WRITER_METHOD'],
    [
      'a committer without a prepareCommit',
      { ...writer(whole), createCommitter: () => ({}) } as never,
      'WRITER_METHOD',
    ],
    [
      'a committer that isn’t one',
      { ...writer({ ...whole, prepareCommit: () => [] }), createCommitter: () => ({}) } as never,
      'WRITER_METHOD',
    ],
    [
      'committables that are no list',
      {
        ...writer({ ...whole, prepareCommit: () => 5 }),
        createCommitter: () => ({ commit: () => undefined }),
      } as never,
      'WRITER_LIST',
    ],
    ['an async write', writer({ ...whole, write: () => Promise.resolve() }), 'PROMISE_RETURNED'],
  ])('%s', (_name, sink, code) => {
    const run = () =>
      runJob(
        numbers(
          () => undefined,
          () => sink,
          3,
        ),
      )
    expect(run).toThrowError(expect.objectContaining({ code }) as Error)
  })
})
