// What a step is, forward and back: from one record, turn, watermark or checkpoint to the next. Where it ends can be told
// from what has been counted by then, so that whoever goes back finds the same places.

import type { ClusterWatcher, StepCounts } from '../cluster/cluster-watcher.ts'
import type { JobExecution } from '../cluster/job-execution.ts'
import type { Place, StepUnit } from './destination.ts'

/** A job that runs, and who watches it. */
export interface WatchedRun {
  readonly execution: JobExecution
  readonly watcher: ClusterWatcher
}

/** Whether a step ends here that began with these counts. */
export function isStepEnd(unit: StepUnit, before: StepCounts, { execution, watcher }: WatchedRun): boolean {
  if (unit === 'turn' && execution.simulation.turn !== null) return false
  return countOf(unit, watcher.counts()) > countOf(unit, before)
}

/** How many of what steps of this unit end at there have been. */
export function countOf(unit: StepUnit, { processed, watermarks, checkpoints }: StepCounts): number {
  switch (unit) {
    case 'record':
    case 'turn':
      return processed
    case 'watermark':
      return watermarks
    case 'checkpoint':
      return checkpoints
  }
}

/** Where a job is. */
export function placeOf({ simulation, tasks }: JobExecution): Place {
  const task = simulation.turn === null ? null : tasks.find((candidate) => candidate === simulation.turn)
  return { event: simulation.event, record: task ? task.index - task.start : 0 }
}

/** Whether a run comes through the first place before the second. */
export function isBefore(a: Place, b: Place): boolean {
  if (a.event !== b.event) return a.event < b.event
  // The end of a turn comes after all its records.
  return a.record !== 0 && (b.record === 0 || a.record < b.record)
}
