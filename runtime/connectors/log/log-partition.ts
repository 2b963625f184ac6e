// A partition of a topic: records in the order in which they were appended, each at its offset. The markers that end
// transactions take offsets too, as in Kafka, so offsets of records have gaps. Records behind the first open transaction
// aren't for readers of committed ones: the last stable offset stands there.

/** What a reader wants to see of transactions. Kafka's isolation.level. */
export type IsolationLevel = 'read_committed' | 'read_uncommitted'

/** A record's transaction, as far as readers mind. */
export interface RecordTransaction {
  readonly state: 'open' | 'committed' | 'aborted'
}

/** What stands at an offset. */
export interface LogRecord {
  readonly offset: number
  /** Null for none. */
  readonly key: unknown
  readonly value: unknown
  /** Of the event, in ms; NaN for none. */
  readonly timestamp: number
  /** Processing time in ms at which it was appended. */
  readonly atMs: number
  /** Null for a record outside of transactions. */
  readonly transaction: RecordTransaction | null
  /** What ends a transaction is no record for readers. */
  readonly marker: 'commit' | 'abort' | null
}

export class LogPartition {
  readonly topic: string
  readonly index: number
  /** `topic-index`: what its split is called. */
  readonly id: string
  /** Of the first record that is still kept. */
  startOffset = 0
  records: LogRecord[] = []
  /** Open transactions that have written here, with the offset of their first record. */
  readonly open = new Map<RecordTransaction, number>()

  constructor(topic: string, index: number) {
    this.topic = topic
    this.index = index
    this.id = `${topic}-${index}`
  }

  /** Of the next record. Kafka's high watermark, where no replica lags. */
  endOffset(): number {
    return this.startOffset + this.records.length
  }

  lastStableOffset(): number {
    let first = this.endOffset()
    for (const offset of this.open.values()) if (offset < first) first = offset
    return first
  }

  /** How far a reader may go. */
  readableEnd(isolation: IsolationLevel): number {
    return isolation === 'read_committed' ? this.lastStableOffset() : this.endOffset()
  }

  append({ key, value, timestamp, atMs, transaction, marker }: Omit<LogRecord, 'offset'>): number {
    const offset = this.endOffset()
    this.records.push({ offset, key, value, timestamp, atMs, transaction, marker })
    if (transaction !== null && marker === null && !this.open.has(transaction)) this.open.set(transaction, offset)
    if (transaction !== null && marker !== null) this.open.delete(transaction)
    return offset
  }

  /** The first offset from this one on at which there's a record for the reader; `end` where there's none before it. */
  nextVisible(from: number, end: number, isolation: IsolationLevel): number {
    for (let offset = Math.max(from, this.startOffset); offset < end; offset++) {
      if (isVisible(this.at(offset), isolation)) return offset
    }
    return end
  }

  at(offset: number): LogRecord {
    return this.records[offset - this.startOffset] as LogRecord
  }

  /** The offset of the first record that isn't older; the end where all are. */
  offsetOfTime(timestampMs: number): number {
    const found = this.records.find(({ timestamp, atMs }) => (timestamp >= 0 ? timestamp : atMs) >= timestampMs)
    return found?.offset ?? this.endOffset()
  }

  /**
   * Drops what was appended before this time, up to the first open transaction. Differs from Kafka: record by record,
   * where Kafka drops segments of a GiB or a week.
   */
  dropBefore(atMs: number): void {
    if (!((this.records[0]?.atMs ?? Infinity) < atMs)) return
    const stable = this.lastStableOffset()
    let dropped = 0
    while (this.startOffset + dropped < stable && (this.records[dropped] as LogRecord).atMs < atMs) dropped++
    if (dropped === 0) return
    this.records = this.records.slice(dropped)
    this.startOffset += dropped
  }
}

function isVisible({ marker, transaction }: LogRecord, isolation: IsolationLevel): boolean {
  if (marker !== null) return false
  return isolation === 'read_uncommitted' || transaction === null || transaction.state === 'committed'
}
