// How long an operator could have worked: processing time without the times in which it was held back, for want of credit
// or waiting for alignment. Idleness is measured on it, so that a stream isn't called idle because it wasn't let.
// Flink's PausableRelativeClock.

export class ActivityClock {
  /** Reasons to stand still at the moment. */
  pauses = 0
  pausedSinceMs = 0
  /** Of pauses that are over. */
  pausedMs = 0

  pause(nowMs: number): void {
    if (this.pauses === 0) this.pausedSinceMs = nowMs
    this.pauses++
  }

  resume(nowMs: number): void {
    this.pauses--
    if (this.pauses === 0) this.pausedMs += nowMs - this.pausedSinceMs
  }

  /** Of a time of the clock underneath, how much of it was activity. */
  activeMs(nowMs: number): number {
    return (this.pauses === 0 ? nowMs : this.pausedSinceMs) - this.pausedMs
  }
}
