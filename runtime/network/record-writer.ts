// The output of a task onto the network: one writer per outgoing edge. Flink's RecordWriter and ResultPartition. Where a
// record has several consumers, each after the first gets its own copy.

import { cloneValue } from '../base/clone.ts'
import { BARRIER, END_OF_DATA, END_OF_INPUT } from '../record/buffer.ts'
import type { Receiver } from '../record/receiver.ts'
import { Channel } from './channel.ts'
import { CustomSelector, type ChannelSelector } from './partitioner.ts'

/** Writes to the channels of one edge. `selector` null writes every record to all of them. */
export class RecordWriter implements Receiver {
  readonly channels: readonly Channel[]
  readonly selector: ChannelSelector | null

  constructor(channels: readonly Channel[], selector: ChannelSelector | null) {
    this.channels = channels
    this.selector = selector
  }

  processElement(value: unknown, timestamp: number): void {
    if (this.selector !== null) (this.channels[this.selector.select(value)] as Channel).processElement(value, timestamp)
    // Consumers must not see each other's changes: in Flink each gets its own copy off the wire.
    else this.channels.forEach((channel, i) => channel.processElement(i === 0 ? value : cloneValue(value), timestamp))
  }

  processWatermark(timestamp: number): void {
    for (const channel of this.channels) channel.processWatermark(timestamp)
  }

  processStatus(isIdle: boolean): void {
    for (const channel of this.channels) channel.processStatus(isIdle)
  }

  /** What operators write to: with a single channel that's the channel itself, which saves a call per record. */
  receiver(): Receiver {
    const [channel] = this.channels
    return this.channels.length === 1 && !(this.selector instanceof CustomSelector) ? (channel as Channel) : this
  }

  /** Writes a checkpoint's barrier to all channels; it waits for nothing. */
  barrier(checkpoint: number): void {
    for (const channel of this.channels) {
      channel.appendControl(BARRIER, checkpoint)
      channel.seal()
    }
  }

  endData(): void {
    for (const channel of this.channels) channel.appendControl(END_OF_DATA, 0)
  }

  endInput(): void {
    for (const channel of this.channels) channel.appendControl(END_OF_INPUT, 0)
  }

  /**
   * Sends what was written; with `mayWait`, only buffers that are full or have waited for the buffer timeout.
   * Returns when the first of those that stay will have, in µs.
   */
  flush(leavesAtUs: number, mayWait: boolean): number {
    let dueUs = Infinity
    for (const channel of this.channels) dueUs = Math.min(dueUs, channel.flush(leavesAtUs, mayWait))
    return dueUs
  }

  /** Sends buffers that have waited for the buffer timeout and have credit. Returns as `flush`. */
  flushOverdue(nowUs: number): number {
    let dueUs = Infinity
    for (const channel of this.channels) dueUs = Math.min(dueUs, channel.flushOverdue(nowUs))
    return dueUs
  }

  awaitCredit(): void {
    for (const channel of this.channels) channel.awaitCredit()
  }

  hasCredit(): boolean {
    for (const channel of this.channels) if (!channel.hasCredit()) return false
    return true
  }
}

/**
 * Several consumers of one output: each after the first gets its own copy of every record. With object reuse only what
 * goes onto the network is copied, and chained consumers see each other's changes. Flink's BroadcastingOutputCollector.
 */
export class FanOut implements Receiver {
  readonly receivers: readonly Receiver[]
  /** By receiver, whether it gets a copy. */
  readonly isCopied: readonly boolean[]

  constructor(receivers: readonly Receiver[], reusesObjects: boolean) {
    this.receivers = receivers
    const isRemote = (receiver: Receiver): boolean => receiver instanceof RecordWriter || receiver instanceof Channel
    this.isCopied = receivers.map((receiver, i) => (reusesObjects ? isRemote(receiver) : i > 0))
  }

  processElement(value: unknown, timestamp: number): void {
    // The copies are made first: a chained function may change its record.
    const copies = this.isCopied.map((isCopied) => (isCopied ? cloneValue(value) : value))
    this.receivers.forEach((receiver, i) => receiver.processElement(copies[i], timestamp))
  }

  processWatermark(timestamp: number): void {
    for (const receiver of this.receivers) receiver.processWatermark(timestamp)
  }

  processStatus(isIdle: boolean): void {
    for (const receiver of this.receivers) receiver.processStatus(isIdle)
  }
}
