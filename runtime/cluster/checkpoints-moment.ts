// A job's checkpoints at one moment, as plain data: counts, the last ones, and of one of them what every subtask measured,
// or how far it is. For a page that draws them as bars over time, and for whoever asks a running job how its checkpoints do.

import type { CheckpointCoordinator } from './checkpoint-coordinator.ts'
import type { CheckpointStats } from './checkpoint-history.ts'
import type { CommitHistory } from './commit-history.ts'
import type { JobExecution } from './job-execution.ts'
import type { CheckpointDetail, CheckpointMoment, CheckpointsMoment } from './moment.ts'
import { unfinishedSubtasks } from './pending-checkpoint.ts'

/** Null for a job that takes none and has had none. `looked`: the one to be seen in full; null for the newest. */
export function checkpointsMoment(
  { checkpoints, commits }: JobExecution,
  looked: number | null,
): CheckpointsMoment | null {
  if (checkpoints === null || (checkpoints.spec === null && checkpoints.history.total === 0)) return null
  const { history, pending } = checkpoints
  const { total, completed, failed, restored } = history
  const shown = history.recent.find(({ id }) => id === looked) ?? history.recent[0]
  return {
    counts: { total, completed, failed, restored, inProgress: pending.length },
    history: history.recent.map(checkpointMoment),
    shown: shown === undefined ? null : checkpointDetail(shown, checkpoints, commits),
  }
}

function checkpointMoment({ subtasks, unfinished: _, ...stats }: CheckpointStats): CheckpointMoment {
  return { ...stats, acknowledged: subtasks.length }
}

function checkpointDetail(
  { id, subtasks, unfinished }: CheckpointStats,
  { pending, uploads }: CheckpointCoordinator,
  { recent }: CommitHistory,
): CheckpointDetail {
  const underWay = pending.find((other) => other.id === id)
  return {
    id,
    subtasks: subtasks.slice(),
    unfinished: underWay === undefined ? unfinished : unfinishedSubtasks(underWay, uploads),
    commits: recent.filter(({ checkpoint }) => checkpoint === id).map((commit) => ({ ...commit })),
  }
}
