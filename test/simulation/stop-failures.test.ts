// Jobs that were to stop with a savepoint, and the savepoint came to nothing: as in Flink the job fails as a whole and starts
// again, for sources may have ended already. Found by schedules of faults.

import { expect, test } from 'vitest'
import type { LearnerError } from '../../runtime/base/diagnostic.ts'
import type { ClusterAction } from '../../runtime/cluster/cluster-action.ts'
import type { Savepoint } from '../../runtime/cluster/savepoint.ts'
import {
  Configuration,
  DataGeneratorSource,
  RateLimiterStrategy,
  RestartStrategyOptions,
  RichMapFunction,
  WatermarkStrategy,
  type StreamExecutionEnvironment,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { Ledger, LedgerSink } from '../harness/ledger.ts'
import { deployJob, runJob, type Build, type DeployedJob } from '../harness/run-job.ts'

const RECORDS = 60

/** Numbers, twenty a second, in two regions that know nothing of one another. */
function numbers(prepare: (env: StreamExecutionEnvironment) => unknown = () => undefined): Build {
  return (env) => {
    env.enableCheckpointing(300)
    prepare(env)
    for (const name of ['left', 'right']) {
      const source = new DataGeneratorSource((i: number) => i, RECORDS, RateLimiterStrategy.perSecond(20))
      env.fromSource(source, WatermarkStrategy.noWatermarks<number>(), name).print(`${name} rows`)
    }
  }
}

/** At 1 s, all at once. */
function runWith(build: Build, ...actions: readonly ClusterAction[]): DeployedJob {
  const job = deployJob(build)
  job.simulation.run({ ...NO_LIMIT, untilUs: 1_000_000 })
  for (const action of actions) job.simulation.intervene(action)
  job.simulation.run(NO_LIMIT)
  return job
}

const seen = ({ rows }: DeployedJob, sink: string): number =>
  new Set(rows.filter((row) => row.sink === sink).map(({ value }) => value)).size
const outcomes = ({ execution }: DeployedJob): unknown[] =>
  execution.actions.savepoints.map(({ savepoint, reason }) => (savepoint === null ? reason : 'taken'))

test.each(['drain', 'suspend'] as const)('with %s: all regions start again, and nothing is left out', (stop) => {
  const job = runWith(numbers(), { kind: 'fail-upload', operator: 'left' }, { kind: 'savepoint', stop })
  expect([outcomes(job), job.execution.state, job.execution.attempt]).toEqual([
    ['SAVEPOINT_NOT_RUNNING'],
    'FINISHED',
    2,
  ])
  expect([seen(job, 'left rows'), seen(job, 'right rows')]).toEqual([RECORDS, RECORDS])
})

test('a failure of one region meanwhile brings down the other, which is stopping', () => {
  const job = runWith(
    numbers(),
    { kind: 'lose-acknowledgement', operator: 'left' },
    { kind: 'savepoint', stop: 'drain' },
    { kind: 'throw', operator: 'left rows', record: 1 },
    { kind: 'kill-task-manager', taskManager: 1 },
    { kind: 'add-task-manager' },
  )
  expect([outcomes(job), job.execution.state]).toEqual([['SAVEPOINT_JOB_FAILED'], 'FINISHED'])
  expect([seen(job, 'left rows'), seen(job, 'right rows')]).toEqual([RECORDS, RECORDS])
})

test('one that expires', () => {
  const build = numbers((env) => env.getCheckpointConfig().setCheckpointTimeout(200))
  const job = runWith(build, { kind: 'lose-acknowledgement', operator: 'left' }, { kind: 'savepoint', stop: 'drain' })
  expect([outcomes(job), job.execution.state]).toEqual([['SAVEPOINT_EXPIRED'], 'FINISHED'])
  expect(seen(job, 'right rows')).toBe(RECORDS)
})

/** Up to the moment at which the savepoint is complete with which the job stops, and its tasks don't know yet. */
function untilComplete(build: Build, action: ClusterAction): DeployedJob {
  const job = deployJob(build, { parallelism: 2, cluster: { taskManagers: 2, slotsPerTaskManager: 1 } })
  job.simulation.run({ ...NO_LIMIT, untilUs: 1_000_000 })
  job.simulation.intervene(action)
  for (let i = 0; i < 10_000 && job.execution.checkpoints?.stoppedWith === null; i++) {
    job.simulation.run({ ...NO_LIMIT, untilEvent: job.simulation.event + 1 })
  }
  expect(job.execution.checkpoints?.stoppedWith?.stop).toBe('suspend')
  return job
}

test('once it is complete: the job fails for good, and from the savepoint nothing is done twice', () => {
  const ledger = new Ledger()
  const build = numbers((env) => {
    const source = new DataGeneratorSource((i: number) => i, RECORDS, RateLimiterStrategy.perSecond(20))
    const committed = env.fromSource(source, WatermarkStrategy.noWatermarks<number>(), 'committed')
    committed.sinkTo(new LedgerSink<number>(ledger, 'rows', { textOf: String, heldBack: 0 }))
  })
  const job = untilComplete(build, { kind: 'savepoint', stop: 'suspend' })
  job.simulation.intervene({ kind: 'kill-task-manager', taskManager: 2 } as ClusterAction)
  job.simulation.run(NO_LIMIT)
  const { state, attempt, failure, actions } = job.execution
  expect([state, attempt, (failure?.error as LearnerError).code]).toEqual(['FAILED', 0, 'STOP_UNFINISHED'])
  // Recovery doesn't rely on it, so it isn't among what the job leaves.
  const [savepoint = null] = actions.savepoints.map((one) => one.savepoint)
  expect(actions.retainedCheckpoints('FAILED').map(({ checkpointId }) => checkpointId)).not.toContain(
    savepoint?.checkpointId,
  )
  expect(ledger.rowsOf('rows').length).toBeLessThan(RECORDS)
  const next = deployJob(build, { parallelism: 2, from: { savepoint: savepoint as Savepoint } })
  next.simulation.run(NO_LIMIT)
  expect(next.execution.state).toBe('FINISHED')
  expect(job.rows.length + next.rows.length).toBe(3 * RECORDS)
  expect(ledger.rowsOf('rows').sort()).toEqual(Array.from({ length: RECORDS }, (_, i) => String(i)).sort())
})

test('a change of parallelism: all regions start again from where they stopped, also those that had', () => {
  const job = untilComplete(numbers(), { kind: 'rescale', parallelism: 1 } as ClusterAction)
  job.simulation.intervene({ kind: 'kill-task-manager', taskManager: 2 } as ClusterAction)
  job.simulation.intervene({ kind: 'add-task-manager' } as ClusterAction)
  job.simulation.run(NO_LIMIT)
  expect([job.execution.state, job.execution.rescaled, job.execution.attempt > 0]).toEqual(['FINISHED', 0, true])
  expect([seen(job, 'left rows'), seen(job, 'right rows'), job.rows.length]).toEqual([RECORDS, RECORDS, 2 * RECORDS])
})

test('a job that is stopping takes no further savepoint', () => {
  const stop = { kind: 'savepoint', stop: 'suspend' } as const
  const job = runWith(numbers(), stop, stop, { kind: 'savepoint', stop: 'none' })
  expect(outcomes(job).sort()).toEqual(['SAVEPOINT_NOT_RUNNING', 'SAVEPOINT_NOT_RUNNING', 'taken'])
  expect([job.execution.state, job.execution.attempt]).toEqual(['FINISHED', 0])
  expect(seen(job, 'left rows')).toBeLessThan(RECORDS)
})

test('a checkpoint that is complete first gives up no savepoint', () => {
  const build = numbers((env) => env.getCheckpointConfig().setMaxConcurrentCheckpoints(2))
  const job = runWith(
    build,
    { kind: 'delay-acknowledgement', operator: 'left', byMs: 700 },
    { kind: 'savepoint', stop: 'none' },
  )
  expect(outcomes(job)).toEqual(['taken'])
})

test('a checkpoint that was under way and is complete first doesn’t stop a job that waits for its savepoint', () => {
  const build = numbers((env) => env.getCheckpointConfig().setMaxConcurrentCheckpoints(2))
  const job = deployJob(build, { parallelism: 2, cluster: { uploadUs: 100_000 } })
  job.simulation.run({ ...NO_LIMIT, untilUs: 350_000 })
  job.simulation.intervene({ kind: 'rescale', parallelism: 1 } as ClusterAction)
  job.simulation.run(NO_LIMIT)
  expect([job.execution.state, job.execution.rescaled]).toEqual(['FINISHED', 1])
  expect([seen(job, 'left rows'), seen(job, 'right rows')]).toEqual([RECORDS, RECORDS])
})

/** Fails a few times when it's opened, each time at once. */
class Failing extends RichMapFunction<number, number> {
  readonly attempts: { count: number }

  constructor(attempts: { count: number }) {
    super()
    this.attempts = attempts
  }

  override open(): void {
    if (++this.attempts.count <= 20) throw new Error('not yet')
  }

  override map(value: number): number {
    return value
  }
}

test('a job that fails as soon as it starts goes on in time, however soon it’s started again', () => {
  const attempts = { count: 0 }
  const job = runJob((env) => {
    env.configure(
      new Configuration()
        .set(RestartStrategyOptions.RESTART_STRATEGY, 'fixed-delay')
        .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100)
        .set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, '0 ms'),
    )
    env.fromSequence(1, 3).map(new Failing(attempts)).print()
  })
  expect([job.rows.length, job.execution.attempt]).toEqual([3, 20])
  expect(job.simulation.nowUs).toBeGreaterThanOrEqual(19_000)
})
