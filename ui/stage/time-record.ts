// What is known of a run in event time, gathered from its trace: records with their timestamps, watermarks, windows that
// fired, what came too late. It keeps what lies behind the place that is shown, too: a run executed again gives the same
// entries again, and what it did once it will do again. Grown in place, frame by frame: there may be thousands of entries.
import {
  EVENT_TURN,
  LATE_RULES,
  TRACE_EMITTED,
  TRACE_EVENT,
  TRACE_LATE,
  TRACE_LATE_RULE,
  TRACE_LATE_WINDOW,
  TRACE_PANE,
  TRACE_PANE_SIZE,
  TRACE_STRIDE,
  TRACE_TIMER,
  TRACE_WATERMARK,
  type Frame,
} from '../../runtime/host/protocol.ts'
import { readTrace, type TraceEntry } from './trace-entries.ts'

interface TimeItem {
  /** Number of its trace entry in the run. */
  readonly entry: number
  readonly event: number
  readonly atMs: number
  /** Trace id. */
  readonly task: number
}

export interface TimeDot extends TimeItem {
  readonly kind: 'record'
  readonly timestamp: number
  /** Counted from 0 in its task. */
  readonly number: number
  /** Its place in the turn, from 0. */
  readonly place: number
  readonly text: string
}

export interface LateDot extends TimeItem {
  readonly kind: 'late'
  readonly timestamp: number
  readonly watermark: number
  readonly text: string
  rule: (typeof LATE_RULES)[number]
  /** A side output got it. */
  isKept: boolean
  /** Of windows: the last ms of the last one it belonged to. */
  maxTimestamp: number | null
  allowedLatenessMs: number
}

export interface FiredPane extends TimeItem {
  readonly kind: 'pane'
  readonly start: number
  readonly end: number
  keys: number
  /** Null where it isn't known. */
  records: number | null
}

export interface FiredTimerMark extends TimeItem {
  readonly kind: 'timer'
  readonly timestamp: number
}

export interface WatermarkStep extends TimeItem {
  readonly kind: 'watermark'
  /** Infinity at the end of the input. */
  readonly watermark: number
}

/** Everything that can be pointed at. */
export type Happening = TimeDot | LateDot | FiredPane | FiredTimerMark | WatermarkStep

/** The watermark of a task: as it emitted it, where it makes its own, else as it reached it. */
export interface WatermarkLine {
  readonly task: number
  isEmitted: boolean
  steps: WatermarkStep[]
}

export type TimeFrame = Pick<Frame, 'trace' | 'traceFirst' | 'traceLost' | 'traced' | 'isFork'>

/** Of each kind; beyond, every second of the older half goes. */
const MOST = 20_000

export class TimeRecord {
  dots: TimeDot[] = []
  lates: LateDot[] = []
  panes: FiredPane[] = []
  timers: FiredTimerMark[] = []
  readonly lines = new Map<number, WatermarkLine>()
  /** Entries of the run that are known, and how many were never handed out because too many came at once. */
  entries = 0
  lost = 0

  take(frame: TimeFrame): void {
    const { trace, traceFirst, traceLost, traced } = frame
    if (frame.isFork) this.cut(traceFirst)
    const isNew = traceFirst + trace.length / TRACE_STRIDE > this.entries
    if (!isNew) return
    this.lost += traceFirst >= this.entries ? traceLost : 0
    const texts = new Map(traced.map(({ entry, text }) => [entry, text]))
    const skipped = Math.max(0, this.entries - traceFirst)
    readTrace(trace.subarray(skipped * TRACE_STRIDE), (entry, index) => {
      const number = traceFirst + skipped + index
      this.add(entry, number, texts)
    })
    this.entries = traceFirst + trace.length / TRACE_STRIDE
    this.dots = thinned(this.dots)
    this.timers = thinned(this.timers)
    for (const line of this.lines.values()) line.steps = thinned(line.steps)
  }

  private add({ event, atMs, kind, task, a, b }: TraceEntry, entry: number, texts: ReadonlyMap<number, string>): void {
    const item = { entry, event, atMs, task }
    const text = texts.get(entry) ?? ''
    if (kind === TRACE_EVENT) {
      const number = Math.floor(b / EVENT_TURN)
      this.dots.push({ ...item, kind: 'record', timestamp: a, number, place: b % EVENT_TURN, text })
    } else if (kind === TRACE_EMITTED) this.step(item, a, true)
    else if (kind === TRACE_WATERMARK) this.step(item, a, false)
    else if (kind === TRACE_TIMER && b === 1) this.timers.push({ ...item, kind: 'timer', timestamp: a })
    else if (kind === TRACE_PANE) this.panes.push({ ...item, kind: 'pane', start: a, end: b, keys: 0, records: null })
    else if (kind === TRACE_PANE_SIZE) this.panes = withSize(this.panes, a, b)
    else this.addLate({ event, atMs, kind, task, a, b }, item, text)
  }

  private addLate({ kind, a, b }: TraceEntry, item: TimeItem, text: string): void {
    const last = this.lates.at(-1)
    if (kind === TRACE_LATE) {
      const unknown = { rule: LATE_RULES[0], isKept: false, maxTimestamp: null, allowedLatenessMs: 0 } as const
      this.lates.push({ ...item, kind: 'late', timestamp: a, watermark: b, text, ...unknown })
    } else if (last === undefined) return
    else if (kind === TRACE_LATE_RULE) {
      last.rule = LATE_RULES[a] ?? LATE_RULES[0]
      last.isKept = b === 1
    } else if (kind === TRACE_LATE_WINDOW) {
      last.maxTimestamp = a
      last.allowedLatenessMs = b
    }
  }

  private step(item: TimeItem, watermark: number, isEmitted: boolean): void {
    let line = this.lines.get(item.task)
    if (line === undefined) this.lines.set(item.task, (line = { task: item.task, isEmitted, steps: [] }))
    if (isEmitted && !line.isEmitted) [line.isEmitted, line.steps] = [true, []]
    if (line.isEmitted !== isEmitted || watermark === -Infinity) return
    line.steps.push({ ...item, kind: 'watermark', watermark })
  }

  /** Something else happened from this entry on. */
  private cut(first: number): void {
    const isBefore = ({ entry }: TimeItem): boolean => entry < first
    this.dots = this.dots.filter(isBefore)
    this.lates = this.lates.filter(isBefore)
    this.panes = this.panes.filter(isBefore)
    this.timers = this.timers.filter(isBefore)
    for (const line of this.lines.values()) line.steps = line.steps.filter(isBefore)
    this.entries = Math.min(this.entries, first)
  }
}

/** Of the same window fired in one event, key by key, only one is kept, with all of them counted. */
function withSize(panes: FiredPane[], keys: number, records: number): FiredPane[] {
  const pane = panes.at(-1)
  if (pane === undefined) return panes
  pane.keys = keys
  pane.records = Number.isNaN(records) ? null : records
  const before = panes.at(-2)
  const isSame = before?.event === pane.event && before.task === pane.task && before.start === pane.start
  if (!isSame || before.end !== pane.end) return panes
  before.keys += pane.keys
  before.records = before.records === null || pane.records === null ? null : before.records + pane.records
  panes.pop()
  return panes
}

function thinned<T>(items: T[]): T[] {
  return items.length <= MOST ? items : items.filter((_, i) => i > MOST / 2 || i % 2 === 0)
}

/** Whether it has happened at this place of the run. */
export function isPast(
  item: { readonly event: number; readonly place?: number },
  { event, record }: { readonly event: number; readonly record: number },
): boolean {
  if (item.event !== event) return item.event < event
  return record === 0 || item.place === undefined || item.place < record
}
