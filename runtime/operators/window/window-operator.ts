// Windows, the general way: any assigner, trigger, evictor and function, over state and timers per key and window. It's
// the reference for the faster operators beside it, which do the same for fewer cases. Flink's WindowOperator and
// EvictingWindowOperator.

import { present } from '../../base/assert.ts'
import { LearnerError } from '../../base/diagnostic.ts'
import { MAX_TIMESTAMP, MIN_TIMESTAMP, timestampText } from '../../base/time.ts'
import type { Column } from '../../state/column.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import { InternalTimerService, type Triggerable } from '../../state/timer-service.ts'
import { NOWHERE } from '../../record/receiver.ts'
import { ProbedOutput } from '../call-probe.ts'
import { TimestampedCollector } from '../collector.ts'
import { StreamOperator, type OperatorContext } from '../operator.ts'
import { createAssigner, isEventTime, type Assigner } from './assigners.ts'
import { createTrigger } from './built-in-triggers.ts'
import { createFolding, WindowContents } from './contents.ts'
import { WindowEviction } from './eviction.ts'
import { MergingWindowSet, type Mapping, type Merge } from './merging-window-set.ts'
import { canExtend, SessionExtension } from './session-extension.ts'
import { TriggerResult, type Trigger } from './trigger.ts'
import { WindowTriggerContext } from './trigger-context.ts'
import { WindowCall } from './window-functions.ts'
import type { WindowSpec } from './window-spec.ts'
import { windowOf, type AnyWindow, type TimeWindow } from './windows.ts'

/** Lateness that leads beyond Java's longs keeps windows for ever. */
const BEYOND_LONGS = 2 ** 63
const MERGING_WINDOW_SET = 'merging-window-set'

export class WindowOperator extends StreamOperator implements Triggerable {
  readonly spec: WindowSpec
  readonly isEventTime: boolean
  readonly isMerging: boolean
  readonly collector = new TimestampedCollector(NOWHERE)
  context!: OperatorContext
  backend!: KeyedStateBackend
  timers!: InternalTimerService
  assigner!: Assigner
  trigger!: Trigger<unknown, AnyWindow>
  triggerContext!: WindowTriggerContext
  contents!: WindowContents
  eviction: WindowEviction | null = null
  call!: WindowCall
  mergingSets!: Column
  /** Null where sessions may hold more than contents and one timer, or where the general way is wanted. */
  extension: SessionExtension | null = null
  /** The gap of sessions that may be extended by what a record's timestamp says alone; null of others. */
  gapMs: number | null = null
  /** Last ms of the window that the session of a late record would have been. */
  lateMaxTimestamp = MIN_TIMESTAMP
  readonly isPlain: boolean

  /** `isPlain`: without the short cut for sessions. */
  constructor(spec: WindowSpec, isPlain = false) {
    super()
    this.spec = spec
    this.isPlain = isPlain
    this.isEventTime = isEventTime(spec.assigner)
    this.isMerging = spec.assigner.kind === 'session'
  }

  override open(context: OperatorContext): void {
    const backend = present(context.keyed, `the keyed state of ${context.name}`)
    const { spec } = this
    this.context = context
    this.backend = backend
    const { probe } = context
    this.collector.output = probe === null ? this.output : new ProbedOutput(this.output, probe)
    this.timers = new InternalTimerService(backend, this)
    this.assigner = createAssigner(spec.assigner, context)
    this.trigger = createTrigger(spec.trigger, (role) => context.userFunction(role))
    this.triggerContext = new WindowTriggerContext(this.timers, context, () => this.updateAlarm())
    const folding = createFolding(spec.contents, context)
    if (spec.evictor !== null) this.eviction = new WindowEviction(spec, folding, context, this.timers)
    this.contents = new WindowContents(backend, this.eviction ?? folding)
    this.call = new WindowCall(spec, {
      operator: this,
      context,
      backend,
      timers: this.timers,
      collector: this.collector,
    })
    if (this.isMerging) this.mergingSets = backend.column(MERGING_WINDOW_SET)
    if (!this.isPlain && canExtend(spec)) {
      this.extension = new SessionExtension(backend, this.mergingSets, this.contents, this.isEventTime)
      if (spec.assigner.kind === 'session' && this.isEventTime) this.gapMs = spec.assigner.gapMs
    }
    this.nextAlarmMs = this.timers.nextProcessingTime()
  }

  override processElement(value: unknown, timestamp: number): void {
    const { gapMs, extension } = this
    if (gapMs !== null && extension !== null && timestamp > MIN_TIMESTAMP) {
      // Nearly every record of most sessions, without a window of its own.
      if (extension.add(timestamp, timestamp + gapMs, this.timers.currentWatermark, value)) return
    }
    const windows = this.assigner.assign(value, timestamp)
    const isTaken = this.isMerging
      ? this.addMerging(windows[0] as TimeWindow, value, timestamp)
      : this.addPlain(windows, value, timestamp)
    if (!isTaken && this.isElementLate(timestamp)) this.emitLate(value, timestamp, windows)
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
    this.fire(timestamp, true)
  }

  onProcessingTime(timestamp: number): void {
    this.context.timerFired(timestamp, false)
    this.fire(timestamp, false)
  }

  override close(): void {
    // Closing what never opened: the task failed before.
    ;(this.call as WindowCall | undefined)?.close()
  }

  private addPlain(windows: readonly AnyWindow[], value: unknown, timestamp: number): boolean {
    const root = this.backend.slot
    let isTaken = false
    for (const window of windows) {
      if (this.isWindowLate(window)) continue
      isTaken = true
      this.backend.setCurrentSlot(root)
      this.triggerContext.enter(window)
      this.add(window, this.triggerContext.slot, value, timestamp)
    }
    return isTaken
  }

  private addMerging(assigned: TimeWindow, value: unknown, timestamp: number): boolean {
    const { backend } = this
    const root = backend.slot
    if (this.extension !== null && this.gapMs === null) {
      const now = this.isEventTime ? this.timers.currentWatermark : this.context.nowMs()
      if (this.extension.add(assigned.start, assigned.end, now, value)) {
        if (!this.isEventTime) this.updateAlarm()
        return true
      }
    }
    const set = this.mergingSetOf(root)
    const window = set.add(assigned, (merge) => this.merge(merge, root))
    backend.setCurrentSlot(root)
    const isLate = this.isWindowLate(window)
    if (isLate) {
      set.retire(window)
      this.lateMaxTimestamp = window.maxTimestamp()
    } else {
      const stateSlot = this.slotOf(present(set.stateWindowOf(window), 'the state window'))
      this.triggerContext.enter(window)
      this.add(window, stateSlot, value, timestamp)
    }
    this.persist(set, root)
    return !isLate
  }

  /** Adds a record to a window that the trigger context stands at. */
  private add(window: AnyWindow, stateSlot: number, value: unknown, timestamp: number): void {
    const { contents, triggerContext } = this
    contents.add(stateSlot, this.eviction === null ? value : this.eviction.element(value, timestamp))
    this.apply(this.trigger.onElement(value, this.triggerTime(timestamp), window, triggerContext), window, stateSlot)
    this.registerCleanup(window)
  }

  /** Windows were merged: their trigger state and contents come over, their timers go. */
  private merge({ result, merged, stateWindow, mergedStateWindows }: Merge, root: number): void {
    this.requireOpen(result)
    const { backend, triggerContext } = this
    backend.setCurrentSlot(root)
    triggerContext.enter(result)
    triggerContext.mergedWindows = merged
    this.trigger.onMerge(result, triggerContext)
    for (const window of merged) {
      backend.setCurrentSlot(root)
      triggerContext.enter(window)
      this.trigger.clear(window, triggerContext)
      this.deleteCleanup(window)
    }
    if (mergedStateWindows.length === 0) return
    backend.setCurrentSlot(root)
    const target = this.slotOf(stateWindow)
    this.contents.merge(
      target,
      mergedStateWindows.map((window) => this.slotOf(window)),
    )
  }

  /** A merged window that is over already would have to fire in the past. */
  private requireOpen(window: TimeWindow): void {
    const end = window.maxTimestamp()
    const now = this.isEventTime ? this.timers.currentWatermark : this.context.nowMs()
    if (!(this.isEventTime ? end + this.spec.allowedLatenessMs <= now : end <= now)) return
    const params = { operator: this.context.name, end: timestampText(window.end), now: timestampText(now) }
    throw new LearnerError(this.isEventTime ? 'SESSION_MERGED_LATE' : 'SESSION_MERGED_PAST', params)
  }

  /** A timer of a window: the backend's current slot is the window's. */
  private fire(timestamp: number, isEventTimer: boolean): void {
    const { backend, triggerContext, trigger } = this
    const { starts, ends } = backend.namespaces
    const window = windowOf(starts[backend.slot] as number, ends[backend.slot] as number)
    const root = backend.rootSlot()
    const set = this.isMerging ? this.mergingSetOf(root) : null
    const stateWindow = set === null ? window : set.stateWindowOf(window as TimeWindow)
    // A timer that the trigger didn't delete when the window was merged away.
    if (stateWindow === null) return
    triggerContext.enter(window)
    const stateSlot = set === null ? triggerContext.slot : this.slotOf(stateWindow)
    const result = isEventTimer
      ? trigger.onEventTime(timestamp, window, triggerContext)
      : trigger.onProcessingTime(timestamp, window, triggerContext)
    this.apply(result, window, stateSlot)
    if (isEventTimer === this.isEventTime && timestamp === this.cleanupTime(window)) {
      this.contents.clear(stateSlot)
      backend.setCurrentSlot(triggerContext.slot)
      trigger.clear(window, triggerContext)
      this.call.clear(window)
      set?.retire(window as TimeWindow)
    }
    if (set !== null) this.persist(set, root)
  }

  private apply(result: TriggerResult, window: AnyWindow, stateSlot: number): void {
    if (!(result instanceof TriggerResult)) {
      throw new LearnerError('TRIGGER_RESULT', { operator: this.context.name, value: String(result) })
    }
    if (result.isFire()) this.emit(window, stateSlot)
    if (result.isPurge()) this.contents.clear(stateSlot)
  }

  private emit(window: AnyWindow, stateSlot: number): void {
    const { eviction, contents, call } = this
    const result = contents.get(stateSlot)
    if (result === undefined || result === null) return
    const { start, end } = window
    const records = Array.isArray(result) && this.spec.contents.kind === 'list' ? result.length : null
    this.context.timeProbe?.paneFired({ start, end, keys: 1, records })
    if (eviction !== null) eviction.emit(contents, stateSlot, window, (elements) => call.emit(window, elements))
    else call.emit(window, this.spec.contents.kind === 'list' ? (result as unknown[]) : [result])
  }

  private isWindowLate(window: AnyWindow): boolean {
    return this.isEventTime && this.cleanupTime(window) <= this.timers.currentWatermark
  }

  private isElementLate(timestamp: number): boolean {
    return this.isEventTime && this.triggerTime(timestamp) + this.spec.allowedLatenessMs <= this.timers.currentWatermark
  }

  private emitLate(value: unknown, timestamp: number, windows: readonly AnyWindow[]): void {
    const { lateTag, allowedLatenessMs } = this.spec
    this.context.timeProbe?.late({
      value,
      timestamp,
      watermark: this.timers.currentWatermark,
      rule: 'window',
      maxTimestamp: this.isMerging
        ? this.lateMaxTimestamp
        : Math.max(...windows.map((window) => window.maxTimestamp())),
      allowedLatenessMs,
      isKept: lateTag !== null,
    })
    if (lateTag === null) this.numLateRecordsDropped++
    else this.sideOutputs.get(lateTag)?.processElement(value, timestamp)
  }

  private cleanupTime(window: AnyWindow): number {
    if (!this.isEventTime) return window.maxTimestamp()
    const time = window.maxTimestamp() + this.spec.allowedLatenessMs
    return time < BEYOND_LONGS ? time : MAX_TIMESTAMP
  }

  private registerCleanup(window: AnyWindow): void {
    const time = this.cleanupTime(window)
    if (time === MAX_TIMESTAMP) return
    if (this.isEventTime) this.triggerContext.registerEventTimeTimer(time)
    else this.triggerContext.registerProcessingTimeTimer(time)
  }

  private deleteCleanup(window: AnyWindow): void {
    const time = this.cleanupTime(window)
    if (time === MAX_TIMESTAMP) return
    if (this.isEventTime) this.triggerContext.deleteEventTimeTimer(time)
    else this.triggerContext.deleteProcessingTimeTimer(time)
  }

  private mergingSetOf(root: number): MergingWindowSet {
    return new MergingWindowSet(this.mergingSets.get(root) as readonly Mapping[] | undefined)
  }

  private persist(set: MergingWindowSet, root: number): void {
    if (set.isChanged) this.backend.setAt(this.mergingSets, root, set.toState())
  }

  /** The slot of the current key in the window. */
  private slotOf(window: TimeWindow | AnyWindow): number {
    const { backend } = this
    const before = backend.slot
    backend.setNamespace(window.start, window.end)
    const { slot } = backend
    backend.setCurrentSlot(before)
    return slot
  }

  private updateAlarm(): void {
    const next = this.timers.nextProcessingTime()
    if (next === this.nextAlarmMs) return
    this.nextAlarmMs = next
    this.context.alarmChanged()
  }

  /** A record without timestamp counts as of the earliest time there is, for triggers too. */
  private triggerTime(timestamp: number): number {
    return timestamp === timestamp ? timestamp : -Infinity
  }
}
