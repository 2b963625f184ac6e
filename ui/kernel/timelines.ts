// Courses that a run took before something else was done in its past. What was done to it fixes a course, so that is all
// it takes to be there again.
import type { RunIntervention } from '../../runtime/host/protocol.ts'
import type { Rail } from '../stage/rail.ts'

export interface Timeline {
  /** In the order in which they came to be, from 1. */
  readonly number: number
  readonly interventions: readonly RunIntervention[]
  /** Virtual ms at which it and the one that came of it part. */
  readonly partedMs: number
  readonly rail: Rail
}

const MOST_TIMELINES = 8

/** With one more, which the run has just left; the oldest give way. */
export function withTimeline(timelines: readonly Timeline[], left: Timeline): readonly Timeline[] {
  return [...timelines, left].slice(-MOST_TIMELINES)
}

/** What was done in the one and not in the other. */
export function doneOnlyIn(
  one: readonly RunIntervention[],
  other: readonly RunIntervention[],
): readonly RunIntervention[] {
  const texts = new Set(other.map((intervention) => JSON.stringify(intervention)))
  return one.filter((intervention) => !texts.has(JSON.stringify(intervention)))
}
