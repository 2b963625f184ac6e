// Runs a BroadcastProcessFunction: a stream without a key, and one whose records every subtask gets and keeps in
// broadcast state. Flink's CoBroadcastWithNonKeyedOperator.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/broadcast_state/

import { NOWHERE } from '../../record/receiver.ts'
import type { MapStateDescriptor } from '../../state/descriptors.ts'
import type { BroadcastProcessFunctionLike } from '../broadcast-functions.ts'
import { ProbedOutput } from '../call-probe.ts'
import { TimestampedCollector } from '../collector.ts'
import type { OperatorContext } from '../operator.ts'
import { closeFunction, openFunction, refusePromise } from '../rich-function.ts'
import { TwoInputOperator } from '../two-input.ts'
import { BroadcastSideContext, ElementSideContext } from './broadcast-contexts.ts'

export class BroadcastProcessOperator extends TwoInputOperator {
  /** The broadcast one: in batch mode every rule is there before the first record. */
  override readonly inputReadFirst: number | null = 1
  readonly descriptors: readonly MapStateDescriptor<unknown, unknown>[]
  readonly collector = new TimestampedCollector(NOWHERE)
  name = ''
  elementContext!: ElementSideContext
  broadcastContext!: BroadcastSideContext
  fn!: BroadcastProcessFunctionLike<unknown, unknown, unknown>

  constructor(descriptors: readonly MapStateDescriptor<unknown, unknown>[]) {
    super()
    this.descriptors = descriptors
  }

  override open(context: OperatorContext): void {
    const { collector, descriptors } = this
    const { name, probe } = context
    this.name = name
    collector.output = probe === null ? this.output : new ProbedOutput(this.output, probe)
    const parts = { operator: this, context, collector, descriptors }
    this.elementContext = new ElementSideContext(parts)
    this.broadcastContext = new BroadcastSideContext(parts)
    this.fn = context.userFunction('broadcastProcess') as BroadcastProcessFunctionLike<unknown, unknown, unknown>
    openFunction(this.fn, context)
  }

  override processElement1(value: unknown, timestamp: number): void {
    this.collector.timestamp = timestamp
    const result: unknown = this.fn.processElement(value, this.elementContext, this.collector)
    if (result !== undefined) refusePromise(result, 'processElement', this.name)
  }

  override processElement2(value: unknown, timestamp: number): void {
    this.collector.timestamp = timestamp
    const result: unknown = this.fn.processBroadcastElement(value, this.broadcastContext, this.collector)
    if (result !== undefined) refusePromise(result, 'processBroadcastElement', this.name)
  }

  override close(): void {
    closeFunction(this.fn)
  }
}
