// The page's side of protocol.ts: keeps one engine ready, runs a job on it, and replaces the engine after every run. A
// run never meets what an earlier one left behind, and an engine that doesn't stop when asked is simply removed.
import * as Comlink from 'comlink'
import type {
  CheckReport,
  ClusterAction,
  ComingRecord,
  ComparedCourses,
  CompiledJob,
  Destination,
  Diagnostic,
  Engine,
  ExerciseJobs,
  Foreseen,
  Frame,
  InspectedSavepoint,
  RunComparison,
  RunOutcome,
  RunSavepoint,
  RunSettings,
  SavepointOutcome,
  SavepointStop,
  SqliteFiles,
  StepUnit,
  TableOutput,
  WatchDetail,
} from '../../runtime/host/protocol.ts'
import { openSandbox, type Sandbox } from './sandbox.ts'

/**
 * How the engine didn't come to an end of its own. `removed`: it didn't stop when asked, so its sandbox was taken away;
 * `lost`: the sandbox ended by itself (memory used up, most likely); `broken`: the engine made a mistake of its own;
 * `absent`: it couldn't be started.
 */
export type Accident =
  | { readonly kind: 'removed' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'broken'; readonly reason: string }

/** How a run ended, seen from the page. */
export type RunEnd = { readonly kind: 'outcome'; readonly outcome: RunOutcome } | Accident

/** How a check ended. */
export type CheckEnd = { readonly kind: 'report'; readonly report: CheckReport } | Accident

export interface EngineHostOptions {
  /** Gives the engine's text; asked once per sandbox. */
  readonly engineCode: () => Promise<string>
  /** Gives SQLite, for runs that ask for it. */
  readonly sqliteFiles: () => Promise<SqliteFiles>
  /** Time an engine has to stop when asked, before its sandbox is removed. */
  readonly graceMs?: number
}

const GRACE_MS = 300

export class EngineHost {
  readonly #engineCode: () => Promise<string>
  readonly #sqliteFiles: () => Promise<SqliteFiles>
  readonly #graceMs: number
  #ready: Promise<Sandbox> | null = null
  #detail: WatchDetail | null = null
  #running: { readonly sandbox: Sandbox; end(accident: Accident): void } | null = null
  /** The engine of the last run, kept while there is something left to ask it. */
  #last: Sandbox | null = null

  constructor({ engineCode, sqliteFiles, graceMs = GRACE_MS }: EngineHostOptions) {
    this.#engineCode = engineCode
    this.#sqliteFiles = sqliteFiles
    this.#graceMs = graceMs
  }

  /** Starts an engine if none is ready, so that the next run needn't wait for it. */
  async prepare(): Promise<void> {
    await this.#sandbox()
  }

  /** Runs a job; `onFrame` is never called after the returned promise has settled. One run at a time. */
  async run(job: CompiledJob, settings: RunSettings, onFrame: (frame: Frame) => Promise<void>): Promise<RunEnd> {
    let isOver = false
    const take = Comlink.proxy(async (frame: Frame) => {
      if (!isOver) await onFrame(frame)
    })
    const end = await this.#occupy(async (engine): Promise<RunEnd> => {
      if (this.#detail) engine.watch(this.#detail).catch(() => {})
      return { kind: 'outcome', outcome: await engine.run(job, settings, take) }
    })
    isOver = true
    return end
  }

  /** Asks the engine of the run under way, or of the last one; null where nobody answers. */
  async ask<T>(question: (engine: Comlink.Remote<Engine>) => Promise<T>): Promise<T | null> {
    const sandbox = this.#running?.sandbox ?? this.#last
    if (sandbox === null) return null
    const answered = question(sandbox.engine).catch(() => null)
    return Promise.race([answered, sandbox.died.then(() => null)])
  }

  /** Checks a job; `onReport` gets what is known so far, and never after the returned promise has settled. */
  async check(job: CompiledJob, exercise: ExerciseJobs, onReport: (report: CheckReport) => void): Promise<CheckEnd> {
    let isOver = false
    const take = Comlink.proxy((report: CheckReport) => {
      if (!isOver) onReport(report)
    })
    const end = await this.#occupy(async (engine): Promise<CheckEnd> => {
      return { kind: 'report', report: await engine.check(job, exercise, take) }
    })
    isOver = true
    return end
  }

  /** The transport of a watched run; without a run under way nobody hears it. */
  pause(): void {
    this.#running?.sandbox.engine.pause().catch(() => {})
  }

  play(speed: number | null): void {
    this.#running?.sandbox.engine.play(speed).catch(() => {})
  }

  step(unit: StepUnit): void {
    this.#running?.sandbox.engine.step(unit).catch(() => {})
  }

  /** Does something to the running job's cluster. Nobody hears it without one. */
  async intervene(action: ClusterAction): Promise<readonly Diagnostic[]> {
    return (await this.#running?.sandbox.engine.intervene(action)) ?? []
  }

  async foresee(action: ClusterAction): Promise<Foreseen | null> {
    return (await this.#running?.sandbox.engine.foresee(action)) ?? null
  }

  async withdraw(deed: number): Promise<readonly Diagnostic[]> {
    return (await this.#running?.sandbox.engine.withdraw(deed)) ?? []
  }

  /** A paused run must go on for it to come out. Null where no job runs. */
  async savepoint(stop: SavepointStop): Promise<SavepointOutcome | null> {
    return (await this.#running?.sandbox.engine.savepoint(stop)) ?? null
  }

  async rescale(parallelism: number): Promise<Diagnostic | null> {
    return (await this.#running?.sandbox.engine.rescale(parallelism)) ?? null
  }

  async inspectSavepoint(file: RunSavepoint, rows: number): Promise<InspectedSavepoint> {
    const { engine } = this.#running?.sandbox ?? (await this.#sandbox())
    return engine.inspectSavepoint(file, rows)
  }

  seek(destination: Destination): void {
    this.#running?.sandbox.engine.seek(destination).catch(() => {})
  }

  /** Two courses of a job, side by side; null where the engine can't say. */
  async compare(job: CompiledJob, settings: RunSettings, courses: ComparedCourses): Promise<RunComparison | null> {
    try {
      const { engine } = this.#running?.sandbox ?? (await this.#sandbox())
      return await engine.compare(job, settings, courses)
    } catch {
      return null
    }
  }

  /** What the sources of the running job will give next; nothing where none runs. */
  async lookAhead(records: number): Promise<readonly ComingRecord[]> {
    return (await this.#running?.sandbox.engine.lookAhead(records).catch(() => [])) ?? []
  }

  /** How much moments carry from now on: of this run and the next. */
  watch(detail: WatchDetail): void {
    this.#detail = detail
    this.#running?.sandbox.engine.watch(detail).catch(() => {})
  }

  /** Asks the database of the running job; null without one. */
  async query(sql: string): Promise<TableOutput | null> {
    return (await this.#running?.sandbox.engine.query(sql)) ?? null
  }

  /** Asks the running job to stop; after the grace time it is ended, whatever it is doing. */
  stop(): void {
    const running = this.#running
    if (!running) return
    running.sandbox.engine.stop().catch(() => {})
    setTimeout(() => running.end({ kind: 'removed' }), this.#graceMs)
  }

  /** Gives a sandbox to one piece of work, which ends with it whatever happens. */
  async #occupy<E>(work: (engine: Comlink.Remote<Engine>) => Promise<E>): Promise<E | Accident> {
    const sandbox = await this.#sandbox()
    this.#last?.dispose()
    this.#last = null
    const interrupted = new Promise<Accident>((resolve) => {
      this.#running = { sandbox, end: resolve }
    })
    const died = sandbox.died.then((reason): Accident => ({ kind: 'lost', reason }))
    const worked = work(sandbox.engine).catch((error: unknown): Accident => {
      return { kind: 'broken', reason: error instanceof Error ? error.message : String(error) }
    })
    const end = await Promise.race([worked, died, interrupted])
    this.#running = null
    this.#renew(sandbox, hasLeft(end))
    return end
  }

  #sandbox(): Promise<Sandbox> {
    if (!this.#ready) {
      const opening = this.#engineCode().then(openSandbox)
      opening.then(({ engine }) => engine.provideSqlite(Comlink.proxy(this.#sqliteFiles))).catch(() => {})
      this.#ready = opening
      // A failed start isn't kept: the next attempt may find the network back.
      opening.catch(() => this.#forget(opening))
      opening.then((sandbox) => sandbox.died.then(() => this.#discardIdle(sandbox, opening))).catch(() => {})
    }
    return this.#ready
  }

  /** A fresh engine for the next run. The used one goes, unless there is something left to ask it. */
  #renew(used: Sandbox, isKept: boolean): void {
    if (isKept) this.#last = used
    else used.dispose()
    this.#ready = null
    this.#sandbox().catch(() => {})
  }

  #discardIdle(sandbox: Sandbox, opening: Promise<Sandbox>): void {
    if (this.#running?.sandbox === sandbox) return
    sandbox.dispose()
    this.#forget(opening)
  }

  #forget(opening: Promise<Sandbox>): void {
    if (this.#ready === opening) this.#ready = null
  }
}

/** Whether something outlives the run that a console can ask about: a log, tables. */
function hasLeft(end: unknown): boolean {
  const { outcome } = end as { readonly outcome?: Pick<RunOutcome, 'topics' | 'tables'> }
  return outcome !== undefined && outcome.topics.length + outcome.tables.length > 0
}
