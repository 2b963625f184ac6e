// Takes checkpoints of a job: asks the sources to begin, waits until every subtask has handed in its snapshot, and keeps
// the last one that is complete, from which the job starts again after a failure. Flink's CheckpointCoordinator.
//
// Differs from Flink: the first checkpoint comes one interval after the job has started, where Flink picks a random moment
// in it; a snapshot takes 1 ms of virtual time to be written, whatever its size.

import { CHECKPOINT, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import type { CheckpointSpec } from '../graph/checkpoint-spec.ts'
import { CheckpointingOptions } from '../graph/options.ts'
import type { KeyedSnapshot, PendingSnapshot } from '../state/keyed-snapshot.ts'
import type { OperatorSnapshot } from '../state/operator-state.ts'
import type { ChainSnapshot } from '../task/operator-chain.ts'
import type { Task } from '../task/task.ts'
import { TRACE_CHECKPOINT } from '../trace/trace-layout.ts'
import type { CompletedCheckpoint, OperatorCheckpoint } from './completed-checkpoint.ts'
import type { SavepointListener, SavepointRequest } from './savepoint-request.ts'

const WRITE_US = 1000

/** What a subtask handed in, written. */
interface TaskSnapshot {
  readonly operators: readonly OperatorSnapshot[]
  readonly keyed: KeyedSnapshot | null
}

interface PendingCheckpoint {
  readonly id: number
  readonly triggeredUs: number
  /** By task; null while it's waited for. */
  readonly snapshots: Map<Task, TaskSnapshot | null>
  /** Null for one that is taken by the clock. */
  readonly savepoint: SavepointRequest | null
}

/** On its way from a subtask to the coordinator. */
interface Upload {
  readonly arrivesUs: number
  readonly checkpoint: number
  readonly task: Task
  readonly operators: readonly OperatorSnapshot[]
  readonly keyed: PendingSnapshot | null
}

/** The job whose checkpoints are taken. */
export interface CheckpointedJob extends SavepointListener {
  readonly simulation: Simulation
  readonly tasks: readonly Task[]
  isRunning(): boolean
}

export class CheckpointCoordinator implements EventTarget {
  id = -1
  readonly job: CheckpointedJob
  /** Null for a job that takes none by itself; savepoints can be taken of any. */
  readonly spec: CheckpointSpec | null
  /** Savepoints that wait for the end of a checkpoint. */
  requests: SavepointRequest[] = []
  /** Of the next checkpoint: numbers are never used again. */
  nextId = 1
  pending: PendingCheckpoint[] = []
  uploads: Upload[] = []
  completed: CompletedCheckpoint | null = null
  /** When the next one is due, and when the last one was over; virtual µs. */
  nextTriggerUs = Infinity
  lastEndUs = -Infinity
  /** What tasks handed in when they had finished. */
  finals = new Map<Task, TaskSnapshot>()

  /** `restored`: what the job starts with; its numbers go on. */
  constructor(job: CheckpointedJob, spec: CheckpointSpec | null, restored: CompletedCheckpoint | null = null) {
    this.job = job
    this.spec = spec
    this.completed = restored
    if (restored !== null) this.nextId = restored.id + 1
  }

  /** The job has been deployed. */
  start(): void {
    if (this.id < 0) this.job.simulation.register(this)
    if (this.spec !== null) this.planTrigger(this.job.simulation.nowUs + this.spec.intervalMs * 1000)
  }

  /** Takes a savepoint, after the checkpoint that is under way. The job is told how it came out. */
  triggerSavepoint(request: SavepointRequest): void {
    const { job } = this
    const isReady = job.isRunning() && !job.tasks.some(({ state }) => state === 'CREATED')
    if (!isReady) job.savepointEnded(request, null, 'SAVEPOINT_NOT_RUNNING')
    else if (this.pending.length > 0) this.requests.push(request)
    else this.trigger(job.simulation.nowUs, request)
  }

  /** The job has failed or is over: what is under way is given up. */
  stop(): void {
    this.job.simulation.unschedule(this.id)
    const given = [...this.pending.flatMap(({ savepoint }) => savepoint ?? []), ...this.requests]
    this.requests = []
    for (const { keyed } of this.uploads) keyed?.abandon()
    this.uploads = []
    this.pending = []
    this.finals = new Map()
    this.nextTriggerUs = Infinity
    for (const request of given) this.job.savepointEnded(request, null, 'SAVEPOINT_JOB_FAILED')
  }

  handle(): void {
    const { nowUs } = this.job.simulation
    while ((this.uploads[0]?.arrivesUs ?? Infinity) <= nowUs) this.acknowledge(this.uploads.shift() as Upload)
    this.giveUpLate(nowUs)
    if (this.nextTriggerUs <= nowUs) this.triggerOrWait(nowUs)
  }

  /** A subtask has taken its snapshot; writing it takes a moment. True if the job stops with it. */
  snapshotTaken(task: Task, checkpoint: number, { operators, keyed }: ChainSnapshot): boolean {
    const { simulation } = this.job
    const arrivesUs = simulation.nowUs + WRITE_US
    this.uploads.push({ arrivesUs, checkpoint, task, operators, keyed })
    simulation.schedule(arrivesUs, CHECKPOINT, this.id)
    return this.pending.some(({ id, savepoint }) => id === checkpoint && savepoint?.stop === 'suspend')
  }

  /** What the task leaves stands in every later checkpoint, and in the savepoint for which it was drained. */
  taskEnding(task: Task): void {
    const isDraining = this.pending.some(({ savepoint }) => savepoint?.stop === 'drain')
    // Most jobs without checkpoints never have a savepoint taken of them.
    if (this.spec === null && !isDraining) return
    this.finals.set(task, this.finalOf(task))
    for (const { savepoint, snapshots } of this.pending) {
      if (savepoint?.stop === 'drain') snapshots.set(task, this.finals.get(task) ?? null)
    }
  }

  private finalOf(task: Task): TaskSnapshot {
    const { operators, keyed } = task.checkpoints.snapshot(this.nextId)
    return { operators, keyed: keyed?.write() ?? null }
  }

  /** A task has ended: a savepoint for which the job was drained may be complete. */
  taskFinished(): void {
    const drained = this.pending.find(({ savepoint }) => savepoint?.stop === 'drain')
    if (drained !== undefined && isComplete(drained)) this.complete(drained)
  }

  private planTrigger(atUs: number): void {
    this.nextTriggerUs = atUs
    this.job.simulation.schedule(atUs, CHECKPOINT, this.id)
  }

  private triggerOrWait(nowUs: number): void {
    this.nextTriggerUs = Infinity
    const { job, spec } = this
    if (spec === null) return
    // Where nothing else will ever happen, checkpoints aren't what keeps the job alive.
    if (!job.isRunning() || job.simulation.heap.size === 0) return
    const earliestUs = this.lastEndUs + spec.minPauseMs * 1000
    // The end of one that is under way asks again.
    if (this.pending.length >= spec.maxConcurrent) this.nextTriggerUs = nowUs
    else if (earliestUs > nowUs) this.planTrigger(earliestUs)
    else {
      this.trigger(nowUs, null)
      this.planTrigger(nowUs + spec.intervalMs * 1000)
    }
  }

  private trigger(nowUs: number, savepoint: SavepointRequest | null): void {
    const { tasks, simulation } = this.job
    // Flink too takes none before all tasks run.
    if (tasks.some(({ state }) => state === 'CREATED')) return
    const id = this.nextId++
    const final = (task: Task): TaskSnapshot | null =>
      this.finals.get(task) ?? (task.state === 'FINISHED' ? this.finalOf(task) : null)
    const snapshots = new Map(tasks.map((task) => [task, final(task)] as const))
    this.pending.push({ id, triggeredUs: nowUs, snapshots, savepoint })
    simulation.trace?.add(simulation.event, nowUs, TRACE_CHECKPOINT, -1, id, 0)
    simulation.schedule(nowUs + this.timeoutUs(), CHECKPOINT, this.id)
    const begin = savepoint?.stop === 'drain' ? 'drain' : 'snapshot'
    for (const task of tasks) {
      if (task.state !== 'RUNNING' || !task.checkpoints.isFirst()) continue
      // What only waits for its own end is drained already.
      if (begin === 'snapshot' || task.gate === null) task.checkpoints.post(begin, id)
    }
  }

  private timeoutUs(): number {
    return (this.spec?.timeoutMs ?? CheckpointingOptions.CHECKPOINTING_TIMEOUT.defaultValue) * 1000
  }

  private acknowledge({ checkpoint, task, operators, keyed }: Upload): void {
    const pending = this.pending.find(({ id }) => id === checkpoint)
    if (pending === undefined) {
      keyed?.abandon()
      return
    }
    pending.snapshots.set(task, { operators, keyed: keyed?.write() ?? null })
    if (isComplete(pending)) this.complete(pending)
  }

  private complete(pending: PendingCheckpoint): void {
    const { simulation, tasks } = this.job
    const { id, triggeredUs, snapshots, savepoint } = pending
    const { nowUs } = simulation
    const checkpoint = { id, triggeredUs, completedUs: nowUs, operators: byOperator(snapshots) }
    // As in Flink: what belongs to whoever took it, recovery doesn't rely on; and nothing is committed by it.
    const isTheJobs = savepoint?.stop !== 'none'
    if (isTheJobs) this.completed = checkpoint
    // Older ones that are still under way are subsumed.
    this.pending = this.pending.filter((other) => other.id > id)
    this.lastEndUs = nowUs
    simulation.trace?.add(simulation.event, nowUs, TRACE_CHECKPOINT, -1, id, 1)
    for (const task of tasks) if (isTheJobs && task.state === 'RUNNING') task.checkpoints.post('complete', id)
    if (savepoint !== null) this.job.savepointEnded(savepoint, checkpoint, '')
    this.goOn(nowUs)
  }

  /** A checkpoint is over: what waited for that may begin. */
  private goOn(nowUs: number): void {
    const request = this.pending.length === 0 ? this.requests.shift() : undefined
    if (request !== undefined) this.trigger(nowUs, request)
    else if (this.nextTriggerUs <= nowUs) this.triggerOrWait(nowUs)
  }

  private giveUpLate(nowUs: number): void {
    const limitUs = nowUs - this.timeoutUs()
    const late = this.pending.filter(({ triggeredUs }) => triggeredUs <= limitUs)
    if (late.length === 0) return
    this.pending = this.pending.filter((pending) => !late.includes(pending))
    this.lastEndUs = nowUs
    for (const { id, savepoint } of late) this.giveUp(id, savepoint)
    this.goOn(nowUs)
  }

  private giveUp(id: number, savepoint: SavepointRequest | null): void {
    const { simulation, tasks } = this.job
    simulation.trace?.add(simulation.event, simulation.nowUs, TRACE_CHECKPOINT, -1, id, 2)
    if (savepoint === null) return
    for (const task of tasks) if (task.checkpoints.isHeld) task.checkpoints.post('abort', id)
    this.job.savepointEnded(savepoint, null, 'SAVEPOINT_EXPIRED')
  }
}

function isComplete({ snapshots }: PendingCheckpoint): boolean {
  return Array.from(snapshots.values()).every((snapshot) => snapshot !== null)
}

function byOperator(snapshots: ReadonlyMap<Task, TaskSnapshot | null>): Map<string, OperatorCheckpoint> {
  const operators = new Map<string, { operator: OperatorSnapshot[]; keyed: KeyedSnapshot[] }>()
  for (const [task, snapshot] of snapshots) {
    task.chain.nodes.forEach(({ operatorId }, i) => {
      const entry = operators.get(operatorId) ?? { operator: [], keyed: [] }
      operators.set(operatorId, entry)
      entry.operator.push(snapshot?.operators[i] as OperatorSnapshot)
      if (i === 0 && snapshot?.keyed) entry.keyed.push(snapshot.keyed)
    })
  }
  return operators
}
