// What a task says to those around it: its state and fate, what its turns cost, and who is told of what. Apart from the
// task itself, so that whoever only listens needn't know it.

import type { CheckpointFigures } from './checkpoint-figures.ts'
import type { ChainSnapshot } from './operator-chain.ts'

/** Flink's ExecutionState. The order stands in traces: never change it. */
export const TASK_STATES = [
  'CREATED',
  'SCHEDULED',
  'DEPLOYING',
  'INITIALIZING',
  'RUNNING',
  'FINISHED',
  'CANCELING',
  'CANCELED',
  'FAILED',
] as const

export type TaskState = (typeof TASK_STATES)[number]

/** Whether the task is still on its way to RUNNING: it waits for a slot or opens its operators. */
export function isStarting(state: TaskState): boolean {
  return state === 'CREATED' || state === 'SCHEDULED' || state === 'DEPLOYING' || state === 'INITIALIZING'
}

/** What turns cost in virtual time. */
export interface TaskCosts {
  readonly recordUs: number
  readonly turnUs: number
  /** Most records a source reads in a turn. */
  readonly sourceRecords: number
}

/** Told of the fate of a `T`, which is the task. */
export interface TaskListener<T> {
  /**
   * `snapshot`: null where all of it had finished in the checkpoint it was restored from. True if the job stops with this
   * snapshot: then the task does nothing before it's complete.
   */
  snapshotTaken(task: T, checkpoint: number, snapshot: ChainSnapshot | null, figures: CheckpointFigures): boolean
  /** Whether barriers of this checkpoint may overtake records. */
  mayOvertake(checkpoint: number): boolean
  /** It has emitted all it will, and stays for a last checkpoint. */
  dataEnded(task: T): void
  taskFinished(task: T): void
  taskFailed(task: T, error: unknown): void
}

/** Told of timers of a `T`, which is the task, before the learner's function is. The key of the timer is the current one. */
export interface TimerWatcher<T> {
  timerFired(task: T, timestamp: number, isEventTime: boolean): void
}
