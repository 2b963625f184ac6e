// Which partial and waiting matches a match puts an end to: those that began before a certain event, or at it. Flink's
// AfterMatchSkipStrategy.

import { LearnerError } from '../../base/diagnostic.ts'
import { removeWhere, type PartialMatch } from './match-queue.ts'
import type { SkipSpec } from './pattern-spec.ts'
import type { BufferedEvent, EventPath, SharedBuffer } from './shared-buffer.ts'

/** Takes the matches out of the queue that the strategy ends, given a match found. */
export function prune(skip: SkipSpec, heap: PartialMatch[], found: readonly EventPath[], buffer: SharedBuffer): void {
  const last = lastPruned(skip, found, buffer)
  if (last === null) return
  const includesLast = skip.kind === 'skipPastLastEvent' || skip.kind === 'skipToNext'
  const isPruned = (match: PartialMatch): boolean => {
    if (match.startId < 0) return false
    const order = match.startTs === last.ts ? match.startId - last.id : match.startTs < last.ts ? -1 : 1
    return order < 0 || (includesLast && order === 0)
  }
  for (const match of heap) if (isPruned(match)) buffer.release(match.event, match.step, match.version)
  removeWhere(heap, isPruned)
}

/** Matches that began before this event end; null for none. */
function lastPruned(skip: SkipSpec, found: readonly EventPath[], buffer: SharedBuffer): BufferedEvent | null {
  switch (skip.kind) {
    case 'noSkip':
      return null
    case 'skipPastLastEvent':
      return extreme(
        found.flatMap((path) => Array.from(path.values(), (events) => events.at(-1) as number)),
        buffer,
        1,
      )
    case 'skipToNext':
      return extreme(
        found.flatMap((path) => Array.from(path.values(), (events) => events[0] as number)),
        buffer,
        -1,
      )
    default:
      return skipTarget(skip, found, buffer)
  }
}

function skipTarget(
  skip: Extract<SkipSpec, { readonly step: string }>,
  found: readonly EventPath[],
  buffer: SharedBuffer,
): BufferedEvent | null {
  const { step, throwsOnMiss } = skip
  let target: BufferedEvent | null = null
  for (const path of found) {
    const events = path.get(step)
    if (events !== undefined) {
      const event = buffer.eventOf(events.at(skip.kind === 'skipToFirst' ? 0 : -1) as number)
      if (target === null || compareEvents(event, target) > 0) target = event
    } else if (throwsOnMiss) throw new LearnerError('PATTERN_SKIP_MISSED', { step })
    if (!throwsOnMiss) continue
    // Skipping to where the match began would find it again, for ever.
    const first = extreme([...path.values()].flat(), buffer, -1)
    if (target !== null && first !== null && compareEvents(target, first) === 0)
      throw new LearnerError('PATTERN_SKIP_TO_START', { step })
  }
  return target
}

function extreme(numbers: readonly number[], buffer: SharedBuffer, direction: 1 | -1): BufferedEvent | null {
  let best: BufferedEvent | null = null
  for (const number of numbers) {
    const event = buffer.eventOf(number)
    if (best === null || compareEvents(event, best) * direction > 0) best = event
  }
  return best
}

function compareEvents(a: BufferedEvent, b: BufferedEvent): number {
  return a.ts === b.ts ? a.id - b.id : a.ts < b.ts ? -1 : 1
}
