// Topics that are there when a job starts, and who writes to them. In reality that's another program's business, or an
// administrator's; here a job says it, as `putFile` does for files. Named after the class of Kafka's Admin.

import { LearnerError } from '../base/diagnostic.ts'
import { Fingerprint } from '../base/value-hash.ts'
import { valueName } from '../base/value-name.ts'
import { DEFAULT_RETENTION_MS } from '../connectors/log/log-cluster.ts'
import type { LocalSourceSpec } from '../connectors/source.ts'
import { topicNodeId, type TopicRecord, type TopicSpec } from '../connectors/log/topic-spec.ts'
import type { StreamGraph } from '../graph/stream-graph.ts'
import { durationMs, type Duration, type Time } from './duration.ts'
import { requireFunction, requireName } from './require.ts'
import { Source } from './sources.ts'

/** How a producer outside of the job writes. */
export interface ProducerOptions<T> {
  /** The key of a record, which decides on its partition; without it partitions are taken in turn, batch by batch. */
  readonly key?: (value: T) => unknown
  /** Its event time in ms; the time at which it's written unless given. */
  readonly timestamp?: (value: T) => number
}

/** A topic for `env.createTopic`. */
export class NewTopic {
  readonly name: string
  readonly partitions: number
  #retentionMs = DEFAULT_RETENTION_MS
  #records: readonly TopicRecord[] | null = null
  /** Of the records; it's asked for in every evaluation. */
  #digest: string | null = null
  #producer: {
    readonly source: Source<unknown>
    readonly spec: LocalSourceSpec
    readonly options: ProducerOptions<never>
  } | null = null

  constructor(name: string, partitions = 1) {
    this.name = requireName(name, 'new NewTopic')
    if (!Number.isSafeInteger(partitions) || partitions < 1 || partitions > 1000) {
      throw new LearnerError('PARTITION_COUNT', { topic: name, value: String(partitions) })
    }
    this.partitions = partitions
  }

  /** How long records are kept; a week unless set. */
  withRetention(retention: Duration | Time): this {
    this.#retentionMs = durationMs(retention, 'withRetention', 1)
    return this
  }

  /** Records that are written from outside, each `atMs` after the start; those without it with the one before. */
  withRecords(...records: readonly TopicRecord[]): this {
    let lastMs = 0
    records.forEach((record, index) => {
      const { atMs = lastMs, partition = 0 } = record ?? {}
      const isRight = record !== null && typeof record === 'object' && 'value' in record
      if (
        !isRight ||
        !(Number.isSafeInteger(atMs) && atMs >= lastMs) ||
        !(partition in Array(this.partitions).fill(0))
      ) {
        throw new LearnerError('TOPIC_RECORD', { topic: this.name, index: index + 1 })
      }
      lastMs = atMs
    })
    let atMs = 0
    this.#records = records.map((record) => ({ ...record, atMs: (atMs = record.atMs ?? atMs) }))
    this.#digest = digestOf(this.#records)
    return this
  }

  /**
   * A program outside writes a source's records as they come, whatever becomes of the job: one as `ClickEventGenerator`,
   * or a `DataGeneratorSource`.
   */
  producedBy<T>(source: Source<T>, options: ProducerOptions<T> = {}): this {
    const spec = source instanceof Source ? source.spec : null
    if (spec === null || spec.kind === 'log') throw new LearnerError('PRODUCER_SOURCE', { topic: this.name })
    for (const fn of Object.values(options)) requireFunction(fn, null, 'producedBy')
    this.#producer = { source, spec, options: options as ProducerOptions<never> }
    return this
  }

  /** Called by `env.createTopic`. */
  addTo(graph: StreamGraph): void {
    const id = topicNodeId(this.name)
    const { registry } = graph
    const producer = this.#producer
    if (graph.topics.some(({ name }) => name === this.name)) throw new LearnerError('TOPIC_TWICE', { topic: this.name })
    if (this.#records !== null) registry.set(id, 'records', this.#records)
    for (const [role, fn] of producer?.source.functions ?? []) registry.set(id, role, fn)
    for (const [role, fn] of Object.entries(producer?.options ?? {})) registry.set(id, role, fn)
    const spec: TopicSpec = {
      name: this.name,
      partitions: this.partitions,
      retentionMs: this.#retentionMs,
      records: this.#records === null ? null : { count: this.#records.length, digest: this.#digest ?? '' },
      producer: producer?.spec ?? null,
    }
    graph.topics.push(spec)
  }
}

/** What `env.createTopic` takes: a topic, or its name and how many partitions it has. */
export function requireTopic(topic: NewTopic | string, partitions: number): NewTopic {
  if (typeof topic === 'string') return new NewTopic(topic, partitions)
  if (topic instanceof NewTopic) return topic
  throw new LearnerError('NAME_WANTED', { call: 'createTopic', value: valueName(topic) })
}

function digestOf(records: readonly TopicRecord[]): string {
  const fingerprint = new Fingerprint()
  for (const record of records) fingerprint.value(record)
  return fingerprint.hex()
}
