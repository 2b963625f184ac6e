// A checkpoint under way: what has been handed in, and who is still waited for; and what asks for one. Flink's
// PendingCheckpoint and CheckpointTriggerRequest.

import type { OperatorSnapshot } from '../state/operator-state.ts'
import { sizeOfValue } from '../state/state-size.ts'
import type { CheckpointFigures } from '../task/checkpoint-figures.ts'
import type { ChainSnapshot } from '../task/operator-chain.ts'
import type { Task } from '../task/task.ts'
import type { UnfinishedSubtask } from './checkpoint-history.ts'
import type { SavepointRequest } from './savepoint-request.ts'

export interface PendingCheckpoint {
  readonly id: number
  readonly triggeredUs: number
  readonly savepoint: SavepointRequest | null
  /** By task, those that have finished included. */
  readonly snapshots: Map<Task, ChainSnapshot | null>
  readonly waitingFor: Set<Task>
  /** When barriers may overtake what they have waited for; Infinity once that's been said, or where they mustn't. */
  overtakesUs: number
}

/** What a subtask hands in, on its way to the coordinator. */
export interface Upload {
  readonly arrivesUs: number
  readonly checkpoint: number
  readonly task: Task
  readonly snapshot: ChainSnapshot | null
  readonly figures: CheckpointFigures
  /** In bytes, as estimated. */
  readonly stateSize: number
}

/** Of what a subtask keeps, in bytes, as estimated. */
export function sizeOfSnapshot(snapshot: ChainSnapshot | null): number {
  if (snapshot === null) return 0
  const overtaken = snapshot.inFlight.reduce((sum, elements) => sum + sizeOfValue(elements), 0)
  const own = (snapshot.keyed?.size() ?? 0) + (snapshot.inFlight.length === 0 ? 0 : overtaken)
  return snapshot.operators.reduce((sum, state) => sum + sizeOfOperator(state), own)
}

function sizeOfOperator({ lists, broadcasts }: OperatorSnapshot): number {
  let size = 0
  for (const { elements } of lists) size += sizeOfValue(elements)
  for (const { entries } of broadcasts) size += sizeOfValue(entries)
  return size
}

/** Those who are still waited for: what has come of the checkpoint at each. */
export function unfinishedSubtasks(
  { id, waitingFor }: PendingCheckpoint,
  uploads: readonly Upload[],
): UnfinishedSubtask[] {
  return Array.from(waitingFor, (task) => {
    const { checkpoints, chain, subtask } = task
    const upload = uploads.find((other) => other.task === task && other.checkpoint === id)
    const hasBegun = upload !== undefined || checkpoints.begun === id
    const isTaken = upload !== undefined || checkpoints.taking === id
    return {
      vertex: chain.id,
      subtask,
      startedUs: upload?.figures.startedUs ?? (hasBegun ? checkpoints.startedUs : null),
      snapshotUs: upload?.figures.snapshotUs ?? (isTaken ? checkpoints.takenUs : null),
      ...(hasBegun && !isTaken ? checkpoints.waiting() : { blockedChannels: 0, heldRecords: 0 }),
      stateSize: upload?.stateSize ?? 0,
    }
  })
}

/** Lets go of what has been handed in. */
export function abandon({ snapshots }: PendingCheckpoint): void {
  for (const snapshot of snapshots.values()) snapshot?.keyed?.abandon()
}

/** Why there is to be a checkpoint: the interval, or all tasks are at their end, or somebody wants a savepoint. */
export interface CheckpointRequest {
  readonly isPeriodic: boolean
  readonly savepoint: SavepointRequest | null
}

/** Savepoints come before checkpoints that were asked for, and those before the ones of the interval. As in Flink. */
export function compareRequests(a: CheckpointRequest, b: CheckpointRequest): number {
  return rankOf(a) - rankOf(b)
}

function rankOf({ isPeriodic, savepoint }: CheckpointRequest): number {
  if (savepoint !== null) return 0
  return isPeriodic ? 2 : 1
}
