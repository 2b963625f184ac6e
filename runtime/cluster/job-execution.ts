// A job on the cluster: what is deployed of it, and what became of it. After a failure the region that failed is deployed
// anew, if the job's restart strategy says so, with the state of the last checkpoint. Flink's JobMaster and ExecutionGraph.

import { AssertionError } from '../base/assert.ts'
import { LearnerError } from '../base/diagnostic.ts'
import { createJobGraph, displayName, type JobGraph } from '../graph/job-graph.ts'
import type { Plan, PlanNode } from '../graph/plan.ts'
import { DEFAULT_RETENTION } from '../graph/recovery-spec.ts'
import type { RandomStream } from '../base/random.ts'
import type { Simulation } from '../kernel/simulation.ts'
import type { Channel } from '../network/channel.ts'
import type { InFlight } from '../network/in-flight.ts'
import { Outside } from '../operators/outside.ts'
import { BufferPool } from '../record/buffer.ts'
import type { Instantiate } from '../task/job-instance.ts'
import type { CheckpointFigures } from '../task/checkpoint-figures.ts'
import type { ChainSnapshot } from '../task/operator-chain.ts'
import type { Task } from '../task/task.ts'
import { TRACE_RESTART } from '../trace/trace-layout.ts'
import { CheckpointCoordinator } from './checkpoint-coordinator.ts'
import { CommitHistory } from './commit-history.ts'
import { CompletedCheckpointStore, type RestoredState } from './checkpoint-store.ts'
import type { CompletedCheckpoint, OperatorCheckpoint, TaskSnapshots } from './completed-checkpoint.ts'
import { settingsFor, type ClusterSettings } from './cluster-settings.ts'
import { Deployment } from './deployment.ts'
import { Failover } from './failover.ts'
import { Faults, type FaultyJob } from './faults.ts'
import { inFlightOf, requireOvertaking } from './in-flight-state.ts'
import type { JobObserver, JobWatcher } from './job-observer.ts'
import { JobActions } from './job-actions.ts'
import type { PlannedAction } from './action-schedule.ts'
import { mustStop, type SavepointRequest } from './savepoint-request.ts'
import type { ResourceManager, Slot, SlotPurpose, TaskManager } from './resource-manager.ts'
import { SessionCluster, type ClusterJob } from './session-cluster.ts'
import type { SlotRequests, SlotShortage } from './slot-requests.ts'
import type { Place } from './regions.ts'
import type { DeployableJob } from './task-deployment.ts'

export type JobState = 'RUNNING' | 'RESTARTING' | 'FINISHED' | 'FAILED' | 'CANCELED'

/** Why a job failed. */
export interface JobFailure {
  readonly task: string
  /** Nodes of the plan that run in the task, the head first. */
  readonly nodes: readonly PlanNode[]
  readonly subtask: number
  readonly error: unknown
}

/** What a job is made from. */
export type JobParts = Pick<JobExecution, 'plan' | 'simulation' | 'settings' | 'observer' | 'instantiate'> & {
  readonly watcher?: JobWatcher | null
  /** What it starts with; null unless given. */
  readonly restored?: RestoredState | null
  /** What is asked of it at set times. */
  readonly planned?: readonly PlannedAction[]
  /** The cluster on which it runs among others; one of its own unless given. */
  readonly cluster?: SessionCluster
  /** Of an earlier job, whose log it goes on with, on a cluster of its own; nothing unless given. */
  readonly outside?: Outside
}

export class JobExecution implements DeployableJob, FaultyJob, ClusterJob {
  /** From 1, in the order of submission. */
  readonly id: number
  readonly cluster: SessionCluster
  readonly plan: Plan
  /** What is deployed: rescaled, it's another. */
  graph: JobGraph
  /** What was deployed before the last change of the parallelism. */
  formerGraph: JobGraph | null = null
  readonly simulation: Simulation
  readonly settings: ClusterSettings
  readonly isBatch: boolean
  /** Null where nobody looks: then rows cost next to nothing. */
  readonly observer: JobObserver | null
  readonly instantiate: Instantiate
  /** Null where nobody watches, which costs nothing. */
  readonly watcher: JobWatcher | null
  /** What sinks have written to. */
  readonly outside: Outside
  readonly pool: BufferPool
  readonly resources: ResourceManager
  readonly slotRequests: SlotRequests
  readonly faults: Faults
  /** Rescaled, it's another. */
  deployment: Deployment
  readonly failover: Failover
  /** Null in batch mode. */
  readonly checkpoints: CheckpointCoordinator | null
  readonly commits = new CommitHistory()
  /** What is asked of it while it runs. */
  readonly actions: JobActions
  state: JobState = 'RUNNING'
  /** Of a job that failed or waits to be started again. */
  failure: JobFailure | null = null
  /** Regions that have failed and wait to be started again. */
  readonly failing = new Set<number>()
  /** How often a part of it has been deployed anew. */
  attempt = 0
  /** How often its parallelism has changed. */
  rescaled = 0

  /** Submits it. */
  constructor(parts: JobParts) {
    this.id = (parts.cluster?.jobs.length ?? 0) + 1
    this.plan = parts.plan
    this.graph = createJobGraph(parts.plan)
    requireOvertaking(this.graph)
    this.simulation = parts.simulation
    this.isBatch = parts.plan.config.runtimeMode === 'BATCH'
    this.settings = settingsFor(parts.plan, parts.settings)
    this.observer = parts.observer
    this.instantiate = parts.instantiate
    this.watcher = parts.watcher ?? null
    this.pool = new BufferPool(parts.settings.bufferRecords)
    const { restart = { kind: 'none' }, checkpoints = null, retention = DEFAULT_RETENTION } = parts.plan.config
    const store = new CompletedCheckpointStore(retention, parts.restored ?? null)
    this.checkpoints = this.isBatch ? null : new CheckpointCoordinator(this, checkpoints, store)
    // Its tasks begin with the state that is restored.
    this.deployment = new Deployment(this)
    this.failover = new Failover(this, restart, (region) => this.redeploy(region))
    this.cluster = parts.cluster ?? new SessionCluster(this.simulation, parts.settings, parts.outside ?? new Outside())
    this.resources = this.cluster.resources
    this.slotRequests = this.cluster.slotRequests
    this.outside = this.cluster.outside
    this.faults = new Faults(this)
    this.cluster.submit(this)
    for (let region = 0; region < this.deployment.layout.regions; region++) this.begin(region)
    this.checkpoints?.start()
    this.actions = new JobActions(this, parts.planned ?? [])
  }

  get tasks(): readonly Task[] {
    return this.deployment.tasks
  }

  get channels(): readonly Channel[] {
    return this.deployment.channels
  }

  /** Of all jobs of the cluster. */
  get rows(): number {
    return this.cluster.rows
  }

  set rows(count: number) {
    this.cluster.rows = count
  }

  /** A stream of its own, whatever other jobs there are. */
  random(name: string): RandomStream {
    return this.simulation.random(this.id === 1 ? name : `job ${this.id} ${name}`)
  }

  plannedCheckpoints(): number {
    return this.cluster.plannedCheckpoints()
  }

  isRunning(): boolean {
    return this.state === 'RUNNING'
  }

  isAlive(): boolean {
    return this.state === 'RUNNING' || this.state === 'RESTARTING'
  }

  managerOf(task: Task): TaskManager | null {
    return this.slotAt(this.deployment.placeOf(task))?.manager ?? null
  }

  /** The slot of the task in this place; null where it has none. */
  slotAt(place: Place): Slot | null {
    return this.resources.slots.get(this.slotPurposeOf(place).name) ?? null
  }

  reachableUs(task: Task): number {
    const manager = this.managerOf(task)
    if (manager === null || manager.state === 'KILLED') return Infinity
    return manager.state === 'RUNNING' ? -Infinity : manager.reachableUs
  }

  taskOpened(task: Task): void {
    this.faults.taskOpened(task)
  }

  snapshotTaken(task: Task, id: number, snapshot: ChainSnapshot | null, figures: CheckpointFigures): boolean {
    this.watcher?.snapshotTaken?.(task, id)
    return this.faults.uploads.snapshotTaken(task, id, snapshot, figures)
  }

  mayOvertake(checkpoint: number): boolean {
    return this.checkpoints?.mayOvertake(checkpoint) ?? false
  }

  inFlightOf(snapshots: TaskSnapshots): readonly InFlight[] {
    return inFlightOf(snapshots, this.deployment.channelPlaces)
  }

  restoredInFlight(): readonly InFlight[] {
    return this.checkpoints?.completed?.inFlight ?? []
  }

  dataEnded(task: Task): void {
    this.checkpoints?.dataEnded(task)
  }

  savepointEnded(request: SavepointRequest, checkpoint: CompletedCheckpoint | null, reason: string): void {
    this.actions.savepointEnded(request, checkpoint, reason)
  }

  taskFinished(task: Task): void {
    this.checkpoints?.taskFinished(task)
    if (this.tasks.some((other) => !other.hasFinished())) return
    this.checkpoints?.stop()
    const graph = this.actions.takeRescaledGraph()
    if (graph === null) this.over('FINISHED')
    else this.deployRescaled(graph)
  }

  taskFailed(task: Task, error: unknown): void {
    if (!this.isAlive()) return
    const { region } = this.deployment.placeOf(task)
    if (this.failing.has(region)) return
    this.regionsFailed(this.checkpoints?.isBoundToStop() === true ? this.regionsAlive() : [region], task, error)
  }

  /** As in Flink that fails the job globally, whoever was to blame: all of it goes back to the last checkpoint. */
  checkpointsFailed(task: Task, error: LearnerError): void {
    if (this.isAlive()) this.regionsFailed(this.regionsAlive(), task, error)
  }

  /** As in Flink all of it fails then: sources may have ended before their time, for nothing. */
  stopFailed(): void {
    const regions = this.regionsAlive()
    const [first] = regions
    if (first === undefined || !this.isAlive()) return
    this.regionsFailed(regions, this.deployment.tasksOf(first)[0] as Task, new LearnerError('STOP_FAILED'))
  }

  private regionsAlive(): number[] {
    return Array.from({ length: this.deployment.layout.regions }, (_, i) => i).filter((i) => !this.failing.has(i))
  }

  private regionsFailed(regions: readonly number[], task: Task, cause: unknown): void {
    const error = this.reasonOf(cause, task)
    this.failure = { task: task.name, nodes: task.chain.nodes, subtask: task.subtask, error }
    for (const region of regions) this.failing.add(region)
    const lost = regions.flatMap((region) => this.deployment.tasksOf(region))
    for (const other of lost) other.cancel()
    for (const region of regions) this.slotRequests.forget(this, region)
    this.checkpoints?.stop(lost)
    this.actions.taskFailed()
    if (!this.failover.failed(error, regions)) {
      this.over('FAILED')
      return
    }
    this.state = 'RESTARTING'
    this.logFailed(task, error)
  }

  /** As in Flink's StopWithSavepointStoppingException: what is in a savepoint with which the job stops isn't done again. */
  private reasonOf(cause: unknown, task: Task): unknown {
    if (!mustStop(this.checkpoints?.stoppedWith ?? null) || cause instanceof AssertionError) return cause
    this.logFailed(task, cause)
    return new LearnerError('STOP_UNFINISHED', { task: task.name })
  }

  /** As Flink's log has it: of the task that failed, or of the job, where no task did. */
  private logFailed({ name, subtask, chain, state, stateBefore }: Task, error: unknown): void {
    const change =
      state === 'FAILED'
        ? `${name} (${subtask + 1}/${chain.parallelism}) switched from ${stateBefore} to FAILED`
        : `Job ${this.plan.name} switched from RUNNING to RESTARTING`
    if (error instanceof LearnerError) this.log('error', change, subtask, error)
    else this.log('error', `${change}: ${String(error)}`, subtask)
  }

  taskManagerLost(manager: TaskManager): void {
    const own = this.tasks.filter((task) => !isOver(task) && this.managerOf(task) === manager)
    for (const task of own) task.lose()
    const error = new LearnerError('TASK_MANAGER_LOST', { taskManager: manager.number })
    for (const task of own) this.taskFailed(task, error)
  }

  cancelJob(): void {
    if (!this.isAlive()) return
    this.checkpoints?.stop()
    this.actions.taskFailed()
    this.failure = null
    this.over('CANCELED')
    this.log('info', `Job ${this.plan.name} switched to CANCELED`, 0)
  }

  slotsGranted(region: number): void {
    const tasks = this.deployment.tasksOf(region)
    for (const task of tasks) task.switchTo('DEPLOYING')
    this.faults.deployed(tasks)
    for (const task of tasks) task.wake()
  }

  slotsRefused(region: number, error: LearnerError): void {
    this.taskFailed(this.deployment.tasksOf(region)[0] as Task, error)
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
    // For what may come from outside one can wait for ever.
    if (this.tasks.some(({ source }) => source?.liveReader?.hasEnded() === false)) return
    const waiting = this.tasks.filter((task) => task.state === 'RUNNING').map((task) => `${task.name} ${task.subtask}`)
    throw new AssertionError(`deadlock at event ${this.simulation.event}: ${waiting.join(', ')}`)
  }

  /** Mixes what is left in state and timers into the run's fingerprint. Once, at the end. */
  digestState(): void {
    this.deployment.digestState()
  }

  /** The region's tasks ask for slots, and begin once they have them. */
  private begin(region: number): void {
    for (const task of this.deployment.tasksOf(region)) task.switchTo('SCHEDULED')
    const slots = new Map<string, SlotPurpose>()
    for (const place of this.deployment.layout.places) {
      if (place.region !== region) continue
      const purpose = this.slotPurposeOf(place)
      slots.set(purpose.name, purpose)
    }
    if (this.slotRequests.request(this, region, Array.from(slots.values()))) return
    const { available, needed } = this.slotRequests.shortageOf(this) as SlotShortage
    this.log('warn', `Waiting for slots: ${available} available, ${needed} needed`, 0)
  }

  /** After a failure: the region anew, with the state of the last checkpoint, if there is one. */
  private redeploy(region: number): void {
    this.deployment.renew(region)
    this.failing.delete(region)
    this.attempt++
    if (this.failing.size === 0) {
      this.failure = null
      this.state = 'RUNNING'
    }
    const checkpoint = this.restoredCheckpointId() ?? 0
    this.deployedFrom(
      checkpoint,
      checkpoint > 0 ? `Restoring job from checkpoint ${checkpoint}` : 'No checkpoint found to restore',
    )
    const tasks = this.deployment.tasksOf(region)
    this.commits.restarted(
      tasks.map(({ chain }) => chain.id),
      checkpoint,
      this.simulation.nowUs,
    )
    this.watcher?.redeployed(tasks)
    this.begin(region)
    if (this.state === 'RUNNING') this.checkpoints?.start()
  }

  /** All tasks have stopped: the same job at another parallelism, with the state with which they stopped. */
  private deployRescaled(graph: JobGraph): void {
    const before = this.deployment
    this.resources.release(before.layout.places.map((place) => this.slotPurposeOf(place)))
    before.release()
    this.formerGraph = this.graph
    this.graph = graph
    this.attempt++
    this.rescaled++
    this.deployment = new Deployment(this, Math.max(...before.attempts) + 1)
    this.faults.moved(before.layout, this.deployment.layout)
    const checkpoint = this.restoredCheckpointId() ?? 0
    this.deployedFrom(checkpoint, `Rescaled from checkpoint ${checkpoint}`)
    this.watcher?.redeployed(this.tasks)
    for (let region = 0; region < this.deployment.layout.regions; region++) this.begin(region)
    this.checkpoints?.start()
  }

  /** Subtasks with the same number share a slot, within a slot sharing group. */
  private slotPurposeOf({ vertex, subtask }: Place): SlotPurpose {
    const group = vertex.nodes[0]?.slotSharingGroup ?? ''
    return { name: `${this.id} ${group} ${subtask}`, job: this.id, group }
  }

  private deployedFrom(checkpoint: number, text: string): void {
    const { nowUs, event, trace } = this.simulation
    trace?.add(event, nowUs, TRACE_RESTART, -1, this.attempt, checkpoint)
    this.log('info', text, 0)
  }

  private over(state: 'FINISHED' | 'FAILED' | 'CANCELED'): void {
    this.state = state
    this.actions.schedule.stop()
    this.failover.stop()
    this.cancel()
    this.deployment.silence()
    this.cluster.jobOver(this)
  }

  private log(level: string, text: string, subtask: number, cause?: LearnerError): void {
    const { nowUs, settings } = this.simulation
    this.observer?.log(level, text, subtask, settings.startMs + Math.floor(nowUs / 1000), cause)
  }
}

function isOver({ state }: Task): boolean {
  return state === 'FINISHED' || state === 'FAILED' || state === 'CANCELED'
}
