// The ways of an edge, by Flink's names. Plain data: graph/ writes them into the plan, network/ acts on them.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#physical-partitioning

export type Partitioner = 'FORWARD' | 'REBALANCE' | 'RESCALE' | 'SHUFFLE' | 'BROADCAST' | 'GLOBAL' | 'HASH'
