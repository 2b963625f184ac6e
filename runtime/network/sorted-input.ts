// The inputs of a task in batch mode: nothing is read before all of it is there; then keyed inputs are sorted, so that
// one key comes after the other, and records of a key in order of their timestamps. Inputs without a key come first, a
// broadcast one before any other, each in the order of its channels, a record of each in turn.
// Flink's SortingDataInput and MultiInputSortingDataInput.

import { END_OF_INPUT, type BufferPool } from '../record/buffer.ts'
import type { CanonicalKey } from '../record/key.ts'
import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../base/time.ts'
import { WATERMARK, type Buffer } from '../record/buffer.ts'
import type { Channel } from './channel.ts'

/** What sorting needs to know of the channels, by index. */
export interface InputOrder {
  /** The key of a record that came through the channel; undefined where its input isn't keyed. */
  readonly readKey: (channel: number, value: unknown) => CanonicalKey | undefined
  /** Whether all of the channel comes before what isn't keyed and not first. */
  readonly isFirst: (channel: number) => boolean
}

interface Entry {
  readonly channel: number
  readonly isFirst: boolean
  /** Among the records of its channel, from 0. */
  readonly place: number
  /** Among all that came through its channel, watermarks too, from 0. */
  readonly element: number
  readonly key: CanonicalKey | undefined
  readonly value: unknown
  readonly timestamp: number
}

/** In which order the channels are read: a buffer each, none with records of two keys. */
export class SortedInput {
  /** Channels by turn. */
  readonly order: readonly number[]
  /** By turn: whether the buffer is the last of its key. */
  readonly endsKey: readonly boolean[]
  /** By channel: which of the elements that came through it are its records, in the order in which they're read now. */
  readonly elements: readonly (readonly number[])[]
  next = 0

  constructor(order: readonly number[], endsKey: readonly boolean[], elements: readonly (readonly number[])[]) {
    this.order = order
    this.endsKey = endsKey
    this.elements = elements
  }
}

/** Whether everything the channel will ever bring has arrived. */
export function hasArrivedWhole(channel: Channel): boolean {
  const last = channel.arrived.at(-1)
  return last !== undefined && last.controlKinds.at(-1) === END_OF_INPUT
}

/** Puts what has arrived in the order of batch mode. */
export function sortInput(channels: readonly Channel[], pool: BufferPool, inputs: InputOrder): SortedInput {
  const entries = channels.flatMap((channel, index) => takeRecords(channel, index, pool, inputs))
  // Array.sort is stable: records of equal key and timestamp keep the order of their channel.
  entries.sort(compareEntries)
  const order: number[] = []
  const endsKey: boolean[] = []
  const elements: number[][] = channels.map(() => [])
  let open: Buffer | null = null
  entries.forEach((entry, i) => {
    const channel = channels[entry.channel] as Channel
    if (open === null) {
      open = pool.take()
      channel.arrived.push(open)
      order.push(entry.channel)
    }
    open.add(entry.value, entry.timestamp)
    elements[entry.channel]?.push(entry.element)
    const next = entries[i + 1]
    const isLastOfKey = next === undefined || compareKeys(next.key, entry.key) !== 0
    if (!isLastOfKey && next.channel === entry.channel && open.size < pool.capacity) return
    endsKey.push(isLastOfKey && entry.key !== undefined)
    open = null
  })
  channels.forEach((channel, index) => {
    const end = pool.take()
    end.addControl(WATERMARK, MAX_TIMESTAMP)
    end.addControl(END_OF_INPUT, 0)
    channel.arrived.push(end)
    order.push(index)
    endsKey.push(false)
  })
  return new SortedInput(order, endsKey, elements)
}

function takeRecords(
  channel: Channel,
  index: number,
  pool: BufferPool,
  { readKey, isFirst: comesFirst }: InputOrder,
): Entry[] {
  const entries: Entry[] = []
  const isFirst = comesFirst(index)
  let before = 0
  for (const buffer of channel.arrived) {
    let controls = 0
    for (let i = 0; i < buffer.size; i++) {
      while ((buffer.controlAt[controls] ?? Infinity) <= i) controls++
      const value = buffer.valueAt(i)
      const timestamp = buffer.timestampAt(i)
      const key = readKey(index, value)
      const [place, element] = [entries.length, before + i + controls]
      entries.push({ channel: index, isFirst, place, element, key, value, timestamp })
    }
    before += buffer.size + buffer.controlAt.length
    pool.give(buffer)
  }
  channel.arrived.length = 0
  return entries
}

function compareEntries(a: Entry, b: Entry): number {
  const byKey = compareKeys(a.key, b.key)
  if (byKey !== 0) return byKey
  if (a.key !== undefined) return compare(timeOf(a), timeOf(b))
  return a.isFirst === b.isFirst ? a.place - b.place : a.isFirst ? -1 : 1
}

/** Any order will do, as long as it's the same every time. */
function compareKeys(a: CanonicalKey | undefined, b: CanonicalKey | undefined): number {
  if (a === b) return 0
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1
  return typeof a === typeof b ? compare(a, b) : compare(typeof a, typeof b)
}

function compare<T extends number | bigint | string | boolean>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function timeOf({ timestamp }: Entry): number {
  return Number.isNaN(timestamp) ? MIN_TIMESTAMP : timestamp
}
