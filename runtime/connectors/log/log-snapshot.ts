// The log as plain data, to be kept beyond a run: what was written, what has become of its transactions, how far groups
// are, and how far those are who write from outside. Transactions that records share are told by number.

import type { LogCluster } from './log-cluster.ts'
import type { LogPartition, LogRecord } from './log-partition.ts'
import type { LogTransaction } from './log-transactions.ts'
import type { ProducerSnapshot } from './log-producer.ts'

type RecordSnapshot = Omit<LogRecord, 'offset' | 'transaction'> & { readonly transaction: number | null }

type TransactionSnapshot = Omit<LogTransaction, 'partitions'> & { readonly partitions: readonly string[] }

/** The log. */
export interface LogSnapshot {
  readonly topics: readonly {
    readonly name: string
    readonly retentionMs: number
    readonly partitions: readonly { readonly startOffset: number; readonly records: readonly RecordSnapshot[] }[]
  }[]
  readonly transactions: readonly TransactionSnapshot[]
  readonly producers: readonly {
    readonly transactionalId: string
    readonly epoch: number
    readonly timeoutMs: number
    /** Number of the transaction begun last. */
    readonly last: number | null
  }[]
  readonly groups: readonly (readonly [
    group: string,
    offsets: readonly (readonly [partition: string, offset: number])[],
  ])[]
  readonly outside: readonly (readonly [topic: string, producer: ProducerSnapshot])[]
}

/** The log as it is now. */
export function snapshotLog(log: LogCluster): LogSnapshot {
  const numbers = new Map<LogTransaction, number>()
  const numberOf = (transaction: LogTransaction | null): number | null => {
    if (transaction === null) return null
    const number = numbers.get(transaction) ?? numbers.size
    numbers.set(transaction, number)
    return number
  }
  const topics = Array.from(log.topics.values(), ({ name, retentionMs, partitions }) => ({
    ...{ name, retentionMs },
    partitions: partitions.map(({ startOffset, records }) => ({
      startOffset,
      records: records.map(({ offset: _offset, transaction, ...record }): RecordSnapshot => {
        return { ...record, transaction: numberOf(transaction as LogTransaction | null) }
      }),
    })),
  }))
  const producers = Array.from(log.transactions.producers, ([transactionalId, { epoch, timeoutMs, last }]) => {
    return { transactionalId, epoch, timeoutMs, last: numberOf(last) }
  })
  const transactions = Array.from(numbers.keys(), ({ partitions, ...transaction }): TransactionSnapshot => {
    return { ...transaction, partitions: Array.from(partitions, ({ id }) => id) }
  })
  const groups = Array.from(log.groups, ([group, offsets]) => [group, Array.from(offsets)] as const)
  const writing = log.producers.map((producer) => [producer.topicName, producer.snapshot()] as const)
  return { topics, transactions, producers, groups, outside: [...log.resuming, ...writing] }
}

/** Puts it into a log that has nothing. */
export function restoreLog(log: LogCluster, snapshot: LogSnapshot): void {
  for (const { name, retentionMs, partitions } of snapshot.topics) {
    log.createTopic(name, partitions.length, retentionMs)
  }
  const transactions = snapshot.transactions.map(({ partitions, ...transaction }): LogTransaction => {
    return { ...transaction, partitions: new Set(partitions.map((id) => log.partition(id))) }
  })
  const numbered = (number: number | null): LogTransaction | null =>
    number === null ? null : (transactions[number] as LogTransaction)
  for (const { name, partitions } of snapshot.topics) {
    for (const [index, { startOffset, records }] of partitions.entries()) {
      const partition = log.topics.get(name)?.partitions[index] as LogPartition
      partition.startOffset = startOffset
      for (const { transaction, ...record } of records)
        partition.append({ ...record, transaction: numbered(transaction) })
      for (const transaction of partition.open.keys())
        if (transaction.state !== 'open') partition.open.delete(transaction)
    }
  }
  for (const transaction of transactions) if (transaction.state === 'open') log.transactions.open.add(transaction)
  for (const { transactionalId, epoch, timeoutMs, last } of snapshot.producers) {
    log.transactions.producers.set(transactionalId, { epoch, timeoutMs, last: numbered(last) })
  }
  for (const [group, offsets] of snapshot.groups) log.commitOffsets(group, new Map(offsets))
  for (const [topic, producer] of snapshot.outside) log.resuming.set(topic, producer)
}
