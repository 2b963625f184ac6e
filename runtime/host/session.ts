// The engine as a host sees it: takes a compiled job, runs it in slices, hands out frames. Pacing, yielding and frames
// decide when things are seen; nothing here can change what happens.

import type { Diagnostic, Span } from '../base/diagnostic.ts'
import type { ClusterAction } from '../cluster/cluster-action.ts'
import { ActionSchedule } from '../cluster/action-schedule.ts'
import type { JobSubmissions } from '../cluster/job-submissions.ts'
import { broken } from '../base/assert.ts'
import { ClusterWatcher } from '../cluster/cluster-watcher.ts'
import { JobExecution } from '../cluster/job-execution.ts'
import type { JobObserver } from '../cluster/job-observer.ts'
import { lateRecords } from '../cluster/late-records.ts'
import { writeOutside } from '../cluster/outside-file.ts'
import type { RestoredJob } from '../cluster/restore-state.ts'
import { withInputs, type Plan } from '../graph/plan.ts'
import { Simulation, type RunResult } from '../kernel/simulation.ts'
import { Outside } from '../operators/outside.ts'
import type { CompiledJob, JobFactory } from '../sandbox/compile.ts'
import { locate } from '../sandbox/locate.ts'
import type { Instantiate } from '../task/job-instance.ts'
import { TraceRing } from '../trace/trace-ring.ts'
import type { BesideWatcher } from '../travel/beside.ts'
import type { Destination } from '../travel/destination.ts'
import { NotPureError } from '../travel/timeline.ts'
import type { WatchedRun } from '../travel/steps.ts'
import type { Printer } from '../travel/why/printer.ts'
import type { CheckReport, ExerciseJobs } from './check-report.ts'
import { CheckSession } from './check-session.ts'
import { jobOutcomes, loadJobs, submitJobs, type LoadedJob } from './submitted-jobs.ts'
import { unknownNames } from './api-names.ts'
import { ENGINE_VERSION } from './engine-version.ts'
import { buildDiagnostic, failureDiagnostic } from './errors.ts'
import { FrameWriter, outputsOf } from './frame-writer.ts'
import type { HostPort } from './host-port.ts'
import { Inspector } from './inspector.ts'
import { JobProgram } from './job-program.ts'
import { lookAhead, type ComingRecord } from './look-ahead.ts'
import { Comparer } from './comparer.ts'
import type {
  ComparedCourses,
  Engine,
  Explanation,
  Foreseen,
  Frame,
  InspectedSavepoint,
  LogOutput,
  RunComparison,
  RunOutcome,
  RunPosition,
  RunQuestion,
  RunSavepoint,
  RunSettings,
  SavepointOutcome,
  SavepointStop,
  StepUnit,
  TableOutput,
  TableView,
  WatchDetail,
} from './protocol.ts'
import type { SqliteEngine } from '../connectors/database/sqlite-engine.ts'
import { keptUs, outsideDiagnostic, outsideOf } from './run-outside.ts'
import { openedSqlite, sqlDiagnostics } from './sqlite-run.ts'
import { logOutput, queryOutside, tableViews } from './outside-views.ts'
import { interventionsOf } from './deeds.ts'
import { RunDriver, type DriverSettings } from './run-driver.ts'
import { positionOf } from './run-position.ts'
import {
  claims,
  inspectSavepoint,
  leftovers,
  plannedActions,
  plannedCancels,
  rescaleOutcomes,
  restoredJob,
  savepointFailed,
  savepointOutcome,
} from './savepoints.ts'
import { clusterOf, inputsWithoutSource, interventionDiagnostics, settingsDiagnostics } from './run-settings-check.ts'

const START: RunPosition = { virtualMs: 0, event: 0, record: 0, rows: 0 }
const TRACE_ENTRIES = 16384
/** Of a frame of a run that didn't come to run. */
const HALTED = {
  traced: [],
  interventions: null,
  isPaused: false,
  deeds: [],
  skippedMs: 0,
  isAnew: false,
  isFork: false,
  isPassing: false,
  isImpure: false,
}
/** The page checks as the command line does unless told otherwise. */
const CHECK_SEED = 1

/** How values are handed out. */
export interface SessionOptions {
  /** Cut long values. */
  readonly shortensValues: boolean
  readonly traces: boolean
}

/** The engine but for what its host has from elsewhere. */
export class EngineSession implements Omit<Engine, 'provideSqlite'> {
  readonly #host: HostPort
  readonly #options: SessionOptions
  #driver: RunDriver | null = null
  #check: CheckSession | null = null
  #inspector: Inspector | null = null
  readonly #comparer: Comparer
  #isRunning = false
  #scout: ((records: number) => Promise<readonly ComingRecord[]>) | null = null
  /** Of the running job, or of the last one. */
  #outside = new Outside()
  /** Jobs beside the first one. */
  #submissions: JobSubmissions | null = null
  #detail: WatchDetail = { keys: 200 }

  constructor(host: HostPort, options: SessionOptions = { shortensValues: true, traces: true }) {
    this.#host = host
    this.#options = options
    this.#comparer = new Comparer(host)
  }

  async hello(): Promise<{ readonly version: string }> {
    return { version: ENGINE_VERSION }
  }

  async stop(): Promise<void> {
    this.#driver?.stop()
    this.#check?.stop()
  }

  async pause(): Promise<void> {
    this.#driver?.pause()
  }

  async play(speed: number | null): Promise<void> {
    this.#driver?.play(speed)
  }

  async query(sql: string): Promise<TableOutput> {
    return queryOutside(this.#outside, sql)
  }

  async outside(): Promise<string> {
    return writeOutside(this.#outside, this.#outside.nowMs() * 1000)
  }

  async viewTables(): Promise<readonly TableView[]> {
    return tableViews(this.#outside)
  }

  async viewLog(records: number): Promise<LogOutput> {
    return logOutput(this.#outside, records)
  }

  async step(unit: StepUnit): Promise<void> {
    this.#driver?.step(unit)
  }

  async intervene(action: ClusterAction): Promise<readonly Diagnostic[]> {
    return this.#driver?.intervene(action) ?? [{ code: 'ACTION_NO_JOB', params: {}, span: null }]
  }

  async foresee(action: ClusterAction): Promise<Foreseen | null> {
    return this.#driver?.foresee(action) ?? null
  }

  async withdraw(deed: number): Promise<readonly Diagnostic[]> {
    return this.#driver?.withdraw(deed) ?? [{ code: 'ACTION_NO_JOB', params: {}, span: null }]
  }

  async seek(destination: Destination): Promise<void> {
    this.#driver?.seek(destination)
  }

  async explain(question: RunQuestion): Promise<Explanation | null> {
    return this.#inspector?.explain(question) ?? null
  }

  async lookAhead(records: number): Promise<readonly ComingRecord[]> {
    return (await this.#scout?.(records)) ?? []
  }

  async watch(detail: WatchDetail): Promise<void> {
    this.#detail = detail
    this.#driver?.watch(detail)
  }

  async savepoint(stop: SavepointStop): Promise<SavepointOutcome> {
    return this.#driver?.savepoint(stop) ?? savepointFailed('SAVEPOINT_NOT_RUNNING')
  }

  async rescale(parallelism: number): Promise<Diagnostic | null> {
    const failed = this.#driver?.rescale(parallelism)
    return failed ?? { code: 'SAVEPOINT_NOT_RUNNING', params: {}, span: null }
  }

  async inspectSavepoint(file: RunSavepoint, rows: number): Promise<InspectedSavepoint> {
    return inspectSavepoint(file, rows)
  }

  async check(job: CompiledJob, exercise: ExerciseJobs, onReport: (report: CheckReport) => void): Promise<CheckReport> {
    this.#check = new CheckSession(job, exercise, this.#host)
    try {
      return await this.#check.check(CHECK_SEED, onReport)
    } finally {
      this.#check = null
    }
  }

  async compare(job: CompiledJob, settings: RunSettings, courses: ComparedCourses): Promise<RunComparison | null> {
    const run = await this.#prepare(job, settings, new FrameWriter(true, () => undefined))
    if ('refused' in run) return null
    return this.#comparer.compare((watcher) => this.#openBeside(run, watcher, watcher.observer), courses)
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
      this.#driver = this.#inspector = this.#scout = null
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
    const frames = new FrameWriter(this.#options.shortensValues, onFrame)
    const run = await this.#prepare(job, settings, frames)
    if ('refused' in run) {
      if (run.wasBuilt) await frames.flush({ position: START, topology: null, moment: null, ...HALTED }, null)
      return failed(run.refused)
    }
    frames.endBuild()
    const open = (): Run => this.#open(run)
    const course = driverSettings(job, settings)
    const restart = (): WatchedRun => {
      // First: a run says something while it's being deployed already.
      frames.restart()
      return watched(open())
    }
    const driver = new RunDriver({ ...open(), restart }, { frames, host: this.#host }, course)
    driver.watch(this.#detail)
    this.#driver = driver
    const beside = (watcher: BesideWatcher): JobExecution => this.#openBeside(run, watcher)
    this.#scout = (records) =>
      lookAhead(beside, driver.execution, { records, untilUs: course.untilUs, host: this.#host })
    this.#inspector = this.#inspectorOf(run, driver, course.untilUs)
    const result = await driver.drive().catch((error: unknown) => engineFailure(error, driver.execution.simulation))
    const { execution } = driver
    if (typeof result !== 'string') return { ...failed([result]), position: positionOf(execution) }
    const jobs = jobOutcomes(execution, this.#submissions as JobSubmissions, run.others)
    return { jobs, ...outcomeOf(execution, run, jobs, result) }
  }

  /** All that it takes to make the run, or why there's none; `wasBuilt`: the job's code ran, and may have said something. */
  async #prepare(job: CompiledJob, settings: RunSettings, frames: FrameWriter): Promise<RunParts | Refusal> {
    const refuse = (refused: readonly Diagnostic[], wasBuilt = false): Refusal => ({ refused, wasBuilt })
    const loaded = await this.#load(job, settings)
    if (loaded.program === null) return refuse(loaded.diagnostics)
    const { program } = loaded
    const built = await program.plan((level, text) => frames.log(level, text, 0, 0))
    if (built.plan === null) return refuse(built.diagnostics, true)
    const own = withInputs(built.plan, new Map(Object.entries(settings.inputs ?? {})))
    const others = await loadJobs(settings, built.plan, (other, more) => this.#load(other, more))
    if (!areLoaded(others)) return refuse(others)
    const plans = [own, ...others.map((other) => other.plan)]
    const wrong = [...inputsWithoutSource(built.plan, settings), ...interventionDiagnostics(plans, settings)]
    if (wrong.length > 0) return refuse(wrong)
    const restored = restoredJob(own, settings)
    if (restored !== null && 'code' in restored) return refuse([restored])
    const plan = restored?.plan ?? own
    const sqlite = plan.database === 'sqlite' ? await openedSqlite(this.#host) : null
    if (sqlite !== null && 'code' in sqlite) return refuse([sqlite])
    const run: RunParts = { job, settings, plan, program, restored, frames, sqlite, others }
    const unfit = outsideDiagnostic(plan, settings)
    if (unfit !== null) return refuse([unfit])
    const unusable = sqlDiagnostics(plan, () => outsideOf(settings, program.settings.seed, sqlite))
    return unusable.length > 0 ? refuse(unusable) : run
  }

  #inspectorOf(run: RunParts, driver: RunDriver, untilUs: number): Inspector {
    const open = (watcher: BesideWatcher): JobExecution => this.#openBeside(run, watcher, watcher.observer)
    const openPrinting = (other: CompiledJob) => this.#openPrinting(run, other)
    const place = (stack: string): Span | null => locate(stack, run.job)[0] ?? null
    const { builtLines } = run.frames
    return new Inspector({ driver, open, openPrinting, untilUs, locate: place, builtLines }, this.#host)
  }

  /** The run at its start, as it is shown. */
  #open(run: RunParts): Run {
    const { job, settings, frames } = run
    this.#outside.close()
    const watcher = settings.isWatched === true ? new ClusterWatcher((stack) => locate(stack, job)[0] ?? null) : null
    const simulation = this.#newSimulation(run)
    if (this.#options.traces) simulation.trace = new TraceRing(TRACE_ENTRIES)
    const told = { simulation, observer: frames, watcher, instantiate: instantiateOf(run.program) }
    const execution = this.#deploy(run, told)
    this.#outside = execution.outside
    watcher?.attach(execution)
    frames.onLine = watcher?.lineWritten.bind(watcher) ?? null
    return { execution, watcher }
  }

  /** The run at its start, for a question: nobody but the watcher hears of it. */
  #openBeside(
    run: RunParts,
    watcher: BesideWatcher,
    observer: JobObserver | null = null,
    instantiate = instantiateOf(run.program),
  ): JobExecution {
    const told = { simulation: this.#newSimulation(run), observer, watcher, instantiate }
    const execution = this.#deploy(run, told)
    watcher.attach(execution)
    return execution
  }

  /** The same with another compilation of its job, which prints; or what is wrong with that. */
  async #openPrinting(run: RunParts, job: CompiledJob): Promise<((watcher: Printer) => JobExecution) | Diagnostic> {
    const { program, diagnostics } = await this.#load(job, run.settings)
    if (program === null) return diagnostics[0] as Diagnostic
    return (watcher) => {
      const print = watcher.printed.bind(watcher)
      return this.#openBeside(run, watcher, null, (port) => program.instantiate({ ...port, print }))
    }
  }

  #deploy(
    run: RunParts,
    told: Pick<JobExecution, 'simulation' | 'observer' | 'watcher' | 'instantiate'>,
  ): JobExecution {
    const { settings, plan, program, restored } = run
    const execution = new JobExecution({
      plan,
      ...told,
      settings: clusterOf(settings),
      restored: restored === null ? null : { checkpoint: restored.checkpoint, isClaimed: claims(plan, settings) },
      planned: plannedActions(settings),
      outside: outsideOf(settings, program.settings.seed, run.sqlite),
    })
    const frames = told.observer === null ? null : run.frames
    const submissions = submitJobs(execution, run.others, frames)
    if (frames !== null) this.#submissions = submissions
    new ActionSchedule(execution.simulation, execution.cluster, plannedCancels(settings))
    execution.simulation.plan(settings.interventions ?? [])
    return execution
  }

  /** A job that starts from a savepoint goes on at the time at which that was taken, or its outside was kept. */
  #newSimulation({ program, restored, settings }: RunParts): Simulation {
    const { seed, startMs } = program.settings
    const simulation = new Simulation({ seed, startMs, isHashed: true })
    simulation.nowUs = Math.max(restored?.checkpoint.completedUs ?? 0, keptUs(settings))
    return simulation
  }

  async #load(
    job: CompiledJob,
    settings: RunSettings,
  ): Promise<{ readonly program: JobProgram | null; readonly diagnostics: readonly Diagnostic[] }> {
    const diagnostics = [...settingsDiagnostics(settings), ...unknownNames(job)]
    if (diagnostics.length > 0) return { program: null, diagnostics }
    try {
      const module = (await this.#host.importModule(job.code)) as { readonly default: JobFactory }
      const { parallelism = 1, seed = 1, files = {} } = settings
      const build = { parallelism, seed, startMs: 0, files: new Map(Object.entries(files)) }
      return { program: new JobProgram(job, module.default, build, this.#host), diagnostics: [] }
    } catch (error) {
      if (!(error instanceof SyntaxError)) return { program: null, diagnostics: [buildDiagnostic(error, job)] }
      return { program: null, diagnostics: [{ code: 'SYNTAX_ERROR', params: { message: error.message }, span: null }] }
    }
  }
}

function driverSettings(job: CompiledJob, settings: RunSettings): DriverSettings {
  const { untilMs = null, speed = null, startsPaused = false, startsAt = null } = settings
  const jobs = [job, ...(settings.jobs ?? []).map((other) => other.job)]
  const keepsKeyframes = jobs.every(({ hidden = [] }) => hidden.length === 0)
  return { untilUs: untilMs === null ? Infinity : untilMs * 1000, speed, startsPaused, startsAt, keepsKeyframes }
}

interface Refusal {
  readonly refused: readonly Diagnostic[]
  readonly wasBuilt: boolean
}

/** What a run is made from. */
interface RunParts {
  readonly job: CompiledJob
  readonly settings: RunSettings
  readonly plan: Plan
  readonly program: JobProgram
  readonly restored: RestoredJob | null
  readonly frames: FrameWriter
  /** Null for a job that doesn't ask for it. */
  readonly sqlite: SqliteEngine | null
  /** In the order of submission. */
  readonly others: readonly LoadedJob[]
}

interface Run {
  readonly execution: JobExecution
  readonly watcher: ClusterWatcher | null
}

function instantiateOf(program: JobProgram): Instantiate {
  return (port) => program.instantiate(port)
}

/** Only who watches goes back. */
function watched({ execution, watcher }: Run): WatchedRun {
  if (watcher === null) broken('a run that nobody watches was made anew')
  return { execution, watcher }
}

/** Our own bug: said as such, with what it takes to see it again. */
function engineFailure(error: unknown, { settings, event }: Simulation): Diagnostic {
  if (error instanceof NotPureError) return { code: 'RUN_NOT_PURE', params: { event: error.event }, span: null }
  const text = error instanceof Error ? error.message : String(error)
  return { code: 'ENGINE_FAILED', params: { error: text, seed: settings.seed, event }, span: null }
}

/** What is said of a run that is over. */
function outcomeOf(
  execution: JobExecution,
  { job, plan }: RunParts,
  jobs: RunOutcome['jobs'],
  result: RunResult,
): Omit<RunOutcome, 'jobs'> {
  const { simulation, cluster, failure, tasks, actions, outside } = execution
  cluster.digestState()
  const ofFirst = failure === null ? [] : [failureDiagnostic(failure, job, execution)]
  return {
    state: outcomeState(jobs, result),
    position: positionOf(execution),
    hash: simulation.fingerprint.hex(),
    diagnostics: [...ofFirst, ...jobs.flatMap((other) => other.diagnostics)],
    lateRecords: lateRecords(tasks),
    interventions: interventionsOf(simulation.interventions.slice(0, simulation.applied)),
    plan: JSON.stringify(plan),
    ...outputsOf(outside),
    tables: tableViews(outside),
    savepoints: actions.savepoints.map((savepoint) => savepointOutcome(savepoint, execution)),
    rescales: rescaleOutcomes(execution),
    ...leftovers(execution, outcomeState(jobs.slice(0, 1), result)),
  }
}

/** Of several jobs: failed if one has, finished if all have. */
function outcomeState(jobs: RunOutcome['jobs'], result: RunResult): RunOutcome['state'] {
  if (jobs.some(({ state }) => state === 'FAILED')) return 'failed'
  if (jobs.every(({ state }) => state === 'FINISHED')) return 'finished'
  const isOver = jobs.every(({ state }) => state === 'FINISHED' || state === 'CANCELED')
  return isOver || result === 'cancelled' ? 'stopped' : 'until'
}

function areLoaded(jobs: LoadedJob[] | Diagnostic[]): jobs is LoadedJob[] {
  return !jobs.some((job) => 'code' in job)
}

function failed(diagnostics: readonly Diagnostic[]): RunOutcome {
  const nothing = {
    lateRecords: [],
    interventions: [],
    plan: null,
    savepoints: [],
    rescales: [],
    jobs: [],
    checkpoints: [],
    isSavepointGone: false,
    files: [],
    topics: [],
    tables: [],
  }
  return { state: 'failed', position: START, hash: '', diagnostics, ...nothing }
}
