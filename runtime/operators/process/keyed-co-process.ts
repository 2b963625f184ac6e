// Runs a KeyedCoProcessFunction, or a CoProcessFunction on two keyed streams: both inputs share the state and the timers
// of a key. Flink's KeyedCoProcessOperator and LegacyKeyedCoProcessOperator.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/#low-level-joins

import type { KeyedCoProcessFunctionLike } from '../co-functions.ts'
import type { TimeDomain } from '../functions.ts'
import type { OperatorContext } from '../operator.ts'
import { closeFunction, openFunction, refusePromise } from '../rich-function.ts'
import { TwoInputOperator } from '../two-input.ts'
import { FunctionTimers } from './function-timers.ts'
import { ElementContext } from './timers.ts'

export class KeyedCoProcessOperator extends TwoInputOperator {
  name = ''
  timers!: FunctionTimers
  elementContext!: ElementContext
  fn!: KeyedCoProcessFunctionLike<unknown, unknown, unknown, unknown>

  override open(context: OperatorContext): void {
    this.name = context.name
    this.timers = new FunctionTimers(this, context, (timestamp, domain) => this.fire(timestamp, domain))
    const { backend, collector, service } = this.timers
    this.elementContext = new ElementContext(this, collector, service, () => backend.currentKey())
    if (context.probe !== null) this.elementContext.probe = context.probe
    this.fn = context.userFunction('coProcess') as KeyedCoProcessFunctionLike<unknown, unknown, unknown, unknown>
    openFunction(this.fn, context)
    this.timers.updateAlarm()
  }

  override processElement1(value: unknown, timestamp: number): void {
    const { collector } = this.timers
    collector.timestamp = timestamp
    const result: unknown = this.fn.processElement1(value, this.elementContext, collector)
    if (result !== undefined) refusePromise(result, 'processElement1', this.name)
  }

  override processElement2(value: unknown, timestamp: number): void {
    const { collector } = this.timers
    collector.timestamp = timestamp
    const result: unknown = this.fn.processElement2(value, this.elementContext, collector)
    if (result !== undefined) refusePromise(result, 'processElement2', this.name)
  }

  override processWatermark(timestamp: number): void {
    this.currentWatermark = timestamp
    this.timers.processWatermark(timestamp)
  }

  override onAlarm(nowMs: number): void {
    this.timers.onAlarm(nowMs)
  }

  override close(): void {
    closeFunction(this.fn)
  }

  private fire(timestamp: number, domain: TimeDomain): void {
    if (this.fn.onTimer === undefined) return
    this.elementContext.domain = domain
    this.elementContext.timer = timestamp
    const result: unknown = this.fn.onTimer(timestamp, this.elementContext, this.timers.collector)
    this.elementContext.timer = NaN
    if (result !== undefined) refusePromise(result, 'onTimer', this.name)
  }
}
