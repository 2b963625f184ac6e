// What is known of a run's course: milestones that it passed, each with the hash of all that had happened by then. Runs of
// one seed pass the same ones, so whoever executes a run again knows where to go slowly, and whether it's the same run.

import type { StepCounts } from '../cluster/cluster-watcher.ts'

/** A place between two events. */
export interface Milestone extends StepCounts {
  /** Events that have happened. */
  readonly event: number
  readonly atUs: number
  readonly hash: string
}

const MOST_MILESTONES = 4096

/** The run did something else when it was executed again. */
export class NotPureError extends Error {
  readonly event: number

  constructor(event: number) {
    super(`the run differs before event ${event}`)
    this.event = event
  }
}

export class Timeline {
  /** By event, ascending. */
  milestones: Milestone[] = []

  /**
   * Remembers a place that the run is at.
   *
   * @throws NotPureError if it was there before, and what had happened by then was something else.
   */
  note(place: Milestone): void {
    const before = this.lastWhere((milestone) => milestone.event <= place.event)
    if (before?.event === place.event) {
      if (before.hash !== place.hash) throw new NotPureError(place.event)
    } else {
      this.milestones.splice(before === null ? 0 : this.milestones.indexOf(before) + 1, 0, place)
      if (this.milestones.length > MOST_MILESTONES) this.milestones = this.milestones.filter((_, i) => i % 2 === 0)
    }
  }

  /** Forgets what is known from before this event on; true if that was more than this place. */
  forgetFrom(event: number): boolean {
    const isKnown = (this.milestones.at(-1)?.event ?? 0) > event
    this.milestones = this.milestones.filter((milestone) => milestone.event < event)
    return isKnown
  }

  /** The last that meets this; whoever is before one that does must meet it as well. Null if none does. */
  lastWhere(isMet: (milestone: Milestone) => boolean): Milestone | null {
    let [low, high] = [0, this.milestones.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (isMet(this.milestones[middle] as Milestone)) low = middle + 1
      else high = middle
    }
    return this.milestones[low - 1] ?? null
  }
}
