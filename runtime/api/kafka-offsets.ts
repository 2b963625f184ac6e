// Where a source begins to read a topic, and where it stops. Flink's OffsetsInitializer, and Kafka's TopicPartition.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/#starting-offset

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import type { OffsetResetStrategy as ResetStrategy, OffsetsSpec } from '../connectors/log/log-source-spec.ts'
import { requireName } from './require.ts'

/** What is done where a group has committed no offset, or the offset is gone. Kafka's OffsetResetStrategy. */
export const OffsetResetStrategy = {
  EARLIEST: 'EARLIEST',
  LATEST: 'LATEST',
  NONE: 'NONE',
} as const satisfies Readonly<Record<ResetStrategy, ResetStrategy>>

/** A partition of a topic, from 0. */
export class TopicPartition {
  readonly #topic: string
  readonly #partition: number

  constructor(topic: string, partition: number) {
    this.#topic = requireName(topic, 'new TopicPartition')
    if (!Number.isSafeInteger(partition) || partition < 0) {
      throw new LearnerError('PARTITION_NUMBER', { value: String(partition) })
    }
    this.#partition = partition
  }

  topic(): string {
    return this.#topic
  }

  partition(): number {
    return this.#partition
  }

  /** `topic-partition`, as Kafka writes it. */
  toString(): string {
    return `${this.#topic}-${this.#partition}`
  }
}

/** Where to begin, or to stop, in each partition of a topic. */
export class OffsetsInitializer {
  /** As the plan holds it. */
  readonly spec: OffsetsSpec
  readonly resetStrategy: ResetStrategy

  private constructor(spec: OffsetsSpec, resetStrategy: ResetStrategy) {
    this.spec = spec
    this.resetStrategy = resetStrategy
  }

  /** The first record that is still there. */
  static earliest(): OffsetsInitializer {
    return new OffsetsInitializer({ kind: 'earliest' }, 'EARLIEST')
  }

  /** Behind the last record there is when the job starts. */
  static latest(): OffsetsInitializer {
    return new OffsetsInitializer({ kind: 'latest' }, 'LATEST')
  }

  /** What the source's group has committed; where it has committed nothing, the reset strategy says. */
  static committedOffsets(resetStrategy: ResetStrategy = 'NONE'): OffsetsInitializer {
    return new OffsetsInitializer({ kind: 'committed' }, requireStrategy(resetStrategy))
  }

  /** The first record with this timestamp, in ms, or a later one. */
  static timestamp(timestampMs: number): OffsetsInitializer {
    if (!Number.isSafeInteger(timestampMs)) throw new LearnerError('OFFSET', { value: String(timestampMs) })
    return new OffsetsInitializer({ kind: 'timestamp', timestampMs }, 'LATEST')
  }

  /** These offsets; partitions that aren't named begin as the reset strategy says. */
  static offsets(
    offsets: ReadonlyMap<TopicPartition, number>,
    resetStrategy: ResetStrategy = 'EARLIEST',
  ): OffsetsInitializer {
    if (!(offsets instanceof Map)) throw new LearnerError('OFFSETS_MAP', { value: valueName(offsets) })
    const entries = Array.from(offsets as ReadonlyMap<TopicPartition, number>, ([partition, offset]) => {
      if (!(partition instanceof TopicPartition)) throw new LearnerError('OFFSETS_MAP', { value: valueName(partition) })
      if (!Number.isSafeInteger(offset) || offset < 0) throw new LearnerError('OFFSET', { value: String(offset) })
      return [String(partition), offset] as const
    })
    const spec: OffsetsSpec = { kind: 'offsets', offsets: Object.fromEntries(entries) }
    return new OffsetsInitializer(spec, requireStrategy(resetStrategy))
  }
}

function requireStrategy(strategy: ResetStrategy): ResetStrategy {
  if (Object.hasOwn(OffsetResetStrategy, strategy)) return strategy
  throw new LearnerError('OPTION_VALUE', {
    option: 'OffsetResetStrategy',
    value: String(strategy),
    wanted: Object.keys(OffsetResetStrategy).join(', '),
  })
}
