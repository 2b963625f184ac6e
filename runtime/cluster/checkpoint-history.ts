// What became of a job's checkpoints, for whoever looks: the last ones with all that their subtasks measured, counts and
// extremes of all. Flink's CheckpointStatsTracker; what its REST interface shows is in it, with times in virtual µs.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/monitoring/checkpoint_monitoring/

import type { CheckpointFigures } from '../task/checkpoint-figures.ts'
import type { CheckpointFailureReason } from './checkpoint-failures.ts'

/** As `web.checkpoints.history` has it. */
const MOST_CHECKPOINTS = 10

/** What a subtask handed in. Times in virtual µs, sizes in bytes as estimated. */
export interface SubtaskStats extends CheckpointFigures {
  /** Id of the vertex. */
  readonly vertex: string
  readonly subtask: number
  readonly stateSize: number
  /** From the snapshot until it had been written and the coordinator knew. */
  readonly asyncUs: number
  readonly ackUs: number
}

/** A subtask that hasn't handed in anything: how far it is, or was when the checkpoint was given up. */
export interface UnfinishedSubtask {
  readonly vertex: string
  readonly subtask: number
  /** When the first barrier came; null where none has. */
  readonly startedUs: number | null
  /** When the snapshot was taken; null where barriers are still awaited. */
  readonly snapshotUs: number | null
  /** Channels that are held up, and records that have arrived in them. */
  readonly blockedChannels: number
  readonly heldRecords: number
  readonly stateSize: number
}

export interface CheckpointStats {
  readonly id: number
  readonly isSavepoint: boolean
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'
  readonly triggeredUs: number
  /** When it was complete or given up; null before. */
  endedUs: number | null
  readonly subtaskCount: number
  /** In the order in which they came. */
  readonly subtasks: SubtaskStats[]
  /** Of one that was given up: those that were still waited for. */
  unfinished: readonly UnfinishedSubtask[]
  stateSize: number
  persistedRecords: number
  processedRecords: number
  failure: CheckpointFailureReason | null
  /** Nobody can start from it any more. */
  isDiscarded: boolean
}

/** Of all complete checkpoints. */
interface Extremes {
  readonly min: number
  readonly max: number
  readonly avg: number
}

export class CheckpointHistory {
  /** The newest first. */
  recent: CheckpointStats[] = []
  total = 0
  completed = 0
  failed = 0
  restored = 0
  lastRestored: { readonly id: number; readonly atUs: number } | null = null
  sizes: Figure = new Figure()
  durations: Figure = new Figure()

  begun(
    id: number,
    triggeredUs: number,
    { isSavepoint, subtaskCount }: { readonly isSavepoint: boolean; readonly subtaskCount: number },
  ): void {
    this.total++
    this.recent.unshift({
      id,
      isSavepoint,
      subtaskCount,
      status: 'IN_PROGRESS',
      triggeredUs,
      endedUs: null,
      subtasks: [],
      unfinished: [],
      stateSize: 0,
      persistedRecords: 0,
      processedRecords: 0,
      failure: null,
      isDiscarded: false,
    })
    this.recent.length = Math.min(this.recent.length, MOST_CHECKPOINTS)
  }

  acknowledged(id: number, subtask: SubtaskStats): void {
    const stats = this.find(id)
    if (stats === undefined) return
    stats.subtasks.push(subtask)
    stats.stateSize += subtask.stateSize
    stats.persistedRecords += subtask.persistedRecords
    stats.processedRecords += subtask.processedRecords
  }

  completedAt(id: number, atUs: number): void {
    this.completed++
    const stats = this.find(id)
    if (stats === undefined) return
    stats.status = 'COMPLETED'
    stats.endedUs = atUs
    this.sizes.add(stats.stateSize)
    this.durations.add(atUs - stats.triggeredUs)
  }

  /** It was given up while these were waited for. */
  failedAt(
    id: number,
    atUs: number,
    {
      reason,
      unfinished,
    }: { readonly reason: CheckpointFailureReason; readonly unfinished: readonly UnfinishedSubtask[] },
  ): void {
    this.failed++
    const stats = this.find(id)
    if (stats === undefined) return
    stats.status = 'FAILED'
    stats.failure = reason
    stats.endedUs = atUs
    stats.unfinished = unfinished
  }

  /** These are still there to start from; of complete checkpoints, the others aren't. */
  kept(ids: readonly number[]): void {
    for (const stats of this.recent) {
      if (stats.status === 'COMPLETED' && !stats.isSavepoint) stats.isDiscarded = !ids.includes(stats.id)
    }
  }

  startedFrom(id: number, atUs: number): void {
    this.restored++
    this.lastRestored = { id, atUs }
  }

  private find(id: number): CheckpointStats | undefined {
    return this.recent.find((stats) => stats.id === id)
  }
}

class Figure implements Extremes {
  min = 0
  max = 0
  sum = 0
  count = 0

  get avg(): number {
    return this.count === 0 ? 0 : Math.floor(this.sum / this.count)
  }

  add(value: number): void {
    this.min = this.count === 0 ? value : Math.min(this.min, value)
    this.max = Math.max(this.max, value)
    this.sum += value
    this.count++
  }
}
