// Matches by definition, without an automaton: every choice of events for steps is tried, and kept if it's allowed. For the
// part of the language that is clear: how steps and repetitions follow one another, how often, optional, what must not come
// before a step, a time limit.

export type Gap = 'next' | 'followedBy' | 'followedByAny'

/** A step: takes events of these letters, `from` to `to` times. */
export interface Step {
  readonly letters: string
  readonly gap: Gap
  readonly from: number
  readonly to: number
  /** What may lie between two events of the step. */
  readonly inner: Gap
  readonly isOptional: boolean
  /** What must not come after the step before: as the very next event, or at all until this step. */
  readonly not: 'notNext' | 'notFollowedBy' | null
}

/** What must not come: no step takes it. */
export const UNWANTED = 'd'

export interface Letter {
  readonly letter: string
  readonly ts: number
}

/** A match: by step, the places of its events among all. A step without events isn't there. */
export type Match = readonly (readonly [step: number, events: readonly number[]])[]

/** All matches of the steps among the events; `within`: the last event comes less than so long after the first. */
export function matchesByDefinition(steps: readonly Step[], events: readonly Letter[], within: number): Match[] {
  const found: Match[] = []
  const takes = (step: Step, at: number): boolean => step.letters.includes((events[at] as Letter).letter)
  const isNear = (step: Step, gap: Gap, before: number, at: number): boolean => {
    if (before < 0 || gap === 'followedByAny') return true
    if (gap === 'next') return at === before + 1
    for (let i = before + 1; i < at; i++) if (takes(step, i)) return false
    return true
  }
  const isWanted = (not: Step['not'], before: number, at: number): boolean => {
    const end = not === 'notNext' ? before + 2 : not === 'notFollowedBy' ? at : 0
    return !events.slice(before + 1, end).some(({ letter }) => letter === UNWANTED)
  }
  const extend = (match: Match, index: number, last: number): void => {
    const step = steps[index]
    if (step === undefined) {
      const first = match[0]?.[1][0]
      if (first !== undefined && (events[last] as Letter).ts - (events[first] as Letter).ts < within) found.push(match)
      return
    }
    if (step.isOptional) extend(match, index + 1, last)
    const repeat = (taken: readonly number[], before: number): void => {
      if (taken.length >= step.from) extend([...match, [index, taken]], index + 1, before)
      if (taken.length === step.to) return
      for (let at = before + 1; at < events.length; at++) {
        const gap = taken.length === 0 ? step.gap : step.inner
        // A step that might be over is over at the very next event if that must not come; what must never come ends it
        // in any case.
        const after = steps[index + 1]?.not ?? null
        const guard = taken.length >= step.from || after === 'notFollowedBy' ? after : null
        const isAllowed = isWanted(taken.length === 0 ? step.not : guard, before, at)
        if (isAllowed && takes(step, at) && isNear(step, gap, before, at)) repeat([...taken, at], at)
      }
    }
    repeat([], last)
  }
  extend([], 0, -1)
  return found
}
