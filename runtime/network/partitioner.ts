// Which channel a record goes into. Flink's StreamPartitioner family, held to golden/datastream/partitioners.json. A
// selector's state is plain fields; one belongs to one sender and one edge.

import { LearnerError } from '../base/diagnostic.ts'
import type { RandomStream } from '../base/random.ts'
import { keyGroupOf, subtaskOf } from '../record/key-groups.ts'
import type { KeyReader } from '../record/key.ts'
import type { Partitioner } from '../record/partitioner.ts'

/** Picks the channel for a record, from 0. */
export interface ChannelSelector {
  select(value: unknown): number
}

/** What the selectors need beside the number of channels. */
export interface SelectorOptions {
  readonly channels: number
  readonly random: () => RandomStream
  /** For HASH: reads the key of a record. */
  readonly key: { readonly select: (value: unknown) => unknown; readonly reader: KeyReader } | null
  readonly maxParallelism: number
  /** For CUSTOM: the learner's own choice, given the record and the number of channels. */
  readonly choose: ((value: unknown, channels: number) => number) | null
  /** Who receives the records: what a mistaken choice is said about. */
  readonly receiver?: string
}

/** Always the same channel: forward, global, and anything with a single channel. */
export class SingleSelector implements ChannelSelector {
  select(): number {
    return 0
  }
}

/** Round robin from a given channel on. Flink's rebalance begins at a random one, rescale at the first. */
export class RoundRobinSelector implements ChannelSelector {
  readonly channels: number
  next: number

  constructor(channels: number, first: number) {
    this.channels = channels
    this.next = first
  }

  select(): number {
    const channel = this.next
    this.next = channel + 1 === this.channels ? 0 : channel + 1
    return channel
  }
}

/** A random channel for each record. */
export class ShuffleSelector implements ChannelSelector {
  readonly channels: number
  readonly random: RandomStream

  constructor(channels: number, random: RandomStream) {
    this.channels = channels
    this.random = random
  }

  select(): number {
    return this.random.nextBelow(this.channels)
  }
}

/** The subtask that owns the key group of the record's key. Flink's KeyGroupStreamPartitioner. */
export class HashSelector implements ChannelSelector {
  readonly channels: number
  readonly maxParallelism: number
  readonly selectKey: (value: unknown) => unknown
  readonly reader: KeyReader

  constructor(options: SelectorOptions, key: NonNullable<SelectorOptions['key']>) {
    this.channels = options.channels
    this.maxParallelism = options.maxParallelism
    this.selectKey = key.select
    this.reader = key.reader
  }

  select(value: unknown): number {
    const hash = this.reader.hash(this.selectKey(value))
    return subtaskOf(keyGroupOf(hash, this.maxParallelism), this.channels, this.maxParallelism)
  }
}

/** Wherever the learner's function says. */
export class CustomSelector implements ChannelSelector {
  readonly channels: number
  readonly choose: (value: unknown, channels: number) => number
  readonly receiver: string | null

  constructor(channels: number, choose: (value: unknown, channels: number) => number, receiver: string | null = null) {
    this.channels = channels
    this.choose = choose
    this.receiver = receiver
  }

  select(value: unknown): number {
    const channel = this.choose(value, this.channels)
    if (Number.isInteger(channel) && channel >= 0 && channel < this.channels) return channel
    const error = new LearnerError('PARTITION_RANGE', { channel: String(channel), channels: this.channels })
    error.nodeId = this.receiver
    throw error
  }
}

/** The selector of a partitioner. BROADCAST has none: its writer writes to all channels. */
export function createSelector(partitioner: Partitioner, options: SelectorOptions): ChannelSelector {
  if (options.channels === 1 && partitioner !== 'CUSTOM') return new SingleSelector()
  switch (partitioner) {
    case 'REBALANCE':
      return new RoundRobinSelector(options.channels, options.random().nextBelow(options.channels))
    case 'RESCALE':
      return new RoundRobinSelector(options.channels, 0)
    case 'SHUFFLE':
      return new ShuffleSelector(options.channels, options.random())
    case 'HASH':
      if (options.key !== null) return new HashSelector(options, options.key)
      return new SingleSelector()
    case 'CUSTOM':
      if (options.choose !== null) return new CustomSelector(options.channels, options.choose, options.receiver)
      return new SingleSelector()
    default:
      return new SingleSelector()
  }
}
