// Savepoints that are taken at set times, for a run whose host isn't there to ask for them when the moment comes. Each is
// an event of the simulation, so with the times a run is the same again.

import { CHECKPOINT, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import type { SavepointRequest } from './savepoint-request.ts'

/** A savepoint and when it's taken, in µs of virtual time. */
export interface PlannedSavepoint {
  readonly atUs: number
  readonly request: SavepointRequest
}

/** Of whom they're asked. */
interface SavepointTaker {
  readonly simulation: Simulation
  triggerSavepoint(request: SavepointRequest): void
}

export class SavepointSchedule implements EventTarget {
  id = -1
  readonly job: SavepointTaker
  /** Those still to come, the next one first. */
  planned: PlannedSavepoint[]

  constructor(job: SavepointTaker, planned: readonly PlannedSavepoint[]) {
    const { simulation } = job
    this.job = job
    this.planned = [...planned].sort((a, b) => a.atUs - b.atUs)
    if (planned.length > 0) simulation.register(this)
    for (const { atUs } of planned) simulation.schedule(Math.max(atUs, simulation.nowUs), CHECKPOINT, this.id)
  }

  handle(): void {
    const { nowUs } = this.job.simulation
    while ((this.planned[0]?.atUs ?? Infinity) <= nowUs) this.take()
  }

  /** The job is over: what was still to come comes to nothing, and says so. */
  stop(): void {
    if (this.id >= 0) this.job.simulation.unschedule(this.id)
    while (this.planned.length > 0) this.take()
  }

  private take(): void {
    const { request } = this.planned.shift() as PlannedSavepoint
    this.job.triggerSavepoint(request)
  }
}
