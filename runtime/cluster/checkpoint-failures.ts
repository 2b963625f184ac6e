// Checkpoints that fail, counted: after more in a row than the job tolerates, the job fails. Only what is a checkpoint's
// own fault counts: not that a newer one was complete first, or that a task had just ended. Flink's
// CheckpointFailureManager.

/** Why a checkpoint wasn't completed. Names are Flink's. */
export type CheckpointFailureReason =
  | 'CHECKPOINT_EXPIRED'
  | 'CHECKPOINT_ASYNC_EXCEPTION'
  | 'CHECKPOINT_DECLINED'
  | 'CHECKPOINT_DECLINED_TASK_CLOSING'
  | 'CHECKPOINT_SUBSUMED'
  | 'FINALIZE_CHECKPOINT_FAILURE'
  | 'CHECKPOINT_COORDINATOR_SUSPEND'

const COUNTED: ReadonlySet<CheckpointFailureReason> = new Set([
  'CHECKPOINT_EXPIRED',
  'CHECKPOINT_ASYNC_EXCEPTION',
  'CHECKPOINT_DECLINED',
])

export class CheckpointFailures {
  readonly tolerated: number
  /** Checkpoints that failed since the last one was complete; each counts once. */
  counted = new Set<number>()
  lastCompleted = 0

  constructor(tolerated: number) {
    this.tolerated = tolerated
  }

  /** True if that was one too many. Then counting begins anew. */
  failed(checkpoint: number, reason: CheckpointFailureReason): boolean {
    if (checkpoint <= this.lastCompleted || !COUNTED.has(reason)) return false
    this.counted.add(checkpoint)
    if (this.counted.size <= this.tolerated) return false
    this.counted.clear()
    return true
  }

  /** Whether the next that fails is one too many. */
  isNextTooMany(): boolean {
    return this.counted.size >= this.tolerated
  }

  completed(checkpoint: number): void {
    if (checkpoint <= this.lastCompleted) return
    this.lastCompleted = checkpoint
    this.counted.clear()
  }
}
