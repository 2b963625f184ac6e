// What stands outside of the cluster as long as a run lasts, and what sinks write to: a file system and log topics. Plain
// data, so that it can be looked at while the job runs and when it has ended.

/** A file as a sink has written it so far. Flink's life cycle of part files: only finished ones are for readers. */
export interface WrittenFile {
  text: string
  state: 'in-progress' | 'pending' | 'finished'
}

/** A record of a log topic. */
export interface LogRecord {
  readonly value: unknown
  /** Event timestamp in ms; NaN for none. */
  readonly timestamp: number
  /** Processing time in ms at which it was appended. */
  readonly atMs: number
}

export class Outside {
  /** By path, in the order in which they were begun. */
  readonly files = new Map<string, WrittenFile>()
  /** By topic, then by partition: a record's offset is its place. */
  readonly topics = new Map<string, LogRecord[][]>()

  /** Appends a record to a partition of a topic, which is made where it isn't there. */
  append(topic: string, partition: number, record: LogRecord): void {
    const partitions = this.topics.get(topic) ?? []
    this.topics.set(topic, partitions)
    while (partitions.length <= partition) partitions.push([])
    ;(partitions[partition] as LogRecord[]).push(record)
  }
}
