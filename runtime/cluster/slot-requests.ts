// Regions of jobs that wait for slots. Each gets all that it needs or none, who asked first first; who has waited for too long
// fails. Flink's declarative slot pools, as far as jobs see them.

import { LearnerError } from '../base/diagnostic.ts'
import { CLUSTER, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import type { ResourceManager, SlotPurpose } from './resource-manager.ts'

/** A region that waits. */
export interface SlotRequest {
  /** Told how it comes out. */
  readonly job: SlotRequestListener
  readonly region: number
  /** What each slot is for. */
  readonly slots: readonly SlotPurpose[]
  readonly sinceUs: number
  readonly untilUs: number
}

/** The job that asks, told how a request came out. */
export interface SlotRequestListener {
  readonly id: number
  slotsGranted(region: number): void
  slotsRefused(region: number, error: LearnerError): void
}

/** How many slots the job could have, its own and free ones, and how many it needs. */
export interface SlotShortage {
  readonly available: number
  readonly needed: number
}

export class SlotRequests implements EventTarget {
  id = -1
  readonly simulation: Simulation
  readonly resources: ResourceManager
  /** In the order in which they were made. */
  waiting: SlotRequest[] = []

  constructor(simulation: Simulation, resources: ResourceManager) {
    this.simulation = simulation
    this.resources = resources
    simulation.register(this)
  }

  /** The region gets its slots at once, or once there are enough. False where it waits. */
  request(job: SlotRequestListener, region: number, slots: readonly SlotPurpose[]): boolean {
    if (this.resources.allocate(slots)) {
      job.slotsGranted(region)
      return true
    }
    const { nowUs } = this.simulation
    const untilUs = nowUs + this.resources.settings.slotRequestTimeoutMs * 1000
    this.waiting.push({ job, region, slots, sinceUs: nowUs, untilUs })
    this.simulation.schedule(untilUs, CLUSTER, this.id)
    return false
  }

  /** The region asks no more. */
  forget(job: SlotRequestListener, region: number): void {
    this.waiting = this.waiting.filter((request) => request.job !== job || request.region !== region)
  }

  /** The job is over. */
  forgetJob(id: number): void {
    this.waiting = this.waiting.filter(({ job }) => job.id !== id)
  }

  /** Slots may have come free. */
  retry(): void {
    for (const request of this.waiting) {
      if (!this.resources.allocate(request.slots)) continue
      this.forget(request.job, request.region)
      request.job.slotsGranted(request.region)
    }
  }

  handle(): void {
    const { nowUs } = this.simulation
    for (const request of this.waiting.filter(({ untilUs }) => untilUs <= nowUs)) {
      // Another of the job's may have failed all of it.
      if (!this.waiting.includes(request)) continue
      const { available, needed } = this.shortageOf(request.job) as SlotShortage
      this.forget(request.job, request.region)
      request.job.slotsRefused(request.region, new LearnerError('SLOTS_MISSING', { available, needed }))
    }
  }

  /** What the job has too little of; null where it doesn't wait. */
  shortageOf({ id }: SlotRequestListener): SlotShortage | null {
    const waiting = this.waiting.filter(({ job }) => job.id === id)
    if (waiting.length === 0) return null
    const own = this.resources.slotsOf(id)
    const wanted = new Set([...own, ...waiting.flatMap(({ slots }) => slots)].map(({ name }) => name))
    return { available: own.length + this.resources.free(), needed: wanted.size }
  }
}
