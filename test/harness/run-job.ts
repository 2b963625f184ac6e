// Runs a job written in a test, without compiler and sandbox: the graph is built anew for every subtask, as in a real
// run, and the whole simulation runs to its end at once.

import { Evaluation, evaluateIn } from '../../runtime/api/evaluation.ts'
import type { ClusterWatcher } from '../../runtime/cluster/cluster-watcher.ts'
import { DEFAULT_CLUSTER, type ClusterSettings } from '../../runtime/cluster/cluster-settings.ts'
import { JobExecution } from '../../runtime/cluster/job-execution.ts'
import type { Row } from '../../runtime/cluster/job-observer.ts'
import { restoreState } from '../../runtime/cluster/restore-state.ts'
import type { Savepoint } from '../../runtime/cluster/savepoint.ts'
import type { ScriptRecord } from '../../runtime/connectors/source.ts'
import type { RunIntervention } from '../../runtime/host/protocol.ts'
import { createPlan, withInputs, type Plan } from '../../runtime/graph/plan.ts'
import { StreamExecutionEnvironment } from '../../runtime/index.ts'
import { NO_LIMIT, Simulation, type RunLimit } from '../../runtime/kernel/simulation.ts'
import type { Outside } from '../../runtime/operators/outside.ts'
import { TraceRing } from '../../runtime/trace/trace-ring.ts'

export type Build = (env: StreamExecutionEnvironment) => void

export interface JobOptions {
  /** What an earlier job left outside: its log, its files. */
  readonly outside?: Outside
  readonly parallelism?: number
  readonly seed?: number
  readonly startMs?: number
  readonly isHashed?: boolean
  readonly cluster?: Partial<ClusterSettings>
  readonly trace?: boolean
  /** Stands before the tasks' inputs; to be attached by the test. */
  readonly watcher?: ClusterWatcher
  readonly observes?: boolean
  /** What is done to the cluster, and before which event. */
  readonly interventions?: readonly RunIntervention[]
  /** By name of a source: what it reads instead of its own data. */
  readonly inputs?: Readonly<Record<string, readonly ScriptRecord[]>>
  /** What it starts from. */
  readonly from?: {
    readonly savepoint: Savepoint
    readonly allowsNonRestoredState?: boolean
    readonly isClaimed?: boolean
  }
}

/** A job that's deployed and hasn't begun. */
export interface DeployedJob {
  readonly plan: Plan
  readonly simulation: Simulation
  readonly execution: JobExecution
  readonly rows: Row[]
}

export interface JobResult extends DeployedJob {
  readonly hash: string
}

/** Evaluates the job once. */
export function evaluateJob(build: Build, parallelism = 1, isInstance = false): Evaluation {
  const result = new Promise<never>(() => undefined)
  const evaluation = new Evaluation({ parallelism, keepsPositions: false, isInstance, result })
  evaluateIn(evaluation, () => {
    const env = StreamExecutionEnvironment.getExecutionEnvironment()
    build(env)
    void env.execute('test')
  })
  return evaluation
}

export function planOf(build: Build, parallelism = 1): Plan {
  return createPlan(evaluateJob(build, parallelism).graph)
}

export function deployJob(build: Build, options: JobOptions = {}): DeployedJob {
  const { parallelism = 1, seed = 1, startMs = 0, isHashed = true, cluster = {} } = options
  const own = withInputs(planOf(build, parallelism), new Map(Object.entries(options.inputs ?? {})))
  const { savepoint, allowsNonRestoredState = false, isClaimed = false } = options.from ?? {}
  const restored = savepoint === undefined ? null : restoreState(own, savepoint, { allowsNonRestoredState })
  const plan = restored?.plan ?? own
  const simulation = new Simulation({ seed, startMs, isHashed })
  simulation.nowUs = savepoint?.takenUs ?? 0
  if (options.trace === true) simulation.trace = new TraceRing(1 << 16)
  const rows: Row[] = []
  const execution = new JobExecution({
    plan,
    simulation,
    settings: { ...DEFAULT_CLUSTER, ...cluster },
    observer: options.observes === false ? null : { row: (row) => void rows.push(row), log: () => undefined },
    instantiate: () => ({
      registry: evaluateJob(build, parallelism, true).graph.registry,
      memory: {},
      beginTurn: () => undefined,
      tick: () => undefined,
    }),
    watcher: options.watcher ?? null,
    restored: restored === null ? null : { checkpoint: restored.checkpoint, isClaimed },
    ...(options.outside === undefined ? {} : { outside: options.outside }),
  })
  simulation.plan(options.interventions ?? [])
  return { plan, simulation, execution, rows }
}

/** Runs a bounded job to its end. Throws what failed it. */
export function runJob(build: Build, options: JobOptions = {}, limit: Partial<RunLimit> = {}): JobResult {
  const job = deployJob(build, options)
  const result = job.simulation.run({ ...NO_LIMIT, ...limit })
  if (result === 'quiescent') job.execution.requireNotStuck()
  if (job.execution.failure !== null) throw job.execution.failure.error
  job.execution.digestState()
  return { ...job, hash: job.simulation.fingerprint.hex() }
}
