// What of a run's record in event time is on show: which watermarks at first, what one can go through item by item, and
// which record is the one at hand.
import type { Moment, RunPosition, Topology, WaitingTarget } from '../../../runtime/host/protocol.ts'
import { isPast, type Happening, type TimeDot, type TimeRecord } from '../time-record.ts'
import type { ComingDot, Placed, TimeFigure, WindowBand } from './time-layout.ts'

/** Above so many vertices with a watermark, only those that make one or have windows are shown at first. */
const FEW = 2

/** Vertices whose watermarks are shown; `turned` are those that were shown or hidden by hand. */
export function shownLines(
  topology: Topology | null,
  record: TimeRecord,
  turned: ReadonlySet<number>,
): ReadonlySet<number> {
  const shown = new Set(defaultLines(topology, record))
  for (const vertex of turned) if (!shown.delete(vertex)) shown.add(vertex)
  return shown
}

function defaultLines(topology: Topology | null, { lines }: TimeRecord): number[] {
  if (topology === null) return []
  const vertexOf = new Map(topology.tasks.map(({ traceId, vertex }) => [traceId, vertex]))
  const known = Array.from(lines.values())
  const all = new Set(known.map(({ task }) => vertexOf.get(task) ?? -1))
  if (all.size <= FEW) return Array.from(all)
  const making = new Set(known.flatMap(({ isEmitted, task }) => (isEmitted ? [vertexOf.get(task) ?? -1] : [])))
  const chosen = Array.from(all).filter((vertex) => {
    const view = topology.vertices[vertex]
    return making.has(vertex) || view?.nodes.some(({ windows, isKeyed }) => windows !== undefined || isKeyed)
  })
  return chosen.length > 0 ? chosen : Array.from(all)
}

/** All that has happened, in its order, and then what will. */
export function happenings(
  { dots, lates, panes, timers, lines }: TimeRecord,
  coming: readonly ComingDot[],
  position: RunPosition,
): (Happening | ComingDot)[] {
  const steps = Array.from(lines.values(), (line) => line.steps).flat()
  const past = [...dots, ...lates, ...panes, ...timers, ...steps].filter((item) => isPast(item, position))
  past.sort((a, b) => a.entry - b.entry)
  return [...past, ...coming]
}

/** The record at hand, if it's one that is drawn. */
export function dotAtHand(
  figure: TimeFigure | null,
  moment: Moment | null,
  topology: Topology | null,
): Placed<TimeDot> | null {
  const hand = moment?.hand ?? null
  if (figure === null || topology === null || hand?.kind !== 'record' || hand.timestamp === null) return null
  const own = topology.tasks[hand.task]?.traceId
  const same = figure.dots.filter(({ item, isPast: is }) => is && item.timestamp === hand.timestamp)
  const last = (is: (dot: TimeDot) => boolean) => same.filter(({ item }) => is(item)).at(-1) ?? null
  return last(({ text }) => text === hand.text) ?? last(({ task }) => task === own)
}

/** A window that has something in it and hasn't fired: of how many keys, and what the first of them waits for. */
export interface OpenWindow {
  readonly start: number
  readonly end: number
  readonly keys: number
  readonly target: WaitingTarget
}

/** Windows in event time that wait to fire, as far as their keys are in the moment: by their ends. */
export function openWindows(moment: Moment | null): OpenWindow[] {
  const found = new Map<string, OpenWindow>()
  for (const [task, { keyed }] of (moment?.tasks ?? []).entries()) {
    for (const { key, window, timers } of keyed?.keys ?? []) {
      // What the last step fired or deleted is still in the moment.
      const timer = timers.find(({ isEventTime, change }) => isEventTime && change !== 'fired' && change !== 'deleted')
      if (window === null || timer === undefined || !Number.isFinite(window.end)) continue
      // Later than its end only what is kept of one that has fired is cleared.
      if (timer.at >= window.end) continue
      const { start, end } = window
      const target = { task, key, window, at: timer.at, isEventTime: true }
      const before = found.get(`${start} ${end}`)
      found.set(`${start} ${end}`, { start, end, target: before?.target ?? target, keys: (before?.keys ?? 0) + 1 })
    }
  }
  return Array.from(found.values()).sort((a, b) => a.end - b.end || a.start - b.start)
}

/** Bands of the figure whose windows haven't fired by where the run is, with what is open in them; null for nothing. */
export function unfiredBands(
  { bands, panes }: TimeFigure,
  open: readonly OpenWindow[],
): { readonly band: WindowBand; readonly open: OpenWindow | null }[] {
  const isFired = ({ start, end }: WindowBand): boolean =>
    panes.some(({ item, isPast: is }) => is && item.start === start && item.end === end)
  return bands.flatMap((band) => {
    const own = open.find(({ start, end }) => start === band.start && end === band.end) ?? null
    return own === null && isFired(band) ? [] : [{ band, open: own }]
  })
}
