// Appends every record to a log topic outside of the cluster, each subtask to a partition of its own. Only that: no keys,
// no transactions, no reading back within the run.

import { cloneValue } from '../base/clone.ts'
import { StreamOperator, type OperatorContext } from './operator.ts'

export class LogSinkOperator extends StreamOperator {
  readonly topic: string
  context!: OperatorContext

  constructor(topic: string) {
    super()
    this.topic = topic
  }

  override open(context: OperatorContext): void {
    this.context = context
  }

  override processElement(value: unknown, timestamp: number): void {
    const { context, topic } = this
    context.outside.append(topic, context.subtask, { value: cloneValue(value), timestamp, atMs: context.nowMs() })
    context.rowArrived(value, timestamp)
  }
}
