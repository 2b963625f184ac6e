// Partial matches in a heap by their first event. The order among matches with the same first event decides in which
// order results come out, and Flink's is that of java.util.PriorityQueue's array; so this is the same heap, kept as a
// plain array, with the same moves. Iterating the array is iterating Flink's queue.

import type { DeweyNumber } from './dewey-number.ts'

/** A run of the automaton: where it is, and its last event in the shared buffer. Flink's ComputationState. */
export interface PartialMatch {
  /** Name of the automaton's state. */
  readonly state: string
  /** The last event taken, as a number of the shared buffer, and for which step; -1 and '' before the first. */
  readonly event: number
  readonly step: string
  readonly version: DeweyNumber
  /** Timestamp of the first event, and its place among the events of that timestamp; -1 before the first. */
  readonly startTs: number
  readonly startId: number
  /** Timestamp of the last event taken; -1 before the first. */
  readonly previousTs: number
}

/** The run at another state, with another version. */
export function movedTo(match: PartialMatch, state: string, version: DeweyNumber): PartialMatch {
  const { event, step, startTs, startId, previousTs } = match
  return { state, event, step, version, startTs, startId, previousTs }
}

/** By first event; a run that hasn't begun comes last. */
export function compareMatches(a: PartialMatch, b: PartialMatch): number {
  if (a.startId < 0) return b.startId < 0 ? 0 : 1
  if (b.startId < 0) return -1
  return a.startTs === b.startTs ? a.startId - b.startId : a.startTs < b.startTs ? -1 : 1
}

export function offer(heap: PartialMatch[], match: PartialMatch): void {
  let at = heap.length
  heap.push(match)
  while (at > 0) {
    const parent = (at - 1) >>> 1
    const above = heap[parent] as PartialMatch
    if (compareMatches(match, above) >= 0) break
    heap[at] = above
    at = parent
  }
  heap[at] = match
}

/** Takes the head away; the heap isn't empty. */
export function poll(heap: PartialMatch[]): PartialMatch {
  const head = heap[0] as PartialMatch
  const last = heap.pop() as PartialMatch
  if (heap.length > 0) siftDown(heap, 0, last)
  return head
}

/** Takes away those that the test names; what stays is put in order anew, as Java does it. */
export function removeWhere(heap: PartialMatch[], isGone: (match: PartialMatch) => boolean): void {
  let kept = 0
  for (const match of heap) if (!isGone(match)) heap[kept++] = match
  if (kept === heap.length) return
  while (heap.length > kept) heap.pop()
  for (let at = (kept >>> 1) - 1; at >= 0; at--) siftDown(heap, at, heap[at] as PartialMatch)
}

function siftDown(heap: PartialMatch[], from: number, match: PartialMatch): void {
  const half = heap.length >>> 1
  let at = from
  while (at < half) {
    let child = 2 * at + 1
    const right = child + 1
    if (right < heap.length && compareMatches(heap[child] as PartialMatch, heap[right] as PartialMatch) > 0)
      child = right
    const below = heap[child] as PartialMatch
    if (compareMatches(match, below) <= 0) break
    heap[at] = below
    at = child
  }
  heap[at] = match
}
