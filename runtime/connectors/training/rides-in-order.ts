// The order in which Flink's training hands out its rides: batches of five STARTs, shuffled, before them every END that
// is due by the newest of them. So an END of a very short ride may come before its START.
//
// Everything mutable is plain data: the next batch, the ids of rides under way as a binary heap, and what of the batch
// is still to be handed out.

import { JavaRandom, shuffle } from '../../base/java-random.ts'
import { DataGenerator } from './data-generator.ts'

const BATCH = 5

/** A ride's event by its id. */
export interface RideEvent {
  readonly rideId: number
  readonly isStart: boolean
}

/** Where one has got to in the training's rides. Plain data. */
export interface RidePosition {
  /** Rides begun so far. */
  begun: number
  /** Rides under way, a binary heap by their end: Java's PriorityQueue, whose order of equal times is part of the data. */
  underWay: number[]
  /** Of the batch made last, what wasn't handed out yet. */
  waiting: RideEvent[]
}

/** Before the first ride. */
export function firstRides(): RidePosition {
  return { begun: 0, underWay: [], waiting: [] }
}

/** Makes the next batch, to be handed out from `waiting`. */
export function nextBatch(position: RidePosition): void {
  const ids = Array.from({ length: BATCH }, (_, i) => position.begun + 1 + i)
  const newest = Math.max(...ids.map((id) => new DataGenerator(id).startTime()))
  for (const id of ids) push(position.underWay, id)
  while (endOf(position.underWay[0] as number) <= newest) {
    position.waiting.push({ rideId: pop(position.underWay), isStart: false })
  }
  shuffle(ids, new JavaRandom(position.begun))
  for (const rideId of ids) position.waiting.push({ rideId, isStart: true })
  position.begun += BATCH
}

function endOf(rideId: number): number {
  return new DataGenerator(rideId).endTime()
}

function push(heap: number[], id: number): void {
  const end = endOf(id)
  let at = heap.length
  while (at > 0) {
    const parent = (at - 1) >>> 1
    if (end >= endOf(heap[parent] as number)) break
    heap[at] = heap[parent] as number
    at = parent
  }
  heap[at] = id
}

function pop(heap: number[]): number {
  const first = heap[0] as number
  const last = heap.pop() as number
  if (heap.length === 0) return first
  const end = endOf(last)
  let at = 0
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    const right = child + 1
    if (right < heap.length && endOf(heap[child] as number) > endOf(heap[right] as number)) child = right
    if (end <= endOf(heap[child] as number)) break
    heap[at] = heap[child] as number
    at = child
  }
  heap[at] = last
  return first
}
