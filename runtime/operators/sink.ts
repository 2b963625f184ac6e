// The end of a stream: every row is handed to whoever runs the job, and to the learner's sink function where there is
// one. Flink's StreamSink.

import { hasTimestamp } from '../base/time.ts'
import type { SinkContext, SinkFunctionLike } from './functions.ts'
import { StreamOperator, type OperatorContext } from './operator.ts'
import { closeFunction, openFunction, refusePromise } from './rich-function.ts'

export class SinkOperator extends StreamOperator {
  readonly kind: string
  elementTimestamp = NaN
  context!: OperatorContext
  sinkContext!: SinkContext
  fn: SinkFunctionLike<unknown> | null = null

  /** `function` calls the learner's own; `discard` reports nothing. */
  constructor(kind: string) {
    super()
    this.kind = kind
  }

  override open(context: OperatorContext): void {
    this.context = context
    this.sinkContext = {
      timestamp: () => (hasTimestamp(this.elementTimestamp) ? this.elementTimestamp : null),
      currentProcessingTime: () => context.nowMs(),
      currentWatermark: () => this.currentWatermark,
    }
    if (this.kind !== 'function') return
    const fn = context.userFunction('invoke')
    openFunction(fn, context)
    this.fn =
      typeof fn === 'function'
        ? { invoke: fn as SinkFunctionLike<unknown>['invoke'] }
        : (fn as SinkFunctionLike<unknown>)
  }

  override processElement(value: unknown, timestamp: number): void {
    if (this.fn !== null) {
      this.elementTimestamp = timestamp
      const result: unknown = this.fn.invoke(value, this.sinkContext)
      if (result !== undefined) refusePromise(result, 'invoke', this.context.name)
    }
    if (this.kind !== 'discard') this.context.rowArrived(value, timestamp)
  }

  override close(): void {
    closeFunction(this.fn)
  }
}
