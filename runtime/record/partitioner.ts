// The ways of an edge, by Flink's names. Plain data: graph/ writes them into the plan, network/ acts on them.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#physical-partitioning

export type Partitioner = 'FORWARD' | 'REBALANCE' | 'RESCALE' | 'SHUFFLE' | 'BROADCAST' | 'GLOBAL' | 'HASH' | 'CUSTOM'

/** What a partitioner's channels look like, and which channel state a rescaled subtask would take over. */
export interface PartitionerProperties {
  readonly isPointwise: boolean
  readonly isBroadcast: boolean
  readonly subtaskMapping: 'ROUND_ROBIN' | 'FIRST' | 'RANGE' | 'FULL' | 'UNSUPPORTED'
}

export const PARTITIONER_PROPERTIES: Readonly<Record<Partitioner, PartitionerProperties>> = {
  FORWARD: { isPointwise: true, isBroadcast: false, subtaskMapping: 'UNSUPPORTED' },
  REBALANCE: { isPointwise: false, isBroadcast: false, subtaskMapping: 'ROUND_ROBIN' },
  RESCALE: { isPointwise: true, isBroadcast: false, subtaskMapping: 'UNSUPPORTED' },
  SHUFFLE: { isPointwise: false, isBroadcast: false, subtaskMapping: 'ROUND_ROBIN' },
  BROADCAST: { isPointwise: false, isBroadcast: true, subtaskMapping: 'UNSUPPORTED' },
  GLOBAL: { isPointwise: false, isBroadcast: false, subtaskMapping: 'FIRST' },
  HASH: { isPointwise: false, isBroadcast: false, subtaskMapping: 'RANGE' },
  CUSTOM: { isPointwise: false, isBroadcast: false, subtaskMapping: 'FULL' },
}
