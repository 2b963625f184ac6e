// Goes to any place of a run: forward from where it is, backward by executing it again from the start, which gives the
// same run to the byte. Far from the destination it goes fast; near it everything is kept that is to be seen there.

import type { ClusterWatcher } from '../cluster/cluster-watcher.ts'
import type { JobExecution } from '../cluster/job-execution.ts'
import type { RunResult } from '../kernel/simulation.ts'
import type { Destination, Place } from './destination.ts'
import { Timeline, type Milestone } from './timeline.ts'

/** A job that runs, and who watches it. */
export interface WatchedRun {
  readonly execution: JobExecution
  readonly watcher: ClusterWatcher
}

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
    this.timeline.note({ event, atUs: nowUs, processed: watcher.processed, hash: fingerprint.hex() })
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

  /** Goes there. @throws NotPureError if the run isn't what it was. */
  async go(destination: Destination): Promise<TravelResult> {
    switch (destination.kind) {
      case 'time':
        return this.#toTime(destination.atMs * 1000)
      case 'place':
        return this.#toPlace(destination)
      case 'back':
        return this.#backFrom(this.run.watcher.processed, destination.unit)
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
    const here = this.place()
    if (here.event > event || (here.event === event && here.record !== record)) this.#restart()
    const before = await this.#hurryTo(this.timeline.lastWhere((milestone) => milestone.event < event))
    if (before !== 'arrived') return before
    const turn = { untilUs: this.#untilUs, untilEvent: record === 0 ? event : event - 1, byRecord: false }
    const result = await this.#run(turn)
    if (result !== 'arrived' || record === 0) return result
    for (;;) {
      const step = await this.#run({ untilUs: this.#untilUs, untilEvent: event, byRecord: true })
      if (step !== 'arrived' || this.place().record >= record || this.place().record === 0) return step
    }
  }

  /** To where the last step ended before so many had been processed. */
  async #backFrom(processed: number, unit: 'record' | 'turn'): Promise<TravelResult> {
    let from = this.timeline.lastWhere((milestone) => milestone.processed < processed)
    for (;;) {
      this.#restart()
      const start = await this.#hurryTo(from)
      if (start !== 'arrived') return start
      const found = await this.#lastStepBefore(processed, unit)
      if (found === 'recalled') return found
      if (found !== null || from === null) return this.#toPlace(found ?? START)
      const reached: Milestone = from
      from = this.timeline.lastWhere((milestone) => milestone.processed < reached.processed)
    }
  }

  async #toEnd(): Promise<TravelResult> {
    const result = await this.#run({ untilUs: this.#untilUs, untilEvent: Infinity, byRecord: false })
    if (result === 'recalled') return result
    const { execution, watcher } = this.run
    return this.#backFrom(watcher.processed + (execution.state === 'FAILED' ? 0 : 1), 'record')
  }

  /** Steps on until so many are processed, or to the end; gives where the last step before that ended. */
  async #lastStepBefore(processed: number, unit: 'record' | 'turn'): Promise<Place | 'recalled' | null> {
    let found: Place | null = null
    for (let seen = this.run.watcher.processed; ;) {
      const { simulation } = this.run.execution
      const untilEvent = simulation.turn === null ? simulation.event + 1 : simulation.event
      const result = await this.#run({ untilUs: this.#untilUs, untilEvent, byRecord: true })
      if (result === 'recalled') return result
      const now = this.run.watcher.processed
      if (result !== 'arrived' || now >= processed) return found
      const isStep = now > seen && (unit === 'record' || simulation.turn === null)
      if (isStep) [found, seen] = [this.place(), now]
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

/** Where a job is. */
export function placeOf(execution: JobExecution): Place {
  const { simulation } = execution
  const task = simulation.turn === null ? null : execution.tasks.find((candidate) => candidate === simulation.turn)
  return { event: simulation.event, record: task ? task.index - task.start : 0 }
}
