// Takes checkpoints of a job: asks the subtasks at which they begin, waits until every subtask has handed in its snapshot,
// and keeps the last ones that are complete, from which the job starts again after a failure. A snapshot is taken at the
// barrier; writing it takes virtual time by its size. Flink's CheckpointCoordinator.
//
// Differs from Flink: the first checkpoint comes one interval after the job has started, where Flink picks a random moment
// in it.

import { LearnerError } from '../base/diagnostic.ts'
import type { CheckpointSpec } from '../graph/checkpoint-spec.ts'
import { CheckpointingOptions } from '../graph/options.ts'
import { CHECKPOINT, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import type { InFlight } from '../network/in-flight.ts'
import type { CheckpointFigures } from '../task/checkpoint-figures.ts'
import type { ChainSnapshot } from '../task/operator-chain.ts'
import type { Task } from '../task/task.ts'
import { isStarting } from '../task/task-contract.ts'
import { TRACE_CHECKPOINT } from '../trace/trace-layout.ts'
import { CheckpointFailures, type CheckpointFailureReason } from './checkpoint-failures.ts'
import { CheckpointHistory } from './checkpoint-history.ts'
import type { CheckpointCosts } from './cluster-settings.ts'
import type { CompletedCheckpointStore } from './checkpoint-store.ts'
import { byOperator, missesUnion, type CompletedCheckpoint, type TaskSnapshots } from './completed-checkpoint.ts'
import {
  abandon,
  compareRequests,
  unfinishedSubtasks,
  sizeOfSnapshot,
  type CheckpointRequest,
  type PendingCheckpoint,
  type Upload,
} from './pending-checkpoint.ts'
import { mustStop, type SavepointListener, type SavepointRequest } from './savepoint-request.ts'

/** Flink's CheckpointRequestDecider has no more waiting. */
const MOST_QUEUED = 1000

/** The job whose checkpoints are taken. */
export interface CheckpointedJob extends SavepointListener {
  readonly simulation: Simulation
  readonly settings: CheckpointCosts
  readonly tasks: readonly Task[]
  isRunning(): boolean
  /** Events of coordinators that are still to come, of all jobs. */
  plannedCheckpoints(): number
  /** What barriers overtook, by channel. */
  inFlightOf(snapshots: TaskSnapshots): readonly InFlight[]
  /** More checkpoints have failed than are tolerated; `task` is who was still waited for, or couldn't write. */
  checkpointsFailed(task: Task, error: LearnerError): void
  /** The savepoint came to nothing with which the job was to stop. */
  stopFailed(): void
}

export class CheckpointCoordinator implements EventTarget {
  id = -1
  readonly job: CheckpointedJob
  /** Null for a job that takes none by itself; savepoints can be taken of any. */
  readonly spec: CheckpointSpec | null
  readonly failures: CheckpointFailures
  readonly history = new CheckpointHistory()
  /** Of the next checkpoint: numbers are never used again. */
  nextId = 1
  pending: PendingCheckpoint[] = []
  /** The first to arrive first. */
  uploads: Upload[] = []
  failedUploads: { readonly task: Task; readonly checkpoint: number }[] = []
  readonly store: CompletedCheckpointStore
  /** When the next one is due by the interval, and when the last one was complete; virtual µs. */
  nextTriggerUs = Infinity
  lastCompletedUs = -Infinity
  /** What is due and waits for what is under way, in the order in which it will be taken. */
  queued: CheckpointRequest[] = []
  /** Tasks that have emitted all they will. */
  ended = new Set<Task>()
  /** The savepoint that is complete and with which the job stops: its tasks are about to. */
  stoppedWith: SavepointRequest | null = null
  /** Times of this coordinator's events in the heap. */
  planned = new Set<number>()

  /** The numbers of what is in the store go on. */
  constructor(job: CheckpointedJob, spec: CheckpointSpec | null, store: CompletedCheckpointStore) {
    this.job = job
    this.spec = spec
    this.failures = new CheckpointFailures(spec?.tolerableFailures ?? Infinity)
    this.store = store
    this.nextId = (this.completed?.id ?? 0) + 1
  }

  /** The one from which the job starts again. */
  get completed(): CompletedCheckpoint | null {
    return this.store.latest()
  }

  /** The job has been deployed. */
  start(): void {
    const { simulation } = this.job
    if (this.id < 0) simulation.register(this)
    this.stoppedWith = null
    if (this.completed !== null) this.history.startedFrom(this.completed.id, simulation.nowUs)
    this.nextTriggerUs = simulation.nowUs + this.intervalUs()
    this.plan()
  }

  /** These tasks have failed, or the job is over: what is under way is given up. */
  stop(lost: readonly Task[] = this.job.tasks): void {
    const { simulation } = this.job
    simulation.unschedule([this.id])
    const given = [...this.pending, ...this.queued].flatMap(({ savepoint }) => savepoint ?? [])
    for (const { snapshot } of this.uploads) snapshot?.keyed?.abandon()
    for (const pending of this.pending) {
      this.given(pending, 'CHECKPOINT_COORDINATOR_SUSPEND')
      // Those who go on may be waiting for it.
      for (const { state, checkpoints } of this.job.tasks)
        if (state === 'RUNNING' && checkpoints.isHeld) checkpoints.post('aborted', pending.id)
    }
    this.planned.clear()
    this.uploads = []
    this.failedUploads = []
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
    for (const { task, checkpoint } of this.failedUploads.splice(0)) this.decline(task, checkpoint, null)
    const limitUs = nowUs - this.timeoutUs()
    for (const late of this.pending.filter(({ triggeredUs }) => triggeredUs <= limitUs)) this.expire(late)
    for (const pending of this.pending) if (pending.overtakesUs <= nowUs) this.letOvertake(pending)
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
  snapshotTaken(task: Task, checkpoint: number, snapshot: ChainSnapshot | null, figures: CheckpointFigures): boolean {
    const { simulation, settings } = this.job
    const stateSize = sizeOfSnapshot(snapshot)
    const arrivesUs = simulation.nowUs + settings.uploadUs + Math.ceil((stateSize * 1000) / settings.uploadBytesPerMs)
    const at = this.uploads.findIndex((other) => other.arrivesUs > arrivesUs)
    const upload = { arrivesUs, checkpoint, task, snapshot, figures, stateSize }
    this.uploads.splice(at < 0 ? this.uploads.length : at, 0, upload)
    this.plan()
    return this.endsJob(checkpoint)
  }

  /** Whether nothing is to be processed after it. */
  endsJob(checkpoint: number): boolean {
    return this.pending.some(({ id, savepoint }) => id === checkpoint && savepoint?.stop === 'suspend')
  }

  /** A subtask's snapshot couldn't be written, which it says. */
  uploadFailed(task: Task, checkpoint: number): void {
    this.failedUploads.push({ task, checkpoint })
    this.plan()
  }

  /** A subtask can't take part, or couldn't write what it kept: the checkpoint is given up. */
  decline(task: Task, checkpoint: number, error: LearnerError | null): void {
    const pending = this.pending.find(({ id }) => id === checkpoint)
    if (pending === undefined) return
    this.abort(pending, 'CHECKPOINT_ASYNC_EXCEPTION')
    this.fail(pending, 'CHECKPOINT_ASYNC_EXCEPTION', task, error)
  }

  /** Whether barriers of it may overtake records: never those of a savepoint, which are aligned as in Flink. */
  mayOvertake(checkpoint: number): boolean {
    return this.pending.some(({ id, savepoint }) => id === checkpoint && savepoint === null)
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
      this.abort(pending, 'CHECKPOINT_DECLINED_TASK_CLOSING')
    }
    this.plan()
  }

  /** Whether the job is about to stop, and must fail as a whole where a part of it fails. */
  isBoundToStop(): boolean {
    return this.stoppedWith !== null || this.pending.some(({ savepoint }) => mustStop(savepoint))
  }

  /** Whether a savepoint is under way with which the job ends. */
  private isStopping(): boolean {
    return this.pending.some(({ savepoint }) => savepoint !== null && savepoint.stop !== 'none')
  }

  private request(request: CheckpointRequest): void {
    // Behind those that come before it or at the same time; the last of too many is dropped.
    let at = this.queued.length
    while (at > 0 && compareRequests(this.queued[at - 1] as CheckpointRequest, request) > 0) at--
    this.queued.splice(at, 0, request)
    if (this.queued.length > MOST_QUEUED && this.queued.at(-1)?.isPeriodic === true) this.queued.pop()
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

  /** Infinity where barriers overtake at once or not at all: then nothing need be said. */
  private overtakesAfterUs(): number {
    const afterMs = this.spec?.unaligned?.afterMs ?? 0
    return afterMs === 0 ? Infinity : afterMs * 1000
  }

  /** Barriers have waited long enough. */
  private letOvertake(pending: PendingCheckpoint): void {
    pending.overtakesUs = Infinity
    for (const { checkpoints } of pending.waitingFor) checkpoints.post('overtake', pending.id)
  }

  /** Sees to it that there is an event when the next thing is due. */
  private plan(): void {
    const expiresUs = (this.pending[0]?.triggeredUs ?? Infinity) + this.timeoutUs()
    const overtakesUs = Math.min(...this.pending.map((pending) => pending.overtakesUs))
    const next =
      this.failedUploads.length > 0
        ? this.job.simulation.nowUs
        : Math.min(this.nextTriggerUs, this.uploads[0]?.arrivesUs ?? Infinity, expiresUs, overtakesUs)
    if (next === Infinity || this.planned.has(next)) return
    this.planned.add(next)
    this.job.simulation.schedule(next, CHECKPOINT, this.id)
  }

  /** Whether nothing but events of coordinators is still to come, and tasks aren't waiting for a checkpoint. */
  private isStill(): boolean {
    return this.job.simulation.heap.size === this.job.plannedCheckpoints() && this.ended.size < this.job.tasks.length
  }

  /** Takes the next checkpoint that is due, if it may be taken now. */
  private triggerNext(): void {
    const { job, queued } = this
    const { maxConcurrent, minPauseMs } = this.spec ?? { maxConcurrent: 1, minPauseMs: 0 }
    const [first] = queued
    // Of what comes after a savepoint with which the job stops nobody would see the barriers.
    if (first === undefined || this.pending.length >= maxConcurrent || this.isStopping()) return
    queued.shift()
    // Where nothing else will ever happen, checkpoints aren't what keeps the job alive.
    if (!job.isRunning() || (first.isPeriodic && this.isStill())) {
      this.nextTriggerUs = Infinity
      return
    }
    const { nowUs } = job.simulation
    const earliestUs = this.lastCompletedUs + minPauseMs * 1000
    if (first.isPeriodic && earliestUs > nowUs) this.nextTriggerUs = earliestUs
    else this.trigger(nowUs, first)
  }

  private trigger(nowUs: number, { savepoint }: CheckpointRequest): void {
    const { tasks, simulation } = this.job
    const running = tasks.filter(({ state }) => state === 'RUNNING')
    const finished = tasks.filter(({ state }) => state === 'FINISHED')
    // Flink too takes none before all tasks run.
    const isRefused =
      running.length + finished.length < tasks.length ||
      (finished.length > 0 && this.spec?.afterTasksFinish === false) ||
      (savepoint !== null && this.stoppedWith !== null)
    if (isRefused) {
      if (savepoint === null) return
      this.job.savepointEnded(savepoint, null, 'SAVEPOINT_NOT_RUNNING')
      this.triggerNext()
      return
    }
    const id = this.nextId++
    const snapshots = new Map(tasks.map((task) => [task, null] as const))
    const waitingFor = new Set(running)
    const overtakesUs = savepoint === null ? nowUs + this.overtakesAfterUs() : Infinity
    this.pending.push({ id, triggeredUs: nowUs, savepoint, snapshots, waitingFor, overtakesUs })
    this.history.begun(id, nowUs, { isSavepoint: savepoint !== null, subtaskCount: running.length })
    if (this.isStopping()) this.nextTriggerUs = Infinity
    simulation.trace?.add(simulation.event, nowUs, TRACE_CHECKPOINT, -1, id, 0)
    const begin = savepoint?.stop === 'drain' ? 'drain' : 'snapshot'
    for (const { checkpoints } of running) if (checkpoints.isFirst()) checkpoints.post(begin, id)
  }

  private acknowledge(upload: Upload): void {
    const { checkpoint, task, snapshot, figures, stateSize } = upload
    const pending = this.pending.find(({ id }) => id === checkpoint)
    if (pending === undefined) {
      snapshot?.keyed?.abandon()
      return
    }
    try {
      snapshot?.keyed?.requireWritable()
    } catch (error) {
      if (!(error instanceof LearnerError)) throw error
      snapshot?.keyed?.abandon()
      this.decline(task, checkpoint, error)
      return
    }
    pending.snapshots.set(task, snapshot)
    pending.waitingFor.delete(task)
    const { nowUs } = this.job.simulation
    const { startedUs, alignmentUs, snapshotUs, heldRecords, processedRecords, persistedRecords, isUnaligned } = figures
    // Each by its name: spreading costs more than all the rest of an acknowledgement.
    this.history.acknowledged(checkpoint, {
      vertex: task.chain.id,
      subtask: task.subtask,
      stateSize,
      asyncUs: nowUs - snapshotUs,
      ackUs: nowUs,
      startedUs,
      alignmentUs,
      snapshotUs,
      heldRecords,
      processedRecords,
      persistedRecords,
      isUnaligned,
    })
    if (pending.waitingFor.size > 0) return
    if (missesUnion(pending.snapshots, checkpoint)) this.abort(pending, 'FINALIZE_CHECKPOINT_FAILURE')
    else this.complete(pending)
  }

  private complete({ id, triggeredUs, savepoint, snapshots }: PendingCheckpoint): void {
    const { simulation } = this.job
    const { nowUs } = simulation
    const checkpoint = {
      id,
      triggeredUs,
      completedUs: nowUs,
      operators: byOperator(snapshots),
      inFlight: this.job.inFlightOf(snapshots),
    }
    this.pending = this.pending.filter((other) => other.id !== id)
    this.lastCompletedUs = nowUs
    this.failures.completed(id)
    this.history.completedAt(id, nowUs)
    simulation.trace?.add(simulation.event, nowUs, TRACE_CHECKPOINT, -1, id, 1)
    // As in Flink: what belongs to whoever took it, recovery doesn't rely on; and nothing is committed by it, unless the
    // job stops with it.
    if (savepoint === null || savepoint.goesOn === true) {
      this.store.add(checkpoint)
      this.history.kept(this.store.checkpoints.map((kept) => kept.id))
    }
    if (savepoint?.stop !== 'none') {
      this.tell('complete', id)
      // Older ones that are still under way are subsumed, but for savepoints, which somebody wants.
      for (const older of this.pending.filter((other) => other.id < id && other.savepoint === null))
        this.abort(older, 'CHECKPOINT_SUBSUMED')
    }
    if (savepoint !== null) this.job.savepointEnded(savepoint, checkpoint, '')
    if (savepoint !== null && savepoint.stop !== 'none') this.stoppedWith = savepoint
    this.triggerNext()
  }

  private expire(pending: PendingCheckpoint): void {
    const [first] = pending.waitingFor
    this.abort(pending, 'CHECKPOINT_EXPIRED')
    // Where everything stands still it isn't the checkpoint that is wrong, and starting again wouldn't help.
    if (first !== undefined && !this.isStill()) this.fail(pending, 'CHECKPOINT_EXPIRED', first, null)
  }

  private abort(pending: PendingCheckpoint, reason: CheckpointFailureReason): void {
    if (!this.pending.includes(pending)) return
    const { simulation } = this.job
    const { nowUs } = simulation
    const wasStopping = this.isStopping()
    this.pending = this.pending.filter((other) => other !== pending)
    this.given(pending, reason)
    simulation.trace?.add(simulation.event, nowUs, TRACE_CHECKPOINT, -1, pending.id, 2)
    this.tell('aborted', pending.id)
    const isLate = reason === 'CHECKPOINT_EXPIRED'
    const code = isLate ? 'SAVEPOINT_EXPIRED' : 'SAVEPOINT_NOT_RUNNING'
    if (pending.savepoint !== null) this.job.savepointEnded(pending.savepoint, null, code)
    if (mustStop(pending.savepoint)) return this.job.stopFailed()
    if (wasStopping && !this.isStopping()) this.nextTriggerUs = nowUs + this.intervalUs()
    this.triggerNext()
  }

  /** Lets go of what was handed in, and keeps in mind who was waited for. */
  private given(pending: PendingCheckpoint, reason: CheckpointFailureReason): void {
    abandon(pending)
    const unfinished = unfinishedSubtasks(pending, this.uploads)
    this.history.failedAt(pending.id, this.job.simulation.nowUs, { reason, unfinished })
  }

  /** Counts it; one too many fails the job. A savepoint that comes to nothing is no reason for that. */
  private fail(
    { id, savepoint }: PendingCheckpoint,
    reason: CheckpointFailureReason,
    task: Task,
    cause: LearnerError | null,
  ): void {
    if (savepoint !== null || !this.failures.failed(id, reason)) return
    const { tolerated } = this.failures
    const about = { checkpoint: id, task: `${task.name} (${task.subtask + 1}/${task.chain.parallelism})`, tolerated }
    const code = reason === 'CHECKPOINT_EXPIRED' ? 'CHECKPOINTS_EXPIRED' : 'CHECKPOINTS_NOT_WRITTEN'
    const params = reason === 'CHECKPOINT_EXPIRED' ? { ...about, timeout: this.timeoutUs() / 1000 } : about
    this.job.checkpointsFailed(task, cause ?? new LearnerError(code, params))
  }

  private tell(what: 'complete' | 'aborted', checkpoint: number): void {
    for (const { state, checkpoints } of this.job.tasks) if (state === 'RUNNING') checkpoints.post(what, checkpoint)
  }
}
