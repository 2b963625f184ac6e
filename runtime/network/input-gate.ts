// All channels into one subtask. Picks the next buffer, turning round so that no channel starves, and keeps the valve and
// the count of ended channels. Flink's InputGate.

import type { Buffer } from '../record/buffer.ts'
import type { Channel } from './channel.ts'
import { WatermarkValve } from './watermark-valve.ts'

export class InputGate {
  readonly channels: readonly Channel[]
  readonly valve: WatermarkValve
  /** Where looking for the next buffer begins. */
  cursor = 0
  endedChannels = 0

  constructor(channels: readonly Channel[]) {
    this.channels = channels
    this.valve = new WatermarkValve(channels.length)
  }

  hasInput(): boolean {
    for (const channel of this.channels) if (channel.arrived.length > 0) return true
    return false
  }

  /** Index of the channel to read from next, or -1. A buffer begun is finished first. */
  select(): number {
    const count = this.channels.length
    for (let i = 0; i < count; i++) {
      const index = (this.cursor + i) % count
      if ((this.channels[index] as Channel).arrived.length > 0) {
        this.cursor = index
        return index
      }
    }
    return -1
  }

  firstBuffer(index: number): Buffer {
    return (this.channels[index] as Channel).arrived[0] as Buffer
  }

  /** The first buffer of the channel is consumed: the next turn looks at the next channel. */
  release(index: number): void {
    ;(this.channels[index] as Channel).releaseFirst()
    this.cursor = (index + 1) % this.channels.length
  }

  hasEnded(): boolean {
    return this.endedChannels === this.channels.length
  }
}
