// The triggers that come with Flink, from their data in the plan. They keep the same states as Flink's and set and delete
// the same timers, so that counts of both agree with it at every step.

import { LearnerError } from '../../base/diagnostic.ts'
import { MAX_TIMESTAMP } from '../../base/time.ts'
import { asCall } from '../rich-function.ts'
import { Trigger, TriggerResult, type OnMergeContext, type TriggerContext } from './trigger.ts'
import type { WindowTriggerContext } from './trigger-context.ts'
import type { TriggerSpec } from './window-spec.ts'
import { TimeWindow, type AnyWindow, type Window } from './windows.ts'

const { CONTINUE, FIRE, FIRE_AND_PURGE } = TriggerResult

/** How far two records are apart. Flink's DeltaFunction. */
type Delta = (old: unknown, latest: unknown) => number

/** The trigger of a spec. `functionOf` gives the learner's part of it by role: a whole trigger, or a delta function. */
export function createTrigger(spec: TriggerSpec, functionOf: (role: string) => unknown): Trigger<unknown, AnyWindow> {
  switch (spec.kind) {
    case 'eventTime':
      return new EventTime()
    case 'processingTime':
      return new ProcessingTime()
    case 'endOfStream':
      return new EndOfStream()
    case 'never':
      return new Quiet()
    case 'count':
      return new Count(spec.count)
    case 'continuousEventTime':
      return new ContinuousEventTime(spec.intervalMs)
    case 'continuousProcessingTime':
      return new ContinuousProcessingTime(spec.intervalMs)
    case 'delta':
      return new DeltaChange(spec.threshold, asCall<Delta>(functionOf('delta'), 'getDelta'))
    case 'purging':
      return new Purging(createTrigger(spec.of, functionOf))
    case 'processingTimeout':
      return new ProcessingTimeout(createTrigger(spec.of, functionOf), spec)
    case 'custom':
      return functionOf('trigger') as Trigger<unknown, AnyWindow>
  }
}

/** Whether windows that merge can have it. */
export function canMerge(spec: TriggerSpec): boolean {
  switch (spec.kind) {
    case 'delta':
    case 'processingTimeout':
    case 'endOfStream':
    case 'never':
      return false
    case 'purging':
      return canMerge(spec.of)
    case 'custom':
      return spec.canMerge
    default:
      return true
  }
}

/** Never fires. What the others have in common. */
class Quiet extends Trigger<unknown, AnyWindow> {
  override onElement(
    _element: unknown,
    _timestamp: number,
    _window: AnyWindow,
    _context: TriggerContext,
  ): TriggerResult {
    return CONTINUE
  }

  override onProcessingTime(_time: number, _window: AnyWindow, _context: TriggerContext): TriggerResult {
    return CONTINUE
  }

  override onEventTime(_time: number, _window: AnyWindow, _context: TriggerContext): TriggerResult {
    return CONTINUE
  }

  override clear(_window: AnyWindow, _context: TriggerContext): void {}
}

class EventTime extends Quiet {
  override onElement(_element: unknown, _timestamp: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    requireTimeWindow(window, 'EventTimeTrigger')
    // The window has fired already and is kept for late records: each of them fires it again.
    if (window.maxTimestamp() <= context.getCurrentWatermark()) return FIRE
    context.registerEventTimeTimer(window.maxTimestamp())
    return CONTINUE
  }

  override onEventTime(time: number, window: AnyWindow): TriggerResult {
    return time === window.maxTimestamp() ? FIRE : CONTINUE
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(window: AnyWindow, context: OnMergeContext): void {
    if (window.maxTimestamp() > context.getCurrentWatermark()) context.registerEventTimeTimer(window.maxTimestamp())
  }

  override clear(window: AnyWindow, context: TriggerContext): void {
    context.deleteEventTimeTimer(window.maxTimestamp())
  }
}

class ProcessingTime extends Quiet {
  override onElement(_element: unknown, _timestamp: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    requireTimeWindow(window, 'ProcessingTimeTrigger')
    context.registerProcessingTimeTimer(window.maxTimestamp())
    return CONTINUE
  }

  override onProcessingTime(): TriggerResult {
    return FIRE
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(window: AnyWindow, context: OnMergeContext): void {
    if (window.maxTimestamp() > context.getCurrentProcessingTime())
      context.registerProcessingTimeTimer(window.maxTimestamp())
  }

  override clear(window: AnyWindow, context: TriggerContext): void {
    context.deleteProcessingTimeTimer(window.maxTimestamp())
  }
}

/** Fires a global window when the input has ended. */
class EndOfStream extends Quiet {
  override onElement(_element: unknown, _timestamp: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    context.registerEventTimeTimer(window.maxTimestamp())
    return CONTINUE
  }

  override onEventTime(time: number, window: AnyWindow): TriggerResult {
    return time === window.maxTimestamp() ? FIRE : CONTINUE
  }
}

class Count extends Quiet {
  readonly count: number

  constructor(count: number) {
    super()
    this.count = count
  }

  override onElement(
    _element: unknown,
    _timestamp: number,
    _window: AnyWindow,
    context: TriggerContext,
  ): TriggerResult {
    const cells = context as WindowTriggerContext
    const count = ((cells.read('count') as number | undefined) ?? 0) + 1
    const isFull = count >= this.count
    cells.write('count', isFull ? undefined : count)
    return isFull ? FIRE : CONTINUE
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(_window: AnyWindow, context: OnMergeContext): void {
    ;(context as WindowTriggerContext).merge<number>('count', (a, b) => a + b)
  }

  override clear(_window: AnyWindow, context: TriggerContext): void {
    ;(context as WindowTriggerContext).write('count', undefined)
  }
}

const FIRE_TIME = 'fire-time'

/** Fires at every multiple of an interval of its clock, and at the window's end. Which clock, the two classes below say. */
abstract class Continuous extends Quiet {
  readonly intervalMs: number

  constructor(intervalMs: number) {
    super()
    this.intervalMs = intervalMs
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(_window: AnyWindow, context: OnMergeContext): void {
    const cells = context as WindowTriggerContext
    cells.merge<number>(FIRE_TIME, Math.min)
    const next = cells.read(FIRE_TIME) as number | undefined
    if (next !== undefined) this.setTimer(next, cells)
  }

  override clear(_window: AnyWindow, context: TriggerContext): void {
    const cells = context as WindowTriggerContext
    const next = cells.read(FIRE_TIME) as number | undefined
    if (next === undefined) return
    this.deleteTimer(next, cells)
    cells.write(FIRE_TIME, undefined)
  }

  protected abstract setTimer(time: number, context: TriggerContext): void
  protected abstract deleteTimer(time: number, context: TriggerContext): void

  /** Plans the first firing, unless there's one planned. */
  protected begin(now: number, window: AnyWindow, context: TriggerContext): void {
    const cells = context as WindowTriggerContext
    if (cells.read(FIRE_TIME) === undefined) this.plan(now - (now % this.intervalMs), window, cells)
  }

  protected fire(time: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    // At its end the window fires without a look at the state: a timer planned for then may stay behind, as in Flink.
    if (time === window.maxTimestamp()) return FIRE
    const cells = context as WindowTriggerContext
    if (cells.read(FIRE_TIME) !== time) return CONTINUE
    this.plan(time, window, cells)
    return FIRE
  }

  /** Plans nothing more: the window's end fires it. */
  protected fireLast(time: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    if (time === window.maxTimestamp()) return FIRE
    const cells = context as WindowTriggerContext
    if (cells.read(FIRE_TIME) === time) cells.write(FIRE_TIME, undefined)
    return CONTINUE
  }

  private plan(from: number, window: AnyWindow, cells: WindowTriggerContext): void {
    const next = Math.min(from + this.intervalMs, window.maxTimestamp())
    cells.write(FIRE_TIME, next)
    this.setTimer(next, cells)
  }
}

/** By one watermark. */
const MOST_FIRINGS = 1_000_000

class ContinuousEventTime extends Continuous {
  override onElement(_element: unknown, timestamp: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    if (window.maxTimestamp() <= context.getCurrentWatermark()) return FIRE
    if (!Number.isFinite(timestamp))
      throw new LearnerError('TRIGGER_NO_TIMESTAMP', { trigger: 'ContinuousEventTimeTrigger' })
    context.registerEventTimeTimer(window.maxTimestamp())
    this.begin(timestamp, window, context)
    return CONTINUE
  }

  /**
   * Differs from Flink: the end of the input ends the firing of a window without end, and a watermark that makes a window
   * fire a million times is refused. There both go on until they're through, which may be never.
   */
  override onEventTime(time: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    const last = Math.min(context.getCurrentWatermark(), window.maxTimestamp())
    if (last === MAX_TIMESTAMP) return this.fireLast(time, window, context)
    const times = Math.floor((last - time) / this.intervalMs)
    if (times <= MOST_FIRINGS) return this.fire(time, window, context)
    throw new LearnerError('TRIGGER_TOO_OFTEN', { times, intervalMs: this.intervalMs, watermark: last, from: time })
  }

  protected override setTimer(time: number, context: TriggerContext): void {
    context.registerEventTimeTimer(time)
  }

  protected override deleteTimer(time: number, context: TriggerContext): void {
    context.deleteEventTimeTimer(time)
  }
}

class ContinuousProcessingTime extends Continuous {
  override onElement(_element: unknown, _timestamp: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    this.begin(context.getCurrentProcessingTime(), window, context)
    return CONTINUE
  }

  override onProcessingTime(time: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    return this.fire(time, window, context)
  }

  protected override setTimer(time: number, context: TriggerContext): void {
    context.registerProcessingTimeTimer(time)
  }

  protected override deleteTimer(time: number, context: TriggerContext): void {
    context.deleteProcessingTimeTimer(time)
  }
}

const LAST_ELEMENT = 'last-element'

/** Fires at a record that is further than the threshold from the one at which it fired last. */
class DeltaChange extends Quiet {
  readonly threshold: number
  readonly delta: Delta

  constructor(threshold: number, delta: Delta) {
    super()
    this.threshold = threshold
    this.delta = delta
  }

  override onElement(element: unknown, _timestamp: number, _window: AnyWindow, context: TriggerContext): TriggerResult {
    const cells = context as WindowTriggerContext
    const last = cells.read(LAST_ELEMENT)
    if (last !== undefined && !(this.delta(last, element) > this.threshold)) return CONTINUE
    cells.write(LAST_ELEMENT, element)
    return last === undefined ? CONTINUE : FIRE
  }

  override clear(_window: AnyWindow, context: TriggerContext): void {
    ;(context as WindowTriggerContext).write(LAST_ELEMENT, undefined)
  }
}

/** Purges whenever the other trigger fires. */
class Purging extends Trigger<unknown, AnyWindow> {
  readonly of: Trigger<unknown, AnyWindow>

  constructor(of: Trigger<unknown, AnyWindow>) {
    super()
    this.of = of
  }

  override onElement(element: unknown, timestamp: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    return purging(this.of.onElement(element, timestamp, window, context))
  }

  override onProcessingTime(time: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    return purging(this.of.onProcessingTime(time, window, context))
  }

  override onEventTime(time: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    return purging(this.of.onEventTime(time, window, context))
  }

  override canMerge(): boolean {
    return this.of.canMerge()
  }

  override onMerge(window: AnyWindow, context: OnMergeContext): void {
    this.of.onMerge(window, context)
  }

  override clear(window: AnyWindow, context: TriggerContext): void {
    this.of.clear(window, context)
  }
}

function purging(result: TriggerResult): TriggerResult {
  return result.isFire() ? FIRE_AND_PURGE : result
}

const TIMEOUT = 'timeout'

/** Fires when the other trigger does, and whenever a timer of the window goes off. */
class ProcessingTimeout extends Trigger<unknown, AnyWindow> {
  readonly of: Trigger<unknown, AnyWindow>
  readonly spec: TriggerSpec & { readonly kind: 'processingTimeout' }

  constructor(of: Trigger<unknown, AnyWindow>, spec: TriggerSpec & { readonly kind: 'processingTimeout' }) {
    super()
    this.of = of
    this.spec = spec
  }

  override onElement(element: unknown, timestamp: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    const result = this.of.onElement(element, timestamp, window, context)
    if (result.isFire()) {
      this.clear(window, context)
      return result
    }
    const cells = context as WindowTriggerContext
    const planned = cells.read(TIMEOUT) as number | undefined
    if (planned !== undefined && !this.spec.resetTimerOnNewRecord) return result
    if (planned !== undefined) cells.deleteProcessingTimeTimer(planned)
    const next = cells.getCurrentProcessingTime() + this.spec.timeoutMs
    cells.write(TIMEOUT, next)
    cells.registerProcessingTimeTimer(next)
    return result
  }

  override onProcessingTime(time: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    return this.timedOut(this.of.onProcessingTime(time, window, context), window, context)
  }

  override onEventTime(time: number, window: AnyWindow, context: TriggerContext): TriggerResult {
    return this.timedOut(this.of.onEventTime(time, window, context), window, context)
  }

  override clear(window: AnyWindow, context: TriggerContext): void {
    const cells = context as WindowTriggerContext
    const planned = cells.read(TIMEOUT) as number | undefined
    if (planned !== undefined) {
      cells.deleteProcessingTimeTimer(planned)
      cells.write(TIMEOUT, undefined)
    }
    this.of.clear(window, context)
  }

  private timedOut(result: TriggerResult, window: AnyWindow, context: TriggerContext): TriggerResult {
    if (this.spec.shouldClearOnTimeout) this.clear(window, context)
    return result.isPurge() ? FIRE_AND_PURGE : FIRE
  }
}

function requireTimeWindow(window: Window, trigger: string): void {
  if (!(window instanceof TimeWindow)) throw new LearnerError('TRIGGER_NEEDS_TIME_WINDOW', { trigger })
}
