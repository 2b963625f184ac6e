// Those who write to the log from outside of all jobs, and how far they are: in a run that goes on with what an earlier one
// has left they go on from there.

import type { OutsideSystem } from '../../operators/outside.ts'
import type { SourceSplit } from '../source.ts'

/** What a producer's partitioner stands at. */
export interface PartitionerSnapshot {
  readonly random: { readonly a: number; readonly b: number }
  readonly sticky: readonly (readonly [topic: string, at: { readonly partition: number; readonly bytes: number }])[]
}

/** Where a producer goes on. */
export interface ProducerSnapshot {
  /** Of one with a list of records, the next; 0 for others. */
  readonly position: number
  /** Of one that reads a source, what is still to be read; empty for others. */
  readonly splits: readonly SourceSplit[]
  readonly partitioner: PartitionerSnapshot
}

/** Who writes to a topic, whatever becomes of the jobs. */
export interface OutsideProducer extends OutsideSystem {
  readonly topicName: string
  snapshot(): ProducerSnapshot
}
