// What was asked of a running job and has not come out yet: savepoints, and other parallelisms. Whoever asked is told, once
// it has, or once nothing will.

import type { Diagnostic } from '../base/diagnostic.ts'
import type { JobExecution } from '../cluster/job-execution.ts'
import type { RescaleAction } from '../cluster/rescaling.ts'
import type { SavepointRequest } from '../cluster/savepoint-request.ts'
import { interventionsOf } from './deeds.ts'
import type { SavepointOutcome } from './protocol.ts'
import { savepointFailed, savepointOutcome } from './savepoints.ts'

/** Who waits for which answer. */
export class JobRequests {
  readonly savepoints = new Map<SavepointRequest, (outcome: SavepointOutcome) => void>()
  readonly rescales = new Map<RescaleAction, (failure: Diagnostic | null) => void>()

  /** Tells those who asked something of the job what came of it. */
  answer(execution: JobExecution): void {
    const { savepoints, rescales } = execution.actions
    if (this.savepoints.size > 0) {
      for (const result of savepoints) {
        this.savepoints.get(result.request)?.(withMaking(savepointOutcome(result, execution), execution))
        this.savepoints.delete(result.request)
      }
    }
    if (this.rescales.size > 0) {
      for (const { action, failure } of rescales) {
        this.rescales.get(action)?.(failure === null ? null : { ...failure, span: null })
        this.rescales.delete(action)
      }
    }
  }

  /** Nothing will come of what is left. */
  refuse(): void {
    const refused = savepointFailed('SAVEPOINT_NOT_RUNNING')
    for (const resolve of this.savepoints.values()) resolve(refused)
    for (const resolve of this.rescales.values()) resolve(refused.diagnostic)
    this.savepoints.clear()
    this.rescales.clear()
  }
}

/** The outcome with all that was done to the run before it came out. */
function withMaking(outcome: SavepointOutcome, { simulation }: JobExecution): SavepointOutcome {
  if (outcome.file === null) return outcome
  const madeBy = interventionsOf(simulation.interventions.slice(0, simulation.applied))
  return { ...outcome, file: { ...outcome.file, madeBy } }
}
