// The watermark of an input with several channels: the lowest of those that are active and have caught up. Flink's
// StatusWatermarkValve, held to golden/datastream/watermark-valve.json.
//
// A channel that goes idle no longer counts; one that comes back counts again once it has reached what was already
// emitted. When the last active channel goes idle, the highest watermark of all is flushed before IDLE.

import { MIN_TIMESTAMP } from '../base/time.ts'

/** Takes what comes out of the valve. */
export interface ValveOutput {
  processWatermark(timestamp: number): void
  processStatus(isIdle: boolean): void
}

export class WatermarkValve {
  readonly channels: number
  /** By channel. */
  watermarks: number[]
  isIdle: boolean[]
  isAligned: boolean[]
  lastWatermark = MIN_TIMESTAMP
  isOutputIdle = false

  constructor(channels: number) {
    this.channels = channels
    this.watermarks = new Array<number>(channels).fill(MIN_TIMESTAMP)
    this.isIdle = new Array<boolean>(channels).fill(false)
    this.isAligned = new Array<boolean>(channels).fill(true)
  }

  watermark(channel: number, timestamp: number, output: ValveOutput): void {
    if (this.isOutputIdle || this.isIdle[channel] === true) return
    if (timestamp <= (this.watermarks[channel] as number)) return
    this.watermarks[channel] = timestamp
    if (timestamp >= this.lastWatermark) this.isAligned[channel] = true
    this.emitLowest(output)
  }

  status(channel: number, isIdle: boolean, output: ValveOutput): void {
    if (this.isIdle[channel] === isIdle) return
    this.isIdle[channel] = isIdle
    const watermark = this.watermarks[channel] as number
    if (!isIdle) {
      if (watermark >= this.lastWatermark) this.isAligned[channel] = true
      if (this.isOutputIdle) {
        this.isOutputIdle = false
        output.processStatus(false)
      }
      return
    }
    this.isAligned[channel] = false
    if (this.isIdle.includes(false)) {
      // The others may have waited for this one alone.
      if (watermark === this.lastWatermark) this.emitLowest(output)
      return
    }
    if (watermark === this.lastWatermark) this.emit(Math.max(...this.watermarks), output)
    this.isOutputIdle = true
    output.processStatus(true)
  }

  private emitLowest(output: ValveOutput): void {
    let lowest = Infinity
    let anyAligned = false
    for (let i = 0; i < this.channels; i++) {
      if (this.isAligned[i] !== true) continue
      anyAligned = true
      lowest = Math.min(lowest, this.watermarks[i] as number)
    }
    if (anyAligned) this.emit(lowest, output)
  }

  private emit(timestamp: number, output: ValveOutput): void {
    if (timestamp <= this.lastWatermark) return
    this.lastWatermark = timestamp
    output.processWatermark(timestamp)
  }
}
