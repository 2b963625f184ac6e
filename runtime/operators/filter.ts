// Lets through the records for which the function says true. Flink's StreamFilter.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#filter

import { probedCall } from './call-probe.ts'
import { StreamOperator, type OperatorContext } from './operator.ts'
import { asCall, closeFunction, openFunction, refusePromise } from './rich-function.ts'

export class FilterOperator extends StreamOperator {
  name = ''
  fn: unknown = null
  filter: (value: unknown) => boolean = () => true

  override open(context: OperatorContext): void {
    this.name = context.name
    this.fn = context.userFunction('filter')
    openFunction(this.fn, context)
    this.filter = probedCall(asCall<(value: unknown) => boolean>(this.fn, 'filter'), context.probe, 'filter')
  }

  override processElement(value: unknown, timestamp: number): void {
    const keeps: unknown = this.filter(value)
    if (keeps === true || this.keeps(keeps)) this.output.processElement(value, timestamp)
  }

  /** What the function's answer means where it isn't plainly true. */
  keeps(answer: unknown): boolean {
    if (answer === false) return false
    // A promise is truthy: without this an async filter would let everything through.
    refusePromise(answer, 'filter', this.name)
    return Boolean(answer)
  }

  override close(): void {
    closeFunction(this.fn)
  }
}
