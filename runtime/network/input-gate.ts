// All channels into one subtask, of one input or of two. Picks the next buffer, turning round so that no channel starves,
// and keeps a valve for each input and the count of ended channels. Flink's InputGate.

import type { Buffer } from '../record/buffer.ts'
import type { BarrierAlignment } from './barrier-alignment.ts'
import type { Channel } from './channel.ts'
import { hasArrivedWhole, type SortedInput } from './sorted-input.ts'
import { WatermarkValve, type ValveOutput } from './watermark-valve.ts'

export class InputGate {
  readonly channels: readonly Channel[]
  /** By channel: the input it belongs to, from 0, and its number within that input. */
  readonly inputs: readonly number[]
  readonly places: readonly number[]
  /** By input. */
  readonly valves: readonly WatermarkValve[]
  /** Where looking for the next buffer begins. */
  cursor = 0
  /** By channel: nothing but barriers comes any more. */
  readonly hasDataEnded: boolean[]
  /** How many channels bring no more data, and how many bring nothing at all. */
  endedData = 0
  endedChannels = 0
  /** Batch mode: nothing is read before everything has arrived. */
  readonly isBlocking: boolean
  /** Where barriers meet; null in batch mode. */
  readonly alignment: BarrierAlignment | null
  /** Batch mode, once it has: in which order it's read. */
  sorted: SortedInput | null = null

  /** `inputs`: of each channel the input it belongs to, from 0; all to one unless given. */
  constructor(
    channels: readonly Channel[],
    inputs: readonly number[] = channels.map(() => 0),
    { isBlocking = false, alignment = null }: Partial<Pick<InputGate, 'isBlocking' | 'alignment'>> = {},
  ) {
    this.channels = channels
    this.isBlocking = isBlocking
    this.alignment = alignment
    this.inputs = inputs
    this.hasDataEnded = channels.map(() => false)
    const counts: number[] = [0]
    this.places = inputs.map((input) => {
      const place = counts[input] ?? 0
      counts[input] = place + 1
      return place
    })
    this.valves = Array.from(counts, (count = 0) => new WatermarkValve(count))
  }

  /** Whether the task may begin. */
  isReady(): boolean {
    return !this.isBlocking || this.sorted !== null || this.channels.every(hasArrivedWhole)
  }

  hasInput(): boolean {
    if (!this.isReady()) return false
    if (this.alignment !== null && this.alignment.blocked > 0) return this.select() >= 0
    for (const channel of this.channels) if (channel.arrived.length > 0) return true
    return false
  }

  /** Whether a buffer that may be read is here or on its way. */
  expectsInput(): boolean {
    const { alignment, channels } = this
    const count = channels.length
    for (let i = 0; i < count; i++) {
      const index = (this.cursor + i) % count
      const { arrived, onTheWay } = channels[index] as Channel
      if (arrived.length + onTheWay.length > 0 && alignment?.isBlocked(index) !== true) return true
    }
    return false
  }

  /** Index of the channel to read from next, or -1. A buffer begun is finished first. */
  select(): number {
    if (this.sorted !== null) return this.sorted.order[this.sorted.next] as number
    const count = this.channels.length
    for (let i = 0; i < count; i++) {
      const index = (this.cursor + i) % count
      if ((this.channels[index] as Channel).arrived.length > 0 && this.alignment?.isBlocked(index) !== true) {
        this.cursor = index
        return index
      }
    }
    return -1
  }

  firstBuffer(index: number): Buffer {
    return (this.channels[index] as Channel).arrived[0] as Buffer
  }

  /** The first buffer of the channel is consumed: the next turn looks at the next channel. True if that ends a key. */
  release(index: number): boolean {
    ;(this.channels[index] as Channel).releaseFirst()
    this.cursor = (index + 1) % this.channels.length
    return this.sorted !== null && this.sorted.endsKey[this.sorted.next++] === true
  }

  /** The valve of the channel's input takes a watermark; `output` gets what comes of it. */
  watermark(channel: number, timestamp: number, output: ValveOutput): void {
    this.valveOf(channel).watermark(this.places[channel] as number, timestamp, output)
  }

  status(channel: number, isIdle: boolean, output: ValveOutput): void {
    this.valveOf(channel).status(this.places[channel] as number, isIdle, output)
  }

  endData(channel: number): void {
    if (this.hasDataEnded[channel] === true) return
    this.hasDataEnded[channel] = true
    this.endedData++
  }

  hasAllData(): boolean {
    return this.endedData === this.channels.length
  }

  /** A channel has ended. The checkpoint whose snapshot is due by that, or 0. */
  end(channel: number): number {
    this.endData(channel)
    this.endedChannels++
    return this.alignment?.end(channel) ?? 0
  }

  hasEnded(): boolean {
    return this.endedChannels === this.channels.length
  }

  private valveOf(channel: number): WatermarkValve {
    return this.valves[this.inputs[channel] as number] as WatermarkValve
  }
}
