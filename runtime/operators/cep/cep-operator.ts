// Finds patterns in the events of each key. In event time events wait for the watermark and go to the automaton in order
// of time; in processing time they go at once, unless a comparator has to put those of one millisecond in order. Flink's
// CepOperator. https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/
//
// Differs from Flink: before 1970, too, a partial match times out at the end of input; Flink's subtraction overflows there.

import { present } from '../../base/assert.ts'
import { LearnerError } from '../../base/diagnostic.ts'
import { hasTimestamp } from '../../base/time.ts'
import { NOWHERE } from '../../record/receiver.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import { InternalTimerService, type Triggerable } from '../../state/timer-service.ts'
import { ProbedOutput } from '../call-probe.ts'
import { TimestampedCollector } from '../collector.ts'
import { StreamOperator, type OperatorContext } from '../operator.ts'
import { asCall, closeFunction } from '../rich-function.ts'
import { openCepFunction } from './cep-runtime-context.ts'
import { CepState } from './cep-state.ts'
import { ConditionBinder } from './condition.ts'
import type { EventComparatorLike, PatternMatch } from './functions.ts'
import { MatchOutput } from './match-output.ts'
import { Nfa, type NfaKeyState, type TimedOut } from './nfa.ts'
import { compileNfa } from './nfa-compiler.ts'
import type { CepSpec } from './pattern-spec.ts'

export class CepOperator extends StreamOperator implements Triggerable {
  readonly spec: CepSpec
  readonly isProcessingTime: boolean
  readonly collector = new TimestampedCollector(NOWHERE)
  context!: OperatorContext
  backend!: KeyedStateBackend
  timers!: InternalTimerService
  state!: CepState
  nfa!: Nfa
  matches!: MatchOutput
  compare: EventComparatorLike<unknown>['compare'] | null = null
  /** The learner's functions, to be opened and closed. */
  functions: unknown[] = []
  timedOut: TimedOut[] = []

  constructor(spec: CepSpec) {
    super()
    this.spec = spec
    this.isProcessingTime = spec.time === 'processing'
  }

  override open(context: OperatorContext): void {
    const { spec } = this
    this.context = context
    this.backend = present(context.keyed, `the keyed state of ${context.name}`)
    this.collector.output = context.probe === null ? this.output : new ProbedOutput(this.output, context.probe)
    this.timers = new InternalTimerService(this.backend, this)
    this.state = new CepState(this.backend)
    const binder = new ConditionBinder(context)
    const { skip, handlesTimeouts } = spec
    this.nfa = new Nfa({ compiled: compileNfa(spec.pattern), skip, binder, handlesTimeouts })
    this.matches = new MatchOutput(this, this.collector)
    if (spec.hasComparator)
      this.compare = asCall<EventComparatorLike<unknown>['compare']>(context.userFunction('comparator'), 'compare')
    this.functions = [...binder.functions.keys(), ...this.matches.roles].map((role) => context.userFunction(role))
    for (const fn of this.functions) openCepFunction(fn, context)
    this.nextAlarmMs = this.timers.nextProcessingTime()
  }

  override processElement(value: unknown, timestamp: number): void {
    if (this.isProcessingTime) {
      const nowMs = this.context.nowMs()
      if (this.compare === null) this.processNow(value, nowMs)
      else if (this.state.enqueue(value, nowMs)) this.registerTimer(nowMs)
    } else if (timestamp > this.currentWatermark) {
      if (this.state.enqueue(value, timestamp)) this.registerTimer(timestamp)
    } else if (this.spec.lateTag !== null) {
      this.tellLate(value, timestamp)
      this.sideOutputs.get(this.spec.lateTag)?.processElement(value, timestamp)
    } else if (!hasTimestamp(timestamp)) {
      throw new LearnerError('CEP_NO_TIMESTAMP', { operator: this.context.name })
    } else {
      this.tellLate(value, timestamp)
      this.numLateRecordsDropped++
    }
  }

  private tellLate(value: unknown, timestamp: number): void {
    const { currentWatermark: watermark, spec } = this
    this.context.timeProbe?.late({ value, timestamp, watermark, rule: 'pattern', isKept: spec.lateTag !== null })
  }

  override processWatermark(timestamp: number): void {
    this.currentWatermark = timestamp
    this.timers.advanceWatermark(timestamp)
    this.output.processWatermark(timestamp)
  }

  override onAlarm(nowMs: number): void {
    this.timers.advanceProcessingTime(nowMs)
    this.nextAlarmMs = this.timers.nextProcessingTime()
  }

  onEventTime(timestamp: number): void {
    this.context.timerFired(timestamp, true)
    const run = this.processDue(this.currentWatermark)
    // Nothing has begun, so there's nothing to remember.
    if (run.partial?.length === 1 && run.completed.length === 0) run.partial = null
    this.state.keepRun(run)
  }

  onProcessingTime(timestamp: number): void {
    this.context.timerFired(timestamp, false)
    this.state.keepRun(this.processDue(Infinity))
  }

  override close(): void {
    for (const fn of this.functions) closeFunction(fn)
  }

  private processNow(value: unknown, nowMs: number): void {
    const run = this.beginRun()
    const wasKept = run.partial !== null
    this.advanceTime(run, nowMs)
    this.processEvent(run, value, nowMs)
    if (!this.nfa.isChanged && !wasKept) run.partial = null
    this.state.keepRun(run)
  }

  /** Everything that waits for a time up to this one, in order; then the time itself. */
  private processDue(until: number): NfaKeyState {
    const run = this.beginRun()
    const wasKept = run.partial !== null
    for (const timestamp of this.state.dueTimes(until)) {
      this.advanceTime(run, timestamp)
      const events = this.state.dequeue(timestamp)
      if (this.compare !== null) events.sort(this.compare)
      for (const event of events) this.processEvent(run, event, timestamp)
    }
    this.advanceTime(run, this.isProcessingTime ? this.context.nowMs() : until)
    if (!this.nfa.isChanged && !wasKept) run.partial = null
    return run
  }

  private beginRun(): NfaKeyState {
    this.nfa.isChanged = false
    this.nfa.hasBegun = false
    return this.state.run()
  }

  private processEvent(run: NfaKeyState, event: unknown, timestamp: number): void {
    const found = this.nfa.process(run, event, timestamp)
    if (this.nfa.windowMs > 0 && this.nfa.hasBegun) this.registerTimer(timestamp + this.nfa.windowMs)
    this.emit(found, timestamp)
  }

  private advanceTime(run: NfaKeyState, timestamp: number): void {
    // Setting the length of an empty array is a slow call, too.
    if (this.timedOut.length > 0) this.timedOut = []
    const { timedOut } = this
    this.emit(this.nfa.advanceTime(run, timestamp, timedOut), timestamp)
    for (const { match, timestamp: deadline } of timedOut) {
      this.at(deadline)
      this.matches.emitTimedOut(match)
    }
  }

  private emit(found: readonly PatternMatch<unknown>[], timestamp: number): void {
    if (found.length === 0) return
    this.at(timestamp)
    for (const match of found) this.matches.emit(match)
  }

  private at(timestamp: number): void {
    this.matches.timestampMs = timestamp
    // In processing time matches have a time, but records made of them have no timestamp.
    this.collector.timestamp = this.isProcessingTime ? NaN : timestamp
  }

  private registerTimer(timestamp: number): void {
    const { backend } = this
    if (!this.isProcessingTime) {
      backend.registerTimer(backend.eventTimers, timestamp)
      return
    }
    // A millisecond later, when all events of this one have come.
    backend.registerTimer(backend.processingTimers, timestamp + 1)
    const next = this.timers.nextProcessingTime()
    if (next === this.nextAlarmMs) return
    this.nextAlarmMs = next
    this.context.alarmChanged()
  }
}
