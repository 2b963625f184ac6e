// Who writes to a topic without being part of any job: it goes on whatever becomes of the jobs, as the click generator of
// Flink's playground does. What it writes is a source's records, or a list.

import type { RandomStream } from '../../base/random.ts'
import type { Outside } from '../../operators/outside.ts'
import { asCall } from '../../operators/rich-function.ts'
import { createReader } from '../readers.ts'
import type { LocalSourceSpec, SourceReader } from '../source.ts'
import { splitsOf } from '../splits.ts'
import { logOf, type LogCluster, type LogTopic, type RecordToAppend } from './log-cluster.ts'
import type { LogPartition } from './log-partition.ts'
import { LogPartitioner } from './log-partitioner.ts'
import type { OutsideProducer, ProducerSnapshot } from './log-producer.ts'
import { topicNodeId, type TopicRecord, type TopicSpec } from './topic-spec.ts'

/** Where functions and records of topics are found, and what producers need beside. */
export interface ProducerSurroundings {
  readonly outside: Outside
  readonly startMs: number
  readonly seed: number
  readonly functions: { get(nodeId: string, role: string): unknown }
  random(name: string): RandomStream
}

/** Makes the topics and lets their producers begin. */
export function createTopics(topics: readonly TopicSpec[], surroundings: ProducerSurroundings): void {
  const log = logOf(surroundings.outside)
  for (const spec of topics) {
    const resumed = log.resuming.get(spec.name)
    log.resuming.delete(spec.name)
    // What is there from an earlier job goes on as it is; what is there from an earlier run has lost who writes to it.
    if (log.topics.has(spec.name) && resumed === undefined) continue
    const topic = log.createTopic(spec.name, spec.partitions, spec.retentionMs)
    if (spec.records !== null) log.producers.push(new ListProducer(log, topic, surroundings, resumed))
    if (spec.producer !== null) log.producers.push(new SourceProducer(log, topic, spec.producer, surroundings, resumed))
  }
  log.alarmChanged()
}

/** A slice of what is due: time goes on between slices. */
const MOST_AT_ONCE = 1000

class SourceProducer implements OutsideProducer {
  readonly log: LogCluster
  readonly topic: LogTopic
  readonly startMs: number
  readonly reader: SourceReader
  readonly partitioner: LogPartitioner
  readonly keyOf: ((value: unknown) => unknown) | null
  readonly timestampOf: ((value: unknown) => unknown) | null

  constructor(
    log: LogCluster,
    topic: LogTopic,
    source: LocalSourceSpec,
    { functions, seed, startMs, random }: ProducerSurroundings,
    resumed: ProducerSnapshot | undefined,
  ) {
    this.log = log
    this.topic = topic
    this.startMs = startMs
    this.partitioner = new LogPartitioner(random(`producer ${topic.name}`))
    const id = topicNodeId(topic.name)
    const call = (role: string): ((value: unknown) => unknown) | null => {
      const fn = functions.get(id, role)
      return fn === undefined ? null : asCall<(value: unknown) => unknown>(fn, 'apply')
    }
    this.keyOf = call('key')
    this.timestampOf = call('timestamp')
    if (resumed !== undefined) this.partitioner.restore(resumed.partitioner)
    this.reader = createReader(source, resumed?.splits ?? splitsOf(source, 1), {
      name: topic.name,
      subtask: 0,
      parallelism: 1,
      seed,
      userFunction: (role) => functions.get(id, role),
    })
  }

  get nextAlarmMs(): number {
    return this.startMs + Math.ceil(this.reader.nextAtUs / 1000)
  }

  get topicName(): string {
    return this.topic.name
  }

  snapshot(): ProducerSnapshot {
    return { position: 0, splits: this.reader.splits(), partitioner: this.partitioner.snapshot() }
  }

  onAlarm(nowMs: number): void {
    const due = this.reader.available((nowMs - this.startMs) * 1000, MOST_AT_ONCE)
    for (let i = 0; i < due; i++) {
      const value = this.reader.read()
      const key = this.keyOf?.(value) ?? null
      const timestamp = Number(this.timestampOf?.(value) ?? nowMs)
      const partition = this.partitioner.choose(this.topic, key, value)
      this.log.append(partition, { key, value, timestamp }, nowMs, null)
    }
  }
}

class ListProducer implements OutsideProducer {
  readonly log: LogCluster
  readonly topic: LogTopic
  readonly startMs: number
  readonly records: readonly TopicRecord[]
  readonly partitioner: LogPartitioner
  position = 0

  constructor(
    log: LogCluster,
    topic: LogTopic,
    { functions, startMs, random }: ProducerSurroundings,
    resumed: ProducerSnapshot | undefined,
  ) {
    this.log = log
    this.topic = topic
    this.startMs = startMs
    this.partitioner = new LogPartitioner(random(`producer ${topic.name}`))
    this.position = resumed?.position ?? 0
    if (resumed !== undefined) this.partitioner.restore(resumed.partitioner)
    this.records = functions.get(topicNodeId(topic.name), 'records') as readonly TopicRecord[]
  }

  get topicName(): string {
    return this.topic.name
  }

  get nextAlarmMs(): number {
    const record = this.records[this.position]
    return record === undefined ? Infinity : this.startMs + (record.atMs ?? 0)
  }

  onAlarm(nowMs: number): void {
    while (this.nextAlarmMs <= nowMs) {
      const { value, key = null, timestamp = nowMs, partition } = this.records[this.position++] as TopicRecord
      const record: RecordToAppend = { key, value, timestamp }
      const chosen = partition === undefined ? undefined : this.topic.partitions[partition]
      this.log.append(chosen ?? this.byKey(record), record, nowMs, null)
    }
  }

  snapshot(): ProducerSnapshot {
    return { position: this.position, splits: [], partitioner: this.partitioner.snapshot() }
  }

  private byKey({ key, value }: RecordToAppend): LogPartition {
    return this.partitioner.choose(this.topic, key, value)
  }
}
