// What chooses the partition of a record: its key by hash; without a key one partition for as long as a batch lasts, then
// another at random. Kafka's built-in partitioner since 3.3 (KIP-794).

import type { RandomStream } from '../../base/random.ts'
import type { LogTopic } from './log-cluster.ts'
import type { LogPartition } from './log-partition.ts'
import type { PartitionerSnapshot } from './log-producer.ts'
import { keyBytes, partitionOfKey } from './murmur2.ts'

/** Kafka's batch.size: after so many bytes another partition is chosen. */
const BATCH_BYTES = 16_384

/** Of one producer. */
export class LogPartitioner {
  readonly random: RandomStream
  /** By topic: the partition for records without a key, and the bytes it has got. */
  readonly sticky = new Map<string, { partition: number; bytes: number }>()

  constructor(random: RandomStream) {
    this.random = random
  }

  snapshot(): PartitionerSnapshot {
    const { a, b } = this.random
    return { random: { a, b }, sticky: Array.from(this.sticky, ([topic, at]) => [topic, { ...at }]) }
  }

  restore({ random, sticky }: PartitionerSnapshot): void {
    Object.assign(this.random, random)
    for (const [topic, at] of sticky) this.sticky.set(topic, { ...at })
  }

  choose({ name, partitions }: LogTopic, key: unknown, value: unknown): LogPartition {
    if (key !== null && key !== undefined) return partitions[partitionOfKey(key, partitions.length)] as LogPartition
    let sticky = this.sticky.get(name)
    if (sticky === undefined || sticky.bytes >= BATCH_BYTES) {
      sticky = { partition: this.random.nextBelow(partitions.length), bytes: 0 }
      this.sticky.set(name, sticky)
    }
    sticky.bytes += keyBytes(value).length
    return partitions[sticky.partition] as LogPartition
  }
}
