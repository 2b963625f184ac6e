// A compiled job that is run many times over: imported once, planned once for each parallelism, then deployed on a fresh
// simulation for every run. Nobody watches, so a run of a few dozen records takes about a millisecond.

import type { Diagnostic } from '../base/diagnostic.ts'
import { toTaggedJson } from '../base/value-text.ts'
import type { Check, CheckInput, CheckRun, Observation } from '../check/exercise-check.ts'
import { comparable, ENDLESS } from '../check/judge.ts'
import { DEFAULT_CLUSTER } from '../cluster/cluster-settings.ts'
import { JobExecution } from '../cluster/job-execution.ts'
import { sinkName, type JobObserver, type Row } from '../cluster/job-observer.ts'
import { keyedMoment } from '../cluster/keyed-moment.ts'
import type { KeyedMoment } from '../cluster/moment.ts'
import { withInputs, type Plan } from '../graph/plan.ts'
import { NO_LIMIT, Simulation, type RunResult } from '../kernel/simulation.ts'
import type { CompiledJob, JobFactory } from '../sandbox/compile.ts'
import { unknownNames } from './api-names.ts'
import { buildDiagnostic, failureDiagnostic } from './errors.ts'
import type { HostPort } from './host-port.ts'
import { JobProgram } from './job-program.ts'

/** A job that hasn't ended by then is said to be endless. */
const MOST_EVENTS = 1_000_000
/** Keys of a subtask that are shown as left over. */
const MOST_KEYS_LEFT = 20
/** Of the simulation while a job is built, whatever the run's seed: its plan doesn't depend on it. */
const BUILD_SEED = 1

/** What a run showed, and what it takes to explain it. */
export interface Outcome {
  readonly observation: Observation
  readonly hash: string
  readonly diagnostics: readonly Diagnostic[]
  readonly left: readonly KeyedMoment[]
}

/** A job that can't even be built, or doesn't have the source or sink that is asked for. */
export class NotCheckable extends Error {
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ code }) => code).join(', '))
    this.diagnostics = diagnostics
  }
}

interface Built {
  readonly program: JobProgram
  readonly plan: Plan
}

export class JobUnderCheck {
  readonly #job: CompiledJob
  readonly #host: HostPort
  #factory: JobFactory | null = null
  readonly #built = new Map<number, Built>()

  constructor(job: CompiledJob, host: HostPort) {
    this.#job = job
    this.#host = host
  }

  /** Runs the job once. Throws NotCheckable. */
  async run(run: CheckRun, check: Pick<Check, 'sink' | 'columns'>): Promise<Outcome> {
    const { program, plan } = await this.#build(run.parallelism)
    requireEnds(plan, run.inputs, check.sink)
    const rows: string[] = []
    const observer: JobObserver = {
      row: (row: Row) => {
        if (row.sink === check.sink) rows.push(comparable(JSON.parse(toTaggedJson(row.value)), check.columns))
      },
      log: () => undefined,
    }
    const simulation = new Simulation({ seed: run.seed, startMs: 0, isHashed: true })
    const execution = new JobExecution({
      plan: withInputs(plan, new Map(run.inputs.map(({ source, records }) => [source, records]))),
      simulation,
      settings: DEFAULT_CLUSTER,
      observer,
      instantiate: (port) => program.instantiate(port),
    })
    const untilUs = run.untilMs === null ? Infinity : run.untilMs * 1000
    let result: RunResult
    try {
      result = simulation.run({ ...NO_LIMIT, untilUs, untilEvent: MOST_EVENTS })
      if (result === 'quiescent') execution.requireNotStuck()
    } catch (error) {
      // Our own mistake, said as such: it must not look like the learner's.
      const text = error instanceof Error ? error.message : String(error)
      const params = { error: text, seed: run.seed, event: simulation.event }
      throw new NotCheckable([{ code: 'ENGINE_FAILED', params, span: null }])
    }
    const isEndless = result === 'paused'
    const failed = execution.failure === null ? null : failureDiagnostic(execution.failure, this.#job, execution)
    execution.cancel()
    execution.digestState()
    const left = execution.deployment.backends
      .filter((backend) => !backend.liveSlots().next().done)
      .map((backend) => keyedMoment(backend, [], { startMs: 0, most: MOST_KEYS_LEFT }))
    return {
      observation: { rows, failure: isEndless ? ENDLESS : (failed?.code ?? null), ...counts(execution) },
      hash: simulation.fingerprint.hex(),
      diagnostics: failed === null ? [] : [failed],
      left,
    }
  }

  async #build(parallelism: number): Promise<Built> {
    const known = this.#built.get(parallelism)
    if (known !== undefined) return known
    const factory = (this.#factory ??= await this.#import())
    const settings = { parallelism, seed: BUILD_SEED, startMs: 0 }
    const program = new JobProgram(this.#job, factory, settings, this.#host)
    const { plan, diagnostics } = await program.plan(() => undefined)
    if (plan === null) throw new NotCheckable(diagnostics)
    if (plan.database === 'sqlite') throw new NotCheckable([{ code: 'CHECK_SQLITE', params: {}, span: null }])
    const built = { program, plan }
    this.#built.set(parallelism, built)
    return built
  }

  async #import(): Promise<JobFactory> {
    const unknown = unknownNames(this.#job)
    if (unknown.length > 0) throw new NotCheckable(unknown)
    try {
      return ((await this.#host.importModule(this.#job.code)) as { readonly default: JobFactory }).default
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw new NotCheckable([buildDiagnostic(error, this.#job)])
      throw new NotCheckable([{ code: 'SYNTAX_ERROR', params: { message: error.message }, span: null }])
    }
  }
}

function counts({ deployment }: JobExecution): Pick<Observation, 'stateLeft' | 'timersLeft'> {
  let stateLeft = 0
  let timersLeft = 0
  for (const backend of deployment.backends) {
    stateLeft += backend.entryCount()
    timersLeft += backend.eventTimers.count + backend.processingTimers.count
  }
  return { stateLeft, timersLeft }
}

/** The sources that get inputs, and the sink that is looked at, must be there under these names. */
function requireEnds(plan: Plan, inputs: readonly CheckInput[], sink: string): void {
  const sources = plan.nodes.filter(({ kind }) => kind === 'source').map(({ name }) => name)
  const stranger = inputs.find(({ source }) => !sources.includes(source))
  if (stranger !== undefined) {
    const params = { source: stranger.source, names: sources.join(', ') }
    throw new NotCheckable([{ code: 'CHECK_NO_SOURCE', params, span: null }])
  }
  const sinks = plan.nodes.flatMap((node) => (node.spec.kind === 'sink' ? [sinkName(node, node.spec.sink)] : []))
  if (!sinks.includes(sink)) {
    throw new NotCheckable([{ code: 'CHECK_NO_SINK', params: { sink, names: sinks.join(', ') }, span: null }])
  }
}
