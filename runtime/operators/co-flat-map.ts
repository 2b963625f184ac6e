// One record in, of either input, any number out with the same timestamp. Flink's CoStreamFlatMap.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#comap-coflatmap

import { NOWHERE } from '../record/receiver.ts'
import type { CoFlatMapFunctionLike } from './co-functions.ts'
import { TimestampedCollector } from './collector.ts'
import type { OperatorContext } from './operator.ts'
import { closeFunction, openFunction, refusePromise } from './rich-function.ts'
import { TwoInputOperator } from './two-input.ts'

export class CoFlatMapOperator extends TwoInputOperator {
  readonly collector = new TimestampedCollector(NOWHERE)
  name = ''
  fn!: CoFlatMapFunctionLike<unknown, unknown, unknown>

  override open(context: OperatorContext): void {
    this.name = context.name
    this.collector.output = this.output
    this.fn = context.userFunction('coFlatMap') as CoFlatMapFunctionLike<unknown, unknown, unknown>
    openFunction(this.fn, context)
  }

  override processElement1(value: unknown, timestamp: number): void {
    this.collector.timestamp = timestamp
    const result: unknown = this.fn.flatMap1(value, this.collector)
    if (result !== undefined) refusePromise(result, 'flatMap1', this.name)
  }

  override processElement2(value: unknown, timestamp: number): void {
    this.collector.timestamp = timestamp
    const result: unknown = this.fn.flatMap2(value, this.collector)
    if (result !== undefined) refusePromise(result, 'flatMap2', this.name)
  }

  override close(): void {
    closeFunction(this.fn)
  }
}
