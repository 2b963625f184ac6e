// One run after the other, as the page shows them: its phase, its position, what its sinks got and how it ended.
import type { Remote } from 'comlink'
import type {
  ClusterAction,
  ComingRecord,
  CompiledJob,
  Deed,
  Destination,
  Diagnostic,
  Engine,
  Foreseen,
  Explanation,
  Frame,
  Moment,
  RunComparison,
  RunIntervention,
  RunPosition,
  InspectedSavepoint,
  RunSavepoint,
  RunQuestion,
  RunSettings,
  SavepointOutcome,
  SavepointStop,
  StepUnit,
  Topology,
  WatchDetail,
} from '../../runtime/host/protocol.ts'
import { RunCourse } from '../stage/run-course.ts'
import { EMPTY_RECORD, type RunRecord } from '../stage/run-record.ts'
import type { EngineHost, RunEnd } from './engine-host.ts'
import { EMPTY_RAIL, extendRail, type Rail } from '../stage/rail.ts'
import { nextPaint } from './next-paint.ts'
import { repeatRemarks } from './repeat-remarks.ts'
import { keptOf, leftOf, withKept, type KeptSavepoint } from '../share/kept-savepoints.ts'
import type { SharedRun } from '../share/shared-run.ts'
import { withTimeline, type Timeline } from './timelines.ts'
import { TimeRecord } from '../stage/time-record.ts'

export type RunPhase = 'idle' | 'preparing' | 'running' | 'stopping' | 'ended'

/** What the status line names: a phase, or how the last run ended. */
export type RunStateName =
  Exclude<RunPhase, 'ended'> | 'finished' | 'until' | 'stopped' | 'failed' | 'removed' | 'lost' | 'broken' | 'absent'

const START: RunPosition = { virtualMs: 0, event: 0, record: 0, rows: 0 }

const NOT_RUNNING: SavepointOutcome = {
  file: null,
  diagnostic: { code: 'SAVEPOINT_NOT_RUNNING', params: {}, span: null },
}

/** What is to be known of a run besides. */
interface RunTold {
  /** Which run of a lesson it is. */
  readonly name?: string | null
  readonly origin?: SharedRun | null
  readonly onFrame?: (frame: Frame) => void
  /** Once the place is shown that it was to be shown at first. */
  readonly onShown?: () => void
}

export class Run {
  readonly #host: EngineHost
  #phase = $state<RunPhase>('idle')
  #position = $state.raw<RunPosition>(START)
  #record = $state.raw<RunRecord>(EMPTY_RECORD)
  #end = $state.raw<RunEnd | null>(null)
  #settings = $state.raw<RunSettings | null>(null)
  #topology = $state.raw<Topology | null>(null)
  #moment = $state.raw<Moment | null>(null)
  #rail = $state.raw<Rail>(EMPTY_RAIL)
  #interventions = $state.raw<readonly RunIntervention[]>([])
  #timelines = $state.raw<readonly Timeline[]>([])
  /** Of the timeline that is shown. */
  #number = $state(1)
  /** Grown in place; the count says that it has. */
  #times = new TimeRecord()
  #timesTaken = $state(0)
  #deeds = $state.raw<readonly Deed[]>([])
  #isPaused = $state(false)
  #isImpure = $state(false)
  #speed = $state<number | null>(null)
  /** Which run of a lesson it is. */
  #name = $state<string | null>(null)
  /** How somebody else can have it made; null for one that starts from what only this page has. */
  #origin = $state.raw<SharedRun | null>(null)
  #onFrame: (frame: Frame) => void = () => {}
  #savepoints = $state.raw<readonly KeptSavepoint[]>([])
  #onShown: () => void = () => {}
  #job: CompiledJob | null = null
  #detail: WatchDetail = { keys: 200, checkpoint: null }
  #course = new RunCourse()
  /** Rows that `#onFrame` has been told of; a run executed again gives them again. */
  #toldRows = 0
  /** Once a run that was opened again is seen, or has failed to be. */
  #reopened: Promise<void> = Promise.resolve()

  constructor(host: EngineHost) {
    this.#host = host
  }

  get phase(): RunPhase {
    return this.#phase
  }

  get isBusy(): boolean {
    return this.#phase === 'preparing' || this.#phase === 'running' || this.#phase === 'stopping'
  }

  get position(): RunPosition {
    return this.#position
  }

  get record(): RunRecord {
    return this.#record
  }

  get end(): RunEnd | null {
    return this.#end
  }

  /** The settings of the run that is shown. */
  get settings(): RunSettings | null {
    return this.#settings
  }

  get topology(): Topology | null {
    return this.#topology
  }

  /** How everything stood in the newest frame. */
  get moment(): Moment | null {
    return this.#moment
  }

  /** What was done to the run, with its times. */
  get deeds(): readonly Deed[] {
    return this.#deeds
  }

  /** Does something to the cluster, here: of a run that has ended, before its last step. What is wrong with it, if anything. */
  async intervene(action: ClusterAction): Promise<readonly Diagnostic[]> {
    return (await this.#isLive()) ? this.#host.intervene(action) : []
  }

  /** What that would do; null where there's nothing to do it to. */
  async foresee(action: ClusterAction): Promise<Foreseen | null> {
    return this.#phase === 'running' ? this.#host.foresee(action) : null
  }

  /** Undoes what was done. What is wrong with later deeds, which are left out then. */
  async withdraw(deed: number): Promise<readonly Diagnostic[]> {
    return (await this.#isLive()) ? this.#host.withdraw(deed) : []
  }

  /** There is a run to act on: one that has ended is opened again at its last step, and seen. */
  async #isLive(): Promise<boolean> {
    if (!this.canSeek) return this.#phase === 'running'
    if (this.#phase !== 'running') void this.#reopen({ kind: 'end' })
    await this.#reopened
    return this.state === 'running'
  }

  /** The newest first. */
  get savepoints(): readonly KeptSavepoint[] {
    return this.#savepoints
  }

  keepSavepoint(kept: KeptSavepoint): void {
    this.#savepoints = withKept(this.#savepoints, kept)
  }

  /** Takes one of the running job; if that is paused, it goes on. Of a run that is being opened again once it's there. */
  async takeSavepoint(stop: SavepointStop): Promise<SavepointOutcome> {
    await this.#reopened
    const asked = this.#host.savepoint(stop)
    if (this.#isPaused) this.play(this.#speed)
    const outcome = (await asked) ?? NOT_RUNNING
    if (outcome.file !== null) this.keepSavepoint(keptOf(outcome.file, this.#origin))
    return outcome
  }

  /** Changes the running job's parallelism; if that is paused, it goes on. Why it came to nothing, or null. */
  async rescale(parallelism: number): Promise<Diagnostic | null> {
    await this.#reopened
    const asked = this.#host.rescale(parallelism)
    if (this.#isPaused) this.play(this.#speed)
    return asked
  }

  inspectSavepoint(file: RunSavepoint, rows: number): Promise<InspectedSavepoint> {
    return this.#host.inspectSavepoint(file, rows)
  }

  /** All that is done to the run's cluster, whether the run is past it or not. */
  get interventions(): readonly RunIntervention[] {
    return this.#interventions
  }

  /** Courses that it took before something was done in its past. */
  get timelines(): readonly Timeline[] {
    return this.#timelines
  }

  /** Which timeline is shown. */
  get number(): number {
    return this.#number
  }

  get rail(): Rail {
    return this.#rail
  }

  /** What is known of the run in event time. The same object as long as it's the same run: read it anew each time. */
  get times(): TimeRecord {
    void this.#timesTaken
    return this.#times
  }

  get isPaused(): boolean {
    return this.#isPaused && this.#phase === 'running'
  }

  /** Virtual ms per real ms, null for as fast as possible: of the run under way. */
  get speed(): number | null {
    return this.#speed
  }

  get origin(): SharedRun | null {
    return this.#origin
  }

  get name(): string | null {
    return this.#name
  }

  pause(): void {
    if (this.#phase === 'running') this.#host.pause()
  }

  play(speed: number | null): void {
    this.#speed = speed
    if (this.#phase === 'running') this.#host.play(speed)
  }

  /** A new speed; a paused run stays paused. */
  changeSpeed(speed: number | null): void {
    this.#speed = speed
    if (this.#phase === 'running' && !this.#isPaused) this.#host.play(speed)
  }

  step(unit: StepUnit): void {
    if (this.#phase === 'running') void this.#reopened.then(() => this.#host.step(unit))
  }

  /** Whether there is a run to go back in. */
  get canSeek(): boolean {
    if (this.#phase === 'running') return this.#topology !== null
    return this.#phase === 'ended' && this.#end?.kind === 'outcome' && this.#topology !== null
  }

  /** Goes to another place of the run, also of one that has ended, and pauses there. */
  seek(destination: Destination): void {
    if (!this.canSeek) return
    // A run that is being opened again hears nobody until it shows itself.
    if (this.#phase === 'running') void this.#reopened.then(() => this.#host.seek(destination))
    else void this.#reopen(destination.kind === 'back' ? { kind: 'end' } : destination)
  }

  /** Goes over to a timeline that was left, to where the two part or to another place. The run must have ended. */
  follow(other: Timeline, place: Destination = { kind: 'time', atMs: other.partedMs }): void {
    if (!this.canSeek || this.#phase === 'running') return
    const left = this.#asTimeline(other.partedMs)
    this.#timelines = this.#timelines.map((one) => (one === other ? left : one))
    this.#number = other.number
    this.#interventions = other.interventions
    this.#rail = other.rail
    this.#times = new TimeRecord()
    this.#timesTaken++
    void this.#reopen(place)
  }

  /** Where the run that is shown and another timeline part. Null where nobody can say. */
  compare(other: Timeline): Promise<RunComparison | null> {
    const [job, settings] = [this.#job, this.#settings]
    if (job === null || settings === null) return Promise.resolve(null)
    const untilMs = Math.max(this.#rail.knownMs, other.rail.knownMs)
    const [here, there] = [this.#interventions, other.interventions]
    return this.#host.compare(job, settings, { here, there, untilMs })
  }

  /** The records that will be read next. */
  lookAhead(records: number): Promise<readonly ComingRecord[]> {
    return this.#host.lookAhead(records)
  }

  /** How much moments carry; what isn't said stays as it was. */
  watch(detail: Partial<WatchDetail>): void {
    this.#detail = { ...this.#detail, ...detail }
    this.#host.watch(this.#detail)
  }

  /** Asks the engine of this run, for as long as it's there; null where nobody answers. */
  ask<T>(question: (engine: Remote<Engine>) => Promise<T>): Promise<T | null> {
    return this.#host.ask(question)
  }

  /** Asks about the run up to where it's shown. One that has ended is opened again for that, at its end. */
  async explain(question: RunQuestion): Promise<Explanation | null> {
    return (await this.#isLive()) ? this.ask<Explanation | null>((engine) => engine.explain(question)) : null
  }

  get state(): RunStateName {
    if (this.#phase !== 'ended') return this.#phase
    if (this.#end?.kind === 'outcome') return this.#end.outcome.state
    return this.#end?.kind ?? 'idle'
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#end?.kind === 'outcome' ? this.#end.outcome.diagnostics : []
  }

  /** What should be known of a run that ended well. */
  get remarks(): readonly Diagnostic[] {
    if (this.#end?.kind !== 'outcome' || this.state === 'failed') return []
    const late = this.#end.outcome.lateRecords.map(({ operator, dropped, at }) => ({
      code: 'LATE_RECORDS_DROPPED',
      params: { operator, dropped },
      span: at,
    }))
    return this.#job === null ? late : [...late, ...repeatRemarks(this.#job, this.#isImpure)]
  }

  /** Taken back, it didn't go on as it had. */
  get isImpure(): boolean {
    return this.#isImpure
  }

  /** Null until a run has ended by itself, or was stopped; also if it failed before it began. */
  get hash(): string | null {
    return this.#end?.kind === 'outcome' ? this.#end.outcome.hash || null : null
  }

  /** Compiles and runs. `compile` gives null when there is nothing to run: the last run then stays on show. */
  async start(
    compile: () => Promise<CompiledJob | null>,
    settings: RunSettings,
    { name = null, origin = null, onFrame = noMatter, onShown = noMatter }: RunTold = {},
  ): Promise<void> {
    if (this.isBusy) return
    this.#onFrame = onFrame
    this.#onShown = onShown
    this.#name = name
    this.#origin = origin
    const phaseBefore = this.#phase
    try {
      // Asked before anything is drawn: others compile meanwhile.
      const compiling = compile()
      this.#phase = 'preparing'
      const warm = this.#host.prepare()
      // Its failure is met below, when the job is ready.
      warm.catch(() => {})
      const job = await compiling
      if (!job || this.#phase !== 'preparing') {
        this.#phase = phaseBefore
        return
      }
      const hasEngine = await warm.then(
        () => true,
        () => false,
      )
      if (hasEngine) await this.#run(job, settings)
      else this.#finish({ kind: 'absent' })
    } catch (error) {
      this.#finish({ kind: 'broken', reason: error instanceof Error ? error.message : String(error) })
    }
  }

  /** True if there was something to stop. */
  stop(): boolean {
    if (this.#phase === 'preparing') this.#phase = 'stopping'
    else if (this.#phase === 'running') {
      this.#phase = 'stopping'
      this.#host.stop()
    } else return false
    return true
  }

  async #run(job: CompiledJob, settings: RunSettings): Promise<void> {
    const isCancelled = this.#phase === 'stopping'
    if (isCancelled) {
      this.#phase = 'idle'
      return
    }
    this.#job = job
    this.#settings = settings
    this.#toldRows = 0
    this.#position = START
    this.#record = EMPTY_RECORD
    this.#course = new RunCourse()
    this.#isImpure = false
    this.#rail = EMPTY_RAIL
    this.#interventions = settings.interventions ?? []
    this.#timelines = []
    this.#number = 1
    this.#times = new TimeRecord()
    this.#timesTaken = 0
    this.#deeds = (settings.interventions ?? []).map((one) => ({ ...one, atMs: null, isDone: false }))
    this.#topology = null
    this.#moment = null
    this.#isPaused = false
    this.#speed = settings.speed ?? null
    this.#end = null
    this.#phase = 'running'
    const end = await this.#host.run(job, settings, (frame) => this.#take(frame))
    if (end.kind === 'outcome') this.#position = end.outcome.position
    this.#finish(end)
  }

  /** The run that has ended once more, in an engine of its own, from the place on. */
  async #reopen(startsAt: Destination): Promise<void> {
    const [job, settings] = [this.#job, this.#settings]
    if (job === null || settings === null) return
    const before = this.#end
    this.#phase = 'running'
    this.#isPaused = true
    this.#end = null
    this.#onFrame = () => {}
    const again = { ...settings, interventions: this.interventions, startsAt }
    const running = this.#host.run(job, again, (frame) => this.#take(frame))
    const isShown = new Promise<void>((resolve) => (this.#onShown = resolve))
    this.#reopened = Promise.race([isShown, running.then(noMatter, noMatter)])
    try {
      const end = await running
      if (end.kind === 'outcome') this.#position = end.outcome.position
      this.#finish(end)
    } catch {
      this.#finish(before ?? { kind: 'absent' })
    }
  }

  #finish(end: RunEnd): void {
    const left = end.kind === 'outcome' ? leftOf(end.outcome, this.#origin, this.#interventions) : []
    for (const kept of left) this.keepSavepoint(kept)
    this.#end = end
    this.#phase = 'ended'
  }

  #asTimeline(partedMs: number): Timeline {
    return { number: this.#number, interventions: this.#interventions, partedMs, rail: this.#rail }
  }

  /** Something else is done in the past: what was known of the run is kept beside it. */
  #part(partedMs: number): void {
    if (this.#rail.knownMs <= partedMs) return
    this.#timelines = withTimeline(this.#timelines, this.#asTimeline(partedMs))
    this.#number = Math.max(...this.#timelines.map(({ number }) => number)) + 1
  }

  /** A run that was opened again doesn't know what came after; what is done to it now parts it from that all the same. */
  #isParting({ interventions, position }: Frame): boolean {
    if (interventions === null || this.#rail.knownMs <= position.virtualMs) return false
    return JSON.stringify(interventions) !== JSON.stringify(this.#interventions)
  }

  /** Whoever scores a run hears of every row once. */
  #tell(frame: Frame): void {
    const first = frame.position.rows - frame.rows.length
    const rows = frame.rows.slice(Math.max(0, this.#toldRows - first))
    this.#toldRows = Math.max(this.#toldRows, frame.position.rows)
    this.#onFrame({ ...frame, rows })
  }

  async #take(told: Frame): Promise<void> {
    const frame = told.isFork || !this.#isParting(told) ? told : { ...told, isFork: true }
    const record = this.#course.take(frame)
    if (frame.isFork) this.#part(frame.position.virtualMs)
    this.#rail = extendRail(this.#rail, frame)
    this.#times.take(frame)
    this.#timesTaken++
    this.#tell(frame)
    // What comes on the way to another place is shown once that is reached.
    if (frame.isPassing) return
    this.#position = frame.position
    this.#record = record
    this.#topology = frame.topology ?? this.#topology
    this.#interventions = frame.interventions ?? this.#interventions
    this.#moment = frame.moment
    // Few runs have any, and a new list would be drawn anew.
    if (frame.deeds.length + this.#deeds.length > 0) this.#deeds = frame.deeds
    this.#isPaused = frame.isPaused
    this.#isImpure ||= frame.isImpure
    this.#onShown()
    this.#onShown = noMatter
    await nextPaint()
  }
}

function noMatter(): void {}
