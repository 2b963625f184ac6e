// What is kept of a run that is executed for a question: its steps, each with what it came from. A step is a record or a
// timer that a subtask processed, a watermark or an idle mark that reached it, or what an operator did by the clock.

import type { CallKind } from '../../operators/call-probe.ts'
import type { Task } from '../../task/task.ts'

/** Of a time window, from its start to before its end, in ms. */
export interface Window {
  readonly start: number
  readonly end: number
}

/** A call of the learner's code during a step. */
export interface RecordedCall {
  readonly kind: CallKind
  readonly name: string
  /** Made when somebody wants it, of what can't change any more. */
  readonly text: () => string
  /** The operator whose function returned; null where the call's own stack says more. */
  readonly at: string | null
  /** For its stack. Null where that is too long ago to be kept. */
  error: Error | null
  /** Of a read: the steps that last wrote what was read, the newest first. */
  readonly from: readonly RecordedStep[]
}

/** One step of a run. */
export interface RecordedStep {
  /** Counted over the run, over all subtasks. */
  readonly number: number
  readonly kind: 'record' | 'timer' | 'watermark' | 'idle' | 'alarm'
  readonly task: Task
  /** Where the run is once it's done. */
  readonly event: number
  readonly record: number
  /** Virtual µs. */
  readonly atUs: number
  /** Of a record; kept by reference. */
  value: unknown
  /** Of a record its event timestamp, NaN for none; of a timer when it was due; of a watermark what it says. */
  readonly timestamp: number
  readonly isEventTime: boolean
  /** Which input of the task it came through, from 0. */
  readonly input: number
  /** The current key as text; null for none. */
  readonly key: string | null
  /** Of a timer: the window it belongs to. */
  readonly window: Window | null
  /** The task's watermark before. */
  readonly watermark: number
  /** Of what a source read: the split, where splits have watermarks of their own. */
  readonly split: string | null
  /** The step that sent what came; null at a source, and where nobody knows. */
  from: RecordedStep | null
  /** Of a timer in event time: the watermark that reached it. */
  readonly by: RecordedStep | null
  /** Of a timer: the steps that set it; of a source's watermark: the record with the highest timestamp. */
  readonly because: readonly RecordedStep[]
  calls: RecordedCall[]
  /** Numbers of the rows that it gave. */
  readonly rows: number[]
  /** Elements that it sent to other tasks. */
  sent: number
  /** The operator dropped it, or put it aside, because it came too late. */
  isLate: boolean
  /** The task began with what had been sent before a failure. */
  readonly isRestored: boolean
  /** Too long ago: what it came from is no longer known. */
  isForgotten: boolean
}
