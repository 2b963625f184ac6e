// One record in, of either input, one out with the same timestamp. Flink's CoStreamMap.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#comap-coflatmap

import type { CoMapFunctionLike } from './co-functions.ts'
import type { OperatorContext } from './operator.ts'
import { closeFunction, openFunction, refusePromise } from './rich-function.ts'
import { TwoInputOperator } from './two-input.ts'

export class CoMapOperator extends TwoInputOperator {
  name = ''
  fn!: CoMapFunctionLike<unknown, unknown, unknown>

  override open(context: OperatorContext): void {
    this.name = context.name
    this.fn = context.userFunction('coMap') as CoMapFunctionLike<unknown, unknown, unknown>
    openFunction(this.fn, context)
  }

  override processElement1(value: unknown, timestamp: number): void {
    const result = this.fn.map1(value)
    if (result instanceof Promise) refusePromise(result, 'map1', this.name)
    this.output.processElement(result, timestamp)
  }

  override processElement2(value: unknown, timestamp: number): void {
    const result = this.fn.map2(value)
    if (result instanceof Promise) refusePromise(result, 'map2', this.name)
    this.output.processElement(result, timestamp)
  }

  override close(): void {
    closeFunction(this.fn)
  }
}
