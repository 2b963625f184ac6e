// A job's checkpoints at one moment, as plain data: counts, the last ones, and of the newest what every subtask measured. For
// a page that draws them as bars over time, and for whoever asks a running job how its checkpoints do.

import type { CheckpointStats } from './checkpoint-history.ts'
import type { JobExecution } from './job-execution.ts'
import type { CheckpointMoment, CheckpointsMoment } from './moment.ts'

/** Null for a job that takes none and has had none. */
export function checkpointsMoment({ checkpoints }: JobExecution): CheckpointsMoment | null {
  if (checkpoints === null || (checkpoints.spec === null && checkpoints.history.total === 0)) return null
  const { history, pending } = checkpoints
  const { total, completed, failed, restored } = history
  const [newest] = history.recent
  return {
    counts: { total, completed, failed, restored, inProgress: pending.length },
    history: history.recent.map(checkpointMoment),
    newest: newest?.subtasks.slice() ?? [],
  }
}

function checkpointMoment({ subtasks, ...stats }: CheckpointStats): CheckpointMoment {
  return { ...stats, acknowledged: subtasks.length }
}
