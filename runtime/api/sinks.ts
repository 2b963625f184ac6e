// Sinks a job can write to. Whatever reaches a sink is shown as a row of the result.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sinks/

import type { LogSinkSpec } from '../connectors/log/log-sink.ts'
import { MAX_TRANSACTION_TIMEOUT_MS } from '../connectors/log/log-transactions.ts'
import type { SinkSpec } from '../graph/stream-graph.ts'
import type { Alert } from '../connectors/transactions.ts'
import { requireName } from './require.ts'

/** A sink that comes with the cluster, for sinkTo: data in the plan. */
export abstract class BuiltInSink<T> {
  /** As the plan holds it. */
  abstract readonly spec: SinkSpec
  /** The learner's functions in it, by role. */
  readonly functions: Readonly<Record<string, unknown>> = {}
  /** Never present; lets TypeScript infer `T`. */
  readonly example?: (value: T) => void
}

/** Shows rows as `print` does: `identifier:subtask> row`. */
export class PrintSink<T> extends BuiltInSink<T> {
  readonly spec: SinkSpec

  constructor(identifier?: string) {
    super()
    const given = identifier === undefined ? null : requireName(identifier, 'new PrintSink')
    this.spec = { kind: 'print', identifier: given }
  }
}

/** Only collects rows under a name. Differs from Flink: there tests write such a sink themselves. */
export class CollectSink<T> extends BuiltInSink<T> {
  readonly spec: SinkSpec

  constructor(identifier?: string) {
    super()
    const given = identifier === undefined ? null : requireName(identifier, 'new CollectSink')
    this.spec = { kind: 'collect', identifier: given }
  }
}

/** Throws every row away. */
export class DiscardingSink<T> extends BuiltInSink<T> {
  readonly spec: SinkSpec = { kind: 'discard', identifier: null }
}

/**
 * Appends records to a log topic as they are, each subtask to a partition of its own: the short way to a `KafkaSink` with a
 * `FlinkFixedPartitioner`, at least once. Works with both `sinkTo` and `addSink`.
 */
export class LogSink<T> extends BuiltInSink<T> {
  readonly spec: SinkSpec

  constructor(topic: string) {
    super()
    const log: LogSinkSpec = {
      topic: requireName(topic, 'new LogSink'),
      guarantee: 'AT_LEAST_ONCE',
      transactionalIdPrefix: 'log-sink',
      transactionTimeoutMs: MAX_TRANSACTION_TIMEOUT_MS,
      partitioner: 'fixed',
      hasKey: false,
      hasValue: false,
      isTopicPerJob: true,
    }
    this.spec = { kind: 'log', identifier: null, log }
  }
}

/** The walkthrough's sink: logs alerts. Works with both `sinkTo` and `addSink`. */
export class AlertSink extends BuiltInSink<Alert> {
  readonly spec: SinkSpec = { kind: 'alert', identifier: null }
}
