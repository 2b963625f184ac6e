// The log by itself: hashes of keys, offsets, what readers of either kind see of transactions, fencing and time-outs.

import { describe, expect, test } from 'vitest'
import type { LearnerError } from '../../../runtime/base/diagnostic.ts'
import { utf8 } from '../../../runtime/base/murmur3.ts'
import { RandomStream } from '../../../runtime/base/random.ts'
import { LogCluster } from '../../../runtime/connectors/log/log-cluster.ts'
import type { IsolationLevel, LogPartition } from '../../../runtime/connectors/log/log-partition.ts'
import { LogPartitioner } from '../../../runtime/connectors/log/log-partitioner.ts'
import { ownerOf } from '../../../runtime/connectors/log/log-reader.ts'
import { viewLog } from '../../../runtime/connectors/log/log-view.ts'
import { murmur2, partitionOfKey } from '../../../runtime/connectors/log/murmur2.ts'

describe('the partition of a key', () => {
  // The values are those of Kafka's own tests.
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('murmur2 of %s', (text, hash) => expect(murmur2(utf8(text))).toBe(hash))

  test('a number is eight bytes, a text its own', () => {
    expect(partitionOfKey('21', 10)).toBe((-973932308 & 0x7fffffff) % 10)
    const bytes = new Uint8Array([0, 0, 0, 0, 0, 0, 0, 5])
    expect(partitionOfKey(5, 1000)).toBe((murmur2(bytes) & 0x7fffffff) % 1000)
    expect(partitionOfKey(5n, 1000)).toBe(partitionOfKey(5, 1000))
    expect(partitionOfKey(5.5, 1000)).not.toBe(partitionOfKey(5, 1000))
  })

  test('without a key a partition is kept for a batch, then another is drawn', () => {
    const topic = new LogCluster(() => undefined).createTopic('t', 4)
    const partitioner = new LogPartitioner(new RandomStream(3, 'p'))
    const chosen = Array.from({ length: 40 }, () => partitioner.choose(topic, null, 'x'.repeat(4096)).index)
    for (let i = 0; i < 40; i += 4) expect(new Set(chosen.slice(i, i + 4)).size).toBe(1)
    expect(new Set(chosen).size).toBeGreaterThan(1)
  })

  test('readers share the partitions of a topic out, from one that its name decides', () => {
    const owners = [0, 1, 2, 3, 4].map((index) => ownerOf({ topic: 'input', index }, 3))
    const start = owners[0] as number
    expect(owners).toEqual([0, 1, 2, 3, 4].map((index) => (start + index) % 3))
  })
})

function logWith(partitions = 1): { log: LogCluster; partition: LogPartition; alarms: () => number } {
  let alarms = 0
  const log = new LogCluster(() => void alarms++)
  const partition = log.createTopic('t', partitions).partitions[0] as LogPartition
  return { log, partition, alarms: () => alarms }
}

/** The values that a reader sees, from the beginning. */
function seen(partition: LogPartition, isolation: IsolationLevel): unknown[] {
  const values: unknown[] = []
  const end = partition.readableEnd(isolation)
  for (
    let at = partition.nextVisible(0, end, isolation);
    at < end;
    at = partition.nextVisible(at + 1, end, isolation)
  ) {
    values.push(partition.at(at).value)
  }
  return values
}

const record = (value: unknown) => ({ key: null, value, timestamp: NaN })
const both = (partition: LogPartition) => [seen(partition, 'read_committed'), seen(partition, 'read_uncommitted')]
const codeOf = (call: () => unknown): string => {
  try {
    call()
    return 'none'
  } catch (error) {
    return (error as LearnerError).code
  }
}

describe('transactions', () => {
  test('records are for readers of committed ones once the transaction is committed, in their places', () => {
    const { log, partition } = logWith()
    const producer = log.transactions.initTransactions('a', 1000, 0)
    log.append(partition, record(1), 0, null)
    log.append(partition, record(2), 0, producer)
    log.append(partition, record(3), 0, null)
    expect(both(partition)).toEqual([[1], [1, 2, 3]])
    expect([partition.lastStableOffset(), partition.endOffset()]).toEqual([1, 3])
    log.transactions.commit(producer, 1)
    expect(both(partition)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ])
    // The marker has an offset of its own.
    expect([partition.lastStableOffset(), partition.endOffset()]).toEqual([4, 4])
  })

  test('what is aborted stays in the log, and readers of committed records pass over it', () => {
    const { log, partition } = logWith()
    const producer = log.transactions.initTransactions('a', 1000, 0)
    log.append(partition, record(1), 0, producer)
    log.transactions.abort(producer, 1)
    log.append(partition, record(2), 2, null)
    expect(both(partition)).toEqual([[2], [1, 2]])
  })

  test('the last stable offset waits for the first that is still open', () => {
    const { log, partition } = logWith()
    const [a, b] = ['a', 'b'].map((id) => log.transactions.initTransactions(id, 1000, 0))
    if (a === undefined || b === undefined) throw new Error()
    log.append(partition, record('a'), 0, a)
    log.append(partition, record('b'), 0, b)
    log.transactions.commit(b, 1)
    expect(both(partition)).toEqual([[], ['a', 'b']])
    log.transactions.commit(a, 2)
    expect(seen(partition, 'read_committed')).toEqual(['a', 'b'])
  })

  test('committing twice is committing once; what is aborted can’t be committed', () => {
    const { log, partition } = logWith()
    const [a, b] = ['a', 'b'].map((id) => log.transactions.initTransactions(id, 1000, 0))
    if (a === undefined || b === undefined) throw new Error()
    log.append(partition, record('a'), 0, a)
    log.append(partition, record('b'), 0, b)
    for (let i = 0; i < 2; i++) log.transactions.commit(a, 1)
    log.transactions.abort(b, 1)
    expect(partition.endOffset()).toBe(4)
    expect(codeOf(() => log.transactions.commit(b, 1))).toBe('TRANSACTION_STATE')
  })

  test('who takes an id aborts what is open under it, and fences who had it', () => {
    const { log, partition } = logWith()
    const first = log.transactions.initTransactions('a', 1000, 0)
    log.append(partition, record(1), 0, first)
    const second = log.transactions.initTransactions('a', 1000, 5)
    expect(second.epoch).toBe(first.epoch + 1)
    log.append(partition, record(2), 6, second)
    log.transactions.commit(second, 7)
    expect(seen(partition, 'read_committed')).toEqual([2])
    expect(codeOf(() => log.append(partition, record(3), 8, first))).toBe('PRODUCER_FENCED')
    expect(codeOf(() => log.transactions.commit(first, 8))).toBe('PRODUCER_FENCED')
  })

  test('one that is open too long is aborted, and its producer fenced', () => {
    const { log, partition, alarms } = logWith()
    const producer = log.transactions.initTransactions('a', 1000, 0)
    log.append(partition, record(1), 50, producer)
    expect([alarms(), log.nextAlarmMs]).toEqual([1, 1050])
    log.onAlarm(1049)
    expect(log.transactions.open.size).toBe(1)
    log.onAlarm(1050)
    expect([log.transactions.open.size, log.nextAlarmMs]).toEqual([0, Infinity])
    expect(codeOf(() => log.transactions.commit(producer, 1051))).toBe('PRODUCER_FENCED')
  })

  test('ids that are long over are forgotten', () => {
    const { log, partition } = logWith()
    for (let i = 0; i < 12_000; i++) {
      const producer = log.transactions.initTransactions(`id ${i}`, 1000, i)
      log.append(partition, record(i), i, producer)
      if (i !== 3) log.transactions.commit(producer, i)
    }
    expect(log.transactions.producers.size).toBe(10_000)
    expect(log.transactions.openIds()).toEqual(['id 3'])
  })
})

describe('offsets', () => {
  test('records go when their time is over, and offsets stay', () => {
    const log = new LogCluster(() => undefined)
    const [partition] = log.createTopic('t', 1, 1000).partitions
    if (partition === undefined) throw new Error()
    for (let i = 0; i < 20; i++) log.append(partition, record(i), i * 100, null)
    expect([partition.startOffset, partition.endOffset()]).toEqual([9, 20])
    expect(seen(partition, 'read_committed')[0]).toBe(9)
    expect(partition.offsetOfTime(1500)).toBe(15)
    expect(partition.offsetOfTime(9999)).toBe(20)
  })

  test('a view says how far groups have read, and what is open', () => {
    const { log, partition } = logWith(2)
    log.append(partition, { key: 'k', value: { a: 1 }, timestamp: 7 }, 3, null)
    log.append(partition, record(2), 4, log.transactions.initTransactions('a', 1000, 4))
    log.commitOffsets('group', new Map([['t-0', 1]]))
    const view = viewLog(log)
    expect(view.groups).toEqual([{ group: 'group', offsets: [{ partition: 't-0', offset: 1, lag: 1 }] }])
    expect(view.transactions).toEqual([
      { transactionalId: 'a', epoch: 0, startedMs: 4, deadlineMs: 1004, partitions: ['t-0'] },
    ])
    const [first] = view.topics[0]?.partitions ?? []
    expect(first).toMatchObject({ startOffset: 0, lastStableOffset: 1, endOffset: 2 })
    expect(first?.records.map(({ state }) => state)).toEqual(['committed', 'open'])
    expect(viewLog(log, 1).topics[0]?.partitions[0]?.records).toHaveLength(1)
    expect(viewLog(log, 0).topics[0]?.partitions[0]).toMatchObject({
      records: [],
      endOffset: view.topics[0]?.partitions[0]?.endOffset,
    })
  })
})
