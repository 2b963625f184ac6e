// Goes to any place of a run: from the nearest keyframe before it, or from where it is, or by executing it again from the
// start, which gives the same run to the byte. On the way it goes fast; close to the destination everything is kept that is
// to be seen there. A run whose code keeps something that keyframes don't see is executed from the start every time.

import { present } from '../base/assert.ts'
import type { StepCounts } from '../cluster/cluster-watcher.ts'
import type { RunLimit, RunResult } from '../kernel/simulation.ts'
import type { Destination, Place, StepUnit } from './destination.ts'
import { Keyframes, type Keyframe, type Said } from './keyframes.ts'
import { isRepeatable } from './purity-audit.ts'
import { countOf, isBefore, isStepEnd, placeOf, type WatchedRun } from './steps.ts'
import { NotPureError, Timeline, type Milestone } from './timeline.ts'

/** What a traveller needs of whoever sent it. */
export interface TravelPort {
  /** Makes the run from its start. */
  readonly restart: () => WatchedRun
  /** Asked between slices of work: hands out what has come together, and lets others have their turn. */
  readonly rest: () => Promise<void>
  /** Asked every 64 events. */
  readonly needsRest: () => boolean
  /** Somebody wants to be elsewhere by now: gives up where it is. */
  readonly isRecalled: () => boolean
  /** How much the run has said by now. */
  readonly said: () => Said
  /** Whether whoever listens still knows what it had said by then. */
  readonly isRemembered: (said: Said) => boolean
  /** Hands out what has come together. */
  readonly flush: () => Promise<void>
  /** The run is where it had said so much, no more and no less. */
  readonly jumped: (said: Said) => void
  /** What the run says meanwhile it has said before. */
  readonly mute: (isMuted: boolean) => void
  /** The run did something else when it went on from a keyframe: from now on it's executed from the start. */
  readonly foundImpure: () => void
}

/** `arrived`; `recalled`: given up on the way; else how the run ended before the destination was reached. */
export type TravelResult = 'arrived' | 'recalled' | Exclude<RunResult, 'paused' | 'yield'>

/** A place, and what had been counted there. */
type Point = Place & StepCounts
type Limit = Omit<RunLimit, 'shouldYield'>

const START: Place = { event: 0, record: 0 }
/** So many events before the destination everything is kept. */
const CLOSE = 32

export class Traveller {
  readonly timeline = new Timeline()
  readonly #port: TravelPort
  /** Virtual µs at which the run ends in any case. */
  readonly #untilUs: number
  run: WatchedRun
  keyframes: Keyframes
  /** The run has gone on from a keyframe since it was made. */
  #hasJumped = false

  constructor(
    run: WatchedRun,
    { untilUs, keepsKeyframes = true }: { readonly untilUs: number; readonly keepsKeyframes?: boolean },
    port: TravelPort,
  ) {
    this.run = run
    this.#untilUs = untilUs
    this.#port = port
    this.keyframes = new Keyframes(run)
    this.keyframes.isOff = !keepsKeyframes
    this.keyframes.keep(this.#milestone(), port.said())
  }

  /** Where the run is. */
  place(): Place {
    return placeOf(this.run.execution)
  }

  /** Runs on as the simulation would by itself, and keeps keyframes where they're due. */
  advance(limit: RunLimit): RunResult {
    for (;;) {
      const { simulation } = this.run.execution
      const due = this.keyframes.dueAfter(simulation.event)
      const result = simulation.run({ ...limit, untilEvent: Math.min(limit.untilEvent, due) })
      if (result !== 'paused' || simulation.turn !== null || simulation.event < due) return result
      this.#keep()
      if (simulation.event >= limit.untilEvent) return result
    }
  }

  /** Remembers where the run is, if that is between two events. */
  note(): Milestone | null {
    const { event, turn } = this.run.execution.simulation
    if (turn !== null || event === 0) return null
    const milestone = this.#milestone()
    try {
      this.timeline.note(milestone)
    } catch (error) {
      if (!(error instanceof NotPureError) || !this.#hasJumped) throw error
      return this.#comeAgain(event)
    }
    return milestone
  }

  #milestone(): Milestone {
    const { execution, watcher } = this.run
    const { event, nowUs, fingerprint } = execution.simulation
    return { event, atUs: nowUs, ...watcher.counts(), hash: fingerprint.hex() }
  }

  /** It wasn't what it was because it had gone on from a keyframe: the same place of the run as it is. */
  #comeAgain(event: number): Milestone | null {
    this.#giveUpKeyframes()
    this.#restart()
    const limit = { untilUs: Infinity, untilEvent: event, byRecord: false, shouldYield: () => false }
    this.run.execution.simulation.run(limit)
    return this.note()
  }

  /**
   * Something is about to happen here that didn't when the run was here before: what came after never will. True if
   * anything is known of that.
   */
  fork(): boolean {
    const { simulation } = this.run.execution
    const isFork = this.timeline.forgetFrom(simulation.event)
    this.keyframes.forgetFrom(simulation.event)
    if (isFork) simulation.interventions.length = simulation.applied
    return isFork
  }

  /**
   * Makes the run anew up to right before what was done to it, without that and without what was done after it. What was
   * known of the run from there on is another run's.
   */
  async withdraw(intervention: number): Promise<TravelResult> {
    const { interventions } = this.run.execution.simulation
    const { event } = present(interventions[intervention], `intervention ${intervention}`)
    this.timeline.forgetFrom(event)
    this.keyframes.forgetFrom(event)
    this.run.execution.simulation.interventions = interventions.slice(0, intervention)
    // To jump would be to note where it is, which is no longer a place of this run.
    this.#restart()
    return this.#toPlace({ event, record: 0 })
  }

  /** Goes there. @throws NotPureError if the run isn't what it was, though it was executed from the start. */
  async go(destination: Destination): Promise<TravelResult> {
    const here = { ...this.place(), ...this.run.watcher.counts() }
    this.#keepFrontier()
    switch (destination.kind) {
      case 'time':
        return this.#toTime(destination.atMs * 1000)
      case 'place':
        return this.#toPlace(destination)
      case 'back':
        return this.#back(destination.unit, here)
      case 'end':
        return this.#toEnd()
    }
  }

  async #toTime(atUs: number): Promise<TravelResult> {
    const isGone = this.run.execution.simulation.nowUs > atUs
    await this.#jump((point) => point.atUs < atUs, isGone)
    const untilUs = Math.min(atUs, this.#untilUs)
    const toThere = (): Promise<TravelResult> => this.#run({ untilUs, untilEvent: Infinity, byRecord: false })
    this.run.watcher.isDetailed = false
    const result = await this.#look(await toThere(), toThere)
    return result === 'until' && atUs <= this.#untilUs ? 'arrived' : result
  }

  async #toPlace(place: Place): Promise<TravelResult> {
    await this.#jump(({ event }) => event < place.event, isBefore(place, this.place()))
    const before = await this.#hurryTo(place.event - CLOSE)
    if (before !== 'arrived') return before
    return this.#look(await this.#runTo(place), () => this.#runTo(place))
  }

  /** What was processed last is what is shown: if that was on the way, it's gone to once more, slowly from there on. */
  async #look(result: TravelResult, again: () => Promise<TravelResult>): Promise<TravelResult> {
    const { watcher } = this.run
    const { hand } = watcher
    watcher.isDetailed = true
    if (result === 'recalled' || hand === null || hand.isDetailed) return result
    // What is at hand changes on the way there.
    const wanted = hand.event
    await this.#jump(({ event }) => event < wanted, true)
    const before = await this.#hurryTo(wanted - 1)
    return before === 'arrived' ? again() : before
  }

  /**
   * To where the step before ended. What was processed last is what is shown here, so a step back takes that away; of
   * watermarks and checkpoints it goes to the last there was.
   */
  #back(unit: StepUnit, here: Point): Promise<TravelResult> {
    const isProcessed = unit === 'record' || unit === 'turn'
    return this.#toLastStep(unit, (point) => (isProcessed ? point.processed < here.processed : isBefore(point, here)))
  }

  /** To the last end of a step that meets this; whatever is before one that does must meet it as well. */
  async #toLastStep(unit: StepUnit, isWanted: (point: Point) => boolean): Promise<TravelResult> {
    let from = this.timeline.lastWhere((milestone) => isWanted({ ...milestone, record: 0 }))
    for (;;) {
      const { event = 0 } = from ?? {}
      await this.#jump((milestone) => milestone.event <= event, true)
      const start = await this.#hurryTo(event)
      if (start !== 'arrived') return start
      const found = await this.#lastStep(unit, isWanted)
      if (found === 'recalled') return found
      if (found !== null || from === null) return this.#toPlace(found ?? START)
      const reached: Milestone = from
      from = this.timeline.lastWhere((milestone) => countOf(unit, milestone) < countOf(unit, reached))
      isWanted = (point) => point.event <= reached.event
    }
  }

  async #toEnd(): Promise<TravelResult> {
    this.run.watcher.isDetailed = false
    const result = await this.#run({ untilUs: this.#untilUs, untilEvent: Infinity, byRecord: false })
    if (result === 'recalled') return result
    const { execution, watcher } = this.run
    const most = watcher.processed - (execution.state === 'FAILED' ? 1 : 0)
    return this.#toLastStep('record', ({ processed }) => processed <= most)
  }

  /** Steps on as long as this is met, or to the end; gives where the last step ended. */
  async #lastStep(unit: StepUnit, isWanted: (point: Point) => boolean): Promise<Place | 'recalled' | null> {
    let found: Place | null = null
    let seen: StepCounts = this.run.watcher.counts()
    this.run.watcher.isDetailed = false
    const limit = { untilUs: this.#untilUs, byRecord: true, shouldYield: () => false }
    for (let steps = 1; ; steps++) {
      if (steps % 64 === 0 && this.#port.needsRest() && (await this.#rest()) === 'recalled') return 'recalled'
      const { simulation } = this.run.execution
      const untilEvent = simulation.turn === null ? simulation.event + 1 : simulation.event
      const result = this.advance({ ...limit, untilEvent })
      const [place, counts] = [this.place(), this.run.watcher.counts()]
      if (result !== 'paused' || !isWanted({ ...place, ...counts })) return found
      if (isStepEnd(unit, seen, this.run)) [found, seen] = [place, counts]
    }
  }

  /** On to this place, keeping everything on the way. */
  async #runTo({ event, record }: Place): Promise<TravelResult> {
    this.run.watcher.isDetailed = true
    const untilEvent = record === 0 ? event : event - 1
    if (this.place().event <= untilEvent) {
      const result = await this.#run({ untilUs: this.#untilUs, untilEvent, byRecord: false })
      if (result !== 'arrived' || record === 0) return result
    }
    while (this.place().record !== record) {
      const step = await this.#run({ untilUs: this.#untilUs, untilEvent: event, byRecord: true })
      if (step !== 'arrived' || this.place().record === 0) return step
    }
    return 'arrived'
  }

  /** Fast, keeping nothing on the way. */
  async #hurryTo(event: number): Promise<TravelResult> {
    const { execution, watcher } = this.run
    if (event <= execution.simulation.event) return 'arrived'
    watcher.isDetailed = false
    return this.#run({ untilUs: this.#untilUs, untilEvent: event, byRecord: false })
  }

  /** In slices. */
  async #run(limit: Limit): Promise<TravelResult> {
    for (;;) {
      const result = this.advance({ ...limit, shouldYield: this.#port.needsRest })
      if (result === 'paused') return 'arrived'
      if (result !== 'yield') return result
      if ((await this.#rest()) === 'recalled') return 'recalled'
    }
  }

  async #rest(): Promise<'recalled' | null> {
    this.note()
    await this.#port.rest()
    return this.#port.isRecalled() ? 'recalled' : null
  }

  /**
   * To the last keyframe that meets this, if that is nearer than where the run is; where the run is too far (`isGone`),
   * there or to the start.
   */
  async #jump(isMet: (milestone: Milestone) => boolean, isGone: boolean): Promise<void> {
    const { simulation } = this.run.execution
    await this.#port.flush()
    const frame = this.keyframes.lastWhere((other) => isMet(other) && this.#port.isRemembered(other.said))
    if (!isGone && (frame === null || frame.event <= simulation.event)) return
    if (frame === null || !this.#prove(frame)) this.#restart()
    else {
      this.#hasJumped = true
      this.keyframes.restore(frame)
      this.run.watcher.times.records = []
      this.#port.jumped(frame.said)
    }
  }

  /** Whether the run goes on from the keyframe as it did. Leaves it anywhere. */
  #prove(frame: Keyframe): boolean {
    if (frame.isProved) return true
    const next = this.keyframes.after(frame)
    this.#port.mute(true)
    const verdict = isRepeatable(this.run, this.keyframes, { from: frame, to: next })
    this.#port.mute(false)
    frame.isProved = verdict === true
    if (verdict === false) this.#giveUpKeyframes()
    return frame.isProved
  }

  #giveUpKeyframes(): void {
    this.keyframes.turnOff()
    this.timeline.milestones = []
    this.#port.foundImpure()
  }

  /** The furthest place that is known: from the last keyframe to there it can be proved. */
  #keepFrontier(): void {
    const { simulation } = this.run.execution
    const last = this.keyframes.frames.at(-1)
    if (last !== undefined && simulation.turn === null && simulation.event > last.event) this.#keep()
  }

  #keep(): void {
    const milestone = this.note()
    if (milestone !== null) this.keyframes.keep(milestone, this.#port.said())
  }

  /** What came from outside comes again, at the same events. */
  #restart(): void {
    const { interventions } = this.run.execution.simulation
    const { isOff } = this.keyframes
    this.run = this.#port.restart()
    this.run.execution.simulation.interventions = interventions
    this.keyframes = new Keyframes(this.run)
    this.keyframes.isOff = isOff
    this.keyframes.keep(this.#milestone(), this.#port.said())
    this.#hasJumped = false
  }
}
