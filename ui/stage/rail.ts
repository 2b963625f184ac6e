// The run on one line: what happened when. Outputs, timers, failures, restarts and complete checkpoints are marks over
// virtual time; a stretch that was passed over is a gap. The line is drawn in time as it was shown, so a long silence takes little room.
import { scaleLinear, type ScaleLinear } from 'd3'
import {
  TRACE_CHECKPOINT,
  TRACE_FAILURE,
  TRACE_RESTART,
  TRACE_STRIDE,
  TRACE_TIMER,
  type Deed,
  type Frame,
} from '../../runtime/host/protocol.ts'
import { readTrace, type TraceEntry } from './trace-entries.ts'

export interface RailMark {
  readonly kind: 'output' | 'timer' | 'failure' | 'checkpoint' | 'restart' | 'deed'
  readonly atMs: number
  /** How many happened here. */
  readonly count: number
}

export interface Rail {
  readonly marks: readonly RailMark[]
  /** So many rows and trace entries of the run are marked, up to this time: a run executed again gives them again. */
  readonly rows: number
  readonly entries: number
  readonly knownMs: number
  /** Stretches of virtual time that were passed over, in order. */
  readonly gaps: readonly { readonly fromMs: number; readonly toMs: number }[]
}

export const EMPTY_RAIL: Rail = { marks: [], rows: 0, entries: 0, knownMs: 0, gaps: [] }

const MOST_MARKS = 2000
const CHECKPOINT_COMPLETE = 1

/** What was done to the run from outside, as marks: those that the run has come to. */
export function deedMarks(deeds: readonly Deed[]): RailMark[] {
  return deeds.flatMap(({ atMs }) => (atMs === null ? [] : [{ kind: 'deed' as const, atMs, count: 1 }]))
}

export function extendRail(before: Rail, frame: RailFrame): Rail {
  const rail = frame.isFork ? cutRail(before, frame) : before
  const { position, trace, traceFirst, skippedMs } = frame
  const newRows = frame.rows.slice(Math.max(0, rail.rows - (position.rows - frame.rows.length)))
  const marks: RailMark[] = newRows.map(({ at }) => ({ kind: 'output', atMs: at, count: 1 }))
  readTrace(trace.subarray(Math.max(0, rail.entries - traceFirst) * TRACE_STRIDE), (entry) => {
    const kind = markOf(entry)
    if (kind !== null) marks.push({ kind, atMs: entry.atMs, count: 1 })
  })
  const toMs = position.virtualMs
  const hasGap = skippedMs > 0 && toMs - skippedMs >= rail.knownMs
  return {
    marks: marks.length === 0 ? rail.marks : [...rail.marks, ...marks].slice(-MOST_MARKS),
    rows: Math.max(rail.rows, position.rows),
    entries: Math.max(rail.entries, traceFirst + trace.length / TRACE_STRIDE),
    knownMs: Math.max(rail.knownMs, toMs),
    gaps: hasGap ? [...rail.gaps, { fromMs: toMs - skippedMs, toMs }] : rail.gaps,
  }
}

export type RailFrame = Pick<Frame, 'rows' | 'trace' | 'traceFirst' | 'skippedMs' | 'position' | 'isFork'>

/** What is known up to here. */
function cutRail(rail: Rail, { position, rows, traceFirst }: RailFrame): Rail {
  const { virtualMs: knownMs } = position
  return {
    marks: rail.marks.filter(({ atMs }) => atMs <= knownMs),
    rows: Math.min(rail.rows, position.rows - rows.length),
    entries: Math.min(rail.entries, traceFirst),
    knownMs,
    gaps: rail.gaps.filter(({ toMs }) => toMs <= knownMs),
  }
}

function markOf({ kind, b }: TraceEntry): RailMark['kind'] | null {
  switch (kind) {
    case TRACE_TIMER:
      return 'timer'
    case TRACE_FAILURE:
      return 'failure'
    case TRACE_RESTART:
      return 'restart'
    case TRACE_CHECKPOINT:
      return b === CHECKPOINT_COMPLETE ? 'checkpoint' : null
    default:
      return null
  }
}

/** Virtual time with every gap shortened to this much. */
const GAP_MS = 300

/** From virtual ms to a share of the line, 0 to 1: even, but for gaps, which are short. */
export function railScale(gaps: Rail['gaps'], endMs: number): ScaleLinear<number, number> {
  const [domain, range] = [[0], [0]]
  const add = (atMs: number, shown: number): void => {
    const [last, lastShown] = [domain.at(-1) as number, range.at(-1) as number]
    if (atMs <= last) return
    domain.push(atMs)
    range.push(lastShown + Math.min(shown, atMs - last))
  }
  for (const { fromMs, toMs } of gaps) {
    add(fromMs, Infinity)
    add(toMs, GAP_MS)
  }
  add(Math.max(1, endMs), Infinity)
  const whole = range.at(-1) as number
  return scaleLinear(
    domain,
    range.map((shown) => shown / whole),
  ).clamp(true)
}

export interface PlacedMark extends RailMark {
  readonly share: number
  readonly untilMs: number
}

/** Marks as they are drawn: those of one kind that fall on one place become one, with their number. */
export function placedMarks(marks: readonly RailMark[], scale: (atMs: number) => number, places: number): PlacedMark[] {
  const placed = new Map<string, PlacedMark>()
  for (const mark of marks) {
    const place = Math.round(scale(mark.atMs) * places)
    const key = `${mark.kind} ${place}`
    const before = placed.get(key)
    if (before === undefined) placed.set(key, { ...mark, share: place / places, untilMs: mark.atMs })
    else placed.set(key, { ...before, count: before.count + mark.count, untilMs: mark.atMs })
  }
  return Array.from(placed.values())
}

/** What is as before is the same object: nothing is drawn anew for it. */
export function keepMarks(placed: readonly PlacedMark[], before: readonly PlacedMark[]): PlacedMark[] {
  return placed.map((mark, i) => {
    const old = before[i]
    return old !== undefined && isSameMark(mark, old) ? old : mark
  })
}

function isSameMark(a: PlacedMark, b: PlacedMark): boolean {
  return a.kind === b.kind && a.share === b.share && a.count === b.count && a.atMs === b.atMs && a.untilMs === b.untilMs
}
