// What an observer knows of a channel: what was sent into it and hasn't arrived, how its watermark went, and how many
// records came before the barrier of each checkpoint.

import type { Channel } from '../../runtime/network/channel.ts'
import { BARRIER, OVERTAKEN, WATERMARK, type Buffer } from '../../runtime/record/buffer.ts'
import type { Task } from '../../runtime/task/task.ts'
import type { Violation } from './cluster-observer.ts'

export class ChannelRecord {
  readonly channel: Channel
  /** Buffers sent and not yet delivered, oldest first. */
  readonly onTheWay: Buffer[] = []
  watermark = -Infinity
  /** Records delivered so far, and of each checkpoint how many came before its barrier. */
  records = 0
  readonly before = new Map<number, number>()

  /** A channel made anew begins with the records that were restored into it. */
  constructor(channel: Channel) {
    this.channel = channel
    for (const { size } of channel.arrived) this.records += size
  }

  /** A buffer has just been sent. */
  sent(): void {
    this.onTheWay.push(this.channel.onTheWay.at(-1) as Buffer)
  }

  /** A buffer has just arrived: the oldest of those that were sent, and all others are still there. */
  delivered(): Violation | null {
    const { id, onTheWay, arrived } = this.channel
    const expected = this.onTheWay.shift()
    const delivered = arrived.at(-1)
    if (delivered === undefined || delivered !== expected) {
      return { invariant: '8 conservation', text: `channel ${id} delivered another buffer than the oldest` }
    }
    for (let i = 0; i < this.onTheWay.length; i++) {
      if (this.onTheWay[i] === onTheWay[i]) continue
      return { invariant: '8 conservation', text: `channel ${id} lost a buffer, or changed their order` }
    }
    return this.#read(delivered)
  }

  #read({ controlAt, controlKinds, controlValues, size }: Buffer): Violation | null {
    for (let i = 0; i < controlKinds.length; i++) {
      const value = controlValues[i] as number
      if (controlKinds[i] === BARRIER) this.before.set(value, this.records + (controlAt[i] as number))
      else if (controlKinds[i] === WATERMARK) {
        if (value < this.watermark) {
          const text = `channel ${this.channel.id}: ${value} after ${this.watermark}`
          return { invariant: '1 watermarks', text }
        }
        this.watermark = value
      }
    }
    this.records += size
    return null
  }
}

/** How many of the buffers took a credit. As in Flink a barrier on its own needs none. */
export function countCredits(buffers: readonly Buffer[]): number {
  let count = 0
  for (const { size, controlKinds } of buffers) if (size > 0 || controlKinds.some(takesCredit)) count++
  return count
}

const takesCredit = (kind: number): boolean => kind !== BARRIER && kind !== OVERTAKEN

/** Records that a task has read, by channel. */
export function readOf({ gate }: Task): number[] {
  return (gate?.channels ?? []).map(({ consumedRecords, arrived }) => consumedRecords + (arrived[0]?.position ?? 0))
}
