// The watermark and the idleness of several inputs as one: the lowest watermark of the inputs that aren't idle, and, once
// all are, the highest. Unlike the valve of channels it lets an input that comes back hold the others at once. Flink's
// IndexedCombinedWatermarkStatus.

import { MIN_TIMESTAMP } from '../base/time.ts'

export class CombinedWatermarkStatus {
  /** By input, from 0. */
  readonly watermarks: number[]
  readonly idle: boolean[]
  watermark = MIN_TIMESTAMP
  /** All inputs are. */
  isIdle = false

  constructor(inputs: number) {
    this.watermarks = new Array<number>(inputs).fill(MIN_TIMESTAMP)
    this.idle = new Array<boolean>(inputs).fill(false)
  }

  /** A watermark of one input, which makes it active. True if the watermark of all went up. */
  updateWatermark(input: number, timestamp: number): boolean {
    this.idle[input] = false
    if (timestamp > (this.watermarks[input] as number)) this.watermarks[input] = timestamp
    return this.combine()
  }

  /** One input went idle or came back. True if the watermark of all went up. */
  updateStatus(input: number, isIdle: boolean): boolean {
    this.idle[input] = isIdle
    return this.combine()
  }

  private combine(): boolean {
    let lowest = Infinity
    let highest = MIN_TIMESTAMP
    let allIdle = true
    for (let i = 0; i < this.watermarks.length; i++) {
      const watermark = this.watermarks[i] as number
      if (watermark > highest) highest = watermark
      if (this.idle[i] === true) continue
      allIdle = false
      if (watermark < lowest) lowest = watermark
    }
    this.isIdle = allIdle
    const combined = allIdle ? highest : lowest
    if (combined <= this.watermark) return false
    this.watermark = combined
    return true
  }
}
