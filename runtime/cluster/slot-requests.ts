// Regions of a job that wait for slots. Each gets all that it needs or none; who has waited for too long fails. Flink's
// declarative slot pool, as far as one job sees it.

import { LearnerError } from '../base/diagnostic.ts'
import { CLUSTER, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import type { ResourceManager, SlotPurpose } from './resource-manager.ts'

/** A region that waits. */
export interface SlotRequest {
  readonly region: number
  /** What each slot is for. */
  readonly slots: readonly SlotPurpose[]
  readonly sinceUs: number
  readonly untilUs: number
}

/** Told how a request came out. */
export interface SlotRequestListener {
  slotsGranted(region: number): void
  slotsRefused(region: number, error: LearnerError): void
}

/** How many slots the cluster has, and how many the job needs of them. */
export interface SlotShortage {
  readonly available: number
  readonly needed: number
}

export class SlotRequests implements EventTarget {
  id = -1
  readonly simulation: Simulation
  readonly resources: ResourceManager
  readonly listener: SlotRequestListener
  /** In the order in which they were made. */
  waiting: SlotRequest[] = []

  constructor(simulation: Simulation, resources: ResourceManager, listener: SlotRequestListener) {
    this.simulation = simulation
    this.resources = resources
    this.listener = listener
    simulation.register(this)
  }

  /** The region gets its slots at once, or once there are enough. False where it waits. */
  request(region: number, slots: readonly SlotPurpose[]): boolean {
    if (this.resources.allocate(slots)) {
      this.listener.slotsGranted(region)
      return true
    }
    const { nowUs } = this.simulation
    const untilUs = nowUs + this.resources.settings.slotRequestTimeoutMs * 1000
    this.waiting.push({ region, slots, sinceUs: nowUs, untilUs })
    this.simulation.schedule(untilUs, CLUSTER, this.id)
    return false
  }

  forget(region: number): void {
    this.waiting = this.waiting.filter((request) => request.region !== region)
  }

  /** Slots may have come free. */
  retry(): void {
    for (const request of this.waiting) {
      if (!this.resources.allocate(request.slots)) continue
      this.forget(request.region)
      this.listener.slotsGranted(request.region)
    }
  }

  handle(): void {
    const { nowUs } = this.simulation
    for (const request of this.waiting.filter(({ untilUs }) => untilUs <= nowUs)) {
      const { available, needed } = this.shortage() as SlotShortage
      this.forget(request.region)
      this.listener.slotsRefused(request.region, new LearnerError('SLOTS_MISSING', { available, needed }))
    }
  }

  /** What there is too little of; null where nobody waits. */
  shortage(): SlotShortage | null {
    if (this.waiting.length === 0) return null
    const wanted = new Set([
      ...this.resources.slots.keys(),
      ...this.waiting.flatMap(({ slots }) => slots.map(({ name }) => name)),
    ])
    return { available: this.resources.available(), needed: wanted.size }
  }
}
