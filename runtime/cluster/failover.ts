// What becomes of a job after a failure: asks the restart strategy, and has the job started again when it says. All of a
// job starts again, never a part of it.

import { AssertionError } from '../base/assert.ts'
import type { RestartSpec } from '../graph/restart-spec.ts'
import { RESTART, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import { isRestoreRefused } from '../state/restore-check.ts'
import { createRestartStrategy, type RestartStrategy } from './restart-strategy.ts'

export class Failover implements EventTarget {
  id = -1
  readonly simulation: Simulation
  readonly strategy: RestartStrategy
  readonly restart: () => void

  constructor(simulation: Simulation, spec: RestartSpec, restart: () => void) {
    this.simulation = simulation
    this.strategy = createRestartStrategy(spec, () => simulation.random('restart'))
    this.restart = restart
    simulation.register(this)
  }

  /** Whether the job will be started again. A mistake of the engine's own ends it. */
  failed(error: unknown): boolean {
    const { simulation, strategy } = this
    // What doesn't fit its state won't fit it the next time.
    if (error instanceof AssertionError || isRestoreRefused(error)) return false
    const nowMs = Math.floor(simulation.nowUs / 1000)
    strategy.notifyFailure(nowMs)
    if (!strategy.canRestart()) return false
    simulation.schedule(simulation.nowUs + strategy.backoffMs(nowMs) * 1000, RESTART, this.id)
    return true
  }

  handle(): void {
    this.restart()
  }
}
