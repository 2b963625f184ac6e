// Keeps the sources of a group together: every so often the subtasks of a source say how far their watermarks are, and
// are told how far they may go, which is the group's lowest plus the allowed drift. An event of the simulation for each
// source and update interval. Flink's SourceCoordinator, as far as alignment goes.
//
// As in Flink: a subtask counts from its first watermark on; one that is idle or has finished counts as MAX; and between
// two updates a source may run ahead as far as it likes, up to what it was told last.

import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../base/time.ts'
import type { SourceOperator } from '../connectors/source-operator.ts'
import type { JobVertex } from '../graph/job-graph.ts'
import { ALIGN, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import type { WatermarkAlignmentSpec } from '../operators/watermark-generators.ts'
import type { Task } from '../task/task.ts'
import { isStarting } from '../task/task-contract.ts'

/** Of each source of a group that has reported: the lowest watermark of its subtasks. */
export type AlignmentGroup = Map<number, number>

export class WatermarkAlignment implements EventTarget {
  id = -1
  readonly simulation: Simulation
  readonly spec: WatermarkAlignmentSpec
  readonly group: AlignmentGroup
  readonly vertex: JobVertex
  /** The source's subtasks. */
  tasks: readonly Task[]
  /** Its next event is in the heap. */
  isScheduled = false
  /** By subtask: what it reported last; nothing before its first watermark. */
  readonly reported = new Map<number, number>()

  constructor(parts: Pick<WatermarkAlignment, 'simulation' | 'spec' | 'group' | 'vertex' | 'tasks'>) {
    this.simulation = parts.simulation
    this.spec = parts.spec
    this.group = parts.group
    this.vertex = parts.vertex
    this.tasks = parts.tasks
    this.simulation.register(this)
    this.scheduleNext()
  }

  /** Some of the subtasks are others now: they have reported nothing yet. */
  renew(tasks: readonly Task[]): void {
    tasks.forEach((task, i) => {
      if (task !== this.tasks[i]) this.reported.delete(task.subtask)
    })
    this.tasks = tasks
    if (this.reported.size === 0) this.group.delete(this.id)
    if (!this.isScheduled) this.scheduleNext()
  }

  handle(): void {
    this.isScheduled = false
    for (const task of this.tasks) {
      const watermark = reportOf(task)
      if (watermark > MIN_TIMESTAMP) this.reported.set(task.subtask, watermark)
    }
    if (this.reported.size > 0) this.group.set(this.id, Math.min(...this.reported.values()))
    if (this.group.size > 0) this.announce(Math.min(...this.group.values()) + this.spec.maxDriftMs)
    if (this.tasks.some(isAtWork)) this.scheduleNext()
  }

  private announce(maxWatermark: number): void {
    for (const task of this.tasks) {
      if (!this.reported.has(task.subtask) || task.state !== 'RUNNING' || task.isEnding) continue
      sourceOf(task).align(maxWatermark)
      task.wake()
    }
  }

  private scheduleNext(): void {
    const { simulation, spec } = this
    this.isScheduled = true
    simulation.schedule(simulation.nowUs + spec.updateIntervalMs * 1000, ALIGN, this.id)
  }
}

function reportOf(task: Task): number {
  if (isStarting(task.state)) return MIN_TIMESTAMP
  if (task.state !== 'RUNNING' || task.isEnding) return MAX_TIMESTAMP
  const { logic } = sourceOf(task)
  return logic.isIdle && logic.currentWatermark > MIN_TIMESTAMP ? MAX_TIMESTAMP : logic.currentWatermark
}

function isAtWork(task: Task): boolean {
  return isStarting(task.state) || task.state === 'RUNNING'
}

function sourceOf(task: Task): SourceOperator {
  return task.source as SourceOperator
}
