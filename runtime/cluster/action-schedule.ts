// What is done to a job at set times, for a run whose host isn't there to ask for it when the moment comes. Each is an
// event of the simulation, so with the times a run is the same again.

import { CHECKPOINT, type Action, type EventTarget, type Intervened, type Simulation } from '../kernel/simulation.ts'

/** Something that is done, and when, in µs of virtual time. */
export interface PlannedAction {
  readonly atUs: number
  readonly action: Action
}

export class ActionSchedule implements EventTarget {
  id = -1
  readonly simulation: Simulation
  readonly target: Intervened
  /** Those still to come, the next one first. */
  planned: PlannedAction[]

  constructor(simulation: Simulation, target: Intervened, planned: readonly PlannedAction[]) {
    this.simulation = simulation
    this.target = target
    this.planned = [...planned].sort((a, b) => a.atUs - b.atUs)
    if (planned.length > 0) simulation.register(this)
    for (const { atUs } of planned) simulation.schedule(Math.max(atUs, simulation.nowUs), CHECKPOINT, this.id)
  }

  handle(): void {
    const { nowUs } = this.simulation
    while ((this.planned[0]?.atUs ?? Infinity) <= nowUs) this.act()
  }

  /** The job is over: what was still to come comes to nothing, and says so. */
  stop(): void {
    if (this.id >= 0) this.simulation.unschedule([this.id])
    while (this.planned.length > 0) this.act()
  }

  private act(): void {
    const { action } = this.planned.shift() as PlannedAction
    this.target.apply(action)
  }
}
