// What whoever looks closely sees of state: key groups in use, searches, a key in full, times to live, operator state, and
// from which parallelism a job was rescaled.

import { expect, test } from 'vitest'
import type { ClusterAction } from '../../../runtime/cluster/cluster-action.ts'
import type { StateDetail } from '../../../runtime/cluster/moment.ts'
import { ClusterWatcher } from '../../../runtime/cluster/cluster-watcher.ts'
import type { RescaleAction } from '../../../runtime/cluster/rescaling.ts'
import { takeMoment } from '../../../runtime/cluster/take-moment.ts'
import { topologyOf } from '../../../runtime/cluster/topology.ts'
import {
  DataGeneratorSource,
  Duration,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  RateLimiterStrategy,
  StateTtlConfig,
  Types,
  ValueStateDescriptor,
  WatermarkStrategy,
  type ListState,
  type MapState,
  type OpenContext,
  type ValueState,
} from '../../../runtime/index.ts'
import { NO_LIMIT } from '../../../runtime/kernel/simulation.ts'
import { keyGroupRange } from '../../../runtime/record/key-groups.ts'
import { deployJob, type Build, type DeployedJob } from '../../harness/run-job.ts'

class Keeper extends KeyedProcessFunction<string, number, number> {
  last!: ValueState<number>
  seen!: ListState<number>
  rests!: MapState<string, number>

  override open(_context: OpenContext): void {
    const ttl = StateTtlConfig.newBuilder(Duration.ofSeconds(10)).build()
    const last = new ValueStateDescriptor<number>('last')
    last.enableTimeToLive(ttl)
    this.last = this.getRuntimeContext().getState(last)
    this.seen = this.getRuntimeContext().getListState(new ListStateDescriptor<number>('seen'))
    this.rests = this.getRuntimeContext().getMapState(new MapStateDescriptor<string, number>('rests'))
  }

  override processElement(n: number): void {
    this.last.update(n)
    this.seen.add(n)
    this.rests.put(`mod ${n % 3}`, n)
  }
}

/** Ten numbers a second, for as many keys. */
const keeping =
  (keys: number): Build =>
  (env) =>
    void env
      .fromSource(
        new DataGeneratorSource((i: number) => i, Infinity, RateLimiterStrategy.perSecond(10)),
        WatermarkStrategy.noWatermarks(),
        'numbers',
      )
      .setParallelism(1)
      .keyBy((n) => `key ${n % keys}`, Types.STRING)
      .process(new Keeper())
      .name('keeper')
      .print()

function look({ execution, simulation }: DeployedJob, detail: Partial<StateDetail> = {}) {
  const watcher = new ClusterWatcher(() => null)
  const state = { filter: '', open: null, ...detail }
  const moment = takeMoment(execution, watcher, simulation.nowUs, { keys: 5, isStill: true, checkpoint: null, state })
  return { moment, state: moment.state!, topology: topologyOf(execution) }
}

function runFor(build: Build, parallelism: number, ms: number): DeployedJob {
  const job = deployJob(build, { parallelism })
  job.simulation.run({ ...NO_LIMIT, untilUs: ms * 1000 })
  return job
}

test('key groups in use are those of the keys, on the subtasks that own them', () => {
  const { state, topology } = look(runFor(keeping(30), 2, 4000))
  const keepers = topology.tasks.flatMap(({ vertex, subtask }, i) =>
    topology.vertices[vertex]?.nodes[0]?.name === 'keeper' ? [{ subtask, groups: state.tasks[i]!.groups }] : [],
  )
  expect(keepers.map(({ subtask }) => subtask)).toEqual([0, 1])
  expect(keepers.flatMap(({ groups }) => groups).reduce((sum, { keys }) => sum + keys, 0)).toBe(30)
  for (const { subtask, groups } of keepers) {
    const { start, end } = keyGroupRange(subtask, 2, 128)
    expect(groups.every(({ group }) => group >= start && group <= end)).toBe(true)
  }
})

test('buffers of a channel are in use until their credit is back, and none is once all is read', () => {
  const used = (job: DeployedJob) => Array.from(look(job).moment.channels.used)
  const few: Build = (env) => void env.fromElements(1, 2, 3).rebalance().print()
  // A record is sent every 100 ms and its credit is back after a fraction of one: of the last record it's on its way.
  expect(used(runFor(keeping(30), 2, 2050))).toEqual([0, 1])
  expect(used(runFor(few, 2, 100))).toEqual([0, 0])
})

test('a search looks at all keys, not only at those that a moment carries', () => {
  const job = runFor(keeping(30), 1, 4000)
  const found = look(job, { filter: 'KEY 2' }).state.tasks.flatMap(({ found: own }) => own?.keys ?? [])
  expect(found.map(({ key }) => key).sort()).toEqual(
    ['key 2', ...Array.from({ length: 10 }, (_, i) => `key 2${i}`)].sort(),
  )
  expect(look(job).state.tasks.every((task) => task.found === null)).toBe(true)
})

test('a key is opened with every entry of its lists and maps, and when they expire', () => {
  const job = runFor(keeping(2), 1, 1050)
  const { topology } = look(job)
  const task = topology.tasks.findIndex(({ vertex }) => topology.vertices[vertex]?.nodes[0]?.name === 'keeper')
  const { opened } = look(job, { open: { task, key: 'key 1' } }).state
  const states = Object.fromEntries(opened!.rows[0]!.states.map((state) => [state.name, state]))
  const texts = (name: string) => states[name]?.entries.map(({ key, text }) => (key === null ? text : `${key}=${text}`))
  expect(texts('last')).toEqual(['9'])
  expect(texts('seen')).toEqual(['1', '3', '5', '7', '9'])
  expect(texts('rests')).toEqual(['mod 1=7', 'mod 0=9', 'mod 2=5'])
  // The last of ten numbers a second came at 900 ms.
  expect(states.last?.entries[0]?.expiresAt).toBeGreaterThanOrEqual(10_900)
  expect(states.seen?.entries[0]?.expiresAt).toBe(null)
  expect(look(job, { open: { task, key: 'nobody' } }).state.opened).toBe(null)
})

test('a value with a time to live says when it goes, among the keys as well', () => {
  const { moment } = look(runFor(keeping(2), 1, 1050))
  const keyed = moment.tasks.find((task) => task.keyed !== null)?.keyed
  const cells = keyed!.keys.map(({ cells: own }) => own[keyed!.states.indexOf('last')])
  for (const cell of cells) expect(cell?.expiresAt).toBeGreaterThan(10_000)
  expect(keyed!.keys[0]!.cells[keyed!.states.indexOf('seen')]).not.toHaveProperty('expiresAt')
})

test('state of operators: what sources keep, in a list', () => {
  const build: Build = (env) => {
    env.enableCheckpointing(100)
    keeping(2)(env)
  }
  const { state } = look(runFor(build, 1, 550))
  const states = state.tasks.flatMap(({ operators }) => operators.flatMap((one) => one.states))
  expect(states.map(({ mode, count }) => [mode, count])).toContainEqual(['split', 1])
})

test('nothing of it is made where nobody asks', () => {
  const { execution, simulation } = runFor(keeping(2), 1, 300)
  expect(takeMoment(execution, new ClusterWatcher(() => null), simulation.nowUs).state ?? null).toBe(null)
})

test('a rescaled job says what its parallelism was', () => {
  const job = deployJob(keeping(8), { parallelism: 2 })
  job.simulation.run({ ...NO_LIMIT, untilUs: 500_000 })
  expect(look(job).topology.vertices.map(({ formerParallelism }) => formerParallelism)).toEqual([null, null])
  const action: RescaleAction = { kind: 'rescale', parallelism: 4 }
  job.simulation.intervene(action)
  job.simulation.run({ ...NO_LIMIT, untilUs: 2_000_000 })
  const { vertices } = look(job).topology
  expect(vertices.find(({ nodes }) => nodes[0]?.name === 'keeper')).toMatchObject({
    parallelism: 4,
    formerParallelism: 2,
  })
})

test('a task that waits for its slot holds nothing yet of what it is to begin from', () => {
  const build: Build = (env) => {
    env.enableCheckpointing(100)
    keeping(8)(env)
  }
  const job = deployJob(build, { parallelism: 1, cluster: { taskManagers: 1, slotsPerTaskManager: 1 } })
  const { simulation } = job
  const at = (ms: number) => {
    simulation.run({ ...NO_LIMIT, untilUs: ms * 1000 })
    const { moment, state } = look(job, { filter: 'key', open: { task: 1, key: 'key 1' } })
    const { state: task, keyed } = moment.tasks[1]!
    const { groups, found } = state.tasks[1]!
    return [task, keyed?.keyCount, groups.length > 0, found?.keyCount ?? 0, state.opened !== null]
  }
  expect(at(2000)).toEqual(['RUNNING', 8, true, 8, true])
  simulation.intervene({ kind: 'kill-task-manager', taskManager: 1 } as ClusterAction)
  expect(at(60_000)).toEqual(['SCHEDULED', 0, false, 0, false])
  simulation.intervene({ kind: 'add-task-manager' } as ClusterAction)
  expect(at(70_000)).toEqual(['RUNNING', 8, true, 8, true])
})
