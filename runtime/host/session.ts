// The engine as a host sees it: takes a compiled job, runs it in slices, hands out frames. Pacing, yielding and frames
// decide when things are seen; nothing here can change what happens.

import type { Diagnostic } from '../base/diagnostic.ts'
import { hasTimestamp, MIN_TIMESTAMP, timestampText } from '../base/time.ts'
import { toPrintText, toTaggedJson } from '../base/value-text.ts'
import * as streambed from '../index.ts'
import { DEFAULT_CLUSTER, JobExecution, type JobObserver, type Row } from '../cluster/job-execution.ts'
import type { Plan } from '../graph/plan.ts'
import { Simulation, type RunResult } from '../kernel/simulation.ts'
import type { CompiledJob, JobFactory } from '../sandbox/compile.ts'
import { TraceRing } from '../trace/trace-ring.ts'
import { ENGINE_VERSION } from './engine-version.ts'
import { buildDiagnostic, failureDiagnostic } from './errors.ts'
import type { HostPort } from './host-port.ts'
import { JobProgram } from './job-program.ts'
import type { Engine, Frame, LogLine, RunOutcome, RunPosition, RunSettings, SinkRow } from './protocol.ts'

const SLICE_MS = 12
const FRAME_MS = 16
const ROWS_PER_FRAME = 1000
const TRACE_ENTRIES = 16384
/** Longer texts are cut for the page; the whole value is in the run, and in the command line's output. */
const LONGEST_TEXT = 4000

/** How values are handed out. */
export interface SessionOptions {
  /** Cut long values. */
  readonly shortensValues: boolean
  readonly traces: boolean
}

export class EngineSession implements Engine {
  readonly #host: HostPort
  readonly #options: SessionOptions
  #simulation: Simulation | null = null
  #isRunning = false

  constructor(host: HostPort, options: SessionOptions = { shortensValues: true, traces: true }) {
    this.#host = host
    this.#options = options
  }

  async hello(): Promise<{ readonly version: string }> {
    return { version: ENGINE_VERSION }
  }

  async stop(): Promise<void> {
    this.#simulation?.intervene({ kind: 'cancel' })
  }

  async run(
    job: CompiledJob,
    settings: RunSettings,
    onFrame: (frame: Frame) => void | Promise<void>,
  ): Promise<RunOutcome> {
    if (this.#isRunning) return failed([{ code: 'ALREADY_RUNNING', params: {}, span: null }])
    this.#isRunning = true
    try {
      return await this.#run(job, settings, onFrame)
    } finally {
      this.#isRunning = false
      this.#simulation = null
    }
  }

  /** The plan of a job, without running it. */
  async plan(
    job: CompiledJob,
    settings: RunSettings,
  ): Promise<{ plan: Plan | null; diagnostics: readonly Diagnostic[] }> {
    const loaded = await this.#load(job, settings)
    if (loaded.program === null) return { plan: null, diagnostics: loaded.diagnostics }
    return loaded.program.plan(() => undefined)
  }

  async #run(
    job: CompiledJob,
    settings: RunSettings,
    onFrame: (frame: Frame) => void | Promise<void>,
  ): Promise<RunOutcome> {
    const loaded = await this.#load(job, settings)
    if (loaded.program === null) return failed(loaded.diagnostics)
    const { program } = loaded
    const frames = new FrameWriter(this.#options, onFrame)
    const built = await program.plan((level, text) => frames.log(level, text, 0, 0))
    if (built.plan === null) {
      await frames.flush({ virtualMs: 0, event: 0, rows: 0 }, null)
      return failed(built.diagnostics)
    }
    const { seed, startMs } = program.settings
    const simulation = new Simulation({ seed, startMs, isHashed: true })
    this.#simulation = simulation
    if (this.#options.traces) simulation.trace = new TraceRing(TRACE_ENTRIES)
    const execution = new JobExecution({
      plan: built.plan,
      simulation,
      settings: DEFAULT_CLUSTER,
      observer: frames,
      instantiate: (port) => program.instantiate(port),
    })
    const result = await this.#drive(execution, settings, frames).catch((error: unknown) =>
      engineFailure(error, simulation),
    )
    if (typeof result !== 'string') return { ...failed([result]), position: positionOf(execution) }
    execution.digestState()
    const state = outcomeState(execution, result)
    const diagnostics = execution.failure === null ? [] : [failureDiagnostic(execution.failure, job, built.plan)]
    const position = positionOf(execution)
    return { state, position, hash: simulation.fingerprint.hex(), diagnostics, plan: JSON.stringify(built.plan) }
  }

  /** Runs slice after slice, keeping to the speed, until there's no more to do. */
  async #drive(execution: JobExecution, settings: RunSettings, frames: FrameWriter): Promise<RunResult> {
    const { simulation } = execution
    const host = this.#host
    const untilUs = settings.untilMs === undefined || settings.untilMs === null ? Infinity : settings.untilMs * 1000
    const speed = settings.speed ?? null
    const startedMs = host.wallMs()
    let lastFrameMs = startedMs
    for (;;) {
      const sliceStartMs = host.wallMs()
      const pacedUs = speed === null ? Infinity : (sliceStartMs - startedMs) * speed * 1000
      const result = simulation.run({
        untilUs: Math.min(untilUs, pacedUs),
        untilEvent: Infinity,
        byRecord: false,
        shouldYield: () => frames.isFull() || host.wallMs() - sliceStartMs > SLICE_MS,
      })
      const isWaiting = result === 'until' && pacedUs < untilUs
      if (result !== 'yield' && !isWaiting) {
        await frames.flush(positionOf(execution), simulation.trace)
        if (result === 'quiescent') execution.requireNotStuck()
        execution.cancel()
        return result
      }
      const nowMs = host.wallMs()
      if (frames.isFull() || nowMs - lastFrameMs >= FRAME_MS) {
        lastFrameMs = nowMs
        const virtualMs = isWaiting ? Math.floor(pacedUs / 1000) : Math.floor(simulation.nowUs / 1000)
        await frames.flush({ ...positionOf(execution), virtualMs }, simulation.trace)
      }
      if (isWaiting) await host.sleep(FRAME_MS)
      else await host.yieldToHost()
    }
  }

  async #load(
    job: CompiledJob,
    settings: RunSettings,
  ): Promise<{ readonly program: JobProgram | null; readonly diagnostics: readonly Diagnostic[] }> {
    const diagnostics = [...settingsDiagnostics(settings), ...unknownNames(job)]
    if (diagnostics.length > 0) return { program: null, diagnostics }
    try {
      const module = (await this.#host.importModule(job.code)) as { readonly default: JobFactory }
      const build = { parallelism: settings.parallelism ?? 1, seed: settings.seed ?? 1, startMs: 0 }
      return { program: new JobProgram(job, module.default, build, this.#host), diagnostics: [] }
    } catch (error) {
      if (!(error instanceof SyntaxError)) return { program: null, diagnostics: [buildDiagnostic(error, job)] }
      return { program: null, diagnostics: [{ code: 'SYNTAX_ERROR', params: { message: error.message }, span: null }] }
    }
  }
}

/** Gathers what a run says between two frames. */
class FrameWriter implements JobObserver {
  readonly #options: SessionOptions
  readonly #onFrame: (frame: Frame) => void | Promise<void>
  #rows: SinkRow[] = []
  #logs: LogLine[] = []

  constructor(options: SessionOptions, onFrame: (frame: Frame) => void | Promise<void>) {
    this.#options = options
    this.#onFrame = onFrame
  }

  row({ sink, subtask, value, timestamp, atMs }: Row): void {
    const [json, text] = [toTaggedJson(value), toPrintText(value)]
    this.#rows.push({
      sink,
      subtask,
      timestamp: rowTimestamp(timestamp),
      value: json.length > LONGEST_TEXT ? this.#shorten(json) : json,
      text: text.length > LONGEST_TEXT && this.#options.shortensValues ? `${text.slice(0, LONGEST_TEXT)}…` : text,
      at: atMs,
    })
  }

  log(level: string, text: string, subtask: number, atMs: number): void {
    this.#logs.push({ level: level as LogLine['level'], text, subtask, at: atMs })
  }

  isFull(): boolean {
    return this.#rows.length >= ROWS_PER_FRAME || this.#logs.length >= ROWS_PER_FRAME
  }

  async flush(position: RunPosition, trace: TraceRing | null): Promise<void> {
    const drained = trace?.drain() ?? { entries: new Float64Array(0), lost: 0 }
    const frame = { position, rows: this.#rows, logs: this.#logs, trace: drained.entries, traceLost: drained.lost }
    this.#rows = []
    this.#logs = []
    await this.#onFrame(frame)
  }

  #shorten(json: string): string {
    return this.#options.shortensValues ? JSON.stringify(`${json.slice(0, LONGEST_TEXT)}…`) : json
  }
}

/** Our own bug: said as such, with what it takes to see it again. */
function engineFailure(error: unknown, { settings, event }: Simulation): Diagnostic {
  const text = error instanceof Error ? error.message : String(error)
  return { code: 'ENGINE_FAILED', params: { error: text, seed: settings.seed, event }, span: null }
}

/** MIN is Flink's own mark for "no timestamp"; MAX has no number that JSON could hold. */
function rowTimestamp(timestamp: number): number | null {
  if (!hasTimestamp(timestamp) || timestamp === MIN_TIMESTAMP) return null
  return Number.isFinite(timestamp) ? timestamp : Number(timestampText(timestamp))
}

function positionOf(execution: JobExecution): RunPosition {
  const { simulation } = execution
  return { virtualMs: Math.floor(simulation.nowUs / 1000), event: simulation.event, rows: execution.rows }
}

function outcomeState(execution: JobExecution, result: RunResult): RunOutcome['state'] {
  if (execution.state === 'FAILED') return 'failed'
  if (execution.state === 'FINISHED') return 'finished'
  return result === 'cancelled' ? 'stopped' : 'until'
}

function failed(diagnostics: readonly Diagnostic[]): RunOutcome {
  return { state: 'failed', position: { virtualMs: 0, event: 0, rows: 0 }, hash: '', diagnostics, plan: null }
}

/** Names the job takes from 'streambed' that aren't there: without this they'd be undefined, and fail somewhere else. */
function unknownNames(job: CompiledJob): Diagnostic[] {
  return job.apiNames
    .filter(({ name }) => !(name in streambed))
    .map(({ name, span }) => ({ code: 'API_NAME_UNKNOWN', params: { name }, span }))
}

function settingsDiagnostics({ parallelism, seed, untilMs, speed }: RunSettings): Diagnostic[] {
  const wrong = (setting: string, value: unknown): Diagnostic => ({
    code: 'SETTING',
    params: { setting, value: String(value) },
    span: null,
  })
  const found: Diagnostic[] = []
  if (parallelism !== undefined && !(Number.isInteger(parallelism) && parallelism >= 1 && parallelism <= 128)) {
    found.push(wrong('parallelism', parallelism))
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) found.push(wrong('seed', seed))
  if (untilMs !== undefined && untilMs !== null && !(untilMs >= 0)) found.push(wrong('until', untilMs))
  if (speed !== undefined && speed !== null && !(speed > 0)) found.push(wrong('speed', speed))
  return found
}
