// Tumbling and sliding windows that fire once, at their end: contents in a table per window, all keys of a window fired
// in one go. The same records, states and timers as the general operator's, to which it's held by a property test, at a
// fraction of the cost. An optimisation without a counterpart in Flink.

import { present } from '../../base/assert.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import { PaneTables, type Pane } from '../../state/pane-tables.ts'
import { InternalTimerService } from '../../state/timer-service.ts'
import { NOWHERE } from '../../record/receiver.ts'
import { ProbedOutput } from '../call-probe.ts'
import { TimestampedCollector } from '../collector.ts'
import { StreamOperator, type OperatorContext } from '../operator.ts'
import { Stagger, WindowClock } from './assigners.ts'
import { CONTENTS, createFolding, type Folding } from './contents.ts'
import { WindowCall } from './window-functions.ts'
import type { WindowAssignerSpec, WindowSpec } from './window-spec.ts'
import { TimeWindow, windowStart } from './windows.ts'

type PaneAssigner = WindowAssignerSpec & { readonly kind: 'tumbling' | 'sliding' }

/** Whether the windows fire once, at their end, and are gone then. */
export function hasPanes(spec: WindowSpec): boolean {
  const { assigner, trigger, evictor, allowedLatenessMs } = spec
  if (assigner.kind !== 'tumbling' && assigner.kind !== 'sliding') return false
  const own = trigger.kind === 'purging' ? trigger.of : trigger
  const isAtEnd = own.kind === (assigner.time === 'event' ? 'eventTime' : 'processingTime')
  return isAtEnd && evictor === null && (allowedLatenessMs === 0 || assigner.time === 'processing')
}

export class PaneWindowOperator extends StreamOperator {
  readonly spec: WindowSpec
  readonly assigner: PaneAssigner
  readonly isEventTime: boolean
  readonly sizeMs: number
  readonly slideMs: number
  readonly collector = new TimestampedCollector(NOWHERE)
  readonly panes: PaneTables
  context!: OperatorContext
  backend!: KeyedStateBackend
  timers!: InternalTimerService
  clock!: WindowClock
  stagger!: Stagger
  folding!: Folding
  call!: WindowCall

  constructor(spec: WindowSpec) {
    super()
    this.spec = spec
    this.assigner = spec.assigner as PaneAssigner
    this.isEventTime = this.assigner.time === 'event'
    this.sizeMs = this.assigner.sizeMs
    this.slideMs = this.assigner.kind === 'sliding' ? this.assigner.slideMs : this.sizeMs
    this.panes = new PaneTables(CONTENTS, this.isEventTime)
  }

  override open(context: OperatorContext): void {
    const backend = present(context.keyed, `the keyed state of ${context.name}`)
    this.context = context
    this.backend = backend
    const { probe } = context
    this.collector.output = probe === null ? this.output : new ProbedOutput(this.output, probe)
    // For the clock of the watermark only: timers are the panes'.
    this.timers = new InternalTimerService(backend, { onEventTime: () => undefined, onProcessingTime: () => undefined })
    this.clock = new WindowClock(this.assigner, context)
    const { assigner } = this
    this.stagger = new Stagger(assigner.kind === 'tumbling' ? assigner.stagger : 'ALIGNED', this.sizeMs, context)
    this.folding = createFolding(this.spec.contents, context)
    this.call = new WindowCall(this.spec, {
      operator: this,
      context,
      backend,
      timers: this.timers,
      collector: this.collector,
    })
    backend.adoptPanes(this.panes)
    this.nextAlarmMs = this.alarmTime()
  }

  override processElement(value: unknown, timestamp: number): void {
    const { sizeMs, slideMs } = this
    const time = this.clock.timeOf(timestamp)
    const slot = this.backend.slot
    const { panes } = this
    const { last } = panes
    if (last !== null && slideMs === sizeMs && time >= last.start && time < last.end) {
      // Most often a record is in the window of the one before; an open window is never late.
      this.addTo(last, slot, value)
      return
    }
    const offset = this.assigner.offsetMs + this.stagger.offset()
    const passed = this.isEventTime ? this.timers.currentWatermark : -Infinity
    let isTaken = false
    // The newest window first, as in Flink. Each lies before the one before it among those open; if it is late, so are the rest.
    let place = panes.open.length
    for (let start = windowStart(time, offset % slideMs, slideMs); start > time - sizeMs; start -= slideMs) {
      const end = start + sizeMs
      if (end - 1 <= passed) break
      isTaken = true
      place = panes.placeOf(start, end, place)
      this.addTo(panes.open[place] as Pane, slot, value)
    }
    if (isTaken) panes.last = panes.open[place] as Pane
    if (!isTaken && this.isEventTime && timestamp <= this.timers.currentWatermark)
      this.emitLate(value, timestamp, windowStart(time, offset % slideMs, slideMs) + sizeMs - 1)
    if (!this.isEventTime) this.updateAlarm()
  }

  override processWatermark(timestamp: number): void {
    this.currentWatermark = timestamp
    this.timers.currentWatermark = timestamp
    if (this.isEventTime) this.fireUpTo(timestamp)
    this.output.processWatermark(timestamp)
  }

  override onAlarm(nowMs: number): void {
    if (!this.isEventTime) this.fireUpTo(nowMs)
    this.nextAlarmMs = this.alarmTime()
  }

  override close(): void {
    // Closing what never opened: the task failed before.
    ;(this.call as WindowCall | undefined)?.close()
  }

  private addTo(pane: Pane, slot: number, value: unknown): void {
    const { contents } = pane
    const before = slot < contents.length ? contents[slot] : undefined
    if (before === undefined) {
      this.panes.add(pane, slot, this.folding.add(undefined, value))
      this.backend.hold(slot)
    } else contents[slot] = this.folding.add(pane.own === null ? before : this.panes.openContents(pane, slot), value)
  }

  private fireUpTo(time: number): void {
    while (this.panes.open.length > 0 && this.panes.headTime() <= time) this.fire(this.panes.close())
    this.panes.firing = null
  }

  private fire(pane: Pane): void {
    const { backend, context, folding, call, panes } = this
    const { start, end, slots, count, contents } = pane
    const window = new TimeWindow(start, end)
    const isList = this.spec.contents.kind === 'list'
    if (context.timeProbe !== null) {
      const records = isList ? recordsIn(pane) : null
      context.timeProbe.paneFired({ start, end, keys: count, records })
    }
    call.enter(window)
    // By the clock each takes time. By event time there's nobody to tell as a rule, and a window's keys come to an end.
    const isHeard = !this.isEventTime || context.isObserved()
    for (let i = 0; i < count; i++) {
      const slot = slots[i] as number
      backend.setCurrentSlot(slot)
      if (isHeard) context.timerFired(end - 1, this.isEventTime)
      const held = panes.openContents(pane, slot)
      contents[slot] = undefined
      const result = folding.result(held)
      if (result !== undefined && result !== null) call.emitOf(isList ? (result as unknown[]) : [result])
      if (call.clears) call.clear(window)
      backend.release(slot)
    }
    panes.recycle(pane)
    backend.releasedAll(count)
  }

  private emitLate(value: unknown, timestamp: number, maxTimestamp: number): void {
    const { lateTag } = this.spec
    this.context.timeProbe?.late({
      value,
      timestamp,
      watermark: this.timers.currentWatermark,
      rule: 'window',
      maxTimestamp,
      allowedLatenessMs: 0,
      isKept: lateTag !== null,
    })
    if (lateTag === null) this.numLateRecordsDropped++
    else this.sideOutputs.get(lateTag)?.processElement(value, timestamp)
  }

  /** When the first window ends by the clock; in batch mode windows wait for their key's end. */
  private alarmTime(): number {
    return this.isEventTime || this.backend.isBatch ? Infinity : this.panes.headTime()
  }

  private updateAlarm(): void {
    const next = this.alarmTime()
    if (next === this.nextAlarmMs) return
    this.nextAlarmMs = next
    this.context.alarmChanged()
  }
}

/** Of a window whose contents are lists. */
function recordsIn({ slots, count, contents }: Pane): number {
  return slots.subarray(0, count).reduce((sum, slot) => sum + (contents[slot] as unknown[]).length, 0)
}
