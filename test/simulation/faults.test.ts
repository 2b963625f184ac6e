// What is done to a running cluster from outside: each fault by itself, and what the job makes of it. The same seed and the
// same interventions are the same run, whether they're given before it or while it goes.

import { describe, expect, test } from 'vitest'
import type { ClusterAction } from '../../runtime/cluster/cluster-action.ts'
import type { ClusterSettings } from '../../runtime/cluster/cluster-settings.ts'
import { Configuration, DataGeneratorSource, RateLimiterStrategy, WatermarkStrategy } from '../../runtime/index.ts'
import type { StreamExecutionEnvironment } from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, type Build, type DeployedJob } from '../harness/run-job.ts'

const RECORDS = 100
const KEYS = 5
const LONG_US = 4_000_000_000

/** 100 numbers in a second, summed up by key. */
function sums(
  prepare: (env: StreamExecutionEnvironment) => unknown = (env) => env.enableCheckpointing(100),
  records = RECORDS,
): Build {
  return (env) => {
    prepare(env)
    const source = new DataGeneratorSource((i: number) => i, records, RateLimiterStrategy.perSecond(RECORDS))
    env
      .fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers')
      .map((n) => ({ key: n % KEYS, n }))
      .name('same')
      .keyBy(({ key }) => key)
      .sum('n')
      .name('total')
      .print('totals')
  }
}

const RIGHT = Array.from({ length: KEYS }, (_, key) => (RECORDS - KEYS + 2 * key) * (RECORDS / KEYS / 2))

/** The last sum of each key. */
function lastSums({ rows }: DeployedJob): number[] {
  const last = new Map<number, number>()
  for (const { value } of rows) {
    const { key, n } = value as { key: number; n: number }
    last.set(key, n)
  }
  return Array.from({ length: KEYS }, (_, key) => last.get(key) ?? 0)
}

function deploy(build: Build, cluster: Partial<ClusterSettings> = {}): DeployedJob {
  return deployJob(build, { parallelism: 2, cluster: { bufferRecords: 1, bufferTimeoutUs: 0, ...cluster } })
}

/** Runs on to this virtual time, in ms. */
function runTo({ simulation }: DeployedJob, ms: number): void {
  simulation.run({ ...NO_LIMIT, untilUs: ms * 1000 })
}

/** Runs half a second, does this, and runs to the end. */
function runWith(action: ClusterAction, build: Build = sums(), cluster: Partial<ClusterSettings> = {}): DeployedJob {
  const job = deploy(build, cluster)
  runTo(job, 500)
  job.simulation.intervene(action)
  job.simulation.run({ ...NO_LIMIT, untilUs: LONG_US })
  return job
}

const codeOf = ({ execution }: DeployedJob): string =>
  (execution.failure?.error as { code?: string } | undefined)?.code ?? ''

describe('an operator is made to throw', () => {
  test.each(['numbers', 'same', 'total', 'Sink: Print to Std. Out'])('once, at “%s”', (operator) => {
    const job = runWith({ kind: 'throw', operator })
    expect([job.execution.state, job.execution.attempt]).toEqual(['FINISHED', 1])
    expect(lastSums(job)).toEqual(RIGHT)
  })

  test('once, of several subtasks in one', () => {
    expect(runWith({ kind: 'throw', operator: 'total', record: 3 }).execution.attempt).toBe(1)
  })

  test('always: until the restart strategy gives up', () => {
    const build = sums((env) => {
      env.enableCheckpointing(100)
      env.configure(
        new Configuration().set('restart-strategy.type', 'fixed-delay').set('restart-strategy.fixed-delay.attempts', 3),
      )
    })
    const job = runWith({ kind: 'throw', operator: 'same', record: 2, times: 'always' }, build)
    expect([job.execution.state, job.execution.attempt, codeOf(job)]).toEqual(['FAILED', 3, 'FAULT_THROWN'])
  })

  test('at a record', () => {
    const job = runWith(
      { kind: 'throw', operator: 'same', subtask: 1, record: 7 },
      sums(() => undefined),
    )
    expect(job.execution.failure?.error).toMatchObject({ params: { operator: 'same', record: 7 } })
    expect(job.execution.failure?.subtask).toBe(1)
  })
})

const two = { taskManagers: 2, slotsPerTaskManager: 1 }

describe('a TaskManager is killed', () => {
  test('and the job waits for slots until there is another', () => {
    const job = deploy(sums(), two)
    runTo(job, 500)
    job.simulation.intervene({ kind: 'kill-task-manager', taskManager: 2 } as ClusterAction)
    runTo(job, 5000)
    expect(job.execution.slotRequests.shortageOf(job.execution)).toEqual({ available: 1, needed: 2 })
    expect(new Set(job.execution.tasks.map(({ state }) => state))).toEqual(new Set(['SCHEDULED']))
    job.simulation.intervene({ kind: 'add-task-manager' } as ClusterAction)
    runTo(job, 60_000)
    expect(job.execution.state).toBe('FINISHED')
    expect(lastSums(job)).toEqual(RIGHT)
  })
})

describe('a TaskManager is gone', () => {
  /** When the job was deployed anew, in ms. */
  const restartedAt = (job: DeployedJob, untilMs: number): number => {
    while (job.execution.attempt === 0 && job.simulation.nowUs < untilMs * 1000) {
      job.simulation.run({ ...NO_LIMIT, untilEvent: job.simulation.event + 1 })
    }
    return Math.round(job.simulation.nowUs / 1000)
  }
  const endless = sums((env) => env.enableCheckpointing(60_000), 1_000_000)
  const at = (action: ClusterAction, cluster: Partial<ClusterSettings> = two): DeployedJob => {
    const job = deploy(endless, { slotsPerTaskManager: 2, ...cluster })
    runTo(job, 500)
    job.simulation.intervene(action)
    return job
  }

  test('dead: whoever was connected to it knows at once, and the job restarts after its backoff', () => {
    const job = at({ kind: 'kill-task-manager', taskManager: 1 }, { taskManagers: 2, slotsPerTaskManager: 1 })
    job.simulation.intervene({ kind: 'add-task-manager' } as ClusterAction)
    const ms = restartedAt(job, 60_000)
    expect(ms).toBeGreaterThanOrEqual(1400)
    expect(ms).toBeLessThanOrEqual(1600)
  })

  test('dead, and nobody was connected to it: at the second heartbeat it doesn’t answer', () => {
    const job = at({ kind: 'kill-task-manager', taskManager: 1 }, { taskManagers: 2, slotsPerTaskManager: 2 })
    const ms = restartedAt(job, 60_000)
    expect(ms).toBeGreaterThanOrEqual(20_900)
    expect(ms).toBeLessThanOrEqual(21_100)
    expect(job.execution.failure).toBeNull()
  })

  test('cut off for long: when the heartbeat times out', () => {
    const job = at(
      { kind: 'disconnect-task-manager', taskManager: 1, forMs: 90_000 },
      { taskManagers: 2, slotsPerTaskManager: 2 },
    )
    const ms = restartedAt(job, 120_000)
    expect(ms).toBeGreaterThanOrEqual(50_900)
    expect(ms).toBeLessThanOrEqual(51_100)
  })

  test('cut off for a moment: nobody notices, and what was on its way comes later', () => {
    const job = runWith({ kind: 'disconnect-task-manager', taskManager: 2, forMs: 3000 }, sums(), two)
    expect([job.execution.state, job.execution.attempt]).toEqual(['FINISHED', 0])
    expect(lastSums(job)).toEqual(RIGHT)
    const quiet = job.rows.filter(({ subtask, atMs }) => subtask === 1 && atMs > 600 && atMs < 3400)
    expect(quiet.length).toBeLessThan(RECORDS / 5)
    expect(job.rows.some(({ atMs }) => atMs >= 3500)).toBe(true)
  })

  test('cut off for a moment, what it has to say of checkpoints is heard after that', () => {
    const job = deploy(sums(), two)
    const act = (action: ClusterAction): void => job.simulation.intervene(action)
    const completed = (): number => job.execution.checkpoints?.completed?.id ?? 0
    runTo(job, 450)
    act({ kind: 'disconnect-task-manager', taskManager: 2, forMs: 2000 })
    runTo(job, 1450)
    act({ kind: 'disconnect-task-manager', taskManager: 2, forMs: 2000 })
    runTo(job, 3400)
    const before = completed()
    runTo(job, 3800)
    expect([before, completed()]).toEqual([4, 6])
    job.simulation.run({ ...NO_LIMIT, untilUs: LONG_US })
    expect([job.execution.state, job.execution.attempt]).toEqual(['FINISHED', 0])
    expect(job.simulation.nowUs).toBeLessThan(5_000_000)
  })

  test('no slots come: the job fails, and says how many there are', () => {
    const build = sums((env) => env.configure(new Configuration().set('restart-strategy.type', 'none')))
    const job = deploy(build, { taskManagers: 1, slotsPerTaskManager: 1 })
    expect(job.execution.slotRequests.shortageOf(job.execution)).toEqual({ available: 1, needed: 2 })
    runTo(job, 299_000)
    expect(job.execution.state).toBe('RUNNING')
    runTo(job, 301_000)
    expect([job.execution.state, codeOf(job)]).toEqual(['FAILED', 'SLOTS_MISSING'])
    expect(job.execution.failure?.error).toMatchObject({ params: { available: 1, needed: 2 } })
  })
})

describe('snapshots don’t arrive', () => {
  const completedBefore = (action: ClusterAction | null): number => {
    const job = deploy(sums())
    runTo(job, 450)
    if (action !== null) job.simulation.intervene(action)
    runTo(job, 950)
    return job.execution.checkpoints?.completed?.id ?? 0
  }

  test.each<ClusterAction>([
    { kind: 'lose-acknowledgement', operator: 'total', subtask: 1 },
    { kind: 'delay-acknowledgement', operator: 'total', subtask: 1, byMs: 5000 },
  ])('%o: the checkpoint is never complete', (action) => {
    expect(completedBefore(null)).toBe(9)
    expect(completedBefore(action)).toBe(4)
  })

  test('late by a little: it’s complete by as much later', () => {
    expect(completedBefore({ kind: 'delay-acknowledgement', operator: 'total', byMs: 20 })).toBe(9)
  })
})

describe('time', () => {
  const lastRowMs = ({ rows }: DeployedJob): number => rows.at(-1)?.atMs ?? 0

  test('a slow operator makes the job last longer', () => {
    const job = runWith({ kind: 'slow-operator', operator: 'total', byMs: 100 })
    expect(lastRowMs(job)).toBeGreaterThan(2500)
    expect(lastSums(job)).toEqual(RIGHT)
  })

  test('a slow TaskManager too', () => {
    const job = runWith({ kind: 'slow-task-manager', taskManager: 1, factor: 50_000 })
    expect(lastRowMs(job)).toBeGreaterThan(2500)
    expect(lastSums(job)).toEqual(RIGHT)
  })

  test('a skewed clock shows in what tasks call now', () => {
    const job = runWith({ kind: 'skew-clock', taskManager: 2, byMs: 86_400_000 }, sums(), two)
    const ahead = job.rows.filter(({ atMs }) => atMs >= 86_400_000)
    expect(ahead.length).toBeGreaterThan(10)
    expect(new Set(ahead.map(({ subtask }) => subtask))).toEqual(new Set([1]))
    expect(lastSums(job)).toEqual(RIGHT)
  })

  test('a paused source gives nothing for as long', () => {
    const job = runWith({ kind: 'pause-source', operator: 'numbers', forMs: 2000 })
    expect(job.rows.filter(({ atMs }) => atMs > 510 && atMs < 2490)).toEqual([])
    expect(lastSums(job)).toEqual(RIGHT)
  })

  test('a late source gives everything later', () => {
    const job = runWith({ kind: 'delay-source', operator: 'numbers', byMs: 700 })
    expect(lastRowMs(job)).toBeGreaterThan(1600)
    expect(lastRowMs(job)).toBeLessThan(1800)
  })

  test('a channel cut for a while holds back, loses nothing, and lets nothing overtake', () => {
    const job = runWith({ kind: 'partition-channel', from: 'same', to: 'total', toSubtask: 0, forMs: 2000 })
    expect(job.rows.filter(({ subtask, atMs }) => subtask === 0 && atMs > 510 && atMs < 2490)).toEqual([])
    expect(lastSums(job)).toEqual(RIGHT)
  })

  test('a slow channel brings everything later', () => {
    const job = runWith({ kind: 'delay-channel', from: 'same', to: 'total', byMs: 900 })
    expect(lastRowMs(job)).toBeGreaterThan(1800)
    expect(lastSums(job)).toEqual(RIGHT)
  })
})

describe('a source is out of order', () => {
  const inOrder = ({ rows }: DeployedJob): boolean[] => {
    const values = rows.map(({ value }) => value as number)
    return values.map((value, i) => i === 0 || value > (values[i - 1] as number))
  }
  const plain: Build = (env) => {
    env.enableCheckpointing(100)
    const source = new DataGeneratorSource((i: number) => i, RECORDS, RateLimiterStrategy.perSecond(RECORDS))
    env.fromSource(source, WatermarkStrategy.noWatermarks(), 'numbers').print('all')
  }
  const runOne = (actions: readonly ClusterAction[]): DeployedJob => {
    const job = deployJob(plain, { cluster: { bufferRecords: 1 } })
    runTo(job, 500)
    for (const action of actions) job.simulation.intervene(action)
    runTo(job, 60_000)
    return job
  }

  test('from then on, within its stretch, and nothing is missing', () => {
    const job = runOne([{ kind: 'reorder-source', operator: 'numbers', within: 10 }])
    const values = job.rows.map(({ value }) => value as number)
    expect(inOrder(job).slice(0, 50)).not.toContain(false)
    expect(
      inOrder(job)
        .slice(50)
        .filter((is) => !is).length,
    ).toBeGreaterThan(10)
    expect(values.slice().sort((a, b) => a - b)).toEqual(Array.from({ length: RECORDS }, (_, i) => i))
    values.forEach((value, i) => expect(Math.abs(value - i)).toBeLessThan(10))
  })

  test('in the same way for whoever reads it again', () => {
    const again = runOne([
      { kind: 'reorder-source', operator: 'numbers', within: 10 },
      { kind: 'throw', operator: 'numbers', record: 25 },
    ])
    expect(again.execution.attempt).toBe(1)
    const once = runOne([{ kind: 'reorder-source', operator: 'numbers', within: 10 }])
    const tail = (job: DeployedJob) => job.rows.map(({ value }) => value).slice(-30)
    expect(tail(again)).toEqual(tail(once))
  })

  test('twice, and whoever reads it again begins in the midst of a stretch', () => {
    const twice = (apartMs: number, fails: boolean): unknown[] => {
      const job = deployJob(plain, { cluster: { bufferRecords: 1 } })
      const act = (action: ClusterAction): void => job.simulation.intervene(action)
      runTo(job, 500)
      act({ kind: 'reorder-source', operator: 'numbers', within: 10 })
      runTo(job, 500 + apartMs)
      act({ kind: 'reorder-source', operator: 'numbers', within: 7 })
      runTo(job, 650)
      if (fails) act({ kind: 'throw', operator: 'numbers', record: 1 })
      runTo(job, 60_000)
      expect(job.execution.attempt).toBe(fails ? 1 : 0)
      return job.rows.map(({ value }) => value).slice(-40)
    }
    for (let apartMs = 10; apartMs <= 70; apartMs += 10) expect(twice(apartMs, true)).toEqual(twice(apartMs, false))
  })
})

describe('a failure stays within its region', () => {
  /** Two pipelines, each of two subtasks that nothing connects: four regions. */
  const apart: Build = (env) => {
    env.enableCheckpointing(100)
    for (const name of ['left', 'right']) {
      const source = new DataGeneratorSource((i: number) => i, RECORDS, RateLimiterStrategy.perSecond(RECORDS))
      env
        .fromSource(source, WatermarkStrategy.noWatermarks(), name)
        .map((value) => value)
        .name(`${name} map`)
        .disableChaining()
        .print(name)
    }
  }

  test('the others go on as if nothing had been', () => {
    const job = runWith({ kind: 'throw', operator: 'left map', subtask: 1 }, apart)
    expect(job.execution.deployment.layout.regions).toBe(4)
    expect(job.execution.deployment.attempts).toEqual([0, 1, 0, 0])
    expect([job.execution.state, job.execution.attempt]).toEqual(['FINISHED', 1])
    const right = job.rows.filter(({ sink }) => sink === 'right').map(({ value }) => value as number)
    expect(right.slice().sort((a, b) => a - b)).toEqual(Array.from({ length: RECORDS }, (_, i) => i))
    const left = job.rows.filter(({ sink }) => sink === 'left').map(({ value }) => value as number)
    expect(new Set(left).size).toBe(RECORDS)
    expect(left.length).toBeGreaterThan(RECORDS)
  })

  test.each<ClusterAction>([
    { kind: 'fail-upload', operator: 'left map', subtask: 1 },
    { kind: 'lose-acknowledgement', operator: 'left map', subtask: 1 },
  ])('but a checkpoint too many that fails is the whole job’s: %o', (action) => {
    const job = runWith(action, (env) => {
      apart(env)
      env.getCheckpointConfig().setCheckpointTimeout(150)
    })
    expect([job.execution.state, job.execution.attempt]).toEqual(['FINISHED', 4])
    expect(job.execution.deployment.attempts).toEqual([1, 1, 1, 1])
    for (const sink of ['left', 'right']) {
      expect(new Set(job.rows.filter((row) => row.sink === sink).map(({ value }) => value)).size).toBe(RECORDS)
    }
  })

  test('two regions fail one after the other, and both come back', () => {
    const job = deploy(apart)
    runTo(job, 500)
    job.simulation.intervene({ kind: 'throw', operator: 'left map', subtask: 0 } as ClusterAction)
    job.simulation.intervene({ kind: 'throw', operator: 'right map', subtask: 1, record: 20 } as ClusterAction)
    job.simulation.run({ ...NO_LIMIT, untilUs: LONG_US })
    expect([job.execution.state, job.execution.attempt]).toEqual(['FINISHED', 2])
    expect(job.execution.deployment.attempts).toEqual([1, 0, 0, 1])
    for (const sink of ['left', 'right']) {
      expect(new Set(job.rows.filter((row) => row.sink === sink).map(({ value }) => value)).size).toBe(RECORDS)
    }
  })
})

describe('with its last job the run is over, whatever else was due', () => {
  const three = { taskManagers: 3, slotsPerTaskManager: 1 }
  const endOf = ({ simulation, execution }: DeployedJob): unknown[] => [
    execution.state,
    Math.floor(simulation.nowUs / 100_000),
  ]

  test.each<ClusterAction>([
    { kind: 'kill-task-manager', taskManager: 3 },
    { kind: 'disconnect-task-manager', taskManager: 3, forMs: 70_000 },
  ])('that %o is noticed', (action) => {
    expect(endOf(runWith(action, sums(), three))).toEqual(endOf(runWith({ kind: 'add-task-manager' }, sums(), three)))
  })

  test('that it has waited for slots in vain', () => {
    const job = deploy(sums(), { taskManagers: 1, slotsPerTaskManager: 1 })
    runTo(job, 500)
    job.simulation.intervene({ kind: 'add-task-manager' } as ClusterAction)
    job.simulation.run({ ...NO_LIMIT, untilUs: LONG_US })
    expect(endOf(job)).toEqual(['FINISHED', 9])
  })

  test('that an acknowledgement comes, of a checkpoint that was too late', () => {
    const build = sums((env) => {
      env.enableCheckpointing(100).getCheckpointConfig().setCheckpointTimeout(50)
      env.configure(new Configuration().set('restart-strategy.type', 'none'))
    })
    const job = runWith({ kind: 'delay-acknowledgement', operator: 'total', byMs: 5000 }, build)
    expect([...endOf(job), codeOf(job)]).toEqual(['FAILED', 5, 'CHECKPOINTS_EXPIRED'])
  })
})

describe('part of what fixes a run', () => {
  const action: ClusterAction = { kind: 'throw', operator: 'total' }
  const hashOf = (job: DeployedJob): string => {
    job.simulation.run({ ...NO_LIMIT, untilUs: LONG_US })
    job.execution.digestState()
    return job.simulation.fingerprint.hex()
  }

  test('given during a run or before it, it is the same run; at another event another', () => {
    const live = deploy(sums())
    runTo(live, 500)
    const { event } = live.simulation
    live.simulation.intervene(action)
    const again = (at: number): string => {
      const cluster = { bufferRecords: 1, bufferTimeoutUs: 0 }
      return hashOf(deployJob(sums(), { parallelism: 2, cluster, interventions: [{ event: at, action }] }))
    }
    const hash = hashOf(live)
    expect(again(event)).toBe(hash)
    expect(again(event + 40)).not.toBe(hash)
    expect(hashOf(deploy(sums()))).not.toBe(hash)
  })
})
