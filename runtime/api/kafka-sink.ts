// A sink that writes to topics of the log. The log stands in for a Kafka cluster, and the classes have the names of Flink's
// connector; addresses of servers are taken and mean nothing.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/#kafka-sink

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import type { LogGuarantee, LogSinkSpec } from '../connectors/log/log-sink.ts'
import { MAX_TRANSACTION_TIMEOUT_MS } from '../connectors/log/log-transactions.ts'
import type { SinkSpec } from '../graph/stream-graph.ts'
import { millisProperty, requireKnownProperty, type Properties } from './kafka-properties.ts'
import { requireFunction, requireName } from './require.ts'
import { BuiltInSink } from './sinks.ts'

/** How often a record is written, whatever fails. */
export const DeliveryGuarantee = {
  /** In transactions that are committed with each checkpoint: readers of committed records see each once. */
  EXACTLY_ONCE: 'EXACTLY_ONCE',
  /** At once: after a failure records are written again. */
  AT_LEAST_ONCE: 'AT_LEAST_ONCE',
  NONE: 'NONE',
} as const satisfies Readonly<Record<LogGuarantee, LogGuarantee>>

/** Makes the key or the value of a record. */
export interface SerializationSchema<T> {
  serialize(element: T): unknown
}

/** Chooses the partition of a record, from 0 to one less than there are. */
export interface FlinkKafkaPartitioner<T> {
  partition(record: T, key: unknown, topic: string, partitions: number): number
}

/** Every subtask writes to a partition of its own; with fewer partitions several share one. */
export class FlinkFixedPartitioner<T> {
  /** Never present; lets TypeScript infer `T`. */
  readonly example?: (value: T) => void
}

type SerializerSpec = Pick<LogSinkSpec, 'topic' | 'partitioner' | 'hasKey' | 'hasValue'>

/**
 * How a record becomes a record of a topic.
 *
 * ```ts
 * KafkaRecordSerializationSchema.builder<Count>()
 *   .setTopic('output')
 *   .setKeySerializationSchema((count) => count.page)
 *   .build()
 * ```
 */
export class KafkaRecordSerializationSchema<T> {
  readonly spec: SerializerSpec
  readonly functions: Readonly<Record<string, unknown>>
  /** Never present; lets TypeScript infer `T`. */
  readonly example?: (value: T) => void

  private constructor(spec: SerializerSpec, functions: Readonly<Record<string, unknown>>) {
    this.spec = spec
    this.functions = functions
  }

  static builder<T>(): KafkaRecordSerializationSchemaBuilder<T> {
    return new KafkaRecordSerializationSchemaBuilder<T>(
      (spec, functions) => new KafkaRecordSerializationSchema<T>(spec, functions),
    )
  }
}

type MakeSchema<T> = (
  spec: SerializerSpec,
  functions: Readonly<Record<string, unknown>>,
) => KafkaRecordSerializationSchema<T>

/** Sets what a KafkaRecordSerializationSchema is made of. */
export class KafkaRecordSerializationSchemaBuilder<T> {
  readonly #make: MakeSchema<T>
  readonly #functions: Record<string, unknown> = {}
  #topic: string | null = null
  #partitioner: LogSinkSpec['partitioner'] = 'built-in'

  constructor(make: MakeSchema<T>) {
    this.#make = make
  }

  /** The topic; one that isn't there is made, with one partition. */
  setTopic(topic: string): this {
    this.#topic = requireName(topic, 'setTopic')
    delete this.#functions['topic']
    return this
  }

  /** Finds the topic of each record. */
  setTopicSelector(selector: (element: T) => string): this {
    this.#topic = null
    return this.#function('topic', selector, 'apply', 'setTopicSelector')
  }

  /** Makes the key, which decides on the partition; without it partitions are taken in turn, batch by batch. */
  setKeySerializationSchema(schema: SerializationSchema<T> | ((element: T) => unknown)): this {
    return this.#function('key', schema, 'serialize', 'setKeySerializationSchema')
  }

  /** Makes the value. Differs from Flink: without it the value is the record itself. */
  setValueSerializationSchema(schema: SerializationSchema<T> | ((element: T) => unknown)): this {
    return this.#function('value', schema, 'serialize', 'setValueSerializationSchema')
  }

  /** Chooses the partition, instead of the key. */
  setPartitioner(partitioner: FlinkFixedPartitioner<T> | FlinkKafkaPartitioner<T>): this {
    this.#partitioner = partitioner instanceof FlinkFixedPartitioner ? 'fixed' : 'custom'
    if (this.#partitioner === 'fixed') return this
    return this.#function('partition', partitioner, 'partition', 'setPartitioner')
  }

  /** Throws LearnerError without a topic. */
  build(): KafkaRecordSerializationSchema<T> {
    const functions = this.#functions
    if (this.#topic === null && functions['topic'] === undefined) throw new LearnerError('TOPICS_WANTED')
    const spec: SerializerSpec = {
      topic: this.#topic,
      partitioner: this.#partitioner,
      hasKey: functions['key'] !== undefined,
      hasValue: functions['value'] !== undefined,
    }
    return this.#make(spec, functions)
  }

  #function(role: string, fn: unknown, method: string, call: string): this {
    requireFunction(fn, method, call)
    this.#functions[role] = fn
    return this
  }
}

const TIMEOUT = 'transaction.timeout.ms'
const PROPERTIES = [TIMEOUT, 'bootstrap.servers', 'batch.size', 'linger.ms', 'acks', 'compression.type']

/**
 * Writes records to topics. At least once unless said otherwise; exactly once needs checkpoints, and readers whose
 * `isolation.level` is `read_committed`: they see records once the checkpoint after them is complete.
 *
 * ```ts
 * const sink = KafkaSink.builder<Count>()
 *   .setRecordSerializer(KafkaRecordSerializationSchema.builder<Count>().setTopic('output').build())
 *   .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
 *   .setTransactionalIdPrefix('counts')
 *   .build()
 * ```
 *
 * Differs from Flink: a transaction may stay open for 15 minutes unless set, where Flink's default of an hour is more than
 * a broker allows by default; records aren't gathered in batches before they're sent.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/#kafka-sink
 */
export class KafkaSink<T> extends BuiltInSink<T> {
  readonly spec: SinkSpec
  override readonly functions: Readonly<Record<string, unknown>>

  private constructor(log: LogSinkSpec, functions: Readonly<Record<string, unknown>>) {
    super()
    this.spec = { kind: 'log', identifier: null, isCommitting: true, log }
    this.functions = functions
  }

  static builder<T>(): KafkaSinkBuilder<T> {
    return new KafkaSinkBuilder<T>((spec, functions) => new KafkaSink<T>(spec, functions))
  }
}

type MakeSink<T> = (spec: LogSinkSpec, functions: Readonly<Record<string, unknown>>) => KafkaSink<T>

/** Sets what a KafkaSink is made of. */
export class KafkaSinkBuilder<T> {
  readonly #make: MakeSink<T>
  #serializer: KafkaRecordSerializationSchema<T> | null = null
  #guarantee: LogGuarantee = 'AT_LEAST_ONCE'
  #prefix: string | null = null
  #properties: Properties = {}

  constructor(make: MakeSink<T>) {
    this.#make = make
  }

  /** Means nothing: there's one log. */
  setBootstrapServers(servers: string): this {
    requireName(servers, 'setBootstrapServers')
    return this
  }

  /** What is written, and where. */
  setRecordSerializer(serializer: KafkaRecordSerializationSchema<T>): this {
    if (!(serializer instanceof KafkaRecordSerializationSchema)) {
      throw new LearnerError('RECORD_SERIALIZER', { value: valueName(serializer) })
    }
    this.#serializer = serializer
    return this
  }

  setDeliveryGuarantee(guarantee: LogGuarantee): this {
    if (!Object.hasOwn(DeliveryGuarantee, guarantee)) {
      const wanted = Object.keys(DeliveryGuarantee).join(', ')
      throw new LearnerError('OPTION_VALUE', { option: 'DeliveryGuarantee', value: String(guarantee), wanted })
    }
    this.#guarantee = guarantee
    return this
  }

  /** Transactions are named after it: two sinks with one prefix fence one another. */
  setTransactionalIdPrefix(prefix: string): this {
    this.#prefix = requireName(prefix, 'setTransactionalIdPrefix')
    return this
  }

  /** A property of Kafka's producer: `transaction.timeout.ms`. Others are ignored. */
  setProperty(key: string, value: unknown): this {
    requireKnownProperty(requireName(key, 'setProperty'), PROPERTIES)
    this.#properties = { ...this.#properties, [key]: value }
    return this
  }

  setKafkaProducerConfig(properties: Readonly<Record<string, unknown>>): this {
    for (const [key, value] of Object.entries(properties)) this.setProperty(key, value)
    return this
  }

  /** Throws LearnerError if something is missing, or transactions would stay open longer than the log allows. */
  build(): KafkaSink<T> {
    const serializer = this.#serializer
    if (serializer === null) throw new LearnerError('RECORD_SERIALIZER', { value: 'null' })
    const isExact = this.#guarantee === 'EXACTLY_ONCE'
    if (isExact && this.#prefix === null) throw new LearnerError('TRANSACTIONAL_ID_PREFIX')
    const timeoutMs = millisProperty(this.#properties, TIMEOUT, MAX_TRANSACTION_TIMEOUT_MS)
    if (timeoutMs < 1 || timeoutMs > MAX_TRANSACTION_TIMEOUT_MS) {
      throw new LearnerError('TRANSACTION_TIMEOUT', { value: timeoutMs, most: MAX_TRANSACTION_TIMEOUT_MS })
    }
    const spec: LogSinkSpec = {
      ...serializer.spec,
      guarantee: this.#guarantee,
      transactionalIdPrefix: this.#prefix ?? 'kafka-sink',
      transactionTimeoutMs: timeoutMs,
      isTopicPerJob: false,
    }
    return this.#make(spec, serializer.functions)
  }
}
