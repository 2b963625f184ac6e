// What happened in event time, as text: a line for whatever is pointed at, and the labels of the figure. A late record says
// the inequality by which it's too late, with its numbers.
import type { Topology } from '../../../runtime/host/protocol.ts'
import type { TimeWords } from '../../i18n/time-words.ts'
import { clockText } from '../time-text.ts'
import type { Happening, LateDot } from '../time-record.ts'
import { shortName } from './node-name.ts'
import { placeLabels, textWidth, type PlacedLabel, type Point, type WantedLabel } from './label-places.ts'
import type { ComingDot, PlacedPane, Placed, TimeFigure } from './time-layout.ts'
import { eventText, shortSeconds, windowText } from './time-scale.ts'

/** The operator that a task is called after, with the number of its subtask where there are several. */
export function taskName({ tasks, vertices }: Topology, traceId: number): string {
  const task = tasks.find((one) => one.traceId === traceId)
  const vertex = vertices[task?.vertex ?? -1]
  if (task === undefined || vertex === undefined) return ''
  return vertex.parallelism > 1 ? `${vertexName(vertex)} ${task.subtask + 1}` : vertexName(vertex)
}

export function vertexName({ nodes, name }: Topology['vertices'][number]): string {
  const windows = nodes.find((node) => node.windows !== undefined)
  return shortName(windows?.name ?? nodes[0]?.name ?? name)
}

/** `19.999 + 0 s ≤ watermark 22.000` */
export function inequality(late: LateDot, t: TimeWords): string {
  const { rule, maxTimestamp, allowedLatenessMs, timestamp, watermark } = late
  const limit = eventText(watermark, false)
  if (maxTimestamp !== null)
    return t.isAtMost(`${eventText(maxTimestamp, false)} + ${shortSeconds(allowedLatenessMs)} s`, limit)
  const own = eventText(timestamp, false)
  return rule === 'interval-join' ? t.isBelow(own, limit) : t.isAtMost(own, limit)
}

/** The window that was over, where its size is known. */
export function missedWindow({ task, maxTimestamp }: LateDot, { tasks, vertices }: Topology): string | null {
  const vertex = vertices[tasks.find(({ traceId }) => traceId === task)?.vertex ?? -1]
  const size = vertex?.nodes.find(({ windows }) => windows !== undefined)?.windows?.sizeMs ?? null
  if (maxTimestamp === null || size === null) return null
  return windowText(maxTimestamp + 1 - size, maxTimestamp + 1)
}

/** A sentence for whoever points at it. */
export function itemText(item: Happening | ComingDot, topology: Topology, t: TimeWords, isPast = true): string {
  const at = clockText(item.atMs)
  switch (item.kind) {
    case 'record':
      return (isPast ? t.record : t.unread)(item.text, eventText(item.timestamp), at)
    case 'coming':
      return t.unread(item.text, eventText(item.timestamp), at)
    case 'late': {
      const fate = item.isKept ? t.kept : t.dropped
      return t.lateItem(item.text, eventText(item.timestamp), at, inequality(item, t), fate)
    }
    case 'pane':
      return t.pane(windowText(item.start, item.end), at, item.keys, item.records)
    case 'timer':
      return t.timer(eventText(item.timestamp), at)
    case 'watermark':
      return t.watermark(taskName(topology, item.task), eventText(item.watermark), at)
  }
}

/** Its place in event time, for a table. */
export function itemTime(item: Happening | ComingDot): string {
  if (item.kind === 'pane') return windowText(item.start, item.end)
  return eventText(item.kind === 'watermark' ? item.watermark : item.timestamp)
}

export interface FigureLabel {
  readonly kind: 'late' | 'pane' | 'line' | 'plain'
  readonly lines: readonly string[]
  /** Where a line leads to from the label; null where it stands beside what it names. */
  readonly target: Point | null
}

const [PX, ROW, PAD] = [11, 16, 7]
const MOST_LATE = 3
const MOST_PANES = 12
const MOST_CORNERS = 40
const AXIS_NAME = 20
/** Room for what stands above the line of now, at its right end. */
const NOW_NAME = { width: 124, height: 18 }

/** All labels of the plot, placed. */
export function labelFigure(figure: TimeFigure, topology: Topology, t: TimeWords): PlacedLabel<FigureLabel>[] {
  const { plot, lines, dots, marks, panes, noDelay } = figure
  // What came too late must not be hidden by what is said of something else.
  const shown = [...dots, ...figure.coming, ...marks, ...marks, ...marks, ...marks]
  const points = shown.map(({ x, y }): Point => [x, y])
  const wanted = [
    ...marks
      .filter((mark): mark is Placed<LateDot> => mark.item.kind === 'late' && mark.isPast)
      .slice(-MOST_LATE)
      .reverse()
      .map((mark) => lateLabel(mark, topology, t)),
    ...panes
      .filter(({ isPast }) => isPast)
      .slice(-MOST_PANES)
      .reverse()
      .map((pane) => paneLabel(pane, t)),
    ...lines.flatMap((line) => lineLabel(line, taskName(topology, line.task), t)),
    ...(noDelay === null ? [] : [besides(noDelay.at(-4) as Point, t.noDelay)]),
  ]
  // Below what the axis is called.
  const room = { x: plot.left + 2, y: plot.top + AXIS_NAME, width: plot.width - 4, height: plot.height - AXIS_NAME - 2 }
  const bars = panes.map(({ x, x2, y }): Point[] => [
    [x, y],
    [x2, y],
  ])
  const now = { x: plot.left + plot.width - NOW_NAME.width, y: figure.nowY - NOW_NAME.height, ...NOW_NAME }
  return placeLabels(wanted, room, { points, lines: [...lines.map((line) => line.points), ...bars], texts: [now] })
}

function lateLabel({ x, y, item }: Placed<LateDot>, topology: Topology, t: TimeWords): WantedLabel<FigureLabel> {
  const fate = item.isKept ? t.kept : t.dropped
  const lines = [`${t.late(missedWindow(item, topology))}${t.and}${fate}`, inequality(item, t)]
  const size = sizeOf(lines)
  const above = [-1, -2.2, -3.4].flatMap((by) => [-0.9, -0.5, -0.1].map((of) => ({ by, of })))
  const below = [0.5, 1.7].flatMap((by) => [-0.9, -0.5, -0.1].map((of) => ({ by, of })))
  const places = [...above, ...below].map(({ by, of }) => ({
    x: x + of * size.width,
    y: y + by * size.height + (by < 0 ? -12 : 2),
  }))
  return { of: { kind: 'late', lines, target: [x, y] }, ...size, places }
}

function paneLabel({ x, x2, y, item }: PlacedPane, t: TimeWords): WantedLabel<FigureLabel> {
  const lines = [t.fires(item.keys, item.records)]
  const size = sizeOf(lines)
  const middle = (x + x2 - size.width) / 2
  const places = [middle, x + 2, x2 - size.width - 2].flatMap((left) => [
    { x: left, y: y - size.height - 3 },
    { x: left, y: y + 4 },
  ])
  return { of: { kind: 'pane', lines, target: null }, ...size, places }
}

function lineLabel(
  { points }: TimeFigure['lines'][number],
  name: string,
  t: TimeWords,
): readonly WantedLabel<FigureLabel>[] {
  if (points.length < 2) return []
  const lines = [t.watermarkOf(name)]
  const size = sizeOf(lines)
  // The newest part first; on its left there are no records in time.
  const places = points
    .slice(-MOST_CORNERS)
    .reverse()
    .flatMap(([x, y]) => [
      { x: x - size.width - 6, y: y + 4 },
      { x: x - size.width - 6, y: y - size.height - 4 },
      { x: x + 6, y: y + 4 },
      { x: x + 6, y: y - size.height - 4 },
    ])
  return [{ of: { kind: 'line', lines, target: null }, ...size, places, isOptional: true }]
}

function besides([x, y]: Point, text: string): WantedLabel<FigureLabel> {
  const size = sizeOf([text])
  const places = [
    { x: x - size.width - 6, y: y - size.height },
    { x: x + 8, y: y + 4 },
    { x: x - size.width - 6, y: y + 24 },
    { x: x + 24, y: y + 30 },
  ]
  return { of: { kind: 'plain', lines: [text], target: null }, ...size, places, isOptional: true }
}

function sizeOf(lines: readonly string[]): { readonly width: number; readonly height: number } {
  const width = Math.max(...lines.map((line) => textWidth(line, PX))) + 2 * PAD
  return { width, height: lines.length * ROW + 4 }
}
