// Where a run stands, as its frames and its outcome say it: by its clock, its events, and what its sinks have got. What is
// shown may be later than the last event, which its driver knows.

import type { JobExecution } from '../cluster/job-execution.ts'
import { placeOf } from '../travel/steps.ts'
import type { RunPosition } from './protocol.ts'

/** Where the run stands by its events. */
export function positionOf(execution: JobExecution): RunPosition {
  return {
    virtualMs: Math.floor(execution.simulation.nowUs / 1000),
    ...placeOf(execution),
    rows: execution.rows,
  }
}
