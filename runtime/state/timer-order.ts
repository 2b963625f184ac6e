// In which order timers come up: by time, those of one time by registration. Most jobs set their timers nearly in the order
// of time, or in a few such orders that alternate, one for each input; so they wait in a few runs, each of which is in
// order by itself and is appended to at its end and taken from at its front. What fits into no run goes into a heap.

import { EventHeap } from '../base/event-heap.ts'

const START_CAPACITY = 16
const MOST_RUNS = 4

/** The head is in the heap. */
const HEAP = -1

/** Timers by (time, registration). */
export class TimerOrder {
  size = 0
  registered = 0
  runs: TimerRun[] = []
  heap = new EventHeap()

  push(time: number, slot: number): void {
    const order = this.registered++
    this.size++
    const { runs } = this
    for (let i = 0; i < runs.length; i++) {
      const run = runs[i] as TimerRun
      if (run.count === 0 || run.lastTime() <= time) {
        run.push(time, order, slot)
        return
      }
    }
    if (runs.length === MOST_RUNS) {
      // Among timers of one time what counts is when they were registered, wherever they wait.
      this.heap.sequence = order
      this.heap.push(time, 0, slot)
      return
    }
    const run = new TimerRun()
    run.push(time, order, slot)
    runs.push(run)
  }

  /** Where the first timer is: the number of a run, or HEAP. Only while there is one. */
  head(): number {
    const { runs, heap } = this
    let head = HEAP
    let time = heap.size > 0 ? (heap.times[0] as number) : Infinity
    let order = heap.size > 0 ? (heap.sequences[0] as number) : Infinity
    for (let i = 0; i < runs.length; i++) {
      const run = runs[i] as TimerRun
      if (run.count === 0) continue
      const own = run.times[run.first] as number
      const ownOrder = run.orders[run.first] as number
      if (own > time || (own === time && ownOrder > order)) continue
      head = i
      time = own
      order = ownOrder
    }
    return head
  }

  /** Its time, given where it is. */
  timeAt(head: number): number {
    if (head === HEAP) return this.heap.times[0] as number
    const run = this.runs[head] as TimerRun
    return run.times[run.first] as number
  }

  slotAt(head: number): number {
    if (head === HEAP) return this.heap.targets[0] as number
    const run = this.runs[head] as TimerRun
    return run.slots[run.first] as number
  }

  remove(head: number): void {
    this.size--
    if (head === HEAP) this.heap.pop()
    else (this.runs[head] as TimerRun).removeFirst()
  }
}

/** Timers in the order of time, in a ring. */
class TimerRun {
  times = new Float64Array(START_CAPACITY)
  orders = new Float64Array(START_CAPACITY)
  slots = new Int32Array(START_CAPACITY)
  first = 0
  count = 0

  lastTime(): number {
    return this.times[(this.first + this.count - 1) & (this.times.length - 1)] as number
  }

  push(time: number, order: number, slot: number): void {
    if (this.count === this.times.length) this.grow()
    const at = (this.first + this.count++) & (this.times.length - 1)
    this.times[at] = time
    this.orders[at] = order
    this.slots[at] = slot
  }

  removeFirst(): void {
    this.first = (this.first + 1) & (this.times.length - 1)
    this.count--
  }

  private grow(): void {
    this.times = unrolled(this.times, new Float64Array(this.count * 2), this.first)
    this.orders = unrolled(this.orders, new Float64Array(this.count * 2), this.first)
    this.slots = unrolled(this.slots, new Int32Array(this.count * 2), this.first)
    this.first = 0
  }
}

/** What a full ring that begins at `first` holds, from the start of a wider array on. */
function unrolled<A extends Float64Array | Int32Array>(ring: A, wider: A, first: number): A {
  wider.set(ring.subarray(first))
  wider.set(ring.subarray(0, first), ring.length - first)
  return wider
}
