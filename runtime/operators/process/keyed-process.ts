// Runs a KeyedProcessFunction: per-key state, timers in both time domains, side outputs. Flink's KeyedProcessOperator.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/process_function/

import { present } from '../../base/assert.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import { InternalTimerService, type Triggerable } from '../../state/timer-service.ts'
import { NOWHERE } from '../../record/receiver.ts'
import { ProbedOutput, ProbedTimerService } from '../call-probe.ts'
import { TimestampedCollector } from '../collector.ts'
import type { KeyedProcessFunctionLike } from '../functions.ts'
import { StreamOperator, type OperatorContext } from '../operator.ts'
import { closeFunction, openFunction, refusePromise } from '../rich-function.ts'
import { ElementContext, KeyedTimerService } from './timers.ts'

export class KeyedProcessOperator extends StreamOperator implements Triggerable {
  readonly collector = new TimestampedCollector(NOWHERE)
  context!: OperatorContext
  backend!: KeyedStateBackend
  timers!: InternalTimerService
  elementContext!: ElementContext
  fn!: KeyedProcessFunctionLike<unknown, unknown, unknown>

  override open(context: OperatorContext): void {
    const backend = present(context.keyed, `the keyed state of ${context.name}`)
    this.context = context
    this.backend = backend
    const { probe } = context
    this.collector.output = probe === null ? this.output : new ProbedOutput(this.output, probe)
    this.timers = new InternalTimerService(backend, this)
    const timers = new KeyedTimerService(this.timers, context, this)
    const timerService = probe === null ? timers : new ProbedTimerService(timers, probe)
    this.elementContext = new ElementContext(this, this.collector, timerService, () => backend.currentKey())
    if (probe !== null) this.elementContext.probe = probe
    this.fn = context.userFunction('process') as KeyedProcessFunctionLike<unknown, unknown, unknown>
    openFunction(this.fn, context)
    this.nextAlarmMs = this.timers.nextProcessingTime()
  }

  override processElement(value: unknown, timestamp: number): void {
    this.collector.timestamp = timestamp
    const result: unknown = this.fn.processElement(value, this.elementContext, this.collector)
    if (result !== undefined) refusePromise(result, 'processElement', this.context.name)
  }

  override processWatermark(timestamp: number): void {
    this.currentWatermark = timestamp
    // All timers of a watermark fire before it goes on.
    this.timers.advanceWatermark(timestamp)
    this.output.processWatermark(timestamp)
  }

  override onAlarm(nowMs: number): void {
    this.timers.advanceProcessingTime(nowMs)
    this.nextAlarmMs = this.timers.nextProcessingTime()
  }

  onEventTime(timestamp: number): void {
    this.context.timerFired(timestamp, true)
    this.elementContext.domain = 'EVENT_TIME'
    this.fire(timestamp, timestamp)
  }

  onProcessingTime(timestamp: number): void {
    this.context.timerFired(timestamp, false)
    this.elementContext.domain = 'PROCESSING_TIME'
    // What a processing-time timer emits has no timestamp.
    this.fire(timestamp, NaN)
  }

  override close(): void {
    closeFunction(this.fn)
  }

  private fire(timestamp: number, recordTimestamp: number): void {
    // As in Flink, where onTimer does nothing unless it's overridden.
    if (this.fn.onTimer === undefined) return
    this.collector.timestamp = recordTimestamp
    const result: unknown = this.fn.onTimer(timestamp, this.elementContext, this.collector)
    if (result !== undefined) refusePromise(result, 'onTimer', this.context.name)
  }
}
