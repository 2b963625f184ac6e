// Takes checkpoints of a job: asks the sources to begin, waits until every subtask has handed in its snapshot, and keeps
// the last one that is complete, from which the job starts again after a failure. Flink's CheckpointCoordinator.
//
// Differs from Flink: the first checkpoint comes one interval after the job has started, where Flink picks a random moment
// in it; a snapshot takes 1 ms of virtual time to be written, whatever its size.

import { CHECKPOINT, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import type { CheckpointSpec } from '../graph/checkpoint-spec.ts'
import type { KeyedSnapshot, PendingSnapshot } from '../state/keyed-snapshot.ts'
import type { OperatorSnapshot } from '../state/operator-state.ts'
import type { ChainSnapshot } from '../task/operator-chain.ts'
import type { Task } from '../task/task.ts'
import { TRACE_CHECKPOINT } from '../trace/trace-layout.ts'

const WRITE_US = 1000

/** What a checkpoint holds of one operator: an entry for every subtask that there was. */
export interface OperatorCheckpoint {
  readonly operator: readonly OperatorSnapshot[]
  /** Of an operator with keyed state. */
  readonly keyed: readonly KeyedSnapshot[]
}

/** From which a job can start. Plain data. */
export interface CompletedCheckpoint {
  readonly id: number
  /** Virtual µs. */
  readonly triggeredUs: number
  readonly completedUs: number
  /** By operator id. */
  readonly operators: ReadonlyMap<string, OperatorCheckpoint>
}

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
export interface CheckpointedJob {
  readonly simulation: Simulation
  readonly tasks: readonly Task[]
  isRunning(): boolean
}

export class CheckpointCoordinator implements EventTarget {
  id = -1
  readonly job: CheckpointedJob
  readonly spec: CheckpointSpec
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

  constructor(job: CheckpointedJob, spec: CheckpointSpec) {
    this.job = job
    this.spec = spec
    job.simulation.register(this)
  }

  /** The job has been deployed. */
  start(): void {
    this.planTrigger(this.job.simulation.nowUs + this.spec.intervalMs * 1000)
  }

  /** The job has failed or is over: what is under way is given up. */
  stop(): void {
    this.job.simulation.unschedule(this.id)
    for (const { keyed } of this.uploads) keyed?.abandon()
    this.uploads = []
    this.pending = []
    this.finals = new Map()
    this.nextTriggerUs = Infinity
  }

  handle(): void {
    const { nowUs } = this.job.simulation
    while ((this.uploads[0]?.arrivesUs ?? Infinity) <= nowUs) this.acknowledge(this.uploads.shift() as Upload)
    this.giveUpLate(nowUs)
    if (this.nextTriggerUs <= nowUs) this.triggerOrWait(nowUs)
  }

  /** A subtask has taken its snapshot; writing it takes a moment. */
  snapshotTaken(task: Task, checkpoint: number, { operators, keyed }: ChainSnapshot): void {
    const { simulation } = this.job
    const arrivesUs = simulation.nowUs + WRITE_US
    this.uploads.push({ arrivesUs, checkpoint, task, operators, keyed })
    simulation.schedule(arrivesUs, CHECKPOINT, this.id)
  }

  /** What the task leaves stands in every later checkpoint. */
  taskEnding(task: Task): void {
    const { operators, keyed } = task.checkpoints.snapshot(this.nextId)
    this.finals.set(task, { operators, keyed: keyed?.write() ?? null })
  }

  private planTrigger(atUs: number): void {
    this.nextTriggerUs = atUs
    this.job.simulation.schedule(atUs, CHECKPOINT, this.id)
  }

  private triggerOrWait(nowUs: number): void {
    this.nextTriggerUs = Infinity
    const { job, spec } = this
    // Where nothing else will ever happen, checkpoints aren't what keeps the job alive.
    if (!job.isRunning() || job.simulation.heap.size === 0) return
    const earliestUs = this.lastEndUs + spec.minPauseMs * 1000
    // The end of one that is under way asks again.
    if (this.pending.length >= spec.maxConcurrent) this.nextTriggerUs = nowUs
    else if (earliestUs > nowUs) this.planTrigger(earliestUs)
    else {
      this.trigger(nowUs)
      this.planTrigger(nowUs + spec.intervalMs * 1000)
    }
  }

  private trigger(nowUs: number): void {
    const { tasks, simulation } = this.job
    // Flink too takes none before all tasks run.
    if (tasks.some(({ state }) => state === 'CREATED')) return
    const id = this.nextId++
    const snapshots = new Map(tasks.map((task) => [task, this.finals.get(task) ?? null] as const))
    this.pending.push({ id, triggeredUs: nowUs, snapshots })
    simulation.trace?.add(simulation.event, nowUs, TRACE_CHECKPOINT, -1, id, 0)
    simulation.schedule(nowUs + this.spec.timeoutMs * 1000, CHECKPOINT, this.id)
    for (const task of tasks)
      if (task.state === 'RUNNING' && task.checkpoints.isFirst()) task.checkpoints.post('snapshot', id)
  }

  private acknowledge({ checkpoint, task, operators, keyed }: Upload): void {
    const pending = this.pending.find(({ id }) => id === checkpoint)
    if (pending === undefined) {
      keyed?.abandon()
      return
    }
    pending.snapshots.set(task, { operators, keyed: keyed?.write() ?? null })
    if (Array.from(pending.snapshots.values()).every((snapshot) => snapshot !== null)) this.complete(pending)
  }

  private complete(pending: PendingCheckpoint): void {
    const { simulation, tasks } = this.job
    const { id, triggeredUs, snapshots } = pending
    const { nowUs } = simulation
    this.completed = { id, triggeredUs, completedUs: nowUs, operators: byOperator(snapshots) }
    // Older ones that are still under way are subsumed.
    this.pending = this.pending.filter((other) => other.id > id)
    this.lastEndUs = nowUs
    simulation.trace?.add(simulation.event, nowUs, TRACE_CHECKPOINT, -1, id, 1)
    for (const task of tasks) if (task.state === 'RUNNING') task.checkpoints.post('complete', id)
    if (this.nextTriggerUs <= nowUs) this.triggerOrWait(nowUs)
  }

  private giveUpLate(nowUs: number): void {
    const limitUs = nowUs - this.spec.timeoutMs * 1000
    const late = this.pending.filter(({ triggeredUs }) => triggeredUs <= limitUs)
    if (late.length === 0) return
    this.pending = this.pending.filter((pending) => !late.includes(pending))
    this.lastEndUs = nowUs
    const { simulation } = this.job
    for (const { id } of late) simulation.trace?.add(simulation.event, nowUs, TRACE_CHECKPOINT, -1, id, 2)
  }
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
