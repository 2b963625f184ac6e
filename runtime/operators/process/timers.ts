// The TimerService and contexts that learners see, over the operator's own. One set of objects per operator: nothing is
// allocated per record.

import { LearnerError } from '../../base/diagnostic.ts'
import { hasTimestamp, MIN_TIMESTAMP } from '../../base/time.ts'
import { toPrintText } from '../../base/value-text.ts'
import type { InternalTimerService } from '../../state/timer-service.ts'
import type { TimestampedCollector } from '../collector.ts'
import type { CallProbe } from '../call-probe.ts'
import type { OnTimerContext, OutputTagLike, TimeDomain, TimerService } from '../functions.ts'
import type { OperatorContext, StreamOperator } from '../operator.ts'

/** The learner's timer service over the keyed timers of an operator. */
export class KeyedTimerService implements TimerService {
  private readonly timers: InternalTimerService
  private readonly context: OperatorContext
  private readonly operator: StreamOperator

  constructor(timers: InternalTimerService, context: OperatorContext, operator: StreamOperator) {
    this.timers = timers
    this.context = context
    this.operator = operator
  }

  currentProcessingTime(): number {
    return this.context.nowMs()
  }

  currentWatermark(): number {
    return this.timers.currentWatermark
  }

  registerEventTimeTimer(timestampMs: number): void {
    const backend = this.timers.backend
    backend.registerTimer(backend.eventTimers, requireTime(timestampMs))
  }

  registerProcessingTimeTimer(timestampMs: number): void {
    const backend = this.timers.backend
    backend.registerTimer(backend.processingTimers, requireTime(timestampMs))
    this.#updateAlarm()
  }

  deleteEventTimeTimer(timestampMs: number): void {
    const backend = this.timers.backend
    backend.deleteTimer(backend.eventTimers, requireTime(timestampMs))
  }

  deleteProcessingTimeTimer(timestampMs: number): void {
    const backend = this.timers.backend
    backend.deleteTimer(backend.processingTimers, requireTime(timestampMs))
    this.#updateAlarm()
  }

  #updateAlarm(): void {
    const next = this.timers.nextProcessingTime()
    if (next === this.operator.nextAlarmMs) return
    this.operator.nextAlarmMs = next
    this.context.alarmChanged()
  }
}

/** The timer service of a stream that isn't keyed: both clocks, no timers. */
export class UnkeyedTimerService implements TimerService {
  private readonly context: OperatorContext
  private readonly operator: StreamOperator

  constructor(context: OperatorContext, operator: StreamOperator) {
    this.context = context
    this.operator = operator
  }

  currentProcessingTime(): number {
    return this.context.nowMs()
  }

  currentWatermark(): number {
    return this.operator.currentWatermark
  }

  registerEventTimeTimer(): void {
    throw new LearnerError('TIMER_NOT_KEYED', { operator: this.context.name })
  }

  registerProcessingTimeTimer(): void {
    throw new LearnerError('TIMER_NOT_KEYED', { operator: this.context.name })
  }

  deleteEventTimeTimer(): void {
    throw new LearnerError('TIMER_NOT_KEYED', { operator: this.context.name })
  }

  deleteProcessingTimeTimer(): void {
    throw new LearnerError('TIMER_NOT_KEYED', { operator: this.context.name })
  }
}

/** Context of processElement and onTimer, for one operator. */
export class ElementContext implements OnTimerContext<unknown> {
  domain: TimeDomain = 'EVENT_TIME'
  /** The time of the timer that fires, in either domain; NaN for a record. */
  timer = NaN
  /** Told of side outputs while somebody watches. */
  probe: CallProbe | null = null
  private readonly operator: StreamOperator
  /** Holds the timestamp of the record at hand. */
  private readonly collector: TimestampedCollector
  private readonly timers: TimerService
  private readonly currentKey: () => unknown

  constructor(
    operator: StreamOperator,
    collector: TimestampedCollector,
    timerService: TimerService,
    currentKey: () => unknown,
  ) {
    this.operator = operator
    this.collector = collector
    this.timers = timerService
    this.currentKey = currentKey
  }

  timestamp(): number | null {
    const timestamp = this.#own()
    return hasTimestamp(timestamp) ? timestamp : null
  }

  timerService(): TimerService {
    return this.timers
  }

  getCurrentKey(): unknown {
    return this.currentKey()
  }

  timeDomain(): TimeDomain {
    return this.domain
  }

  output<X>(tag: OutputTagLike<X>, value: X): void {
    if (typeof tag?.id !== 'string') throw new LearnerError('OUTPUT_TAG_MISSING', { value: String(tag) })
    // Flink stamps a side record of a record without timestamp with Long.MIN; the main output keeps none.
    const own = this.#own()
    const timestamp = hasTimestamp(own) ? own : MIN_TIMESTAMP
    this.probe?.called('output', tag.id, () => toPrintText(value))
    this.operator.sideOutputs.get(tag.id)?.processElement(value, timestamp)
  }

  /** Only what a processing-time timer collects has no timestamp: its context and its side outputs have the timer's. */
  #own(): number {
    return hasTimestamp(this.timer) ? this.timer : this.collector.timestamp
  }
}

function requireTime(timestampMs: number): number {
  const isTime = Number.isInteger(timestampMs) || timestampMs === Infinity || timestampMs === -Infinity
  if (!isTime) throw new LearnerError('TIMER_TIME', { value: String(timestampMs) })
  return timestampMs
}
