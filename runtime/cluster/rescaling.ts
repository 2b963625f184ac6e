// A running job that changes its parallelism: it stops with a snapshot, as for a savepoint, and is deployed anew from that,
// its key groups and lists shared out among the subtasks there are then. Nothing is read twice.
//
// Differs from Flink: its adaptive scheduler waits for the next checkpoint and starts again from that, so what was emitted
// since then is emitted twice.

import type { DiagnosticParams } from '../base/diagnostic.ts'
import type { JobGraph } from '../graph/job-graph.ts'
import type { SavepointRequest } from './savepoint-request.ts'

/** A new parallelism for all operators that haven't one of their own, as something done to a run. */
export interface RescaleAction {
  readonly kind: 'rescale'
  /** Of several, from 1: the first unless given. */
  readonly job?: number
  readonly parallelism: number
}

/** One that is under way. */
export interface Rescaling {
  readonly action: RescaleAction
  /** The snapshot with which the job stops for it. */
  readonly request: SavepointRequest
  /** What is deployed then. */
  readonly graph: JobGraph
}

/** How one came out. */
export interface RescaleResult {
  readonly action: RescaleAction
  /** Virtual µs. */
  readonly atUs: number
  /** Null where the job runs at the new parallelism. */
  readonly failure: { readonly code: string; readonly params: DiagnosticParams } | null
}
