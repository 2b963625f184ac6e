// What a savepoint was asked for: whether the job goes on after it. Flink's SavepointType.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/savepoints/#stopping-a-job-with-savepoint

import type { CompletedCheckpoint } from './completed-checkpoint.ts'
import type { Savepoint } from './savepoint.ts'

/**
 * `none`: the job goes on. `suspend`: it stops right after it, to go on from it later. `drain`: sources end first, so
 * that windows and timers in event time fire; for a job that is over.
 */
export type SavepointStop = 'none' | 'suspend' | 'drain'

export interface SavepointRequest {
  readonly stop: SavepointStop
  /** Whether a job that was to stop goes on if it comes to nothing, where nobody would else have to know. */
  readonly goesOn?: boolean
}

/** A savepoint as something done to a run. */
export interface SavepointAction extends SavepointRequest {
  readonly kind: 'savepoint'
  /** Of several, from 1: the first unless given. */
  readonly job?: number
}

/** How one came out. */
export interface SavepointResult {
  readonly request: SavepointRequest
  /** Null where it failed. */
  readonly savepoint: Savepoint | null
  /** The code of why it failed. */
  readonly reason: string
}

/** Whether the job can't go on if it comes to nothing: its tasks have been told to stop, and some may have. */
export function mustStop(request: SavepointRequest | null): boolean {
  return request !== null && request.stop !== 'none' && request.goesOn !== true
}

/** Told how a savepoint came out. */
export interface SavepointListener {
  /** `checkpoint` is null where it failed; `reason` is the code of why. */
  savepointEnded(request: SavepointRequest, checkpoint: CompletedCheckpoint | null, reason: string): void
}
