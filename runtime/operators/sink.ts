// The end of a stream: every row is handed to whoever runs the job, and to the learner's sink function where there is
// one. Flink's StreamSink.

import { hasTimestamp } from '../base/time.ts'
import type { SinkContext } from './functions.ts'
import { StreamOperator, type OperatorContext } from './operator.ts'
import { asCall, closeFunction, openFunction, refusePromise } from './rich-function.ts'

export class SinkOperator extends StreamOperator {
  readonly place = 'sink'
  readonly kind: string
  readonly isReported: boolean
  elementTimestamp = NaN
  context!: OperatorContext
  sinkContext!: SinkContext
  fn: unknown = null
  invoke: ((value: unknown, context: SinkContext) => unknown) | null = null

  /** `function` calls the learner's own; `discard` reports nothing. */
  constructor(kind: string) {
    super()
    this.kind = kind
    this.isReported = kind !== 'discard'
  }

  override open(context: OperatorContext): void {
    this.context = context
    this.sinkContext = {
      timestamp: () => (hasTimestamp(this.elementTimestamp) ? this.elementTimestamp : null),
      currentProcessingTime: () => context.nowMs(),
      currentWatermark: () => this.currentWatermark,
    }
    if (this.kind !== 'function') return
    this.fn = context.userFunction('invoke')
    openFunction(this.fn, context)
    this.invoke = asCall<(value: unknown, context: SinkContext) => unknown>(this.fn, 'invoke')
  }

  override processElement(value: unknown, timestamp: number): void {
    if (this.invoke !== null) {
      this.elementTimestamp = timestamp
      const result = this.invoke(value, this.sinkContext)
      if (result !== undefined) refusePromise(result, 'invoke', this.context.name)
    }
    if (this.isReported) this.context.rowArrived(value, timestamp)
  }

  override close(): void {
    closeFunction(this.fn)
  }
}
