// What travels through a channel: up to a fixed number of records in columns, and the control elements among them, each
// at the position before which it takes effect. A sealed buffer is immutable but for the reader's own cursor.

/** Control elements in a stream. The numbers stand in traces: never renumber. */
export const WATERMARK = 1
export const IDLE = 2
export const ACTIVE = 3
export const END_OF_INPUT = 4

/** Records and control elements, in order. Flink's network Buffer, with records instead of bytes. */
export class Buffer {
  values: unknown[]
  /** Event timestamps in ms; NaN where a record has none. */
  readonly timestamps: Float64Array
  size = 0
  /** Control i stands before record `controlAt[i]`. */
  readonly controlAt: number[] = []
  readonly controlKinds: number[] = []
  /** The watermark's timestamp; 0 for the others. */
  readonly controlValues: number[] = []
  /** The reader's cursors. */
  position = 0
  controlIndex = 0
  /** When it left its sender, in virtual µs. */
  leftAtUs = 0

  constructor(capacity: number) {
    this.values = new Array<unknown>(capacity)
    this.timestamps = new Float64Array(capacity)
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

  /** Makes it an empty buffer again. Young records in an old array would cost the garbage collector more than a new one. */
  reset(): void {
    this.values = new Array<unknown>(this.values.length)
    this.size = 0
    this.position = 0
    this.controlIndex = 0
    if (this.controlAt.length > 0) {
      this.controlAt.length = 0
      this.controlKinds.length = 0
      this.controlValues.length = 0
    }
  }
}

/** Buffers to use again. Typed arrays are dear to allocate; a job needs only as many as are in flight at once. */
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
