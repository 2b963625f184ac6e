// A checkpoint that is complete, as the cluster keeps it: what every operator's subtasks handed in. Keyed state is taken
// hold of, and written only when somebody wants it: to start a job from it, to look at it. Flink's CompletedCheckpoint and
// OperatorState.

import type { InFlight } from '../network/in-flight.ts'
import type { KeyedSnapshot, PendingSnapshot } from '../state/keyed-snapshot.ts'
import { NO_OPERATOR_STATE, type OperatorSnapshot } from '../state/operator-state.ts'
import type { ChainSnapshot } from '../task/operator-chain.ts'
import type { Task } from '../task/task.ts'

/** What a checkpoint holds of one operator: an entry for every subtask that there was. */
export interface OperatorCheckpoint {
  /** Empty for a subtask that had finished. */
  readonly operator: readonly OperatorSnapshot[]
  /** Of an operator with keyed state. */
  readonly keyed: readonly KeyedSnapshot[]
  /** All its subtasks had finished: started from it, they have nothing more to do. */
  readonly isFinished: boolean
}

/** From which a job can start. */
export interface CompletedCheckpoint {
  readonly id: number
  /** Virtual µs. */
  readonly triggeredUs: number
  readonly completedUs: number
  /** By operator id. */
  readonly operators: ReadonlyMap<string, OperatorCheckpoint>
  /** Records that barriers overtook. */
  readonly inFlight: readonly InFlight[]
}

/** What each task handed in; null where it had finished before. */
export type TaskSnapshots = ReadonlyMap<Task, ChainSnapshot | null>

/** The same by operator. */
export function byOperator(snapshots: TaskSnapshots): ReadonlyMap<string, OperatorCheckpoint> {
  const operators = new Map<string, HeldOperator>()
  for (const [task, snapshot] of snapshots) {
    task.chain.nodes.forEach(({ operatorId }, i) => {
      const held = operators.get(operatorId) ?? new HeldOperator()
      operators.set(operatorId, held)
      held.operator.push(snapshot?.operators[i] ?? NO_OPERATOR_STATE)
      if (snapshot !== null) held.isFinished = false
      if (i === 0 && snapshot?.keyed) held.pending.push(snapshot.keyed)
    })
  }
  return operators
}

class HeldOperator implements OperatorCheckpoint {
  readonly operator: OperatorSnapshot[] = []
  readonly pending: PendingSnapshot[] = []
  isFinished = true

  get keyed(): readonly KeyedSnapshot[] {
    return this.pending.map((snapshot) => snapshot.write())
  }
}

/**
 * Whether some subtasks of an operator with a union list had ended and others hadn't: what the ended ones kept in it would be
 * missing, so Flink takes no such checkpoint.
 */
export function missesUnion(snapshots: TaskSnapshots, checkpoint: number): boolean {
  const byVertex = new Map<string, { hasEnded: boolean; goesOn: boolean; hasUnion: boolean }>()
  for (const [{ chain, checkpoints }, snapshot] of snapshots) {
    const seen = byVertex.get(chain.id) ?? { hasEnded: false, goesOn: false, hasUnion: false }
    byVertex.set(chain.id, seen)
    if (snapshot === null || checkpoints.lastFrom <= checkpoint) seen.hasEnded = true
    else seen.goesOn = true
    seen.hasUnion ||= snapshot?.operators.some(({ lists }) => lists.some(({ mode }) => mode === 'union')) === true
  }
  return Array.from(byVertex.values()).some(({ hasEnded, goesOn, hasUnion }) => hasEnded && goesOn && hasUnion)
}

/** Nobody will start from it any more: lets go of the state that hasn't been written. */
export function discard({ operators }: CompletedCheckpoint): void {
  for (const operator of operators.values()) {
    if (operator instanceof HeldOperator) for (const snapshot of operator.pending) snapshot.abandon()
  }
}
