// What of a run's record in event time is on show: which watermarks at first, what one can go through item by item, and
// which record is the one at hand.
import type { Moment, RunPosition, Topology } from '../../../runtime/host/protocol.ts'
import { isPast, type Happening, type TimeDot, type TimeRecord } from '../time-record.ts'
import type { ComingDot, Placed, TimeFigure } from './time-layout.ts'

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
