// The reader of a subtask's partitions, with its splits: those of a snapshot, or at the first start those that are its own.
// The order of these calls is that of Flink's SourceOperator.

import { cloneValue } from '../../base/clone.ts'
import type { OperatorContext } from '../../operators/operator.ts'
import { asCall } from '../../operators/rich-function.ts'
import type { SourceSplit } from '../source.ts'
import { logOf } from './log-cluster.ts'
import type { LogPartition, LogRecord } from './log-partition.ts'
import { LogReader } from './log-reader.ts'
import type { LogSourceSpec } from './log-source-spec.ts'

/** `restored`: null at a first start; `alarmMoved`: called where the reader wants its alarm at another time. */
export function openLogReader(
  spec: LogSourceSpec,
  context: OperatorContext,
  { restored, alarmMoved }: { readonly restored: readonly SourceSplit[] | null; readonly alarmMoved: () => void },
): LogReader {
  const { name, subtask, parallelism, seed, operatorState, outside } = context
  const reader = new LogReader(spec, {
    ...{ name, subtask, parallelism, seed, operatorState },
    log: logOf(outside),
    userFunction: (role) => context.userFunction(role),
    deserialize: deserializerOf(spec, context),
    nowMs: () => context.nowMs(),
    inputArrived: () => context.inputArrived(),
    alarmMoved,
  })
  if (restored !== null) reader.addSplits(restored)
  reader.start()
  const found = reader.discover(restored === null)
  if (restored === null || found.length > 0) reader.addSplits(found)
  return reader
}

function deserializerOf(
  { deserializer }: LogSourceSpec,
  context: OperatorContext,
): (record: LogRecord, partition: LogPartition) => unknown {
  if (deserializer === 'value') return ({ value }) => cloneValue(value)
  const call = asCall<(given: unknown) => unknown>(context.userFunction('deserializer'), 'deserialize')
  if (deserializer === 'ofValue') return ({ value }) => call(cloneValue(value))
  return ({ key, value, timestamp, offset }, { topic, index }) =>
    call({ topic, partition: index, offset, timestamp, key, value: cloneValue(value) })
}
