// Who is told what a job does: an observer gets rows and log lines, a watcher sees records and calls as they pass. Neither
// can change anything.

import type { LearnerError } from '../base/diagnostic.ts'
import type { PlanNode } from '../graph/plan.ts'
import type { SinkSpec } from '../graph/stream-graph.ts'
import type { CallProbe } from '../operators/call-probe.ts'
import type { TimeProbe } from '../operators/time-probe.ts'
import type { RowKind } from '../record/row-kind.ts'
import type { Task } from '../task/task.ts'
import type { TimerWatcher } from '../task/task-contract.ts'

/** A row as a sink got it. */
export interface Row {
  readonly sink: string
  readonly kind: RowKind
  readonly subtask: number
  readonly value: unknown
  /** NaN where the record has none. */
  readonly timestamp: number
  readonly atMs: number
}

/** Told what the job does, in order. Watching changes nothing. */
export interface JobObserver {
  row(row: Row): void
  /** `cause`: why that happened of which the text tells, to be said behind it in the reader's language. */
  log(level: string, text: string, subtask: number, atMs: number, cause?: LearnerError): void
}

/** Sees what no trace entry says: records and calls as they pass. Watching changes nothing. */
export interface JobWatcher extends TimerWatcher<Task> {
  /** `at`: where the learner's code made the operator. */
  probeOf(task: Task, at: string | null): CallProbe
  /** Not there, or null, where nothing of it is kept. */
  timeProbeOf?(task: Task): TimeProbe | null
  rowArrived(row: number, value: unknown): void
  /** These tasks, and the channels between them, have taken the places and ids of others. */
  redeployed(tasks: readonly Task[]): void
  /** A subtask has taken its snapshot for a checkpoint: what it did before is in it. */
  snapshotTaken?(task: Task, checkpoint: number): void
}

/** What the rows of a sink are reported under. */
export function sinkName(node: PlanNode, sink: SinkSpec): string {
  return sink.identifier ?? node.name
}

/** What the rows of a sink mean to what it writes: what can't be taken back is inserted. */
export function rowKindOf({ database }: SinkSpec): RowKind {
  const words = database?.sql.replace(/'[^']*'|"[^"]*"/g, ' ').trim() ?? ''
  if (/^DELETE\b/i.test(words)) return '-D'
  return /^(UPDATE|REPLACE|INSERT\s+OR\s+REPLACE)\b|\bDO\s+UPDATE\b/i.test(words) ? '+U' : '+I'
}
