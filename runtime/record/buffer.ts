// What travels through a channel: up to a fixed number of records, and the control elements among them, each
// at the position before which it takes effect. A sealed buffer is immutable but for the reader's own cursor, and for a
// barrier that has overtaken the rest.

import { hasTimestamp } from '../base/time.ts'

/** Control elements in a stream. The numbers stand in traces: never renumber. */
export const WATERMARK = 1
export const IDLE = 2
export const ACTIVE = 3
export const END_OF_INPUT = 4
/** Of a checkpoint: what comes before it is in its snapshot, what comes after isn't. */
export const BARRIER = 5
/** No more records and watermarks come; barriers may. Of a job without checkpoints END_OF_INPUT says both. */
export const END_OF_DATA = 6
/** Was a barrier, which has been taken before what stands in front of it. */
export const OVERTAKEN = 7
/** Of elements out of a buffer: what is no control element. */
export const RECORD = 0

/** Records and control elements, in order. Flink's network Buffer, with records instead of bytes. */
export class Buffer {
  records: unknown[]
  /** Event timestamps of the records in ms, NaN for one that has none; null where none has. */
  timestamps: number[] | null = null
  size = 0
  /** Control i stands before record `controlAt[i]`. */
  controlAt: number[] = []
  controlKinds: number[] = []
  /** The watermark's timestamp, the number of a barrier's checkpoint; 0 for the others. */
  controlValues: number[] = []
  /** The reader's cursors. */
  position = 0
  controlIndex = 0
  /** When it left its sender, in virtual µs. */
  leftAtUs = 0

  constructor(capacity: number) {
    this.records = new Array<unknown>(capacity)
  }

  add(value: unknown, timestamp: number): void {
    const at = this.size++
    this.records[at] = value
    if (this.timestamps !== null) this.timestamps[at] = timestamp
    else if (hasTimestamp(timestamp)) this.addFirstTimestamp(at, timestamp)
  }

  valueAt(index: number): unknown {
    return this.records[index]
  }

  timestampAt(index: number): number {
    return this.timestamps === null ? NaN : (this.timestamps[index] as number)
  }

  addControl(kind: number, value: number): void {
    this.controlAt.push(this.size)
    this.controlKinds.push(kind)
    this.controlValues.push(value)
  }

  /** Where reading must pause next: at a control element or at the end. */
  nextStop(): number {
    return this.controlIndex < this.controlAt.length ? (this.controlAt[this.controlIndex] as number) : this.size
  }

  isConsumed(): boolean {
    return this.position === this.size && this.controlIndex === this.controlAt.length
  }

  /** Nothing but a barrier, which takes no credit: Flink's events need no buffer of the pool either. */
  isBarrier(): boolean {
    if (this.size > 0 || this.controlKinds.length !== 1) return false
    return this.controlKinds[0] === BARRIER || this.controlKinds[0] === OVERTAKEN
  }

  /** The checkpoint of the barrier that ends it, 0 for none: after a barrier nothing more is written into a buffer. */
  lastBarrier(): number {
    const last = this.controlKinds.length - 1
    return last >= 0 && this.controlKinds[last] === BARRIER ? (this.controlValues[last] as number) : 0
  }

  /** Makes it an empty buffer again. Young records in an old array would cost the garbage collector more than a new one. */
  reset(): void {
    this.records = new Array<unknown>(this.records.length)
    this.timestamps = null
    this.size = 0
    this.position = 0
    this.controlIndex = 0
    this.leftAtUs = 0
    if (this.controlAt.length > 0) {
      this.controlAt = []
      this.controlKinds = []
      this.controlValues = []
    }
  }

  private addFirstTimestamp(at: number, timestamp: number): void {
    this.timestamps = new Array<number>(this.records.length)
    for (let i = 0; i < at; i++) this.timestamps[i] = NaN
    this.timestamps[at] = timestamp
  }
}

/** Buffers to use again: a job needs only as many as are in flight at once. */
export class BufferPool {
  readonly capacity: number
  free: Buffer[] = []

  constructor(capacity: number) {
    this.capacity = capacity
  }

  take(): Buffer {
    return this.free.pop() ?? new Buffer(this.capacity)
  }

  give(buffer: Buffer): void {
    buffer.reset()
    this.free.push(buffer)
  }
}
