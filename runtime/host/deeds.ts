// What was done to a run, as a page lists it: with the time at which each deed was done, which is kept when somebody goes
// back to before it.

import type { Diagnostic } from '../base/diagnostic.ts'
import type { ClusterAction } from '../cluster/cluster-action.ts'
import type { Intervention, Simulation } from '../kernel/simulation.ts'
import type { Deed, RunIntervention } from './protocol.ts'

/** Somebody wants what was done undone. */
export interface Withdrawal {
  readonly deed: number
  readonly resolve: (refused: readonly Diagnostic[]) => void
}

/** Remembers when interventions were applied, in every run that one has come to. */
export class Deeds {
  readonly #doneUs = new Map<Intervention, number>()

  /** All but the end that somebody put to the run, in order. */
  of({ interventions, applied, appliedUs }: Simulation): Deed[] {
    interventions.slice(0, applied).forEach((one, i) => {
      if (!this.#doneUs.has(one)) this.#doneUs.set(one, appliedUs[i] as number)
    })
    return interventionsOf(interventions).map((intervention, i) => {
      const atUs = this.whenUs(intervention)
      return { ...intervention, atMs: atUs === null ? null : atUs / 1000, isDone: i < applied }
    })
  }

  /** It was done at this time as it's shown, which may be later than the last event. */
  note({ interventions }: Simulation, action: ClusterAction, shownUs: number): void {
    const intervention = interventions.find((one) => one.action === action)
    if (intervention !== undefined) this.#doneUs.set(intervention, shownUs)
  }

  /** Null where the run hasn't come to it yet. */
  whenUs(intervention: Intervention): number | null {
    return this.#doneUs.get(intervention) ?? null
  }
}

/** Without the end that somebody put to it: a run that is stopped isn't another run. */
export function interventionsOf(interventions: readonly Intervention[]): RunIntervention[] {
  return interventions.filter(({ action }) => action.kind !== 'cancel') as RunIntervention[]
}
