// The timers of a process function on keyed streams, and what it's called with: wired once for all operators that have
// them, over the timer service of timers.ts. Flink has it in AbstractStreamOperator.

import { present } from '../../base/assert.ts'
import { NOWHERE } from '../../record/receiver.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import { InternalTimerService, type Triggerable } from '../../state/timer-service.ts'
import { ProbedOutput, ProbedTimerService } from '../call-probe.ts'
import { TimestampedCollector } from '../collector.ts'
import type { TimeDomain, TimerService } from '../functions.ts'
import type { OperatorContext, StreamOperator } from '../operator.ts'
import { KeyedTimerService } from './timers.ts'

/** Calls the learner's function for a timer whose key is the current one. */
export type OnTimer = (timestamp: number, domain: TimeDomain) => void

export class FunctionTimers implements Triggerable {
  readonly collector = new TimestampedCollector(NOWHERE)
  readonly operator: StreamOperator
  readonly context: OperatorContext
  readonly backend: KeyedStateBackend
  readonly internal: InternalTimerService
  /** What the learner's function sets timers on. */
  readonly service: TimerService
  readonly onTimer: OnTimer

  /** In `open`: the operator's output must be there. */
  constructor(operator: StreamOperator, context: OperatorContext, onTimer: OnTimer) {
    const { probe } = context
    this.operator = operator
    this.context = context
    this.onTimer = onTimer
    this.backend = present(context.keyed, `the keyed state of ${context.name}`)
    this.collector.output = probe === null ? operator.output : new ProbedOutput(operator.output, probe)
    this.internal = new InternalTimerService(this.backend, this)
    const timers = new KeyedTimerService(this.internal, context, operator)
    this.service = probe === null ? timers : new ProbedTimerService(timers, probe)
  }

  /** All timers of a watermark fire before it goes on. */
  processWatermark(timestamp: number): void {
    this.internal.advanceWatermark(timestamp)
    this.operator.output.processWatermark(timestamp)
  }

  onAlarm(nowMs: number): void {
    this.internal.advanceProcessingTime(nowMs)
    this.updateAlarm()
  }

  updateAlarm(): void {
    this.operator.nextAlarmMs = this.internal.nextProcessingTime()
  }

  onEventTime(timestamp: number): void {
    this.context.timerFired(timestamp, true)
    this.collector.timestamp = timestamp
    this.onTimer(timestamp, 'EVENT_TIME')
  }

  onProcessingTime(timestamp: number): void {
    this.context.timerFired(timestamp, false)
    // What a processing-time timer emits has no timestamp.
    this.collector.timestamp = NaN
    this.onTimer(timestamp, 'PROCESSING_TIME')
  }
}
