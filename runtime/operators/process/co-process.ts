// Runs a CoProcessFunction on two streams of which one at least isn't keyed: both clocks and side outputs, no timers.
// Flink's CoProcessOperator.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/#low-level-joins

import { NOWHERE } from '../../record/receiver.ts'
import { ProbedOutput } from '../call-probe.ts'
import type { CoProcessFunctionLike } from '../co-functions.ts'
import { TimestampedCollector } from '../collector.ts'
import type { OperatorContext } from '../operator.ts'
import { closeFunction, openFunction, refusePromise } from '../rich-function.ts'
import { TwoInputOperator } from '../two-input.ts'
import { ElementContext, UnkeyedTimerService } from './timers.ts'

export class CoProcessOperator extends TwoInputOperator {
  readonly collector = new TimestampedCollector(NOWHERE)
  name = ''
  elementContext!: ElementContext
  fn!: CoProcessFunctionLike<unknown, unknown, unknown>

  override open(context: OperatorContext): void {
    const { name, probe } = context
    this.name = name
    this.collector.output = probe === null ? this.output : new ProbedOutput(this.output, probe)
    this.elementContext = new ElementContext(this, this.collector, new UnkeyedTimerService(context, this), () => null)
    if (probe !== null) this.elementContext.probe = probe
    this.fn = context.userFunction('coProcess') as CoProcessFunctionLike<unknown, unknown, unknown>
    openFunction(this.fn, context)
  }

  override processElement1(value: unknown, timestamp: number): void {
    this.collector.timestamp = timestamp
    const result: unknown = this.fn.processElement1(value, this.elementContext, this.collector)
    if (result !== undefined) refusePromise(result, 'processElement1', this.name)
  }

  override processElement2(value: unknown, timestamp: number): void {
    this.collector.timestamp = timestamp
    const result: unknown = this.fn.processElement2(value, this.elementContext, this.collector)
    if (result !== undefined) refusePromise(result, 'processElement2', this.name)
  }

  override close(): void {
    closeFunction(this.fn)
  }
}
