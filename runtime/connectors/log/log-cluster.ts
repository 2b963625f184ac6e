// The partitioned log: topics with their partitions, transactions, and the offsets that consumer groups have committed. It
// stands outside of the jobs and outlives them, as a Kafka cluster does; one broker, which never fails. Whoever reads is
// told when there's more to read.

import { LearnerError } from '../../base/diagnostic.ts'
import type { Outside, OutsideSystem } from '../../operators/outside.ts'
import { LogPartition } from './log-partition.ts'
import type { OutsideProducer, ProducerSnapshot } from './log-producer.ts'
import { LogTransactions, type ProducerId } from './log-transactions.ts'

/** A topic. */
export interface LogTopic {
  readonly name: string
  readonly partitions: LogPartition[]
  /** How long records are kept, in ms. Kafka's retention.ms. */
  readonly retentionMs: number
}

/** A record to be appended. */
export interface RecordToAppend {
  readonly key: unknown
  readonly value: unknown
  readonly timestamp: number
}

/** Told that a partition's readable end may have moved. */
export interface LogListener {
  partitionChanged(partition: LogPartition): void
}

/** Kafka's log.retention.hours of 168. */
export const DEFAULT_RETENTION_MS = 7 * 24 * 3_600_000

const NAME = 'log'

/** The log outside of the jobs. */
export function logOf(outside: Outside): LogCluster {
  return outside.system(NAME, () => new LogCluster(() => outside.alarmChanged()))
}

/** The log for whoever only looks: the outside is the same afterwards. */
export function logSeen(outside: Outside): LogCluster {
  return outside.seen(NAME, () => new LogCluster(() => undefined))
}

export class LogCluster implements OutsideSystem {
  readonly topics = new Map<string, LogTopic>()
  /** By group, then by partition id. */
  readonly groups = new Map<string, Map<string, number>>()
  readonly listeners = new Set<LogListener>()
  readonly transactions: LogTransactions
  readonly alarmChanged: () => void
  /** Those who write without being part of a job. */
  readonly producers: OutsideProducer[] = []
  /** By topic: how far those were who wrote in an earlier run, until they go on. */
  readonly resuming = new Map<string, ProducerSnapshot>()

  constructor(alarmChanged: () => void) {
    this.alarmChanged = alarmChanged
    this.transactions = new LogTransactions((partitions) => partitions.forEach((partition) => this.tell(partition)))
  }

  /** Makes a topic, or gives one that is there more partitions, if it has fewer. */
  createTopic(name: string, partitions: number, retentionMs = DEFAULT_RETENTION_MS): LogTopic {
    const topic = this.topics.get(name) ?? { name, partitions: [], retentionMs }
    this.topics.set(name, topic)
    while (topic.partitions.length < partitions) {
      topic.partitions.push(new LogPartition(name, topic.partitions.length))
    }
    return topic
  }

  /** As brokers do unless told otherwise, makes a topic that isn't there, with one partition. */
  topicToWrite(name: string): LogTopic {
    return this.topics.get(name) ?? this.createTopic(name, 1)
  }

  partition(id: string): LogPartition {
    const at = id.lastIndexOf('-')
    const partition = this.topics.get(id.slice(0, at))?.partitions[Number(id.slice(at + 1))]
    if (partition === undefined) throw new LearnerError('TOPIC_MISSING', { topic: id.slice(0, at) })
    return partition
  }

  /** Appends a record, whose value is nobody else's, in the producer's transaction if it has one. Gives its offset. */
  append(partition: LogPartition, record: RecordToAppend, nowMs: number, producer: ProducerId | null): number {
    const transaction = producer === null ? null : this.transactions.current(producer, nowMs)
    const isNew = transaction !== null && transaction.partitions.size === 0
    transaction?.partitions.add(partition)
    const { key, value, timestamp } = record
    const offset = partition.append({ key, value, timestamp, atMs: nowMs, transaction, marker: null })
    this.dropOld(partition, nowMs)
    this.tell(partition)
    if (isNew) this.alarmChanged()
    return offset
  }

  commitOffsets(group: string, offsets: ReadonlyMap<string, number>): void {
    const committed = this.groups.get(group) ?? new Map<string, number>()
    this.groups.set(group, committed)
    for (const [id, offset] of offsets) committed.set(id, offset)
  }

  /** Records whose time is over go. */
  dropOld(partition: LogPartition, nowMs: number): void {
    partition.dropBefore(nowMs - (this.topics.get(partition.topic)?.retentionMs ?? Infinity))
  }

  get nextAlarmMs(): number {
    return this.producers.reduce((first, next) => Math.min(first, next.nextAlarmMs), this.transactions.nextDeadlineMs())
  }

  onAlarm(nowMs: number): void {
    this.transactions.expire(nowMs)
    for (const producer of this.producers) if (producer.nextAlarmMs <= nowMs) producer.onAlarm(nowMs)
  }

  private tell(partition: LogPartition): void {
    for (const listener of this.listeners) listener.partitionChanged(partition)
  }
}
