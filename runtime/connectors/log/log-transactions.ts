// Transactions of the log. A transactional id belongs to one producer at a time: whoever takes it next gets the next epoch,
// aborts what was open and fences the one before. One that stays open too long is aborted, and its producer fenced as
// well. Kafka's TransactionCoordinator.

import { LearnerError } from '../../base/diagnostic.ts'
import type { LogPartition, RecordTransaction } from './log-partition.ts'

/** A transaction, and what has become of it. */
export interface LogTransaction extends RecordTransaction {
  readonly transactionalId: string
  readonly epoch: number
  readonly startedMs: number
  /** When it's aborted unless it's over by then. */
  readonly deadlineMs: number
  state: 'open' | 'committed' | 'aborted'
  readonly partitions: Set<LogPartition>
}

/** Who may write under a transactional id, as long as the epoch is the newest. Plain data. */
export interface ProducerId {
  readonly transactionalId: string
  readonly epoch: number
}

interface ProducerEntry {
  epoch: number
  timeoutMs: number
  /** The one begun last. */
  last: LogTransaction | null
}

/** So many transactional ids are remembered; of the oldest nobody will ask any more. */
const MOST_PRODUCERS = 10_000

/** Kafka's transaction.max.timeout.ms. */
export const MAX_TRANSACTION_TIMEOUT_MS = 900_000

export class LogTransactions {
  /** By transactional id. */
  readonly producers = new Map<string, ProducerEntry>()
  /** Open ones. */
  readonly open = new Set<LogTransaction>()
  /** Told when a transaction is over, with the partitions it has written to. */
  readonly ended: (partitions: ReadonlySet<LogPartition>) => void

  constructor(ended: (partitions: ReadonlySet<LogPartition>) => void) {
    this.ended = ended
  }

  /** Takes a transactional id: aborts what is open under it and fences whoever had it. */
  initTransactions(transactionalId: string, timeoutMs: number, nowMs: number): ProducerId {
    this.forgetOldest()
    const entry = this.producers.get(transactionalId) ?? { epoch: -1, timeoutMs, last: null }
    this.producers.set(transactionalId, entry)
    this.end(entry.last, 'abort', nowMs)
    entry.epoch++
    entry.timeoutMs = timeoutMs
    return { transactionalId, epoch: entry.epoch }
  }

  /** The open transaction of a producer, begun if there is none. */
  current(producer: ProducerId, nowMs: number): LogTransaction {
    const entry = this.entryOf(producer)
    if (entry.last?.state === 'open') return entry.last
    const { transactionalId, epoch } = producer
    const deadlineMs = nowMs + entry.timeoutMs
    entry.last = { transactionalId, epoch, startedMs: nowMs, deadlineMs, state: 'open', partitions: new Set() }
    this.open.add(entry.last)
    return entry.last
  }

  /** Committing twice is committing once. */
  commit(producer: ProducerId, nowMs: number): void {
    const { last } = this.entryOf(producer)
    if (last?.state === 'aborted') throw new LearnerError('TRANSACTION_STATE', { id: producer.transactionalId })
    this.end(last, 'commit', nowMs)
  }

  abort(producer: ProducerId, nowMs: number): void {
    this.end(this.entryOf(producer).last, 'abort', nowMs)
  }

  /** Ids under which something is open. */
  openIds(): string[] {
    return Array.from(this.open, ({ transactionalId }) => transactionalId)
  }

  nextDeadlineMs(): number {
    let next = Infinity
    for (const { deadlineMs } of this.open) if (deadlineMs < next) next = deadlineMs
    return next
  }

  /** Aborts what has been open for too long. */
  expire(nowMs: number): void {
    for (const transaction of Array.from(this.open)) {
      if (transaction.deadlineMs > nowMs) continue
      this.end(transaction, 'abort', nowMs)
      const entry = this.producers.get(transaction.transactionalId)
      if (entry !== undefined) entry.epoch++
    }
  }

  private forgetOldest(): void {
    if (this.producers.size < MOST_PRODUCERS) return
    for (const [id, { last }] of this.producers) {
      if (last?.state === 'open') continue
      this.producers.delete(id)
      return
    }
  }

  private entryOf({ transactionalId, epoch }: ProducerId): ProducerEntry {
    const entry = this.producers.get(transactionalId)
    if (entry === undefined || entry.epoch !== epoch) throw new LearnerError('PRODUCER_FENCED', { id: transactionalId })
    return entry
  }

  private end(transaction: LogTransaction | null, marker: 'commit' | 'abort', atMs: number): void {
    if (transaction?.state !== 'open') return
    transaction.state = marker === 'commit' ? 'committed' : 'aborted'
    this.open.delete(transaction)
    for (const partition of transaction.partitions) {
      partition.append({ key: null, value: null, timestamp: NaN, atMs, transaction, marker })
    }
    this.ended(transaction.partitions)
  }
}
