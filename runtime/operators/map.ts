// One record in, one out, with the same timestamp. Flink's StreamMap.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#map

import { LearnerError } from '../base/diagnostic.ts'
import { probedCall } from './call-probe.ts'
import { StreamOperator, type OperatorContext } from './operator.ts'
import { asCall, closeFunction, openFunction, refusePromise } from './rich-function.ts'

export class MapOperator extends StreamOperator {
  name = ''
  fn: unknown = null
  map: (value: unknown) => unknown = (value) => value

  override open(context: OperatorContext): void {
    this.name = context.name
    this.fn = context.userFunction('map')
    openFunction(this.fn, context)
    this.map = probedCall(asCall<(value: unknown) => unknown>(this.fn, 'map'), context.probe, 'map')
  }

  override processElement(value: unknown, timestamp: number): void {
    const result = this.map(value)
    if (result === undefined || result instanceof Promise) this.refuse(result)
    this.output.processElement(result, timestamp)
  }

  /** The function returned nothing, or a promise. */
  refuse(result: unknown): void {
    refusePromise(result, 'map', this.name)
    throw new LearnerError('MAP_NOTHING', { operator: this.name })
  }

  override close(): void {
    closeFunction(this.fn)
  }
}
