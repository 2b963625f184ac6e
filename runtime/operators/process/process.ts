// Runs a ProcessFunction on a stream that isn't keyed: both clocks and side outputs, no timers and no keyed state.
// Flink's ProcessOperator.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/

import { NOWHERE } from '../../record/receiver.ts'
import { ProbedOutput } from '../call-probe.ts'
import { TimestampedCollector } from '../collector.ts'
import type { ProcessFunctionLike } from '../functions.ts'
import { StreamOperator, type OperatorContext } from '../operator.ts'
import { closeFunction, openFunction, refusePromise } from '../rich-function.ts'
import { ElementContext, UnkeyedTimerService } from './timers.ts'

export class ProcessOperator extends StreamOperator {
  readonly collector = new TimestampedCollector(NOWHERE)
  context!: OperatorContext
  elementContext!: ElementContext
  fn!: ProcessFunctionLike<unknown, unknown>

  override open(context: OperatorContext): void {
    this.context = context
    const { probe } = context
    this.collector.output = probe === null ? this.output : new ProbedOutput(this.output, probe)
    this.elementContext = new ElementContext(this, this.collector, new UnkeyedTimerService(context, this), () => null)
    if (probe !== null) this.elementContext.probe = probe
    this.fn = context.userFunction('process') as ProcessFunctionLike<unknown, unknown>
    openFunction(this.fn, context)
  }

  override processElement(value: unknown, timestamp: number): void {
    this.collector.timestamp = timestamp
    const result: unknown = this.fn.processElement(value, this.elementContext, this.collector)
    if (result !== undefined) refusePromise(result, 'processElement', this.context.name)
  }

  override close(): void {
    closeFunction(this.fn)
  }
}
