// Timers of a keyed operator, in both time domains. Flink's InternalTimerService: a timer is taken away before it fires,
// the watermark is the new one already while its timers fire, and a timer registered meanwhile at or below it fires in
// the same pass.

import { MIN_TIMESTAMP } from '../base/time.ts'
import type { KeyedStateBackend } from './keyed-backend.ts'

/** Whose timers they are. The current key is set when it's called. */
export interface Triggerable {
  onEventTime(timestamp: number): void
  onProcessingTime(timestamp: number): void
}

export class InternalTimerService {
  readonly backend: KeyedStateBackend
  readonly target: Triggerable
  currentWatermark = MIN_TIMESTAMP

  constructor(backend: KeyedStateBackend, target: Triggerable) {
    this.backend = backend
    this.target = target
  }

  /** Fires every event-time timer at or below the watermark, in order of timestamps. */
  advanceWatermark(watermark: number): void {
    this.currentWatermark = watermark
    const queue = this.backend.eventTimers
    for (;;) {
      const time = queue.headTime()
      // NaN, for no timer, fails the comparison too.
      if (!(time <= watermark)) return
      this.backend.pollTimer(queue)
      this.target.onEventTime(time)
    }
  }

  /** Fires every processing-time timer that is due. */
  advanceProcessingTime(nowMs: number): void {
    const queue = this.backend.processingTimers
    for (;;) {
      const time = queue.headTime()
      if (!(time <= nowMs)) return
      this.backend.pollTimer(queue)
      this.target.onProcessingTime(time)
    }
  }

  /** When the next processing-time timer is due, in ms; Infinity for never. In batch mode they wait for the key's end. */
  nextProcessingTime(): number {
    if (this.backend.isBatch) return Infinity
    const time = this.backend.processingTimers.headTime()
    return time === time ? time : Infinity
  }
}
