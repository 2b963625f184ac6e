// What a moment says of the machines beneath a job: TaskManagers, what sits in their slots, and who waits for slots.

import { describe, expect, test } from 'vitest'
import type { ClusterAction } from '../../runtime/cluster/cluster-action.ts'
import type { ClusterSettings } from '../../runtime/cluster/cluster-settings.ts'
import { ClusterWatcher } from '../../runtime/cluster/cluster-watcher.ts'
import type { Moment } from '../../runtime/cluster/moment.ts'
import { takeMoment } from '../../runtime/cluster/take-moment.ts'
import { DataGeneratorSource, RateLimiterStrategy, WatermarkStrategy } from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, type Build, type DeployedJob } from '../harness/run-job.ts'

/** Two chains at parallelism 2 for a day: `numbers -> same` and `total -> Sink`. */
const sums: Build = (env) => {
  env.enableCheckpointing(1000)
  const source = new DataGeneratorSource((i: number) => i, 100_000, RateLimiterStrategy.perSecond(1))
  env
    .fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers')
    .map((n) => ({ key: n % 5, n }))
    .keyBy(({ key }) => key)
    .sum('n')
    .name('total')
    .print()
}

/** The sums in a slot sharing group of their own. */
const apart: Build = (env) => {
  const source = new DataGeneratorSource((i: number) => i, 100_000, RateLimiterStrategy.perSecond(1))
  env
    .fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers')
    .keyBy((n) => n % 5)
    .reduce((a, b) => a + b)
    .slotSharingGroup('heavy')
    .print()
}

function deploy(build: Build, cluster: Partial<ClusterSettings>): DeployedJob {
  return deployJob(build, { parallelism: 2, cluster })
}

function momentAt({ execution, simulation }: DeployedJob, ms: number): Moment {
  simulation.run({ ...NO_LIMIT, untilUs: ms * 1000 })
  return takeMoment(execution, new ClusterWatcher(() => null), ms * 1000)
}

/** `1 RUNNING: [0 2] [1 3] []`: what sits in the slots of each TaskManager, `-` before those that are lost. */
function told({ machines }: Moment): string[] {
  return machines.taskManagers.map(({ number, state, isRegistered, slots }) => {
    const uses = slots.map(({ use }) => (use === null ? '[]' : `[${use.tasks.join(' ')}]`)).join(' ')
    return `${isRegistered ? '' : '-'}${number} ${state}: ${uses}`
  })
}

const after = (job: DeployedJob, action: ClusterAction): DeployedJob => {
  job.simulation.intervene(action)
  return job
}

describe('slots', () => {
  test('the chains of a sharing group sit in one slot by number, and what is free is free', () => {
    const moment = momentAt(deploy(sums, { taskManagers: 2, slotsPerTaskManager: 2 }), 5500)
    expect(told(moment)).toEqual(['1 RUNNING: [0 2] [1 3]', '2 RUNNING: [] []'])
    expect(moment.tasks.map(({ place }) => place)).toEqual([
      { taskManager: 1, slot: 0 },
      { taskManager: 1, slot: 1 },
      { taskManager: 1, slot: 0 },
      { taskManager: 1, slot: 1 },
    ])
    expect(moment.machines.jobs).toEqual([{ id: 1, name: 'test', state: 'RUNNING', isShown: true }])
  })

  test('groups have slots of their own', () => {
    const { machines } = momentAt(deploy(apart, { taskManagers: 2, slotsPerTaskManager: 2 }), 5500)
    expect(machines.taskManagers.map(({ slots }) => slots.map(({ use }) => [use?.group, use?.tasks]))).toEqual([
      [
        ['default', [0]],
        ['default', [1]],
      ],
      [
        ['heavy', [2]],
        ['heavy', [3]],
      ],
    ])
  })

  test('a TaskManager with as many as anybody asks for shows those in use', () => {
    const { machines } = momentAt(deploy(sums, {}), 5500)
    expect(machines.taskManagers[0]).toMatchObject({ slotCount: null, slots: [{ index: 0 }, { index: 1 }] })
  })

  test('a slot that comes free is given again', () => {
    const job = deploy(sums, { taskManagers: 2, slotsPerTaskManager: 1 })
    momentAt(job, 5500)
    after(job, { kind: 'rescale', parallelism: 1 })
    expect(told(momentAt(job, 9500))).toEqual(['1 RUNNING: [0 1]', '2 RUNNING: []'])
  })
})

describe('TaskManagers', () => {
  const cluster = { taskManagers: 2, slotsPerTaskManager: 2 }

  test('answer heartbeats every ten seconds', () => {
    const job = deploy(sums, cluster)
    const ages = [5_500, 12_000, 20_000].map((ms) => momentAt(job, ms).machines.taskManagers[0]?.heartbeatAgeMs)
    expect(ages).toEqual([5_500, 2_000, 0])
  })

  test('one that is killed is noticed, lost, and its slots are another’s', () => {
    const job = deploy(sums, { ...cluster, slotsPerTaskManager: 2 })
    momentAt(job, 25_000)
    after(job, { kind: 'kill-task-manager', taskManager: 1 })
    const killed = momentAt(job, 25_500)
    expect(told(killed)).toEqual(['1 KILLED: [0 2] [1 3]', '2 RUNNING: [] []'])
    expect(killed.machines.taskManagers[0]).toMatchObject({ heartbeatAgeMs: 5_500, givenUpAtMs: 40_000 })
    expect(killed.machines.taskManagers[1]).toMatchObject({ heartbeatAgeMs: 5_500, givenUpAtMs: null })
    const lost = momentAt(job, 45_000)
    expect(told(lost)).toEqual(['-1 KILLED: ', '2 RUNNING: [0 2] [1 3]'])
    expect(lost.machines.taskManagers[0]).toMatchObject({ heartbeatAgeMs: 25_000, givenUpAtMs: null })
    expect(lost.tasks.map(({ place }) => place?.taskManager)).toEqual([2, 2, 2, 2])
  })

  test('one that is cut off says until when, and comes back', () => {
    const job = deploy(sums, cluster)
    momentAt(job, 25_000)
    after(job, { kind: 'disconnect-task-manager', taskManager: 1, forMs: 6_000 })
    const [cut] = momentAt(job, 30_500).machines.taskManagers
    expect(cut).toMatchObject({ state: 'DISCONNECTED', isRegistered: true, reachableAtMs: 31_000, givenUpAtMs: 70_000 })
    expect(cut?.heartbeatAgeMs).toBe(10_500)
    const [back] = momentAt(job, 32_000).machines.taskManagers
    expect(back).toMatchObject({ state: 'RUNNING', reachableAtMs: null, givenUpAtMs: null, heartbeatAgeMs: 1_000 })
  })

  test('one that is given up has no slots, free ones neither, until it comes back', () => {
    const job = deploy(sums, cluster)
    momentAt(job, 25_000)
    after(job, { kind: 'disconnect-task-manager', taskManager: 1, forMs: 60_000 })
    expect(told(momentAt(job, 75_000))).toEqual(['-1 DISCONNECTED: ', '2 RUNNING: [0 2] [1 3]'])
    expect(told(momentAt(job, 90_000))).toEqual(['1 RUNNING: [] []', '2 RUNNING: [0 2] [1 3]'])
  })

  test('say how slow they are, and how wrong their clocks', () => {
    const job = deploy(sums, cluster)
    momentAt(job, 500)
    after(job, { kind: 'slow-task-manager', taskManager: 2, factor: 3 })
    after(job, { kind: 'skew-clock', taskManager: 1, byMs: -40 })
    const machines = momentAt(job, 1000).machines.taskManagers
    expect(machines.map(({ slowness, clockSkewMs }) => [slowness, clockSkewMs])).toEqual([
      [1, -40],
      [3, 0],
    ])
  })
})

describe('a job that waits for slots', () => {
  test('says how many there are, how many it needs, and until when it waits', () => {
    const job = deploy(sums, { taskManagers: 1, slotsPerTaskManager: 1 })
    const { machines, tasks } = momentAt(job, 2_000)
    expect(machines.waiting).toEqual([
      { job: 1, needed: 2, available: 1, tasks: [0, 1, 2, 3], sinceMs: 0, untilMs: 300_000 },
    ])
    expect(tasks.map(({ state, place }) => [state, place])).toEqual(Array(4).fill(['SCHEDULED', null]))
    after(job, { kind: 'add-task-manager', slots: 3 })
    const later = momentAt(job, 3_000)
    expect(later.machines.waiting).toEqual([])
    expect(told(later)).toEqual(['1 RUNNING: [0 2]', '2 RUNNING: [1 3] [] []'])
  })
})
