// The complete checkpoints that a job holds on to: the last few, the first of which may be what it started with. Newer ones
// subsume older ones, and when the job is over what isn't retained goes. Flink's CompletedCheckpointStore and, for what
// becomes of each, CheckpointProperties.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/checkpoints/#retained-checkpoints

import type { RetentionSpec } from '../graph/recovery-spec.ts'
import { discard, type CompletedCheckpoint } from './completed-checkpoint.ts'

/** How a job's end looks to its checkpoints. */
export type TerminalState = 'FINISHED' | 'CANCELED' | 'FAILED'

/** What a job starts with. */
export interface RestoredState {
  readonly checkpoint: CompletedCheckpoint
  /** The job takes it over: it goes when nothing needs it any more. Otherwise it stays its owner's. */
  readonly isClaimed: boolean
}

export class CompletedCheckpointStore {
  readonly spec: RetentionSpec
  readonly restored: RestoredState | null
  /** Oldest first. */
  checkpoints: CompletedCheckpoint[]
  /** What the job had claimed is gone: its file may be deleted. */
  isClaimedGone = false

  constructor(spec: RetentionSpec, restored: RestoredState | null) {
    this.spec = spec
    this.restored = restored
    this.checkpoints = restored === null ? [] : [restored.checkpoint]
  }

  /** The one from which the job starts again after a failure. */
  latest(): CompletedCheckpoint | null {
    return this.checkpoints.at(-1) ?? null
  }

  add(checkpoint: CompletedCheckpoint): void {
    this.checkpoints.push(checkpoint)
    while (this.checkpoints.length > this.spec.numRetained) this.drop(this.checkpoints.shift() as CompletedCheckpoint)
  }

  /** The job is over. What there is to start from now, oldest first, without what it had started with itself. */
  shutdown(state: TerminalState): readonly CompletedCheckpoint[] {
    const { retention } = this.spec
    const isRetained =
      (retention === 'RETAIN_ON_CANCELLATION' && state !== 'FINISHED') ||
      (retention === 'DELETE_ON_CANCELLATION' && state === 'FAILED')
    if (!isRetained) for (const checkpoint of this.checkpoints.splice(0)) this.drop(checkpoint)
    return this.checkpoints.filter((checkpoint) => checkpoint !== this.restored?.checkpoint)
  }

  private drop(checkpoint: CompletedCheckpoint): void {
    if (checkpoint === this.restored?.checkpoint) this.isClaimedGone = this.restored.isClaimed
    else discard(checkpoint)
  }
}
