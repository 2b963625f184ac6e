// Where keyed state is kept, as the learner says it: what can be seen of it is whether a value that was read is the state
// itself or a copy. Flink's StateBackend. Operator state is always by reference.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/state_backends/

import type { StateBackendKind } from '../graph/stream-graph.ts'

/** One of the two below. */
export abstract class StateBackend {
  abstract readonly kind: StateBackendKind
}

/**
 * Keeps objects on the heap. What is read is the state itself: an object changed in place is changed in the state, be it
 * written back or not. What applies unless set.
 */
export class HashMapStateBackend extends StateBackend {
  override readonly kind = 'hashmap'
}

/**
 * Keeps state as RocksDB does, serialized: what is read is a copy, and a change to it is lost unless it's written back.
 * Differs from Flink: nothing is on a disk, so it's as fast as the other and no larger than memory.
 */
export class EmbeddedRocksDBStateBackend extends StateBackend {
  override readonly kind = 'rocksdb'
}
