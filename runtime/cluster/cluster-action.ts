// What can be done to a cluster from outside, as plain data: the faults of a run. Operators go by uid, by short id or by
// name; subtasks count from 0, TaskManagers from 1, times are in ms of virtual time. With the index of the event before
// which it happens each is part of what fixes a run.

import type { RescaleAction } from './rescaling.ts'
import type { SavepointAction } from './savepoint-request.ts'

/** Which job of a cluster with several, from 1 in the order of submission: the first unless given. */
interface OfJob {
  readonly job?: number
}

/** Which subtasks of an operator; all of them where no subtask is given. */
export interface AtOperator extends OfJob {
  readonly operator: string
  readonly subtask?: number
}

interface AtTaskManager {
  readonly taskManager: number
}

/** Channels from one operator to another; all between two subtasks, or all from one, where these are given. */
interface AtChannel extends OfJob {
  readonly from: string
  readonly fromSubtask?: number
  readonly to: string
  readonly toSubtask?: number
}

/** A job is cancelled: its slots come free, and its checkpoints are kept if it says so. */
export interface CancelAction {
  readonly kind: 'cancel-job'
  readonly job: number
}

/** A fault that acts on the cluster, by kind. */
export type ClusterAction =
  /**
   * The operator throws where it takes its `record`-th record from now on, the next one unless said otherwise. `always`:
   * in every attempt again at that record, and at every one after it.
   */
  | (AtOperator & { readonly kind: 'throw'; readonly record?: number; readonly times?: 'once' | 'always' })
  /** Each of the operator's records takes so much longer from now on; its whole task waits. 0 ends it. */
  | (AtOperator & { readonly kind: 'slow-operator'; readonly byMs: number })
  /** It's gone, with all that its tasks had in hand. */
  | (AtTaskManager & { readonly kind: 'kill-task-manager' })
  | { readonly kind: 'add-task-manager'; readonly slots?: number }
  /** Nothing gets to it or from it for so long. */
  | (AtTaskManager & { readonly kind: 'disconnect-task-manager'; readonly forMs: number })
  /** All work takes so many times as long from now on; 1 ends it. */
  | (AtTaskManager & { readonly kind: 'slow-task-manager'; readonly factor: number })
  /** Its clock is ahead of the others' by so much from now on, or behind; 0 ends it. */
  | (AtTaskManager & { readonly kind: 'skew-clock'; readonly byMs: number })
  /** Nothing gets through for so long; nothing is lost. */
  | (AtChannel & { readonly kind: 'partition-channel'; readonly forMs: number })
  /** What is sent from now on takes so much longer; 0 ends it. */
  | (AtChannel & { readonly kind: 'delay-channel'; readonly byMs: number })
  /** Nothing is read from what the subtask reads, for so long. */
  | (AtOperator & { readonly kind: 'pause-source'; readonly forMs: number })
  /** What the subtask reads comes so much later from now on; 0 ends it. */
  | (AtOperator & { readonly kind: 'delay-source'; readonly byMs: number })
  /** What the subtask reads comes out of order from now on: so many records at a time are shuffled. */
  | (AtOperator & { readonly kind: 'reorder-source'; readonly within: number })
  /**
   * The record at this place of a split, which hasn't been read yet, arrives at another time, in virtual ms since the start,
   * or has another timestamp. One that has been read stays as it was. Of a source with a rate it comes in the turn nearest to
   * that time, and those between come one turn earlier or later.
   */
  | (AtOperator & {
      readonly kind: 'move-record'
      readonly split: string
      readonly record: number
      readonly atMs?: number
      readonly timestamp?: number
    })
  /** The coordinator doesn't hear that the next snapshot is taken, or hears it later. */
  | (AtOperator & { readonly kind: 'lose-acknowledgement' })
  | (AtOperator & { readonly kind: 'delay-acknowledgement'; readonly byMs: number })
  /** The next snapshot can't be written: its checkpoint fails. */
  | (AtOperator & { readonly kind: 'fail-upload' })
  /** Nobody can reach the database for so long. */
  | { readonly kind: 'disconnect-database'; readonly forMs: number }
  /** A savepoint is taken. No fault, but done from outside as well. */
  | SavepointAction
  /** The parallelism changes. No fault either. */
  | RescaleAction
  /** Nor is this. */
  | CancelAction

export type ClusterActionKind = ClusterAction['kind']
