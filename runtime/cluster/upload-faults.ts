// What can happen to a snapshot between the subtask that took it and the coordinator: its acknowledgement is lost or comes
// late, or it can't be written at all. Each fault hits the next snapshot of its subtasks and is over. What a TaskManager
// says that is cut off gets through once it can be reached again.

import { FAULT, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import type { CheckpointFigures } from '../task/checkpoint-figures.ts'
import type { ChainSnapshot } from '../task/operator-chain.ts'
import type { Task } from '../task/task.ts'

/** What is about to happen to the next snapshot of one of these tasks. */
interface ArmedFault {
  readonly isAt: (task: Task) => boolean
  readonly fate: 'lost' | 'failed' | 'late'
  readonly byUs: number
}

interface LateAcknowledgement {
  readonly atUs: number
  readonly task: Task
  readonly checkpoint: number
  readonly snapshot: ChainSnapshot | null
  readonly figures: CheckpointFigures
  /** That it couldn't be written is said. */
  readonly isFailed: boolean
}

/** The job, and where its snapshots go. */
export interface SnapshottedJob {
  readonly simulation: Simulation
  /** Of the attempt that runs. */
  readonly tasks: readonly Task[]
  /** From when on what the task's TaskManager says gets through: virtual µs, Infinity for never. */
  reachableUs(task: Task): number
  readonly checkpoints: {
    snapshotTaken(task: Task, checkpoint: number, snapshot: ChainSnapshot | null, figures: CheckpointFigures): boolean
    endsJob(checkpoint: number): boolean
    uploadFailed(task: Task, checkpoint: number): void
  } | null
}

export class UploadFaults implements EventTarget {
  id = -1
  readonly job: SnapshottedJob
  armed: ArmedFault[] = []
  /** In the order in which they come. */
  late: LateAcknowledgement[] = []

  constructor(job: SnapshottedJob) {
    this.job = job
    job.simulation.register(this)
  }

  arm(fault: ArmedFault): void {
    this.armed.push(fault)
  }

  /** On its way, or not. True if the job stops with it. */
  snapshotTaken(task: Task, checkpoint: number, snapshot: ChainSnapshot | null, figures: CheckpointFigures): boolean {
    const { checkpoints, simulation } = this.job
    if (checkpoints === null) return false
    const at = this.armed.findIndex(({ isAt }) => isAt(task))
    const fault = at < 0 ? undefined : this.armed.splice(at, 1)[0]
    const { nowUs } = simulation
    const byUs = fault?.fate === 'late' ? fault.byUs : 0
    const atUs = Math.max(nowUs + byUs, this.job.reachableUs(task))
    if (fault === undefined && atUs === nowUs) return checkpoints.snapshotTaken(task, checkpoint, snapshot, figures)
    const endsJob = checkpoints.endsJob(checkpoint)
    const isFailed = fault?.fate === 'failed'
    if (isFailed || fault?.fate === 'lost' || atUs === Infinity) snapshot?.keyed?.abandon()
    if (fault?.fate === 'lost' || atUs === Infinity) return endsJob
    if (isFailed && atUs === nowUs) checkpoints.uploadFailed(task, checkpoint)
    else this.hold({ atUs, task, checkpoint, snapshot, figures, isFailed })
    return endsJob
  }

  handle(): void {
    const { checkpoints, simulation } = this.job
    while ((this.late[0]?.atUs ?? Infinity) <= simulation.nowUs) {
      const late = this.late.shift() as LateAcknowledgement
      const { task, checkpoint, snapshot, figures, isFailed } = late
      const isDeployed = isAlive(task) && this.job.tasks.includes(task)
      const reachableUs = isDeployed ? this.job.reachableUs(task) : Infinity
      if (reachableUs === Infinity) {
        if (!isFailed) snapshot?.keyed?.abandon()
      } else if (reachableUs > simulation.nowUs) this.hold({ ...late, atUs: reachableUs })
      else if (isFailed) checkpoints?.uploadFailed(task, checkpoint)
      else checkpoints?.snapshotTaken(task, checkpoint, snapshot, figures)
    }
  }

  private hold(late: LateAcknowledgement): void {
    this.late.push(late)
    this.late.sort((a, b) => a.atUs - b.atUs)
    this.job.simulation.schedule(late.atUs, FAULT, this.id)
  }
}

function isAlive({ state, isCut }: Task): boolean {
  return !isCut && (state === 'RUNNING' || state === 'FINISHED')
}
