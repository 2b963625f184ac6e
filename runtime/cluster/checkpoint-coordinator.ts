// Takes checkpoints of a job: asks the subtasks at which they begin, waits until every subtask has handed in its snapshot,
// and keeps the last one that is complete, from which the job starts again after a failure. Flink's CheckpointCoordinator.
//
// Differs from Flink: the first checkpoint comes one interval after the job has started, where Flink picks a random moment
// in it; a snapshot takes 1 ms of virtual time to be written, whatever its size.

import { CHECKPOINT, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import type { CheckpointSpec } from '../graph/checkpoint-spec.ts'
import { CheckpointingOptions } from '../graph/options.ts'
import type { ChainSnapshot } from '../task/operator-chain.ts'
import type { Task } from '../task/task.ts'
import { isStarting } from '../task/task-contract.ts'
import { TRACE_CHECKPOINT } from '../trace/trace-layout.ts'
import type { CompletedCheckpointStore } from './checkpoint-store.ts'
import { byOperator, type CompletedCheckpoint } from './completed-checkpoint.ts'
import type { SavepointListener, SavepointRequest } from './savepoint-request.ts'

const WRITE_US = 1000

/** Why there is to be a checkpoint: the interval, or all tasks are at their end, or somebody wants a savepoint. */
interface CheckpointRequest {
  readonly isPeriodic: boolean
  readonly savepoint: SavepointRequest | null
}

interface PendingCheckpoint {
  readonly id: number
  readonly triggeredUs: number
  readonly savepoint: SavepointRequest | null
  /** By task, those that have finished included. */
  readonly snapshots: Map<Task, ChainSnapshot | null>
  readonly waitingFor: Set<Task>
}

/** On its way from a subtask to the coordinator. */
interface Upload {
  readonly arrivesUs: number
  readonly checkpoint: number
  readonly task: Task
  readonly snapshot: ChainSnapshot | null
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
  /** Of the next checkpoint: numbers are never used again. */
  nextId = 1
  pending: PendingCheckpoint[] = []
  /** The first to arrive first. */
  uploads: Upload[] = []
  readonly store: CompletedCheckpointStore
  /** When the next one is due by the interval, and when the last one was complete; virtual µs. */
  nextTriggerUs = Infinity
  lastCompletedUs = -Infinity
  /** What is due and waits for what is under way, in the order in which it will be taken. */
  queued: CheckpointRequest[] = []
  /** Tasks that have emitted all they will. */
  ended = new Set<Task>()
  /** Times of this coordinator's events in the heap. */
  planned = new Set<number>()

  /** The numbers of what is in the store go on. */
  constructor(job: CheckpointedJob, spec: CheckpointSpec | null, store: CompletedCheckpointStore) {
    this.job = job
    this.spec = spec
    this.store = store
    this.nextId = (this.completed?.id ?? 0) + 1
  }

  /** The one from which the job starts again. */
  get completed(): CompletedCheckpoint | null {
    return this.store.latest()
  }

  /** The job has been deployed. */
  start(): void {
    if (this.id < 0) this.job.simulation.register(this)
    this.nextTriggerUs = this.job.simulation.nowUs + this.intervalUs()
    this.plan()
  }

  /** These tasks have failed, or the job is over: what is under way is given up. */
  stop(lost: readonly Task[] = this.job.tasks): void {
    this.job.simulation.unschedule(this.id)
    const given = [...this.pending, ...this.queued].flatMap(({ savepoint }) => savepoint ?? [])
    for (const { snapshot } of this.uploads) snapshot?.keyed?.abandon()
    for (const pending of this.pending) abandon(pending)
    this.planned.clear()
    this.uploads = []
    this.pending = []
    this.queued = []
    for (const task of lost) this.ended.delete(task)
    this.nextTriggerUs = Infinity
    for (const request of given) this.job.savepointEnded(request, null, 'SAVEPOINT_JOB_FAILED')
  }

  handle(): void {
    const { nowUs } = this.job.simulation
    this.planned.delete(nowUs)
    while ((this.uploads[0]?.arrivesUs ?? Infinity) <= nowUs) this.acknowledge(this.uploads.shift() as Upload)
    const limitUs = nowUs - this.timeoutUs()
    for (const late of this.pending.filter(({ triggeredUs }) => triggeredUs <= limitUs)) {
      this.abort(late, 'SAVEPOINT_EXPIRED')
    }
    if (this.nextTriggerUs <= nowUs) {
      this.nextTriggerUs = nowUs + this.intervalUs()
      this.request({ isPeriodic: true, savepoint: null })
    }
    this.plan()
  }

  /** Takes a savepoint, after the checkpoint that is under way. The job is told how it came out. */
  triggerSavepoint(savepoint: SavepointRequest): void {
    const { job } = this
    const isReady = job.isRunning() && !job.tasks.some(({ state }) => isStarting(state))
    if (isReady) this.request({ isPeriodic: false, savepoint })
    else job.savepointEnded(savepoint, null, 'SAVEPOINT_NOT_RUNNING')
  }

  /** A subtask has taken its snapshot; writing it takes a moment. True if the job stops with it. */
  snapshotTaken(task: Task, checkpoint: number, snapshot: ChainSnapshot | null): boolean {
    const { simulation } = this.job
    this.uploads.push({ arrivesUs: simulation.nowUs + WRITE_US, checkpoint, task, snapshot })
    this.plan()
    return this.endsJob(checkpoint)
  }

  /** Whether nothing is to be processed after it. */
  endsJob(checkpoint: number): boolean {
    return this.pending.some(({ id, savepoint }) => id === checkpoint && savepoint?.stop === 'suspend')
  }

  /** A subtask's snapshot couldn't be written: nothing will come of the checkpoint. */
  decline(checkpoint: number): void {
    for (const pending of this.pending.filter(({ id }) => id === checkpoint)) this.abort(pending, 'SAVEPOINT_EXPIRED')
    this.plan()
  }

  /** Once all tasks have emitted all they will, the last checkpoint is taken at once, as in Flink. */
  dataEnded(task: Task): void {
    this.ended.add(task)
    const isLast = this.spec?.afterTasksFinish === true && this.job.tasks.every((other) => this.ended.has(other))
    if (isLast && !this.isStopping()) this.request({ isPeriodic: false, savepoint: null })
  }

  /** Nothing of it can be waited for any more. */
  taskFinished(task: Task): void {
    this.ended.add(task)
    for (const pending of this.pending.filter(({ waitingFor }) => waitingFor.has(task))) {
      this.abort(pending, 'SAVEPOINT_NOT_RUNNING')
    }
  }

  /** Whether a savepoint is under way with which the job ends. */
  private isStopping(): boolean {
    return this.pending.some(({ savepoint }) => savepoint !== null && savepoint.stop !== 'none')
  }

  private request(request: CheckpointRequest): void {
    this.queued.push(request)
    const rank = ({ isPeriodic, savepoint }: CheckpointRequest): number => (savepoint !== null ? 0 : isPeriodic ? 2 : 1)
    this.queued.sort((a, b) => rank(a) - rank(b))
    this.triggerNext()
    this.plan()
  }

  private intervalUs(): number {
    const { intervalMs, minPauseMs } = this.spec ?? { intervalMs: Infinity, minPauseMs: 0 }
    return Math.max(intervalMs, minPauseMs) * 1000
  }

  private timeoutUs(): number {
    return (this.spec?.timeoutMs ?? CheckpointingOptions.CHECKPOINTING_TIMEOUT.defaultValue) * 1000
  }

  /** Sees to it that there is an event when the next thing is due. */
  private plan(): void {
    const expiresUs = (this.pending[0]?.triggeredUs ?? Infinity) + this.timeoutUs()
    const next = Math.min(this.nextTriggerUs, this.uploads[0]?.arrivesUs ?? Infinity, expiresUs)
    if (next === Infinity || this.planned.has(next)) return
    this.planned.add(next)
    this.job.simulation.schedule(next, CHECKPOINT, this.id)
  }

  /** Takes the next checkpoint that is due, if it may be taken now. */
  private triggerNext(): void {
    const { job, queued } = this
    const { maxConcurrent, minPauseMs } = this.spec ?? { maxConcurrent: 1, minPauseMs: 0 }
    const [first] = queued
    if (first === undefined || this.pending.length >= maxConcurrent) return
    queued.shift()
    const { nowUs, heap } = job.simulation
    // Where nothing else will ever happen, checkpoints aren't what keeps the job alive, unless it waits for one to end.
    const isStill = heap.size === this.planned.size && this.ended.size < job.tasks.length
    if (!job.isRunning() || (first.isPeriodic && isStill)) {
      this.nextTriggerUs = Infinity
      return
    }
    const earliestUs = this.lastCompletedUs + minPauseMs * 1000
    if (first.isPeriodic && earliestUs > nowUs) this.nextTriggerUs = earliestUs
    else this.trigger(nowUs, first)
  }

  private trigger(nowUs: number, { savepoint }: CheckpointRequest): void {
    const { tasks, simulation } = this.job
    const running = tasks.filter(({ state }) => state === 'RUNNING')
    const finished = tasks.filter(({ state }) => state === 'FINISHED')
    // Flink too takes none before all tasks run.
    if (running.length + finished.length < tasks.length) return
    if (finished.length > 0 && this.spec?.afterTasksFinish === false) return
    const id = this.nextId++
    const snapshots = new Map(tasks.map((task) => [task, null] as const))
    this.pending.push({ id, triggeredUs: nowUs, savepoint, snapshots, waitingFor: new Set(running) })
    if (this.isStopping()) this.nextTriggerUs = Infinity
    simulation.trace?.add(simulation.event, nowUs, TRACE_CHECKPOINT, -1, id, 0)
    const begin = savepoint?.stop === 'drain' ? 'drain' : 'snapshot'
    for (const { checkpoints } of running) if (checkpoints.isFirst()) checkpoints.post(begin, id)
  }

  private acknowledge({ checkpoint, task, snapshot }: Upload): void {
    const pending = this.pending.find(({ id }) => id === checkpoint)
    if (pending === undefined) {
      snapshot?.keyed?.abandon()
      return
    }
    pending.snapshots.set(task, snapshot)
    pending.waitingFor.delete(task)
    if (pending.waitingFor.size === 0) this.complete(pending)
  }

  private complete({ id, triggeredUs, savepoint, snapshots }: PendingCheckpoint): void {
    const { simulation } = this.job
    const { nowUs } = simulation
    const checkpoint = { id, triggeredUs, completedUs: nowUs, operators: byOperator(snapshots) }
    this.pending = this.pending.filter((other) => other.id !== id)
    this.lastCompletedUs = nowUs
    simulation.trace?.add(simulation.event, nowUs, TRACE_CHECKPOINT, -1, id, 1)
    // As in Flink: what belongs to whoever took it, recovery doesn't rely on; and nothing is committed by it.
    if (savepoint?.stop !== 'none') {
      this.store.add(checkpoint)
      this.tell('complete', id)
      // Older ones that are still under way are subsumed.
      for (const older of this.pending.filter((other) => other.id < id)) this.abort(older, 'SAVEPOINT_EXPIRED')
    }
    if (savepoint !== null) this.job.savepointEnded(savepoint, checkpoint, '')
    this.triggerNext()
  }

  /** `reason`: why there is no savepoint, if it was to be one. */
  private abort(pending: PendingCheckpoint, reason: string): void {
    const { simulation } = this.job
    const wasStopping = this.isStopping()
    this.pending = this.pending.filter((other) => other !== pending)
    abandon(pending)
    simulation.trace?.add(simulation.event, simulation.nowUs, TRACE_CHECKPOINT, -1, pending.id, 2)
    this.tell('aborted', pending.id)
    if (pending.savepoint !== null) this.job.savepointEnded(pending.savepoint, null, reason)
    if (wasStopping && !this.isStopping()) this.nextTriggerUs = simulation.nowUs + this.intervalUs()
    this.triggerNext()
  }

  private tell(what: 'complete' | 'aborted', checkpoint: number): void {
    for (const { state, checkpoints } of this.job.tasks) if (state === 'RUNNING') checkpoints.post(what, checkpoint)
  }
}

function abandon({ snapshots }: PendingCheckpoint): void {
  for (const snapshot of snapshots.values()) snapshot?.keyed?.abandon()
}
