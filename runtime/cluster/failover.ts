// What becomes of a job after a failure: asks the restart strategy, and has the region that failed started again when it
// says. Flink's ExecutionFailureHandler and what schedules its restarts.

import { AssertionError } from '../base/assert.ts'
import { LearnerError } from '../base/diagnostic.ts'
import type { RandomStream } from '../base/random.ts'
import type { RestartSpec } from '../graph/restart-spec.ts'
import { RESTART, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import { isRestoreRefused } from '../state/restore-check.ts'
import { createRestartStrategy, type RestartStrategy } from './restart-strategy.ts'

const SHORTEST_ATTEMPT_US = 1000

interface PendingRestart {
  readonly atUs: number
  readonly region: number
}

/** The job, with randomness of its own. */
interface RestartedJob {
  readonly simulation: Simulation
  random(name: string): RandomStream
}

export class Failover implements EventTarget {
  id = -1
  readonly simulation: Simulation
  readonly strategy: RestartStrategy
  readonly restart: (region: number) => void
  /** In the order of the failures. */
  pending: PendingRestart[] = []
  /** By region: when it was started again last; virtual µs. */
  readonly restartedUs = new Map<number, number>()

  constructor(job: RestartedJob, spec: RestartSpec, restart: (region: number) => void) {
    this.simulation = job.simulation
    this.strategy = createRestartStrategy(spec, () => job.random('restart'))
    this.restart = restart
    this.simulation.register(this)
  }

  /**
   * Whether the regions, which have failed as one, will be started again. A mistake of the engine's own ends the job, and
   * so does a failure while it stops with a savepoint that is complete.
   */
  failed(error: unknown, regions: readonly number[]): boolean {
    const { simulation, strategy } = this
    // What doesn't fit its state won't fit it the next time.
    if (error instanceof AssertionError || isRestoreRefused(error)) return false
    if (error instanceof LearnerError && error.code === 'STOP_UNFINISHED') return false
    const nowMs = Math.floor(simulation.nowUs / 1000)
    strategy.notifyFailure(nowMs)
    if (!strategy.canRestart()) return false
    const backoffUs = strategy.backoffMs(nowMs) * 1000
    for (const region of regions) {
      // What fails at once would otherwise fail for ever at one moment: to start takes a ms at least.
      const earliestUs = (this.restartedUs.get(region) ?? -Infinity) + SHORTEST_ATTEMPT_US
      const atUs = Math.max(simulation.nowUs + backoffUs, earliestUs)
      this.pending.push({ atUs, region })
      simulation.schedule(atUs, RESTART, this.id)
    }
    return true
  }

  /** Nothing will be started again. */
  stop(): void {
    this.simulation.unschedule([this.id])
    this.pending = []
  }

  handle(): void {
    const { nowUs } = this.simulation
    const due = this.pending.filter(({ atUs }) => atUs <= nowUs)
    this.pending = this.pending.filter(({ atUs }) => atUs > nowUs)
    for (const { region } of due) {
      this.restartedUs.set(region, nowUs)
      this.restart(region)
    }
  }
}
