// Runs a KeyedProcessFunction: per-key state, timers in both time domains, side outputs. Flink's KeyedProcessOperator.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/

import type { TimestampedCollector } from '../collector.ts'
import type { KeyedProcessFunctionLike, TimeDomain } from '../functions.ts'
import { StreamOperator, type OperatorContext } from '../operator.ts'
import { closeFunction, openFunction, refusePromise } from '../rich-function.ts'
import { FunctionTimers } from './function-timers.ts'
import { ElementContext } from './timers.ts'

export class KeyedProcessOperator extends StreamOperator {
  name = ''
  timers!: FunctionTimers
  /** That of the timers: asked for with every record. */
  collector!: TimestampedCollector
  elementContext!: ElementContext
  fn!: KeyedProcessFunctionLike<unknown, unknown, unknown>
  /** Its method, which needn't be looked up for every record. */
  process!: KeyedProcessFunctionLike<unknown, unknown, unknown>['processElement']

  override open(context: OperatorContext): void {
    this.name = context.name
    this.timers = new FunctionTimers(this, context, (timestamp, domain) => this.fire(timestamp, domain))
    const { backend, collector, service } = this.timers
    this.collector = collector
    this.elementContext = new ElementContext(this, collector, service, () => backend.currentKey())
    if (context.probe !== null) this.elementContext.probe = context.probe
    this.fn = context.userFunction('process') as KeyedProcessFunctionLike<unknown, unknown, unknown>
    openFunction(this.fn, context)
    this.process = this.fn.processElement
    this.timers.updateAlarm()
  }

  override processElement(value: unknown, timestamp: number): void {
    this.collector.timestamp = timestamp
    const result: unknown = this.process.call(this.fn, value, this.elementContext, this.collector)
    if (result !== undefined) refusePromise(result, 'processElement', this.name)
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
    // As in Flink, where onTimer does nothing unless it's overridden.
    if (this.fn.onTimer === undefined) return
    this.elementContext.domain = domain
    this.elementContext.timer = timestamp
    const result: unknown = this.fn.onTimer(timestamp, this.elementContext, this.collector)
    this.elementContext.timer = NaN
    if (result !== undefined) refusePromise(result, 'onTimer', this.name)
  }
}
