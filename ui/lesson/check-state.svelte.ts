// A check under way, as its card shows it: preparing, running, and the report as far as it's known.
import type { CheckReport, CompiledJob, ExerciseJobs } from '../../runtime/host/protocol.ts'
import type { Accident, EngineHost } from '../kernel/engine-host.ts'

export type CheckPhase = 'idle' | 'preparing' | 'running' | 'ended'

export class CheckState {
  readonly #host: EngineHost
  #phase = $state<CheckPhase>('idle')
  #report = $state.raw<CheckReport | null>(null)
  #accident = $state.raw<Accident | null>(null)
  /** From the click to the first verdict, in ms. */
  #verdictMs = $state<number | null>(null)

  constructor(host: EngineHost) {
    this.#host = host
  }

  get phase(): CheckPhase {
    return this.#phase
  }

  get isBusy(): boolean {
    return this.#phase === 'preparing' || this.#phase === 'running'
  }

  get report(): CheckReport | null {
    return this.#report
  }

  get accident(): Accident | null {
    return this.#accident
  }

  get verdictMs(): number | null {
    return this.#verdictMs
  }

  /** Compiles and checks. `compile` gives null when there's nothing to check: the last report then stays. */
  async start(exercise: ExerciseJobs, compile: () => Promise<CompiledJob | null>): Promise<void> {
    if (this.isBusy) return
    const startedMs = performance.now()
    const before = this.#phase
    this.#phase = 'preparing'
    try {
      const warm = this.#host.prepare()
      // Its failure is met below, when the job is ready.
      warm.catch(() => {})
      const job = await compile()
      if (job === null) {
        this.#phase = before
        return
      }
      this.#report = null
      this.#accident = null
      this.#verdictMs = null
      this.#phase = 'running'
      await warm
      const take = (report: CheckReport): void => {
        this.#report = report
        this.#verdictMs ??= performance.now() - startedMs
      }
      const end = await this.#host.check(job, exercise, take)
      if (end.kind === 'report') take(end.report)
      else this.#accident = end
    } catch {
      this.#accident = { kind: 'absent' }
    }
    this.#phase = 'ended'
  }

  /** True if there was something to stop. */
  stop(): boolean {
    if (this.#phase !== 'running') return false
    this.#host.stop()
    return true
  }
}
