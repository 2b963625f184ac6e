// Drives a run in slices of real time and answers the transport: play at a speed, pause, step, go elsewhere. It decides
// when things happen for whoever looks, never what: the simulation is only ever told how far to go.

import { present } from '../base/assert.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import { actedOn, actionDiagnostics } from '../cluster/action-check.ts'
import type { ClusterAction } from '../cluster/cluster-action.ts'
import type { ClusterWatcher } from '../cluster/cluster-watcher.ts'
import type { JobExecution } from '../cluster/job-execution.ts'
import type { RescaleAction } from '../cluster/rescaling.ts'
import type { SavepointAction, SavepointStop } from '../cluster/savepoint-request.ts'
import { foresee, type Foreseen } from '../cluster/foresight.ts'
import { takeMoment } from '../cluster/take-moment.ts'
import { topologyOf } from '../cluster/topology.ts'
import { NO_LIMIT, type RunResult } from '../kernel/simulation.ts'
import type { Destination } from '../travel/destination.ts'
import type { Said } from '../travel/keyframes.ts'
import { isStepEnd, type WatchedRun } from '../travel/steps.ts'
import type { Timeline } from '../travel/timeline.ts'
import { Traveller, type TravelResult } from '../travel/traveller.ts'
import { Deeds, interventionsOf, type Withdrawal } from './deeds.ts'
import type { FrameWriter } from './frame-writer.ts'
import type { HostPort } from './host-port.ts'
import { JobRequests } from './job-requests.ts'
import type { RunIntervention, SavepointOutcome, StateDetail, StepUnit, WatchDetail } from './protocol.ts'
import { positionOf } from './run-position.ts'
import { savepointFailed } from './savepoints.ts'

const SLICE_MS = 12
const FRAME_MS = 16
/** Where nothing will happen for longer than this, in real time, the stretch is passed over. */
const IDLE_MS = 800
/** What is left of such a stretch before the next event. */
const LEAD_MS = 250
/** The last frame of a run shows all that can be seen of state without asking. */
const AT_THE_END: StateDetail = { filter: '', open: null }

export interface DriverSettings {
  /** Virtual µs at which an endless job ends. */
  readonly untilUs: number
  readonly speed: number | null
  readonly startsPaused: boolean
  /** Where a watched run is first shown. */
  readonly startsAt: Destination | null
  /** Whether all that the job remembers can be seen: otherwise it's taken back by executing it from its start. */
  readonly keepsKeyframes: boolean
}

/** The run, and how it is made anew from its start. */
export interface DrivenRun {
  readonly execution: JobExecution
  readonly watcher: ClusterWatcher | null
  readonly restart: () => WatchedRun
}

export class RunDriver {
  #execution: JobExecution
  readonly #traveller: Traveller | null
  readonly #frames: FrameWriter
  readonly #host: HostPort
  readonly #untilUs: number
  #speed: number | null
  #isPaused: boolean
  #detail: WatchDetail = { keys: 200 }
  readonly #steps: StepUnit[] = []
  /** A step is under way, and nobody has asked for anything else meanwhile. */
  #isStepping = false
  #wake = (): void => undefined
  /** Real time at which the virtual time `#anchorUs` was shown: where playing began, or its speed changed. */
  #anchorMs = 0
  #anchorUs = 0
  /** Virtual time shown last. */
  #shownUs = 0
  #skippedUs = 0
  /** How often the job had been rescaled when its topology was shown last. */
  #shownTopology = -1
  /** Nothing can be asked of the job any more. */
  #isOver = false
  readonly #requests = new JobRequests()
  #destination: Destination | null
  /** What was shown isn't how it is any more, or less than somebody wants to see. */
  #isStale = false
  /** The next frame is the first since the run was made anew. */
  #isAnew = false
  /** The next frame is the first since something was done in the past. */
  #isFork = false
  /** Going on from a keyframe, the run was another one. */
  #isImpure = false
  /** What the last frame said was done. */
  #shownInterventions: readonly RunIntervention[] = []
  readonly #withdrawals: Withdrawal[] = []
  readonly #deeds = new Deeds()
  /** Somebody asked for another place, and hasn't been shown it yet. */
  #isUnderWay: boolean
  /** Who wants to know when it's there. */
  readonly #waiting: (() => void)[] = []
  /** How often something was done to the run: whoever executes it again for a question asks for the same run. */
  changes = 0

  constructor(
    { execution, watcher, restart }: DrivenRun,
    { frames, host }: { readonly frames: FrameWriter; readonly host: HostPort },
    { untilUs, speed, startsPaused, startsAt, keepsKeyframes }: DriverSettings,
  ) {
    this.#execution = execution
    this.#frames = frames
    this.#host = host
    this.#untilUs = untilUs
    this.#speed = speed
    this.#destination = watcher === null ? null : startsAt
    this.#isUnderWay = this.#destination !== null
    this.#isPaused = (startsPaused || this.#isUnderWay) && watcher !== null
    let sliceStartMs = host.wallMs()
    const rest = async (): Promise<void> => {
      await this.#flush(true)
      await host.yieldToHost()
      sliceStartMs = host.wallMs()
    }
    const port = {
      restart: () => this.#restarted(restart()),
      rest,
      needsRest: () => frames.isFull() || this.#destination !== null || host.wallMs() - sliceStartMs > SLICE_MS,
      isRecalled: () => this.#destination !== null,
      said: () => frames.said(),
      isRemembered: (said: Said) => frames.isRemembered(said),
      flush: () => this.#flush(true),
      jumped: (said: Said) => this.#jumped(said),
      mute: (isMuted: boolean) => void (frames.isMuted = isMuted),
      foundImpure: () => void (this.#isImpure = true),
    }
    this.#traveller = watcher === null ? null : new Traveller({ execution, watcher }, { untilUs, keepsKeyframes }, port)
    this.#setDetail()
  }

  /** The run as it is now: another after somebody went back. */
  get execution(): JobExecution {
    return this.#execution
  }

  /** What is known of the run's course; null where nobody watches. */
  get timeline(): Timeline | null {
    return this.#traveller?.timeline ?? null
  }

  pause(): void {
    this.#isPaused = this.#traveller !== null
    this.#isStepping = false
    this.#setDetail()
  }

  play(speed: number | null): void {
    this.#speed = speed
    this.#isPaused = this.#isStepping = false
    this.#steps.length = 0
    this.#anchor()
    this.#setDetail()
    this.#wake()
  }

  /** Goes to another place of the run and pauses there. Whoever asks again on the way goes to the new one. */
  seek(destination: Destination): void {
    if (this.#traveller === null) return
    this.#isPaused = true
    this.#isStepping = false
    this.#steps.length = 0
    this.#destination = destination
    this.#isUnderWay = true
    this.#wake()
  }

  /** Once the run is where it was last sent, a step or an undone deed included, and has shown that. */
  settled(): Promise<void> {
    return this.#isUnderWay && !this.#isOver ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve()
  }

  #settle(): void {
    this.#isUnderWay = false
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  step(unit: StepUnit): void {
    if (this.#traveller === null) return
    this.#isPaused = this.#isUnderWay = true
    this.#steps.push(unit)
    this.#setDetail()
    this.#wake()
  }

  /** How much moments carry. */
  watch(detail: WatchDetail): void {
    this.#detail = detail
    this.#lookAgain()
  }

  /** Takes a savepoint at the end of the turn under way. Resolves once it has come out. */
  savepoint(stop: SavepointStop): Promise<SavepointOutcome> {
    if (this.#isOver) return Promise.resolve(savepointFailed('SAVEPOINT_NOT_RUNNING'))
    const request: SavepointAction = { kind: 'savepoint', stop }
    this.#fork()
    this.#execution.simulation.intervene(request)
    return new Promise((resolve) => this.#requests.savepoints.set(request, resolve))
  }

  /** Takes effect at the end of the turn under way. What is wrong with it, if anything. */
  intervene(action: ClusterAction): Diagnostic[] {
    const diagnostics = this.#doAt(Math.max(this.#shownUs, this.#execution.simulation.nowUs), action)
    if (diagnostics.length === 0) this.#lookAgain()
    return diagnostics
  }

  #doAt(shownUs: number, action: ClusterAction): Diagnostic[] {
    const { cluster, resources, simulation } = this.#execution
    const diagnostics = actionDiagnostics(action, actedOn(cluster.jobs, resources.taskManagers.length))
    if (diagnostics.length > 0) return diagnostics
    this.#fork()
    simulation.intervene(action)
    this.#deeds.note(simulation, action, shownUs)
    // Not a single event more: only so that whoever looks sees it.
    if (simulation.turn === null) simulation.run({ ...NO_LIMIT, untilEvent: simulation.event })
    return []
  }

  /** What it would do, if it were done now. Null where nobody watches. */
  foresee(action: ClusterAction): Foreseen | null {
    const watcher = this.#traveller?.run.watcher ?? null
    return watcher === null || this.#isOver ? null : foresee(this.#execution, watcher, action)
  }

  /** Makes the run anew without this deed, and pauses where it is now. Answers with why later ones can't be done again. */
  withdraw(deed: number): Promise<readonly Diagnostic[]> {
    const isThere =
      this.#traveller !== null && !this.#isOver && deed < this.#deeds.of(this.#execution.simulation).length
    if (!isThere) return Promise.resolve([{ code: 'ACTION_NO_JOB', params: {}, span: null }])
    this.#isPaused = this.#isUnderWay = true
    this.#isStepping = false
    this.#steps.length = 0
    return new Promise((resolve) => {
      this.#withdrawals.push({ deed, resolve })
      this.#wake()
    })
  }

  #fork(): void {
    this.changes++
    if (this.#traveller?.fork() !== true) return
    this.#isFork = true
    this.#frames.fork()
  }

  /** The next frame comes at once, though the run hasn't gone on. */
  #lookAgain(): void {
    this.#isStale = true
    this.#wake()
  }

  /** Changes the parallelism. Resolves once that has come out: to why it didn't. */
  rescale(parallelism: number): Promise<Diagnostic | null> {
    if (this.#isOver) return Promise.resolve(savepointFailed('SAVEPOINT_NOT_RUNNING').diagnostic)
    const action: RescaleAction = { kind: 'rescale', parallelism }
    this.#fork()
    this.#execution.simulation.intervene(action)
    return new Promise((resolve) => this.#requests.rescales.set(action, resolve))
  }

  stop(): void {
    this.#execution.simulation.intervene({ kind: 'cancel' })
    this.#isPaused = false
    this.#wake()
  }

  /** Runs to the end, with pauses as asked. */
  async drive(): Promise<RunResult> {
    this.#anchor()
    // What happens in the time of the first frame is in the first frame.
    this.#anchorMs -= FRAME_MS
    for (;;) {
      const result = this.#isPaused ? ((await this.#travel()) ?? (await this.#rest())) : await this.#play()
      if (result === null) continue
      this.#requests.answer(this.#execution)
      this.#refuse()
      await this.#flush()
      if (result === 'quiescent') this.#execution.cluster.requireNotStuck()
      this.#execution.cluster.cancelTasks()
      return result
    }
  }

  /** Slice after slice until the end, or until somebody pauses: null. */
  async #play(): Promise<RunResult | null> {
    let lastFrameMs = this.#host.wallMs()
    if (!this.#isPaused) this.#settle()
    while (!this.#isPaused) {
      const sliceStartMs = this.#host.wallMs()
      const pacedUs = this.#pacedUs(sliceStartMs)
      const limit = {
        untilUs: Math.min(this.#untilUs, pacedUs),
        untilEvent: Infinity,
        byRecord: false,
        shouldYield: () => this.#frames.isFull() || this.#host.wallMs() - sliceStartMs > SLICE_MS,
      }
      const result = this.#traveller?.advance(limit) ?? this.#execution.simulation.run(limit)
      const { simulation } = this.#execution
      this.#requests.answer(this.#execution)
      this.#shownUs = Math.max(this.#shownUs, simulation.nowUs)
      const isWaiting = result === 'until' && pacedUs < this.#untilUs
      if (result !== 'yield' && !isWaiting) return result
      if (isWaiting) this.#shownUs = Math.max(this.#shownUs, Math.floor(pacedUs))
      const nowMs = this.#host.wallMs()
      if (this.#isStale || this.#frames.isFull() || nowMs - lastFrameMs >= FRAME_MS) {
        this.#isStale = false
        lastFrameMs = nowMs
        await this.#flush()
      }
      if (isWaiting) {
        this.#passOverIdle()
        if (!this.#isStale) await Promise.race([this.#host.sleep(FRAME_MS), this.#woken()])
      } else await this.#host.yieldToHost()
    }
    return null
  }

  /** Waits for the next command; takes one step if that's what it is. */
  async #rest(): Promise<RunResult | null> {
    this.#isStale = false
    await this.#flush()
    const isAsked = this.#steps.length > 0 || this.#withdrawals.length > 0 || this.#destination !== null
    if (!isAsked) this.#settle()
    if (!isAsked && this.#isPaused && !this.#isStale) await this.#woken()
    const unit = this.#steps.shift()
    this.#isStepping = unit !== undefined
    return unit === undefined ? null : this.#takeStep(unit)
  }

  /** Once somebody asks for something. */
  #woken(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  /** Event by event, until the step has ended, or somebody wants something else. */
  async #takeStep(unit: StepUnit): Promise<RunResult | null> {
    const traveller = this.#traveller as Traveller
    const before = traveller.run.watcher.counts()
    const limit = { untilUs: this.#untilUs, byRecord: true, shouldYield: () => false }
    for (let events = 1; ; events++) {
      const { simulation } = this.#execution
      // With a turn under way only that goes on; else exactly one event happens.
      const untilEvent = simulation.turn === null ? simulation.event + 1 : simulation.event
      const result = traveller.advance({ ...limit, untilEvent })
      this.#shownUs = Math.max(this.#shownUs, simulation.nowUs)
      if (result !== 'paused') return result
      this.#requests.answer(this.#execution)
      if (isStepEnd(unit, before, traveller.run)) return null
      if (events % 4096 !== 0 && !this.#frames.isFull()) continue
      await this.#flush(true)
      await this.#host.yieldToHost()
      if (!this.#isStepping) return null
    }
  }

  /** Goes where somebody wants to be, if anybody does. Gives how the run ended where it ended first. */
  async #travel(): Promise<RunResult | null> {
    const withdrawal = this.#withdrawals.shift()
    if (withdrawal !== undefined) return this.#takeBack(withdrawal)
    const destination = this.#destination
    if (destination === null || this.#traveller === null) return null
    this.#destination = null
    this.#skippedUs = 0
    const result = await this.#traveller.go(destination)
    const isThere = result === 'arrived' && destination.kind === 'time'
    this.#shownUs = Math.max(this.#execution.simulation.nowUs, isThere ? destination.atMs * 1000 : 0)
    return result === 'arrived' || result === 'recalled' ? null : result
  }

  /** Goes to before it and makes the run anew from there, with all that was done later, to where it was. */
  async #takeBack({ deed, resolve }: Withdrawal): Promise<RunResult | null> {
    const traveller = present(this.#traveller, 'a traveller')
    const { interventions } = this.#execution.simulation
    this.#deeds.of(this.#execution.simulation)
    const shownUs = Math.max(this.#shownUs, this.#execution.simulation.nowUs)
    const later = interventions.slice(deed + 1).filter(({ action }) => action.kind !== 'cancel')
    const refused: Diagnostic[] = []
    const start = await traveller.withdraw(deed)
    this.changes++
    this.#isFork = true
    await this.#flush(true)
    for (const intervention of start === 'arrived' ? later : []) {
      const atUs = this.#deeds.whenUs(intervention) ?? shownUs
      if ((await this.#arrive(traveller, atUs)) !== 'arrived') break
      refused.push(...this.#doAt(atUs, intervention.action as ClusterAction))
    }
    const end = await this.#arrive(traveller, shownUs)
    this.#shownUs = Math.max(this.#execution.simulation.nowUs, end === 'arrived' ? shownUs : 0)
    resolve(refused)
    return end === 'arrived' || end === 'recalled' ? null : end
  }

  /** Everything up to this time has happened, whoever wants to be elsewhere meanwhile. */
  async #arrive(traveller: Traveller, atUs: number): Promise<TravelResult> {
    for (;;) {
      const result = await traveller.go({ kind: 'time', atMs: atUs / 1000 })
      if (result !== 'recalled') return result
    }
  }

  #jumped(said: Said): void {
    this.#frames.jumped(said)
    this.#shownUs = 0
  }

  #restarted(run: WatchedRun): WatchedRun {
    this.#execution = run.execution
    this.#isAnew = true
    this.#shownUs = 0
    return run
  }

  /** `isPassing`: more follows at once, and this needn't be looked at. */
  #flush(isPassing = false): Promise<void> {
    this.#traveller?.note()
    const { simulation, rescaled } = this.#execution
    const watcher = this.#traveller?.run.watcher ?? null
    // What is passed over isn't looked at.
    const isLookedAt = watcher !== null && !isPassing
    const isNew = isLookedAt && this.#shownTopology !== rescaled
    if (isNew) this.#shownTopology = rescaled
    const [isAnew, isFork] = [this.#isAnew, this.#isFork]
    this.#isAnew = this.#isFork = false
    const skippedMs = Math.round(this.#skippedUs / 1000)
    this.#skippedUs = 0
    const shownUs = Math.max(this.#shownUs, simulation.nowUs)
    return this.#frames.flush(
      {
        position: { ...positionOf(this.#execution), virtualMs: Math.floor(shownUs / 1000) },
        topology: isNew ? topologyOf(this.#execution) : null,
        moment: !isLookedAt
          ? null
          : takeMoment(this.#execution, watcher, shownUs, {
              keys: this.#detail.keys,
              checkpoint: this.#detail.checkpoint ?? null,
              state: this.#detail.state ?? (this.#isOver ? AT_THE_END : null),
              isStill: this.#isPaused,
            }),
        interventions: isLookedAt ? this.#newInterventions() : null,
        traced: watcher?.times.drain() ?? [],
        isPaused: this.#isPaused,
        deeds: this.#deeds.of(simulation),
        skippedMs,
        isAnew,
        isFork,
        isPassing,
        isImpure: this.#isImpure,
      },
      simulation.trace,
    )
  }

  /** All that is done to the run, if that isn't what was shown last. */
  #newInterventions(): readonly RunIntervention[] | null {
    const [all, shown] = [interventionsOf(this.#execution.simulation.interventions), this.#shownInterventions]
    if (all.length === shown.length && all.every((one, i) => one === shown[i])) return null
    return (this.#shownInterventions = all)
  }

  /** The run is over: what hasn't come out won't. */
  #refuse(): void {
    this.#isOver = true
    this.#settle()
    for (const { resolve } of this.#withdrawals.splice(0)) resolve([])
    this.#requests.refuse()
  }

  #anchor(): void {
    this.#anchorMs = this.#host.wallMs()
    this.#anchorUs = Math.max(this.#shownUs, this.#execution.simulation.nowUs)
  }

  #pacedUs(wallMs: number): number {
    return this.#speed === null ? Infinity : this.#anchorUs + (wallMs - this.#anchorMs) * this.#speed * 1000
  }

  /** Moves the clock on to just before the next event, if that is far away. */
  #passOverIdle(): void {
    const { heap } = this.#execution.simulation
    if (this.#speed === null || heap.size === 0) return
    const nextUs = Math.min(heap.times[0] as number, this.#untilUs)
    const aheadUs = nextUs - this.#shownUs
    if (!(aheadUs > IDLE_MS * 1000 * this.#speed)) return
    const passedUs = aheadUs - LEAD_MS * 1000 * this.#speed
    this.#skippedUs += passedUs
    this.#shownUs += passedUs
    this.#anchor()
  }

  /** Calls and changes are kept where there's time to see them. */
  #setDetail(): void {
    if (this.#traveller !== null) this.#traveller.run.watcher.isDetailed = this.#isPaused || this.#speed !== null
  }
}
