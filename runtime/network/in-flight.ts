// Records on their way that a barrier overtakes: they stand in the checkpoint, channel by channel, and are there again
// before anything new when the job starts from it. Flink's channel state.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/checkpointing_under_backpressure/#unaligned-checkpoints

import { cloneValue } from '../base/clone.ts'
import { ACTIVE, BARRIER, END_OF_INPUT, IDLE, OVERTAKEN, RECORD, WATERMARK, type Buffer } from '../record/buffer.ts'

/** A record, or a watermark or status among records. */
export interface InFlightElement {
  /** RECORD, WATERMARK, IDLE or ACTIVE. */
  readonly kind: number
  /** Of a watermark its time. */
  readonly value: unknown
  /** Of a record; NaN for none. */
  readonly timestamp: number
}

/** A channel's place among those of its edge. */
export interface ChannelPlace {
  /** The edge: ids of the operators, and which of the edges between them. */
  readonly edge: string
  readonly sender: number
  readonly receiver: number
  /** How many of each there are. */
  readonly senders: number
  readonly receivers: number
}

/** What was on its way through a channel. */
export interface InFlight extends ChannelPlace {
  readonly elements: readonly InFlightElement[]
}

const KEPT = new Set([WATERMARK, IDLE, ACTIVE])

/** The channels of a subtask whose elements before a barrier are kept. */
export interface CapturedChannel {
  readonly arrived: readonly Buffer[]
}

/** Takes hold of what has arrived and wasn't read, and of what still arrives before the barrier of its channel. */
export class InFlightCapture {
  readonly checkpoint: number
  /** By channel. */
  readonly elements: InFlightElement[][]
  /** Channels whose barrier hasn't arrived. */
  readonly awaited = new Set<number>()
  records = 0

  /** `isOver`: whether the channel's barrier has been read already, or nothing comes any more. */
  constructor(channels: readonly CapturedChannel[], checkpoint: number, isOver: (channel: number) => boolean) {
    this.checkpoint = checkpoint
    this.elements = channels.map(() => [])
    channels.forEach(({ arrived }, i) => {
      if (isOver(i)) return
      this.awaited.add(i)
      for (const buffer of arrived) this.arrived(i, buffer)
    })
  }

  /** A buffer has arrived. */
  arrived(channel: number, buffer: Buffer): void {
    if (!this.awaited.has(channel)) return
    const into = this.elements[channel] as InFlightElement[]
    const before = into.length
    if (this.takeFrom(buffer, into)) this.awaited.delete(channel)
    for (let i = before; i < into.length; i++) if (into[i]?.kind === RECORD) this.records++
  }

  isComplete(): boolean {
    return this.awaited.size === 0
  }

  /** True if the barrier was there. */
  private takeFrom(buffer: Buffer, into: InFlightElement[]): boolean {
    let control = buffer.controlIndex
    for (let at = buffer.position; at <= buffer.size; at++) {
      for (; control < buffer.controlAt.length && buffer.controlAt[control] === at; control++) {
        const kind = buffer.controlKinds[control] as number
        const value = buffer.controlValues[control] as number
        if (kind === END_OF_INPUT) return true
        if (kind === BARRIER && value === this.checkpoint) {
          buffer.controlKinds[control] = OVERTAKEN
          return true
        }
        if (KEPT.has(kind)) into.push({ kind, value, timestamp: NaN })
      }
      if (at === buffer.size) return false
      into.push({ kind: RECORD, value: cloneValue(buffer.valueAt(at)), timestamp: buffer.timestampAt(at) })
    }
    return false
  }
}

/** How an edge sends records now: to whom a record goes, and how many there are on both sides. */
export interface RestoredEdge {
  readonly senders: number
  readonly receivers: number
  /** By the record where its key or the learner decides; else null: then whole channels move. */
  readonly receiverOf: ((value: unknown) => number) | null
}

/**
 * What goes into which channel of an edge that has as many subtasks as before, or others. Of others, watermarks and
 * statuses are left out: the senders say them again. Flink's SubtaskStateMapper: RANGE and FULL look at every record,
 * ROUND_ROBIN and FIRST hand over whole channels.
 */
export function redistributeInFlight(
  before: readonly InFlight[],
  { senders, receivers, receiverOf }: RestoredEdge,
): readonly (Pick<ChannelPlace, 'sender' | 'receiver'> & { readonly elements: readonly InFlightElement[] })[] {
  return before.flatMap((channel) => {
    const { sender, receiver, elements } = channel
    if (channel.senders === senders && channel.receivers === receivers) return [{ sender, receiver, elements }]
    const byReceiver = new Map<number, InFlightElement[]>()
    for (const element of elements) {
      if (element.kind !== RECORD) continue
      const to = receiverOf === null ? receiver % receivers : receiverOf(element.value)
      byReceiver.set(to, [...(byReceiver.get(to) ?? []), element])
    }
    return Array.from(byReceiver, ([to, records]) => ({ sender: sender % senders, receiver: to, elements: records }))
  })
}
