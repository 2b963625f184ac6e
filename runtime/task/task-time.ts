// What a subtask spends its time on: work, waiting for credit, or nothing. Counted a turn at a time, in virtual µs, whether
// or not anybody looks; reading changes nothing. Flink's busy, back-pressured and idle time.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/monitoring/back_pressure/
//
// Differs from Flink: per second means the last whole second, where Flink's gauges look at several.

const SECOND_US = 1_000_000

/** In ms. The last three are of the last whole second: together 1000, once there was one. */
export interface TaskTimes {
  readonly accumulateBusyTimeMs: number
  readonly accumulateBackPressuredTimeMs: number
  readonly accumulateIdleTimeMs: number
  readonly busyTimeMsPerSecond: number
  readonly backPressuredTimeMsPerSecond: number
  readonly idleTimeMsPerSecond: number
}

/** Work and waiting in µs. */
interface Spent {
  readonly busyUs: number
  readonly pressedUs: number
}

export class TaskTime {
  readonly startUs: number
  busyUs = 0
  pressedUs = 0
  /** Since when it waits for credit; Infinity while it doesn't. */
  heldSinceUs = Infinity
  /** Where the second that is being counted ends, and what there was at its beginning. */
  windowEndUs: number
  before: Spent = { busyUs: 0, pressedUs: 0 }
  /** The second before that. */
  last: Spent | null = null

  constructor(startUs: number) {
    this.startUs = startUs
    this.windowEndUs = (Math.floor(startUs / SECOND_US) + 1) * SECOND_US
  }

  /** It was at work; where it waits for credit, that it only read a mail meanwhile. */
  worked(fromUs: number, toUs: number): void {
    if (this.heldSinceUs < fromUs) {
      this.released(fromUs)
      this.heldSinceUs = toUs
    }
    if (toUs > this.windowEndUs) this.close(fromUs, toUs, true)
    else this.busyUs += toUs - fromUs
  }

  held(fromUs: number): void {
    this.heldSinceUs = fromUs
  }

  /** It has credit again. */
  released(atUs: number): void {
    const fromUs = Math.min(this.heldSinceUs, atUs)
    this.heldSinceUs = Infinity
    if (atUs > this.windowEndUs) this.close(fromUs, atUs, false)
    else this.pressedUs += atUs - fromUs
  }

  at(nowUs: number): TaskTimes {
    const heldUs = Math.max(0, nowUs - this.heldSinceUs)
    const pressedUs = this.pressedUs + heldUs
    const { busyUs } = this
    const second = this.lastSecond(nowUs) ?? { busyUs: 0, pressedUs: 0 }
    const idleUs = Math.max(0, SECOND_US - second.busyUs - second.pressedUs)
    return {
      accumulateBusyTimeMs: busyUs / 1000,
      accumulateBackPressuredTimeMs: pressedUs / 1000,
      accumulateIdleTimeMs: Math.max(0, nowUs - this.startUs - busyUs - pressedUs) / 1000,
      busyTimeMsPerSecond: Math.round(second.busyUs / 1000),
      backPressuredTimeMsPerSecond: Math.round(second.pressedUs / 1000),
      idleTimeMsPerSecond: Math.round(idleUs / 1000),
    }
  }

  /** The last second that is over; null before there is one. */
  private lastSecond(nowUs: number): Spent | null {
    const endUs = Math.floor(nowUs / SECOND_US) * SECOND_US
    if (endUs < this.windowEndUs) return this.last
    // Nothing was counted since: it waited, or there was nothing to do.
    const heldUs = Math.max(0, endUs - Math.max(this.heldSinceUs, endUs - SECOND_US))
    if (endUs > this.windowEndUs) return { busyUs: 0, pressedUs: heldUs }
    const { busyUs, pressedUs } = this.before
    return { busyUs: this.busyUs - busyUs, pressedUs: this.pressedUs - pressedUs + heldUs }
  }

  /** Counts what reaches beyond the second that is being counted. */
  private close(fromUs: number, toUs: number, isWork: boolean): void {
    let from = fromUs
    while (toUs > this.windowEndUs) {
      this.add(Math.max(0, this.windowEndUs - from), isWork)
      const { busyUs, pressedUs, before } = this
      this.last = { busyUs: busyUs - before.busyUs, pressedUs: pressedUs - before.pressedUs }
      this.before = { busyUs, pressedUs }
      from = Math.max(from, this.windowEndUs)
      // A long time with nothing in it is skipped.
      const isGap = from > this.windowEndUs + SECOND_US
      if (isGap) this.last = null
      this.windowEndUs = isGap ? (Math.floor(from / SECOND_US) + 1) * SECOND_US : this.windowEndUs + SECOND_US
    }
    this.add(toUs - from, isWork)
  }

  private add(us: number, isWork: boolean): void {
    if (isWork) this.busyUs += us
    else this.pressedUs += us
  }
}
