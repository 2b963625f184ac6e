// The timers of one time domain. The truth is a column: which timestamps a slot has registered; it dedupes and deletes.
// The order by (timestamp, registration) only finds the next one and may hold entries that were deleted since; those are
// passed over when they come up. Flink's InternalTimerServiceImpl queue; engine study §3.6.

import type { Column } from './column.ts'
import { TimerOrder } from './timer-order.ts'

const START_CAPACITY = 16
type Registered = number | readonly number[] | undefined

/** Timers of all keys of a subtask, in one domain. */
export class TimerQueue {
  /** Per slot: undefined, one timestamp, or several. */
  readonly registered: Column
  /** By slot, 1 where its timer is later than the order knows. */
  postponed = new Uint8Array(START_CAPACITY)
  count = 0
  order = new TimerOrder()
  /** Where in it the first timer is, by the last `headTime`. */
  head = 0

  constructor(registered: Column) {
    this.registered = registered
  }

  /** False if this very timer was registered already. */
  register(slot: number, timestamp: number): boolean {
    const before = this.registered.get(slot) as Registered
    if (before === undefined) this.registered.set(slot, timestamp)
    else if (typeof before === 'number') {
      if (before === timestamp) return false
      this.registered.set(slot, [before, timestamp])
    } else {
      if (before.includes(timestamp)) return false
      this.registered.set(slot, [...before, timestamp])
    }
    this.count++
    this.order.push(timestamp, slot)
    return true
  }

  /** False if there was no such timer. */
  delete(slot: number, timestamp: number): boolean {
    const before = this.registered.get(slot) as Registered
    if (before === undefined) return false
    if (typeof before === 'number') {
      if (before !== timestamp) return false
      this.registered.set(slot, undefined)
    } else {
      const rest = before.filter((time) => time !== timestamp)
      if (rest.length === before.length) return false
      this.registered.set(slot, rest.length === 1 ? rest[0] : rest)
    }
    this.count--
    return true
  }

  /**
   * Moves the only timer of a slot to a later time. The order learns of it when the earlier time comes up: a timer that is
   * moved again and again, as a session's is, costs next to nothing.
   */
  postpone(slot: number, timestamp: number): void {
    this.registered.set(slot, timestamp)
    if (slot >= this.postponed.length) {
      const wider = new Uint8Array(Math.max(this.postponed.length * 2, slot + 1))
      wider.set(this.postponed)
      this.postponed = wider
    }
    this.postponed[slot] = 1
  }

  /** Timestamp of the first timer; NaN if there's none. */
  headTime(): number {
    const { order } = this
    while (order.size > 0) {
      const head = order.head()
      const slot = order.slotAt(head)
      const time = order.timeAt(head)
      this.head = head
      if (this.isLive(slot, time)) return time
      order.remove(head)
      if (this.postponed[slot] !== 1) continue
      this.postponed[slot] = 0
      this.pushLater(slot, time)
    }
    return NaN
  }

  /** Takes the first timer away and returns its slot. Call headTime first, which finds it and makes sure that it's live. */
  poll(): number {
    const { order, head } = this
    const slot = order.slotAt(head)
    const time = order.timeAt(head)
    order.remove(head)
    this.delete(slot, time)
    return slot
  }

  /** The timestamps a slot has registered, in ascending order. */
  timesOf(slot: number): number[] {
    return registeredTimes(this.registered.get(slot))
  }

  private isLive(slot: number, timestamp: number): boolean {
    const registered = this.registered.get(slot) as Registered
    return typeof registered === 'object' ? registered.includes(timestamp) : registered === timestamp
  }

  /** The earlier time of a postponed timer has come up. */
  private pushLater(slot: number, time: number): void {
    const registered = this.registered.get(slot) as Registered
    if (typeof registered === 'number' && registered > time) this.order.push(registered, slot)
    else if (typeof registered === 'object') for (const later of registered) this.order.push(later, slot)
  }
}

/** The timestamps in a cell of the column, in ascending order. */
export function registeredTimes(cell: unknown): number[] {
  const registered = cell as Registered
  if (registered === undefined) return []
  return typeof registered === 'number' ? [registered] : [...registered].sort((a, b) => a - b)
}
