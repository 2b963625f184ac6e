// A source that reads topics of the log. The log stands in for a Kafka cluster, and the classes have the names of Flink's
// connector; addresses of servers are taken and mean nothing.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/#kafka-source

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import type { LogSourceSpec } from '../connectors/log/log-source-spec.ts'
import type { SourceSpec } from '../connectors/source.ts'
import { OffsetsInitializer } from './kafka-offsets.ts'
import { millisProperty, requireKnownProperty, wordProperty, type Properties } from './kafka-properties.ts'
import { requireFunction, requireName } from './require.ts'
import { Source } from './sources.ts'

/** A record of a topic, as it's handed to a deserializer. Kafka's ConsumerRecord. */
export interface ConsumerRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  /** Of the event, in ms; NaN for none. */
  readonly timestamp: number
  /** Null for none. */
  readonly key: unknown
  readonly value: unknown
}

/** Makes a record of the source of a record's value. */
export interface DeserializationSchema<T> {
  deserialize(value: unknown): T
}

/** Makes a record of the source of a whole record of the topic. Differs from Flink: exactly one. */
export interface KafkaRecordDeserializationSchema<T> {
  deserialize(record: ConsumerRecord): T
}

type Deserializer = 'ofValue' | 'ofRecord'

const DISCOVERY = 'partition.discovery.interval.ms'
const PROPERTIES = [
  ...[DISCOVERY, 'isolation.level', 'group.id', 'auto.offset.reset', 'bootstrap.servers', 'client.id'],
  ...['commit.offsets.on.checkpoint', 'enable.auto.commit', 'auto.commit.interval.ms'],
]

/**
 * Reads topics: every partition is a split with watermarks of its own. After a failure reading goes on where the last
 * checkpoint left it. Records have the log's timestamp: the event's, or the time at which they were written.
 *
 * ```ts
 * const source = KafkaSource.builder<string>()
 *   .setTopics('input')
 *   .setGroupId('my-group')
 *   .setStartingOffsets(OffsetsInitializer.earliest())
 *   .build()
 * env.fromSource(source, WatermarkStrategy.noWatermarks(), 'Kafka Source')
 * ```
 *
 * Differs from Flink: values are whatever was written, so a deserializer can be left out.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/#kafka-source
 */
export class KafkaSource<T> extends Source<T> {
  readonly spec: SourceSpec
  override readonly functions: ReadonlyMap<string, unknown>

  private constructor(log: LogSourceSpec, functions: ReadonlyMap<string, unknown>) {
    super()
    this.spec = { kind: 'log', log }
    this.functions = functions
  }

  /** Begins with the earliest offsets, without an end, and sees records of open transactions, as Flink does. */
  static builder<T>(): KafkaSourceBuilder<T> {
    return new KafkaSourceBuilder<T>((spec, functions) => new KafkaSource<T>(spec, functions))
  }
}

type MakeSource<T> = (spec: LogSourceSpec, functions: ReadonlyMap<string, unknown>) => KafkaSource<T>

/** Sets what a KafkaSource is made of. */
export class KafkaSourceBuilder<T> {
  readonly #make: MakeSource<T>
  #topics: readonly string[] = []
  #pattern: string | null = null
  #starting = OffsetsInitializer.earliest()
  #stopping: OffsetsInitializer | null = null
  #isBounded = false
  #deserializer: { readonly kind: Deserializer; readonly fn: unknown } | null = null
  #properties: Properties = {}

  constructor(make: MakeSource<T>) {
    this.#make = make
  }

  /** Means nothing: there's one log. */
  setBootstrapServers(servers: string): this {
    return this.setProperty('bootstrap.servers', requireName(servers, 'setBootstrapServers'))
  }

  /** Topics by name, all of which must be there when the job starts. */
  setTopics(...topics: (string | readonly string[])[]): this {
    this.#topics = topics.flat().map((topic) => requireName(topic, 'setTopics'))
    if (this.#topics.length === 0) throw new LearnerError('TOPICS_WANTED')
    this.#pattern = null
    return this
  }

  /** All topics whose name matches, those that come into being later too. */
  setTopicPattern(pattern: RegExp): this {
    if (!(pattern instanceof RegExp)) throw new LearnerError('TOPIC_PATTERN', { value: valueName(pattern) })
    this.#pattern = `^(?:${pattern.source})$`
    this.#topics = []
    return this
  }

  /** Under which name the log keeps how far it was read. */
  setGroupId(groupId: string): this {
    return this.setProperty('group.id', requireName(groupId, 'setGroupId'))
  }

  /** Where to begin, at the first start. */
  setStartingOffsets(offsets: OffsetsInitializer): this {
    this.#starting = requireOffsets(offsets, 'setStartingOffsets')
    return this
  }

  /** Where to stop. A source that stops is bounded, and can be read in batch mode. */
  setBounded(offsets: OffsetsInitializer): this {
    this.#stopping = requireOffsets(offsets, 'setBounded')
    this.#isBounded = true
    return this
  }

  /** Where to stop, of a source that counts as one without an end all the same. */
  setUnbounded(offsets: OffsetsInitializer): this {
    this.#stopping = requireOffsets(offsets, 'setUnbounded')
    this.#isBounded = false
    return this
  }

  /** Makes records of values: `(value) => record`, or an object with `deserialize`. */
  setValueOnlyDeserializer<R>(schema: DeserializationSchema<R> | ((value: never) => R)): KafkaSourceBuilder<R> {
    return this.#deserialize<R>('ofValue', schema, 'setValueOnlyDeserializer')
  }

  /** Makes records of whole records of the topic, with key, offset and timestamp. */
  setDeserializer<R>(
    schema: KafkaRecordDeserializationSchema<R> | ((record: ConsumerRecord) => R),
  ): KafkaSourceBuilder<R> {
    return this.#deserialize<R>('ofRecord', schema, 'setDeserializer')
  }

  /** Means nothing: clients have no names here. */
  setClientIdPrefix(prefix: string): this {
    requireName(prefix, 'setClientIdPrefix')
    return this
  }

  /**
   * A property of Kafka's consumer or of the connector: `isolation.level`, `partition.discovery.interval.ms`,
   * `commit.offsets.on.checkpoint`, `enable.auto.commit`, `auto.commit.interval.ms`, `auto.offset.reset`. Others are
   * ignored.
   */
  setProperty(key: string, value: unknown): this {
    requireKnownProperty(requireName(key, 'setProperty'), PROPERTIES)
    this.#properties = { ...this.#properties, [key]: value }
    return this
  }

  setProperties(properties: Readonly<Record<string, unknown>>): this {
    for (const [key, value] of Object.entries(properties)) this.setProperty(key, value)
    return this
  }

  /** Throws LearnerError if something is missing. */
  build(): KafkaSource<T> {
    const group = this.#properties['group.id']
    const isCommitted = [this.#starting, this.#stopping].some((offsets) => offsets?.spec.kind === 'committed')
    if (this.#topics.length === 0 && this.#pattern === null) throw new LearnerError('TOPICS_WANTED')
    if (isCommitted && group === undefined) throw new LearnerError('GROUP_WANTED')
    const functions = new Map<string, unknown>()
    if (this.#deserializer !== null) functions.set('deserializer', this.#deserializer.fn)
    return this.#make(this.#spec(group === undefined ? null : String(group)), functions)
  }

  #spec(group: string | null): LogSourceSpec {
    const p = this.#properties
    const discoveryMs = millisProperty(p, DISCOVERY, this.#stopping === null ? 300_000 : -1)
    const autoCommits = wordProperty(p, 'enable.auto.commit', ['true', 'false'], 'false') === 'true'
    const usual = this.#starting.resetStrategy
    const reset = wordProperty(p, 'auto.offset.reset', ['earliest', 'latest', 'none'], lower(usual))
    return {
      topics: this.#topics,
      pattern: this.#pattern,
      starting: this.#starting.spec,
      resetStrategy: upper(reset),
      stopping: this.#stopping?.spec ?? null,
      isBounded: this.#isBounded,
      group,
      isolation: wordProperty(p, 'isolation.level', ['read_uncommitted', 'read_committed'], 'read_uncommitted'),
      discoveryMs: discoveryMs > 0 ? discoveryMs : null,
      commitsOnCheckpoint: wordProperty(p, 'commit.offsets.on.checkpoint', ['true', 'false'], 'true') === 'true',
      autoCommitMs: autoCommits ? Math.max(1, millisProperty(p, 'auto.commit.interval.ms', 5000)) : null,
      deserializer: this.#deserializer?.kind ?? 'value',
    }
  }

  #deserialize<R>(kind: Deserializer, fn: unknown, call: string): KafkaSourceBuilder<R> {
    requireFunction(fn, 'deserialize', call)
    this.#deserializer = { kind, fn }
    return this as unknown as KafkaSourceBuilder<R>
  }
}

function lower<S extends string>(text: S): Lowercase<S> {
  return text.toLowerCase() as Lowercase<S>
}

function upper<S extends string>(text: S): Uppercase<S> {
  return text.toUpperCase() as Uppercase<S>
}

function requireOffsets(offsets: unknown, call: string): OffsetsInitializer {
  if (offsets instanceof OffsetsInitializer) return offsets
  throw new LearnerError('OFFSETS_WANTED', { call, value: valueName(offsets) })
}
