// The log as somebody from outside sees it: plain data, cut off from the running log. What consoles and pages show of
// topics, groups and transactions.

import type { LogCluster } from './log-cluster.ts'
import type { LogRecord } from './log-partition.ts'

/** What has become of a record: outside of transactions it's committed at once. */
export type RecordState = 'committed' | 'open' | 'aborted'

/** The log at a moment. Times in ms of processing time; `Value` is how a record's key and value are handed out. */
export interface LogView<Value = unknown, Timestamp = number> {
  readonly topics: readonly {
    readonly name: string
    readonly retentionMs: number
    readonly partitions: readonly {
      readonly startOffset: number
      /** Readers of committed records get up to here. */
      readonly lastStableOffset: number
      readonly endOffset: number
      readonly records: readonly (Pick<LogRecord, 'offset' | 'atMs'> & {
        readonly timestamp: Timestamp
        readonly key: Value | null
        readonly value: Value
        readonly state: RecordState
      })[]
    }[]
  }[]
  /** By group and partition, up to where it was read, and how many records are behind that. */
  readonly groups: readonly {
    readonly group: string
    readonly offsets: readonly { readonly partition: string; readonly offset: number; readonly lag: number }[]
  }[]
  /** Open ones. */
  readonly transactions: readonly {
    readonly transactionalId: string
    readonly epoch: number
    readonly startedMs: number
    readonly deadlineMs: number
    readonly partitions: readonly string[]
  }[]
}

/** Of each partition the last so many records. */
export function viewLog(log: LogCluster, mostRecords = Infinity): LogView {
  return {
    topics: Array.from(log.topics.values(), ({ name, retentionMs, partitions }) => ({
      name,
      retentionMs,
      partitions: partitions.map((partition) => ({
        startOffset: partition.startOffset,
        lastStableOffset: partition.lastStableOffset(),
        endOffset: partition.endOffset(),
        records: lastOf(partition.records, mostRecords).map(({ offset, key, value, timestamp, atMs, transaction }) => {
          return { offset, key, value, timestamp, atMs, state: transaction?.state ?? 'committed' }
        }),
      })),
    })),
    groups: Array.from(log.groups, ([group, offsets]) => ({
      group,
      offsets: Array.from(offsets, ([partition, offset]) => {
        return { partition, offset, lag: Math.max(0, log.partition(partition).endOffset() - offset) }
      }),
    })),
    transactions: Array.from(log.transactions.open, ({ partitions, transactionalId, epoch, startedMs, deadlineMs }) => {
      return { transactionalId, epoch, startedMs, deadlineMs, partitions: Array.from(partitions, ({ id }) => id) }
    }),
  }
}

/** Markers aren't counted: nobody wrote them. */
function lastOf(records: readonly LogRecord[], most: number): LogRecord[] {
  const found: LogRecord[] = []
  for (let i = records.length - 1; i >= 0 && found.length < most; i--) {
    const record = records[i]
    if (record?.marker === null) found.push(record)
  }
  return found.reverse()
}
