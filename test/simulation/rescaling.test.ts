// A running job changes its parallelism: key groups move to the subtasks that own them then, lists are shared out, union
// lists and broadcast state go to everyone, nothing is lost and nothing counts twice.

import { describe, expect, test } from 'vitest'
import type { RescaleAction } from '../../runtime/cluster/rescaling.ts'
import type { Frame, RunSettings } from '../../runtime/host/protocol.ts'
import {
  DataGeneratorSource,
  KeyedBroadcastProcessFunction,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  RateLimiterStrategy,
  RichMapFunction,
  ValueStateDescriptor,
  WatermarkStrategy,
  type BroadcastContext,
  type CheckpointedFunction,
  type Collector,
  type Context,
  type FunctionInitializationContext,
  type KeyedReadOnlyContext,
  type ListState,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { keyGroupRange } from '../../runtime/record/key-groups.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'
import { deployJob, type Build, type DeployedJob, type JobOptions } from '../harness/run-job.ts'

const RECORDS = 120
const KEYS = 11

class Counter extends KeyedProcessFunction<number, number, string> {
  readonly #count = new ValueStateDescriptor<number>('count')

  override processElement(_value: number, ctx: Context<number>, out: Collector<string>): void {
    const count = this.getRuntimeContext().getState(this.#count)
    count.update((count.value() ?? 0) + 1)
    if (count.value() === 1) ctx.timerService().registerProcessingTimeTimer(4000)
    out.collect(`${ctx.getCurrentKey()} ${count.value()}`)
  }

  override onTimer(_time: number, ctx: { getCurrentKey(): number }, out: Collector<string>): void {
    out.collect(`${ctx.getCurrentKey()} fired`)
  }
}

function numbers(env: StreamExecutionEnvironment) {
  const source = new DataGeneratorSource((i: number) => i, RECORDS, RateLimiterStrategy.perSecond(20))
  return env.fromSource(source, WatermarkStrategy.noWatermarks<number>(), 'numbers')
}

const counting =
  (prepare: (env: StreamExecutionEnvironment) => unknown = () => undefined): Build =>
  (env) => {
    prepare(env)
    numbers(env)
      .map((value) => value)
      .keyBy((value) => value % KEYS)
      .process(new Counter())
      .print('counts')
  }

/** At the end of the turn under way. */
function rescale({ simulation }: DeployedJob, parallelism: number): void {
  const action: RescaleAction = { kind: 'rescale', parallelism }
  simulation.intervene(action)
}

/** Runs to the end; at each of these times the parallelism changes. */
function run(build: Build, changes: readonly (readonly [ms: number, parallelism: number])[], options: JobOptions = {}) {
  const job = deployJob(build, options)
  for (const [ms, parallelism] of changes) {
    job.simulation.run({ ...NO_LIMIT, untilUs: ms * 1000 })
    rescale(job, parallelism)
  }
  job.simulation.run(NO_LIMIT)
  if (job.execution.failure !== null) throw job.execution.failure.error
  return job
}

const texts = ({ rows }: DeployedJob): string[] => rows.map(({ value }) => String(value)).sort()
const parallelisms = ({ execution }: DeployedJob): number[] =>
  execution.graph.vertices.map((vertex) => vertex.parallelism)

describe('keyed state', () => {
  const changes: readonly (readonly (readonly [number, number])[])[] = [
    [[1000, 3]],
    [[1000, 1]],
    [
      [1000, 3],
      [2000, 2],
      [3000, 5],
    ],
  ]
  test.each(changes.flatMap((list) => [1, 2].map((before) => [before, list] as const)))(
    '%i times in parallel, then %j',
    (before, list) => {
      const job = run(counting(), list, { parallelism: before })
      expect(job.execution.state).toBe('FINISHED')
      expect(texts(job)).toEqual(texts(run(counting(), [], { parallelism: before })))
      const last = list.at(-1)?.[1] ?? 0
      const isChange = list.length > 1 || last !== before
      expect(job.execution.rescaled).toBe(isChange ? list.length : 0)
      if (isChange) expect(new Set(parallelisms(job))).toEqual(new Set([last]))
    },
  )

  test('every key is on the subtask that owns its group, and only there', () => {
    const job = deployJob(counting(), { parallelism: 2 })
    job.simulation.run({ ...NO_LIMIT, untilUs: 1_000_000 })
    rescale(job, 5)
    job.simulation.run({ ...NO_LIMIT, untilUs: 1_500_000 })
    const { tasks } = job.execution
    const seen: unknown[] = []
    for (const { keyContext, subtask } of tasks) {
      const backend = keyContext?.backend
      if (backend === undefined) continue
      const { start, end } = keyGroupRange(subtask, 5, 128)
      for (const slot of backend.liveSlots()) {
        seen.push(backend.keyAt(slot))
        expect(backend.keyGroupOfSlot(slot)).toBeGreaterThanOrEqual(start)
        expect(backend.keyGroupOfSlot(slot)).toBeLessThanOrEqual(end)
      }
    }
    expect(seen.sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: KEYS }, (_, key) => key))
  })

  test('after a failure it goes on at the parallelism it has then', () => {
    const job = deployJob(
      counting((env) => env.enableCheckpointing(300)),
      { parallelism: 1 },
    )
    job.simulation.run({ ...NO_LIMIT, untilUs: 1_000_000 })
    rescale(job, 3)
    job.simulation.run({ ...NO_LIMIT, untilUs: 2_000_000 })
    job.execution.taskFailed(job.execution.tasks[0] as never, new Error('lost'))
    job.simulation.run(NO_LIMIT)
    expect([job.execution.state, job.execution.attempt, ...new Set(parallelisms(job))]).toEqual(['FINISHED', 2, 3])
    const last = new Set(texts(job).filter((row) => row.startsWith('3 ')))
    expect(last).toContain(`3 ${Math.ceil((RECORDS - 3) / KEYS)}`)
    expect(last).not.toContain(`3 ${Math.ceil((RECORDS - 3) / KEYS) + 1}`)
  })

  test('edges that went straight on are dealt out where the numbers differ', () => {
    const build: Build = (env) =>
      void numbers(env)
        .map((value) => value)
        .setParallelism(2)
        .startNewChain()
        .map((value) => value * 2)
        .startNewChain()
        .print('doubled')
    const job = run(build, [[1000, 3]], { parallelism: 2 })
    expect(texts(job)).toEqual(Array.from({ length: RECORDS }, (_, i) => String(2 * i)).sort())
    expect(parallelisms(job)).toEqual([3, 2, 3])
  })
})

/** Puts every record into a list of its subtask, and tells at the start what it has got. */
class Hoard extends RichMapFunction<number, string> implements CheckpointedFunction {
  readonly isUnion: boolean
  list!: ListState<number>
  restored: readonly number[] = []

  constructor(isUnion: boolean) {
    super()
    this.isUnion = isUnion
  }

  initializeState(context: FunctionInitializationContext): void {
    const store = context.getOperatorStateStore()
    const descriptor = new ListStateDescriptor<number>('hoard')
    this.list = this.isUnion ? store.getUnionListState(descriptor) : store.getListState(descriptor)
    if (context.isRestored()) this.restored = Array.from(this.list.get())
  }

  snapshotState(): void {}

  map(value: number): string {
    this.list.add(value)
    return `${this.getRuntimeContext().getIndexOfThisSubtask()}: ${this.restored.join(' ')}`
  }
}

describe('operator state', () => {
  const restored = (isUnion: boolean): Map<number, readonly number[]> => {
    const build: Build = (env) => void numbers(env).rebalance().map(new Hoard(isUnion)).print('hoards')
    const rows = run(build, [[1000, 3]], { parallelism: 2 }).rows.map(({ value }) => String(value).split(': '))
    const lists = new Map<number, readonly number[]>()
    for (const [subtask, list = ''] of rows) if (list !== '') lists.set(Number(subtask), list.split(' ').map(Number))
    return lists
  }

  test('a list is shared out: everything once', () => {
    const lists = restored(false)
    const all = Array.from(lists.values()).flat()
    expect(lists.size).toBe(3)
    expect(new Set(all).size).toBe(all.length)
    expect(Math.max(...Array.from(lists.values(), ({ length }) => length))).toBeLessThanOrEqual(
      Math.ceil(all.length / 3),
    )
  })

  test('a union list goes whole to everyone', () => {
    const lists = Array.from(restored(true).values(), (list) => [...list].sort((a, b) => a - b))
    expect(lists).toHaveLength(3)
    expect(new Set(lists.map(String)).size).toBe(1)
    expect(lists[0]?.length).toBeGreaterThan(15)
  })

  test('broadcast state is copied', () => {
    const rules = new MapStateDescriptor<string, number>('rules')
    class Ruled extends KeyedBroadcastProcessFunction<number, number, number, string> {
      override processElement(_value: number, ctx: KeyedReadOnlyContext<number>, out: Collector<string>): void {
        const rule = ctx.getBroadcastState(rules).get('rule')
        out.collect(`${this.getRuntimeContext().getIndexOfThisSubtask()} ${rule}`)
      }

      override processBroadcastElement(value: number, ctx: BroadcastContext): void {
        ctx.getBroadcastState(rules).put('rule', value)
      }
    }
    const build: Build = (env) => {
      const rule = env.fromData([42]).broadcast(rules)
      void numbers(env)
        .keyBy((value) => value % KEYS)
        .connect(rule)
        .process(new Ruled())
        .print('ruled')
    }
    const job = run(build, [[1000, 4]], { parallelism: 2 })
    const late = job.rows.filter(({ atMs }) => atMs > 1500).map(({ value }) => String(value))
    expect(new Set(late)).toEqual(new Set(['0 42', '1 42', '2 42', '3 42']))
  })
})

describe('what comes to nothing says why, and the job goes on', () => {
  const failureOf = (build: Build, parallelism: number, ms = 1000): readonly [string | undefined, number] => {
    const job = run(build, [[ms, parallelism]], { parallelism: 2 })
    return [job.execution.actions.rescales[0]?.failure?.code, job.rows.length]
  }
  const rows = run(counting(), [], { parallelism: 2 }).rows.length

  test.each<[name: string, build: Build, parallelism: number, code: string]>([
    ['the parallelism it has', counting(), 2, 'RESCALE_NOTHING'],
    ['more than there are key groups', counting((env) => env.setMaxParallelism(4)), 5, 'RESCALE_MAX'],
  ])('%s', (_name, build, parallelism, code) => expect(failureOf(build, parallelism)).toEqual([code, rows]))

  test('in batch mode', () => {
    const batch = counting((env) => env.setRuntimeMode('BATCH'))
    expect(failureOf(batch, 3, -1)[0]).toBe('RESCALE_BATCH')
  })

  test('twice at once', () => {
    const job = run(
      counting(),
      [
        [1000, 3],
        [1000, 4],
      ],
      { parallelism: 2 },
    )
    expect(job.execution.actions.rescales.map(({ failure }) => failure?.code ?? null)).toEqual(['RESCALE_FAILED', null])
    expect(job.rows.length).toBe(rows)
  })

  test('before all tasks run', () => expect(failureOf(counting(), 3, -1)).toEqual(['RESCALE_FAILED', rows]))
})

describe('by a host', () => {
  const text = `
import { DataGeneratorSource, RateLimiterStrategy, StreamExecutionEnvironment, WatermarkStrategy } from 'streambed'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const source = new DataGeneratorSource((i: number) => [i % 7, 1] as [number, number], 60, RateLimiterStrategy.perSecond(20))
env.fromSource(source, WatermarkStrategy.noWatermarks(), 'ones').keyBy(([key]) => key).sum(1).print()
await env.execute('sums')
`
  const { job } = compiled([{ name: 'job.ts', text }])
  if (job === null) throw new Error('doesn’t compile')
  const runWith = async (settings: RunSettings, onFrame: (frame: Frame) => void = () => undefined) => {
    const rows: string[] = []
    const topologies: number[] = []
    const session = newSession()
    const outcome = await session.run(job, settings, (frame) => {
      // Whoever starts paused has seen how things stand first.
      if (frame.isPaused) void session.play(50)
      rows.push(...frame.rows.map((row) => row.text))
      if (frame.topology !== null) topologies.push(frame.topology.tasks.length)
      onFrame(frame)
    })
    return { outcome, rows: rows.sort(), topologies }
  }

  test('at a set time; watching changes nothing, and sees what runs where again', async () => {
    const rescalesAt = [{ atMs: 1000, parallelism: 3 }]
    const plain = await runWith({ rescalesAt })
    const watched = await runWith({ rescalesAt, isWatched: true, startsPaused: true })
    expect(plain.outcome.rescales).toEqual([{ parallelism: 3, atMs: 1001, diagnostic: null }])
    expect(watched.outcome.hash).toBe(plain.outcome.hash)
    expect([plain.topologies.length, watched.topologies.length]).toEqual([0, 2])
    expect(watched.topologies[1]).toBe((watched.topologies[0] ?? 0) * 3)
    expect(plain.rows).toEqual((await runWith({})).rows)
  })

  test('while it runs', async () => {
    const session = newSession()
    const asked: Promise<unknown>[] = []
    const outcome = await session.run(job, { isWatched: true, speed: 50 }, ({ rows }) => {
      if (rows.length > 0 && asked.length === 0) asked.push(session.rescale(129), session.rescale(4))
    })
    const answers = await Promise.all(asked)
    expect(answers).toEqual([expect.objectContaining({ code: 'RESCALE_MAX' }), null])
    expect(outcome.rescales.map(({ diagnostic }) => diagnostic?.code ?? null)).toEqual(['RESCALE_MAX', null])
    // Asked too late, it's answered all the same.
    const late: Promise<unknown>[] = []
    await session.run(job, {}, ({ position }) => void (position.rows === 60 && late.push(session.rescale(2))))
    expect(await Promise.all(late)).toEqual([expect.objectContaining({ code: 'SAVEPOINT_NOT_RUNNING' })])
    expect((await newSession().rescale(2))?.code).toBe('SAVEPOINT_NOT_RUNNING')
  })
})
