// Goes to any place of a run: forward from where it is, backward by executing it again from the start, which gives the
// same run to the byte. Far from the destination it goes fast; near it everything is kept that is to be seen there.

import { present } from '../base/assert.ts'
import type { StepCounts } from '../cluster/cluster-watcher.ts'
import type { RunResult } from '../kernel/simulation.ts'
import type { Destination, Place, StepUnit } from './destination.ts'
import { countOf, isBefore, isStepEnd, placeOf, type WatchedRun } from './steps.ts'
import { Timeline, type Milestone } from './timeline.ts'

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
}

/** `arrived`; `recalled`: given up on the way; else how the run ended before the destination was reached. */
export type TravelResult = 'arrived' | 'recalled' | Exclude<RunResult, 'paused' | 'yield'>

/** A place, and what had been counted there. */
type Point = Place & StepCounts

interface Limit {
  readonly untilUs: number
  readonly untilEvent: number
  readonly byRecord: boolean
}

const START: Place = { event: 0, record: 0 }

export class Traveller {
  readonly timeline = new Timeline()
  readonly #port: TravelPort
  /** Virtual µs at which the run ends in any case. */
  readonly #untilUs: number
  run: WatchedRun

  constructor(run: WatchedRun, untilUs: number, port: TravelPort) {
    this.run = run
    this.#untilUs = untilUs
    this.#port = port
  }

  /** Where the run is. */
  place(): Place {
    return placeOf(this.run.execution)
  }

  /** Remembers where the run is, if that is between two events. */
  note(): void {
    const { execution, watcher } = this.run
    const { event, nowUs, turn, fingerprint } = execution.simulation
    if (turn !== null || event === 0) return
    this.timeline.note({ event, atUs: nowUs, ...watcher.counts(), hash: fingerprint.hex() })
  }

  /**
   * Something is about to happen here that didn't when the run was here before: what came after never will. True if
   * anything is known of that.
   */
  fork(): boolean {
    const { simulation } = this.run.execution
    const isFork = this.timeline.forgetFrom(simulation.event)
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
    this.run.execution.simulation.interventions = interventions.slice(0, intervention)
    this.#restart()
    return this.#toPlace({ event, record: 0 })
  }

  /** Goes there. @throws NotPureError if the run isn't what it was. */
  async go(destination: Destination): Promise<TravelResult> {
    switch (destination.kind) {
      case 'time':
        return this.#toTime(destination.atMs * 1000)
      case 'place':
        return this.#toPlace(destination)
      case 'back':
        return this.#back(destination.unit)
      case 'end':
        return this.#toEnd()
    }
  }

  async #toTime(atUs: number): Promise<TravelResult> {
    if (this.run.execution.simulation.nowUs > atUs) this.#restart()
    const before = await this.#hurryTo(this.timeline.lastWhere((milestone) => milestone.atUs < atUs))
    if (before !== 'arrived') return before
    const untilUs = Math.min(atUs, this.#untilUs)
    const result = await this.#run({ untilUs, untilEvent: Infinity, byRecord: false })
    return result === 'until' && atUs <= this.#untilUs ? 'arrived' : result
  }

  async #toPlace({ event, record }: Place): Promise<TravelResult> {
    if (isBefore({ event, record }, this.place())) this.#restart()
    const before = await this.#hurryTo(this.timeline.lastWhere((milestone) => milestone.event < event))
    if (before !== 'arrived') return before
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

  /**
   * To where the step before ended. What was processed last is what is shown here, so a step back takes that away; of
   * watermarks and checkpoints it goes to the last there was.
   */
  #back(unit: StepUnit): Promise<TravelResult> {
    const { processed } = this.run.watcher
    const here = this.place()
    const isProcessed = unit === 'record' || unit === 'turn'
    return this.#toLastStep(unit, (point) => (isProcessed ? point.processed < processed : isBefore(point, here)))
  }

  /** To the last end of a step that meets this; whatever is before one that does must meet it as well. */
  async #toLastStep(unit: StepUnit, isWanted: (point: Point) => boolean): Promise<TravelResult> {
    let from = this.timeline.lastWhere((milestone) => isWanted({ ...milestone, record: 0 }))
    for (;;) {
      this.#restart()
      const start = await this.#hurryTo(from)
      if (start !== 'arrived') return start
      const found = await this.#lastStep(unit, isWanted)
      if (found === 'recalled') return found
      if (found !== null || from === null) return this.#toPlace(found ?? START)
      const reached: Milestone = from
      from = this.timeline.lastWhere((milestone) => countOf(unit, milestone) < countOf(unit, reached))
      isWanted = ({ event }) => event <= reached.event
    }
  }

  async #toEnd(): Promise<TravelResult> {
    const result = await this.#run({ untilUs: this.#untilUs, untilEvent: Infinity, byRecord: false })
    if (result === 'recalled') return result
    const { execution, watcher } = this.run
    const most = watcher.processed - (execution.state === 'FAILED' ? 1 : 0)
    return this.#toLastStep('record', ({ processed }) => processed <= most)
  }

  /** Steps on as long as this is met, or to the end; gives where the last step ended. */
  async #lastStep(unit: StepUnit, isWanted: (point: Point) => boolean): Promise<Place | 'recalled' | null> {
    let found: Place | null = null
    for (let seen = this.run.watcher.counts(); ;) {
      const { simulation } = this.run.execution
      const untilEvent = simulation.turn === null ? simulation.event + 1 : simulation.event
      const result = await this.#run({ untilUs: this.#untilUs, untilEvent, byRecord: true })
      if (result === 'recalled') return result
      const [place, counts] = [this.place(), this.run.watcher.counts()]
      if (result !== 'arrived' || !isWanted({ ...place, ...counts })) return found
      if (isStepEnd(unit, seen, this.run)) [found, seen] = [place, counts]
    }
  }

  /** Fast, keeping nothing on the way; from there on everything is kept. */
  async #hurryTo(milestone: Milestone | null): Promise<TravelResult> {
    const { execution, watcher } = this.run
    watcher.isDetailed = true
    if (milestone === null || milestone.event <= execution.simulation.event) return 'arrived'
    watcher.isDetailed = false
    const result = await this.#run({ untilUs: this.#untilUs, untilEvent: milestone.event, byRecord: false })
    watcher.isDetailed = true
    if (result === 'arrived') this.note()
    return result
  }

  /** In slices. */
  async #run(limit: Limit): Promise<TravelResult> {
    const { simulation } = this.run.execution
    for (;;) {
      const result = simulation.run({ ...limit, shouldYield: this.#port.needsRest })
      if (result === 'paused') return 'arrived'
      if (result !== 'yield') return result
      this.note()
      await this.#port.rest()
      if (this.#port.isRecalled()) return 'recalled'
    }
  }

  /** What came from outside comes again, at the same events. */
  #restart(): void {
    const { interventions } = this.run.execution.simulation
    this.run = this.#port.restart()
    this.run.execution.simulation.interventions = interventions
  }
}
