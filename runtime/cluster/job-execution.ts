// A job on the cluster: what is deployed of it, and what became of it. After a failure it's deployed anew, if its restart
// strategy says so, with the state of the last checkpoint. Flink's ExecutionGraph.

import { AssertionError } from '../base/assert.ts'
import { LearnerError } from '../base/diagnostic.ts'
import { createJobGraph, displayName, type JobGraph } from '../graph/job-graph.ts'
import type { Plan, PlanNode } from '../graph/plan.ts'
import { DEFAULT_RETENTION } from '../graph/recovery-spec.ts'
import type { Action, Intervened, Simulation } from '../kernel/simulation.ts'
import type { Channel } from '../network/channel.ts'
import { Outside } from '../operators/outside.ts'
import { BufferPool } from '../record/buffer.ts'
import type { Instantiate } from '../task/job-instance.ts'
import type { ChainSnapshot } from '../task/operator-chain.ts'
import type { Task } from '../task/task.ts'
import { TRACE_RESTART } from '../trace/trace-layout.ts'
import { CheckpointCoordinator } from './checkpoint-coordinator.ts'
import { CompletedCheckpointStore, type RestoredState, type TerminalState } from './checkpoint-store.ts'
import type { CompletedCheckpoint, OperatorCheckpoint } from './completed-checkpoint.ts'
import type { ClusterSettings } from './cluster-settings.ts'
import { Deployment } from './deployment.ts'
import { Failover } from './failover.ts'
import type { JobObserver, JobWatcher } from './job-observer.ts'
import { savepointOf, type Savepoint } from './savepoint.ts'
import type { SavepointAction, SavepointRequest, SavepointResult } from './savepoint-request.ts'
import { SavepointSchedule, type PlannedSavepoint } from './savepoint-schedule.ts'
import type { DeployableJob } from './task-deployment.ts'

export type JobState = 'RUNNING' | 'RESTARTING' | 'FINISHED' | 'FAILED'

/** Why a job failed. */
export interface JobFailure {
  readonly task: string
  /** Nodes of the plan that run in the task, the head first. */
  readonly nodes: readonly PlanNode[]
  readonly subtask: number
  readonly error: unknown
}

export class JobExecution implements DeployableJob, Intervened {
  readonly plan: Plan
  readonly graph: JobGraph
  readonly simulation: Simulation
  readonly settings: ClusterSettings
  readonly isBatch: boolean
  /** Null where nobody looks: then rows cost next to nothing. */
  readonly observer: JobObserver | null
  readonly instantiate: Instantiate
  /** Null where nobody watches, which costs nothing. */
  readonly watcher: JobWatcher | null
  /** What sinks have written to. */
  readonly outside = new Outside()
  readonly pool: BufferPool
  readonly deployment: Deployment
  readonly tasks: readonly Task[]
  readonly channels: readonly Channel[]
  readonly failover: Failover
  /** Null in batch mode. */
  readonly checkpoints: CheckpointCoordinator | null
  /** Those that were asked for, in the order in which they came out. */
  readonly savepoints: SavepointResult[] = []
  readonly schedule: SavepointSchedule
  state: JobState = 'RUNNING'
  /** Of a job that failed or waits to be started again. */
  failure: JobFailure | null = null
  rows = 0
  finishedTasks = 0
  /** How often it has been deployed anew. */
  attempt = 0

  constructor(
    parts: Pick<JobExecution, 'plan' | 'simulation' | 'settings' | 'observer' | 'instantiate'> & {
      readonly watcher?: JobWatcher | null
      /** What it starts with; null unless given. */
      readonly restored?: RestoredState | null
      /** Savepoints that are taken at set times. */
      readonly planned?: readonly PlannedSavepoint[]
    },
  ) {
    this.plan = parts.plan
    this.graph = createJobGraph(parts.plan)
    this.simulation = parts.simulation
    this.isBatch = parts.plan.config.runtimeMode === 'BATCH'
    // What a vertex makes is kept until all of it is there: there's room for it.
    this.settings = this.isBatch ? { ...parts.settings, credits: Infinity } : parts.settings
    this.observer = parts.observer
    this.instantiate = parts.instantiate
    this.watcher = parts.watcher ?? null
    this.pool = new BufferPool(parts.settings.bufferRecords)
    this.deployment = new Deployment(this)
    this.tasks = this.deployment.tasks
    this.channels = this.deployment.channels
    const { restart = { kind: 'none' }, checkpoints = null, retention = DEFAULT_RETENTION } = parts.plan.config
    const store = new CompletedCheckpointStore(retention, parts.restored ?? null)
    this.checkpoints = this.isBatch ? null : new CheckpointCoordinator(this, checkpoints, store)
    this.deployment.deploy()
    this.failover = new Failover(this.simulation, restart, () => this.redeploy())
    this.checkpoints?.start()
    this.schedule = new SavepointSchedule(this, parts.planned ?? [])
    this.simulation.intervened = this
  }

  isRunning(): boolean {
    return this.state === 'RUNNING'
  }

  snapshotTaken(task: Task, checkpoint: number, snapshot: ChainSnapshot | null): boolean {
    return this.checkpoints?.snapshotTaken(task, checkpoint, snapshot) ?? false
  }

  dataEnded(task: Task): void {
    this.checkpoints?.dataEnded(task)
  }

  /** Something is done to the run from outside. */
  apply(action: Action): void {
    if (action.kind === 'savepoint') this.triggerSavepoint(action as SavepointAction)
  }

  /** Takes a savepoint; `savepoints` has what came of it. In batch mode there are none. */
  triggerSavepoint(request: SavepointRequest): void {
    if (this.checkpoints === null) this.savepointEnded(request, null, 'SAVEPOINT_BATCH')
    else this.checkpoints.triggerSavepoint(request)
  }

  savepointEnded(request: SavepointRequest, checkpoint: CompletedCheckpoint | null, reason: string): void {
    const savepoint = checkpoint === null ? null : this.asSavepoint(checkpoint, 'savepoint')
    this.savepoints.push({ request, savepoint, reason })
  }

  /** The run is over. The checkpoints that outlive the job, oldest first. Once, at the end. */
  retainedCheckpoints(state: TerminalState): Savepoint[] {
    const retained = this.checkpoints?.store.shutdown(state) ?? []
    return retained.map((checkpoint) => this.asSavepoint(checkpoint, 'checkpoint'))
  }

  taskFinished(task: Task): void {
    this.finishedTasks++
    this.checkpoints?.taskFinished(task)
    if (this.finishedTasks < this.tasks.length) return
    this.checkpoints?.stop()
    this.over('FINISHED')
  }

  taskFailed(task: Task, error: unknown): void {
    if (this.state !== 'RUNNING') return
    this.failure = { task: task.name, nodes: task.chain.nodes, subtask: task.subtask, error }
    for (const other of this.tasks) other.cancel()
    this.checkpoints?.stop()
    if (!this.failover.failed(error)) {
      this.over('FAILED')
      return
    }
    this.state = 'RESTARTING'
    // As Flink's log has it.
    const place = `${task.name} (${task.subtask + 1}/${task.chain.parallelism})`
    this.log('error', `${place} switched from RUNNING to FAILED: ${String(error)}`, task.subtask)
  }

  restoredOf(node: PlanNode): OperatorCheckpoint | null {
    return this.checkpoints?.completed?.operators.get(node.operatorId) ?? null
  }

  restoredCheckpointId(): number | null {
    return this.checkpoints?.completed?.id ?? null
  }

  /** Cancels what still runs. */
  cancel(): void {
    for (const task of this.tasks) task.cancel()
  }

  /** Called if nothing will ever happen again. Tasks that haven't finished wait for the learner's results, or it's our bug. */
  requireNotStuck(): void {
    if (this.state !== 'RUNNING') return
    for (const task of this.tasks) {
      const at = task.chain.operators.findIndex((operator) => !operator.isDrained)
      if (at < 0) continue
      const operator = displayName(task.chain.nodes[at] as PlanNode)
      this.taskFailed(task, new LearnerError('ASYNC_STUCK', { operator }))
      return
    }
    const waiting = this.tasks.filter((task) => task.state === 'RUNNING').map((task) => `${task.name} ${task.subtask}`)
    throw new AssertionError(`deadlock at event ${this.simulation.event}: ${waiting.join(', ')}`)
  }

  /** Mixes what is left in state and timers into the run's fingerprint. Once, at the end. */
  digestState(): void {
    this.deployment.digestState()
  }

  /** After a failure: everything anew, with the state of the last checkpoint, if there is one. */
  private redeploy(): void {
    if (this.state !== 'RESTARTING') return
    const { simulation } = this
    this.deployment.release()
    this.finishedTasks = 0
    this.attempt++
    this.failure = null
    this.state = 'RUNNING'
    this.deployment.deploy()
    const checkpoint = this.restoredCheckpointId() ?? 0
    simulation.trace?.add(simulation.event, simulation.nowUs, TRACE_RESTART, -1, this.attempt, checkpoint)
    this.log(
      'info',
      checkpoint > 0 ? `Restoring job from checkpoint ${checkpoint}` : 'No checkpoint found to restore',
      0,
    )
    this.watcher?.redeployed()
    this.checkpoints?.start()
  }

  private asSavepoint(checkpoint: CompletedCheckpoint, kind: Savepoint['kind']): Savepoint {
    return savepointOf(checkpoint, this.graph, { kind, planHash: this.plan.hash })
  }

  private over(state: 'FINISHED' | 'FAILED'): void {
    this.state = state
    this.schedule.stop()
  }

  private log(level: string, text: string, subtask: number): void {
    const { nowUs, settings } = this.simulation
    this.observer?.log(level, text, subtask, settings.startMs + Math.floor(nowUs / 1000))
  }
}
