// Writes records to topics of the log. Exactly once, each subtask writes what comes between two checkpoints in a
// transaction of its own, which the committer commits when the checkpoint is complete. Flink's KafkaSink with its
// ExactlyOnceKafkaWriter and KafkaCommitter.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/#fault-tolerance

import { cloneValue } from '../../base/clone.ts'
import { LearnerError } from '../../base/diagnostic.ts'
import type { OperatorContext } from '../../operators/operator.ts'
import { asCall } from '../../operators/rich-function.ts'
import type {
  CommitRequestLike,
  CommittingSinkWriterLike,
  CommitterLike,
  SinkLike,
  SinkWriterContext,
  StatefulSinkWriterLike,
  WriterInitContext,
} from '../../operators/sink-functions.ts'
import { logOf, type LogCluster, type LogTopic } from './log-cluster.ts'
import type { LogPartition } from './log-partition.ts'
import { LogPartitioner } from './log-partitioner.ts'
import type { ProducerId } from './log-transactions.ts'

/** How often a record arrives, seen from outside. Flink's DeliveryGuarantee. */
export type LogGuarantee = 'EXACTLY_ONCE' | 'AT_LEAST_ONCE' | 'NONE'

/** A sink that writes to topics, as the plan holds it. Times in ms. */
export interface LogSinkSpec {
  /** Null where the learner's function chooses it. */
  readonly topic: string | null
  readonly guarantee: LogGuarantee
  /** Under EXACTLY_ONCE. */
  readonly transactionalIdPrefix: string
  readonly transactionTimeoutMs: number
  /** The log's own, one partition for each subtask, or the learner's choice. */
  readonly partitioner: 'built-in' | 'fixed' | 'custom'
  /** Whether keys, and values other than the records themselves, are made by the learner's functions. */
  readonly hasKey: boolean
  readonly hasValue: boolean
  /** Whether a topic gets a partition for every subtask. */
  readonly isTopicPerJob: boolean
}

type Convert = (value: unknown) => unknown
type Choose = (value: unknown, key: unknown, topic: string, partitions: number) => unknown

/** What a snapshot keeps of a writer. */
interface WriterState {
  readonly transactionalIdPrefix: string
}

/** Makes the writers of a sink, and what commits their transactions. */
export class LogSinkParts implements SinkLike<unknown, WriterState, ProducerId> {
  readonly spec: LogSinkSpec
  readonly context: OperatorContext

  constructor(spec: LogSinkSpec, context: OperatorContext) {
    this.spec = spec
    this.context = context
  }

  createWriter(init: WriterInitContext): LogWriter {
    return this.restoreWriter(init, [])
  }

  /** What transactions of before the failure are still open has no checkpoint and never will: it's aborted. */
  restoreWriter(init: WriterInitContext, recoveredState: readonly WriterState[]): LogWriter {
    const checkpoint = init.getRestoredCheckpointId() ?? 0
    const writer = new LogWriter(this.spec, this.context, checkpoint + 1)
    const prefixes = recoveredState.map(({ transactionalIdPrefix }) => transactionalIdPrefix)
    if (this.spec.guarantee === 'EXACTLY_ONCE') writer.abortLingering([this.spec.transactionalIdPrefix, ...prefixes])
    return writer
  }

  createCommitter(): CommitterLike<ProducerId> {
    return new LogCommitter(this.context)
  }
}

class LogWriter implements StatefulSinkWriterLike<unknown, WriterState>, CommittingSinkWriterLike<unknown, ProducerId> {
  readonly spec: LogSinkSpec
  readonly context: OperatorContext
  readonly log: LogCluster
  readonly partitioner: LogPartitioner
  readonly topicOf: Convert | null
  readonly keyOf: Convert | null
  readonly valueOf: Convert | null
  readonly partitionOf: Choose | null
  /** The checkpoint in which what is written now will be. */
  checkpoint: number
  /** Who writes in the transaction at hand; null before its first record. */
  producer: ProducerId | null = null

  constructor(spec: LogSinkSpec, context: OperatorContext, checkpoint: number) {
    this.spec = spec
    this.context = context
    this.checkpoint = checkpoint
    this.log = logOf(context.outside)
    this.partitioner = new LogPartitioner(context.random('partitions'))
    const call = (role: string, method: string): Convert => asCall<Convert>(context.userFunction(role), method)
    this.topicOf = spec.topic === null ? call('topic', 'apply') : null
    this.keyOf = spec.hasKey ? call('key', 'serialize') : null
    this.valueOf = spec.hasValue ? call('value', 'serialize') : null
    this.partitionOf =
      spec.partitioner === 'custom' ? asCall<Choose>(context.userFunction('partition'), 'partition') : null
    if (spec.isTopicPerJob && spec.topic !== null) this.log.createTopic(spec.topic, context.parallelism)
  }

  write(value: unknown, writing: SinkWriterContext): void {
    const { log, context, spec } = this
    const topic = log.topicToWrite(this.topicName(value))
    const key = this.keyOf === null ? null : (this.keyOf(value) ?? null)
    const written = cloneValue(this.valueOf === null ? value : this.valueOf(value))
    const partition = this.choose(topic, key, value, written)
    const record = { key, value: written, timestamp: writing.timestamp() ?? NaN }
    if (spec.guarantee === 'EXACTLY_ONCE') this.producer ??= this.begin()
    log.append(partition, record, context.nowMs(), this.producer)
  }

  flush(): void {
    // Every record has been appended already: nothing waits in a buffer here.
  }

  /** Nothing written needs no committing. */
  prepareCommit(): ProducerId[] {
    const { producer } = this
    this.producer = null
    return producer === null ? [] : [producer]
  }

  snapshotState(checkpoint: number): WriterState[] {
    this.checkpoint = checkpoint + 1
    return [{ transactionalIdPrefix: this.spec.transactionalIdPrefix }]
  }

  /** A transaction that nobody will commit needn't wait for its timeout. */
  close(): void {
    const { producer, log, context } = this
    if (producer !== null) log.transactions.abort(producer, context.nowMs())
  }

  /** Of a subtask that isn't there any more the transactions are aborted by one that is. */
  abortLingering(prefixes: readonly string[]): void {
    const { transactions } = this.log
    const { subtask, parallelism } = this.context
    for (const id of transactions.openIds()) {
      for (const prefix of prefixes) {
        const [, before, checkpoint] = id.startsWith(prefix)
          ? (/^-(\d+)-(\d+)$/.exec(id.slice(prefix.length)) ?? [])
          : []
        if (before === undefined || Number(checkpoint) < this.checkpoint) continue
        if (Number(before) % parallelism === subtask) this.take(id)
      }
    }
  }

  private begin(): ProducerId {
    return this.take(`${this.spec.transactionalIdPrefix}-${this.context.subtask}-${this.checkpoint}`)
  }

  private take(id: string): ProducerId {
    return this.log.transactions.initTransactions(id, this.spec.transactionTimeoutMs, this.context.nowMs())
  }

  private topicName(value: unknown): string {
    const { spec, topicOf, context } = this
    const name = topicOf === null ? spec.topic : topicOf(value)
    if (typeof name === 'string' && name !== '') return name
    throw new LearnerError('TOPIC_NAME', { sink: context.name, value: String(name) })
  }

  private choose(topic: LogTopic, key: unknown, value: unknown, written: unknown): LogPartition {
    const { partitions, name } = topic
    const { subtask } = this.context
    if (this.spec.partitioner === 'fixed') return partitions[subtask % partitions.length] as LogPartition
    if (this.partitionOf === null) return this.partitioner.choose(topic, key, written)
    const index = this.partitionOf(value, key, name, partitions.length)
    const partition = partitions[index as number]
    if (partition !== undefined) return partition
    const params = { sink: this.context.name, topic: name, value: String(index), partitions: partitions.length }
    throw new LearnerError('TOPIC_PARTITION', params)
  }
}

class LogCommitter implements CommitterLike<ProducerId> {
  readonly context: OperatorContext

  constructor(context: OperatorContext) {
    this.context = context
  }

  /** A transaction that is gone stays gone: as Flink does, says so in the log and goes on, which is a loss of data. */
  commit(requests: readonly CommitRequestLike<ProducerId>[]): void {
    const { context } = this
    const { transactions } = logOf(context.outside)
    for (const request of requests) {
      const producer = request.getCommittable()
      try {
        transactions.commit(producer, context.nowMs())
      } catch (error) {
        if (!(error instanceof LearnerError)) throw error
        const why =
          error.code === 'PRODUCER_FENCED'
            ? 'its producer is fenced: another one has the same transactional id, or recovery took longer than transaction.timeout.ms'
            : 'it was aborted'
        context.log('error', `Transaction ${producer.transactionalId} can't be committed, its records are lost: ${why}`)
        request.signalFailedWithKnownReason(error)
      }
    }
  }
}
