// A compiled job, ready to be evaluated: twice to make its plan, and once more for every subtask that runs. While it is
// evaluated, clock and randomness are the same each time, so that constants agree between subtasks. DESIGN §8.

import * as streambed from '../index.ts'
import { Evaluation, evaluateIn } from '../api/evaluation.ts'
import { LearnerError, type Diagnostic } from '../base/diagnostic.ts'
import { RandomStream } from '../base/random.ts'
import { createPlan, type Plan } from '../graph/plan.ts'
import type { CompiledJob, JobFactory } from '../sandbox/compile.ts'
import { makeGlobals, type Sandbox, type SimulationPort } from '../sandbox/prelude.ts'
import type { InstancePort, JobInstance } from '../task/job-instance.ts'
import { buildDiagnostic, placeOf } from './errors.ts'
import type { HostPort } from './host-port.ts'

/** What evaluation depends on beside the code. */
export interface BuildSettings {
  readonly parallelism: number
  readonly seed: number
  readonly startMs: number
  /** The virtual file system as the job finds it; empty unless given. */
  readonly files?: ReadonlyMap<string, string>
}

export type PlanResult =
  | { readonly plan: Plan; readonly diagnostics: readonly Diagnostic[] }
  | { readonly plan: null; readonly diagnostics: readonly Diagnostic[] }

export class JobProgram {
  readonly job: CompiledJob
  readonly settings: BuildSettings
  readonly #factory: JobFactory
  readonly #host: HostPort

  constructor(job: CompiledJob, factory: JobFactory, settings: BuildSettings, host: HostPort) {
    this.job = job
    this.settings = settings
    this.#factory = factory
    this.#host = host
  }

  /** Evaluates the job twice and makes its plan; null with diagnostics where that can't be. */
  async plan(log: SimulationPort['log']): Promise<PlanResult> {
    const first = await this.#build(log, new Promise(() => undefined), true)
    if (first.diagnostic !== null) return { plan: null, diagnostics: [first.diagnostic] }
    // The second time `execute` comes back at once: to see whether the plan is the same, and whether the job goes on to
    // add operators or to execute again.
    const second = await this.#build(() => undefined, Promise.resolve() as Promise<never>, false)
    if (isAfterExecute(second.diagnostic?.code)) return { plan: null, diagnostics: [second.diagnostic as Diagnostic] }
    const plan = createPlan(first.evaluation.graph, (stack) => placeOf(stack, this.job))
    const again = second.evaluation.isExecuted ? createPlan(second.evaluation.graph).hash : null
    if (again !== plan.hash) return { plan: null, diagnostics: [{ code: 'JOB_NOT_PURE', params: {}, span: null }] }
    return { plan, diagnostics: [] }
  }

  /** Evaluates the job for one subtask and attempt. */
  instantiate(port: InstancePort): JobInstance {
    const never = new Promise<never>(() => undefined)
    const evaluation = this.#newEvaluation(never, { keepsPositions: false, isInstance: true })
    const gate = this.#gatedPort(port)
    const globals = makeGlobals(gate.port)
    const running = this.#call(evaluation, globals)
    running.catch(() => undefined)
    if (!evaluation.isExecuted) throw new LearnerError('JOB_NOT_PURE')
    gate.open()
    return {
      registry: evaluation.graph.registry,
      memory: globals.memory,
      beginTurn: globals.resetBudget,
      tick: globals.__tick,
    }
  }

  async #build(
    log: SimulationPort['log'],
    result: Promise<never>,
    keepsPositions: boolean,
  ): Promise<{ readonly evaluation: Evaluation; readonly diagnostic: Diagnostic | null }> {
    const evaluation = this.#newEvaluation(result, { keepsPositions, isInstance: false })
    const globals = makeGlobals(this.#buildPort(log))
    let error: unknown = null
    let state: 'running' | 'ended' | 'threw' = 'running'
    const running = this.#call(evaluation, globals).then(
      () => (state = 'ended'),
      (reason: unknown) => {
        error = reason
        state = 'threw'
      },
    )
    const wasExecutedAtOnce = evaluation.isExecuted
    await Promise.race([running, this.#host.yieldToHost()])
    const diagnostic = this.#judge(evaluation, wasExecutedAtOnce, state, error)
    return { evaluation, diagnostic }
  }

  #judge(evaluation: Evaluation, wasExecutedAtOnce: boolean, state: string, error: unknown): Diagnostic | null {
    if (state === 'threw') return buildDiagnostic(error, this.job)
    if (wasExecutedAtOnce) return null
    if (state === 'running' || evaluation.isExecuted) return { code: 'AWAIT_BEFORE_EXECUTE', params: {}, span: null }
    return { code: 'NO_EXECUTE', params: {}, span: null }
  }

  /** Calls the factory: synchronous up to the first await. */
  #call(evaluation: Evaluation, globals: Sandbox): Promise<unknown> {
    globals.resetBudget()
    const api = streambed as unknown as Readonly<Record<string, unknown>>
    return evaluateIn(evaluation, () => this.#factory(api, globals))
  }

  #newEvaluation(
    result: Promise<never>,
    kind: { readonly keepsPositions: boolean; readonly isInstance: boolean },
  ): Evaluation {
    return new Evaluation({ ...this.settings, ...kind, result })
  }

  /** Clock and randomness while a job is built: the same every time it's evaluated. */
  #buildPort(log: SimulationPort['log']): SimulationPort {
    const random = new RandomStream(this.settings.seed, 'build')
    return { nowMs: () => this.settings.startMs, random: () => random.nextDouble(), log }
  }

  /** As #buildPort until it's opened; then the subtask's own. */
  #gatedPort(port: InstancePort): { readonly port: SimulationPort; readonly open: () => void } {
    let current = this.#buildPort(() => undefined)
    return {
      port: {
        nowMs: () => current.nowMs(),
        random: () => current.random(),
        log: (level, text) => current.log(level, text),
        print: (value, isError) => current.print?.(value, isError),
      },
      open: () => {
        current = port
      },
    }
  }
}

/** The mistakes that show only once `execute` was called. */
function isAfterExecute(code: string | undefined): boolean {
  return code === 'TWO_EXECUTES' || code === 'AFTER_EXECUTE'
}
