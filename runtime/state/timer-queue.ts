// The timers of one time domain. The truth is a column: which timestamps a slot has registered; it dedupes and deletes.
// The heap over (timestamp, registration) only finds the next one and may hold entries that were deleted since; those are
// passed over when they come up. Flink's InternalTimerServiceImpl queue; engine study §3.6.

import type { Column } from './column.ts'

const START_CAPACITY = 16
type Registered = number | readonly number[] | undefined

/** Timers of all keys of a subtask, in one domain. */
export class TimerQueue {
  /** Per slot: undefined, one timestamp, or several. */
  readonly registered: Column
  /** By slot, 1 where its timer is later than the heap knows. */
  postponed = new Uint8Array(START_CAPACITY)
  count = 0
  size = 0
  order = 0
  times = new Float64Array(START_CAPACITY)
  orders = new Float64Array(START_CAPACITY)
  slots = new Int32Array(START_CAPACITY)

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
    this.push(timestamp, slot)
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
   * Moves the only timer of a slot to a later time. The heap learns of it when the earlier time comes up: a timer that is
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
    while (this.size > 0) {
      const slot = this.slots[0] as number
      const time = this.times[0] as number
      if (this.isLive(slot, time)) return time
      this.removeHead()
      if (this.postponed[slot] !== 1) continue
      this.postponed[slot] = 0
      this.pushLater(slot, time)
    }
    return NaN
  }

  /** Takes the first timer away and returns its slot. Call headTime first: it makes sure that the head is live. */
  poll(): number {
    const slot = this.slots[0] as number
    const time = this.times[0] as number
    this.removeHead()
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
    if (typeof registered === 'number' && registered > time) this.push(registered, slot)
    else if (typeof registered === 'object') for (const later of registered) this.push(later, slot)
  }

  private push(time: number, slot: number): void {
    if (this.size === this.times.length) this.grow()
    const order = this.order++
    let i = this.size++
    while (i > 0) {
      const parent = (i - 1) >> 1
      if ((this.times[parent] as number) <= time) break
      this.put(i, this.times[parent] as number, this.orders[parent] as number, this.slots[parent] as number)
      i = parent
    }
    this.put(i, time, order, slot)
  }

  private removeHead(): void {
    const last = --this.size
    if (last === 0) return
    const time = this.times[last] as number
    const order = this.orders[last] as number
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= last) break
      if (child + 1 < last && this.isBefore(child + 1, child)) child++
      const childTime = this.times[child] as number
      if (time < childTime || (time === childTime && order < (this.orders[child] as number))) break
      this.put(i, childTime, this.orders[child] as number, this.slots[child] as number)
      i = child
    }
    this.put(i, time, order, this.slots[last] as number)
  }

  private isBefore(a: number, b: number): boolean {
    const ta = this.times[a] as number
    const tb = this.times[b] as number
    return ta < tb || (ta === tb && (this.orders[a] as number) < (this.orders[b] as number))
  }

  private put(i: number, time: number, order: number, slot: number): void {
    this.times[i] = time
    this.orders[i] = order
    this.slots[i] = slot
  }

  private grow(): void {
    const times = new Float64Array(this.times.length * 2)
    const orders = new Float64Array(times.length)
    const slots = new Int32Array(times.length)
    times.set(this.times)
    orders.set(this.orders)
    slots.set(this.slots)
    this.times = times
    this.orders = orders
    this.slots = slots
  }
}

/** The timestamps in a cell of the column, in ascending order. */
export function registeredTimes(cell: unknown): number[] {
  const registered = cell as Registered
  if (registered === undefined) return []
  return typeof registered === 'number' ? [registered] : [...registered].sort((a, b) => a - b)
}
