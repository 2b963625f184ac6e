// A checkpoint that is complete, as the cluster keeps it: what every operator's subtasks handed in. Flink's
// CompletedCheckpoint and OperatorState.

import type { KeyedSnapshot } from '../state/keyed-snapshot.ts'
import type { OperatorSnapshot } from '../state/operator-state.ts'

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
