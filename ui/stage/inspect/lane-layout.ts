// One key's lane: where on the strip its records, timers, values and results stand, by virtual time. Pure, of plain data.
import type { KeyLane, LaneRestart, RunPosition, StepView } from '../../../runtime/host/protocol.ts'

/** Shares of the strip's width, from 0 to 1. */
export interface LaneLayout {
  readonly marks: readonly LaneMark[]
  /** By state, what stood in it from when to when. */
  readonly states: readonly {
    readonly name: string
    readonly window: KeyLane['states'][number]['window']
    readonly segments: readonly LaneSegment[]
  }[]
  /** When timers were set, and until when they waited. */
  readonly timers: readonly LaneTimerBar[]
  /** Where the operator was started again. */
  readonly restarts: readonly { readonly x: number; readonly restart: LaneRestart }[]
}

export interface LaneMark {
  readonly x: number
  readonly kind: 'record' | 'late' | 'timer'
  /** It gave a result. */
  readonly isGiving: boolean
  readonly step: StepView
}

export interface LaneSegment {
  readonly from: number
  readonly to: number
  /** Null: nothing is there. */
  readonly text: string | null
  readonly fromMs: number
  readonly step: StepView | null
}

export interface LaneTimerBar {
  readonly from: number
  readonly to: number
  readonly how: 'waiting' | 'fired' | 'deleted'
  readonly dueMs: number
  readonly isEventTime: boolean
}

/** The lanes of one key share their time: from its first step to the place that is shown. */
export function laneRange(lanes: readonly KeyLane[], atMs: number): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = Math.min(atMs, ...lanes.flatMap(({ steps }) => steps.slice(0, 1).map((step) => step.atMs)))
  return { fromMs, toMs: Math.max(atMs, fromMs + 1) }
}

/** Where the place that is shown is on the strip; null beside it. */
export function cursorIn({ fromMs, toMs }: ReturnType<typeof laneRange>, atMs: number): number | null {
  return atMs < fromMs || atMs > toMs ? null : (atMs - fromMs) / (toMs - fromMs)
}

export function laneLayout(
  lane: KeyLane,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): LaneLayout {
  const x = (ms: number): number => Math.min(1, Math.max(0, (ms - fromMs) / (toMs - fromMs)))
  const byNumber = new Map(lane.steps.map((step) => [step.number, step]))
  return {
    marks: lane.steps.map((step) => ({
      x: x(step.atMs),
      kind: step.kind === 'timer' ? 'timer' : step.isLate ? 'late' : 'record',
      isGiving: step.kind === 'timer' ? step.rows.length > 0 || !isSilent(step) : !step.isSilent && !step.isLate,
      step,
    })),
    states: lane.states.map(({ name, window, segments }) => ({
      name,
      window,
      segments: segments.map(({ kind, text, fromMs: startMs, step }, i) => ({
        from: x(startMs),
        to: x(segments[i + 1]?.fromMs ?? toMs),
        text: text === null ? null : kind === 'add' ? `+ ${text}` : kind === 'remove' ? `− ${text}` : text,
        fromMs: startMs,
        step: byNumber.get(step) ?? null,
      })),
    })),
    restarts: lane.restarts.map((restart) => ({ x: x(restart.atMs), restart })),
    timers: lane.timers.map(({ setMs, endMs, how, dueMs, isEventTime }) => ({
      from: x(setMs),
      to: x(endMs ?? toMs),
      ...{ how, dueMs, isEventTime },
    })),
  }
}

/** What stood there at this place of the run: −1 for before the first. */
export function segmentAt(
  segments: readonly Pick<LaneSegment, 'fromMs' | 'step'>[],
  { event, record, virtualMs }: Omit<RunPosition, 'rows'>,
): number {
  const isPast = ({ fromMs, step }: (typeof segments)[number]): boolean => {
    // Of a step that isn't shown only the time is known, and the clock shows whole ms.
    if (step === null) return Math.floor(fromMs) <= virtualMs
    const { place } = step
    return place.event < event || (place.event === event && (record === 0 || place.record <= record))
  }
  return segments.filter(isPast).length - 1
}

function isSilent({ calls }: StepView): boolean {
  return !calls.some(({ kind }) => kind === 'collect' || kind === 'output')
}
