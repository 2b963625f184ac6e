// Event time × processing time as a figure: where everything is in a given room. Pure: the same record of a run and the same
// room give the same figure. Event time goes to the right, processing time upward; what hasn't happened yet at the place
// that is shown lies above the line of now.
import type { ComingRecord, RunPosition, Topology, WindowsView } from '../../../runtime/host/protocol.ts'
import { clockText } from '../time-text.ts'
import { isPast, type FiredPane, type Happening, type TimeDot, type TimeRecord } from '../time-record.ts'
import type { Point } from './label-places.ts'
import { eventScale, shownTime, windowText, type EventScale, type Gap, type Tick } from './time-scale.ts'

/** A record that hasn't been read yet, as the engine foretells it. */
export interface ComingDot extends ComingRecord {
  readonly kind: 'coming'
}

export interface TimeFigureInput {
  readonly room: { readonly width: number; readonly height: number }
  readonly record: TimeRecord
  readonly coming: readonly ComingDot[]
  readonly position: RunPosition
  readonly gaps: readonly Gap[]
  readonly topology: Topology
  /** `whole`: the run as far as it's known; `now`: the last and the next seconds. */
  readonly extent: 'whole' | 'now'
  /** Vertices whose watermarks are shown. */
  readonly lines: ReadonlySet<number>
}

export interface Placed<T> {
  readonly x: number
  readonly y: number
  readonly item: T
  readonly isPast: boolean
}

export interface PlacedPane extends Placed<FiredPane> {
  readonly x2: number
}

export interface WindowBand {
  /** In ms of event time. */
  readonly start: number
  readonly end: number
  readonly x: number
  readonly width: number
  readonly lane: number
  readonly name: string
  readonly isEven: boolean
}

export interface PlacedLine {
  readonly task: number
  readonly vertex: number
  readonly points: readonly Point[]
  readonly steps: readonly Placed<Happening>[]
}

export interface TimeFigure {
  readonly plot: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
  readonly events: EventScale
  readonly yTicks: readonly Tick[]
  readonly nowY: number
  /** Where a record is that arrives as it happens; null where no part of it is to be seen. */
  readonly noDelay: readonly Point[] | null
  readonly bands: readonly WindowBand[]
  readonly lanes: number
  readonly lines: readonly PlacedLine[]
  readonly dots: readonly Placed<TimeDot>[]
  readonly coming: readonly Placed<ComingDot>[]
  readonly marks: readonly Placed<Happening>[]
  readonly panes: readonly PlacedPane[]
  readonly gapYs: readonly number[]
  /** Of the records every so many-th is drawn. */
  readonly every: number
  readonly yOf: (atMs: number) => number
  readonly atMsOf: (y: number) => number
}

const MOST_DOTS = 500
const MOST_PANES = 120
const MOST_BANDS = 48
const MOST_LANES = 4
export const LANE_HEIGHT = 18
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 18, 10, 40]
/** Around now, in ms as they are shown. */
const [BEHIND_MS, AHEAD_MS] = [10_000, 4000]
const LEAST_MS = 1000
const GROWTH = 1.25

export function layoutTime(input: TimeFigureInput): TimeFigure {
  const { room, record, position, gaps, topology, lines } = input
  const windows = windowsOf(topology, lines)
  const processing = processingExtent(input)
  const { shown, low, high } = processing
  const isSeen = (atMs: number): boolean => shown.of(atMs) >= low && shown.of(atMs) <= high
  const seen = seenItems(input, isSeen)
  const events = spanOf(seen, input, windows)
  const plotLeft = room.width < 480 ? 48 : LEFT
  const across = { left: plotLeft, width: Math.max(40, room.width - plotLeft - RIGHT) }
  const scale = eventScale(events.low, events.high, across, events.isExact)
  const { bands, lanes } = bandsOf(windows, seen.panes, scale)
  const top = TOP + lanes * LANE_HEIGHT
  const plot = { ...across, top, height: Math.max(40, room.height - top - BOTTOM) }
  const perMs = plot.height / (high - low)
  const yOf = (atMs: number): number => plot.top + plot.height - (shown.of(atMs) - low) * perMs
  const atMsOf = (y: number): number => shown.invert(low + (plot.top + plot.height - y) / perMs)
  const place = <T extends Happening>(item: T): Placed<T> => ({
    x: timeOf(item) === Infinity ? plot.left + plot.width : clampTo(plot, scale.of(timeOf(item))),
    y: yOf(item.atMs),
    item,
    isPast: isPast(item, position),
  })
  const every = everyOf(seen.dots)
  const foretold = input.coming.at(-1)?.event ?? -1
  const isDrawn = (dot: TimeDot): boolean => dot.number % every === 0 && (dot.event > foretold || isPast(dot, position))
  const vertexOf = new Map(topology.tasks.map(({ traceId, vertex }) => [traceId, vertex]))
  return {
    plot,
    events: scale,
    yTicks: yTicks(processing, plot.height, yOf),
    nowY: yOf(position.virtualMs),
    noDelay: noDelayOf(processing, scale, yOf),
    bands,
    lanes,
    lines: Array.from(record.lines.values())
      .filter(({ task }) => lines.has(vertexOf.get(task) ?? -1))
      .map(({ task, steps }) => ({
        task,
        vertex: vertexOf.get(task) ?? 0,
        ...lineOf(steps.filter((step) => isPast(step, position)).map(place), plot, yOf(position.virtualMs)),
      })),
    dots: seen.dots.filter(isDrawn).map(place),
    coming: input.coming
      .filter(({ atMs }) => isSeen(atMs))
      .map((item) => ({ x: scale.of(item.timestamp), y: yOf(item.atMs), item, isPast: false })),
    marks: [...seen.timers, ...seen.lates].map(place),
    panes: seen.panes.map((pane) => ({ ...place(pane), x2: clampTo(plot, scale.of(pane.end)) })),
    gapYs: gaps.filter(({ fromMs }) => isSeen(fromMs)).map(({ fromMs }) => yOf(fromMs)),
    every,
    yOf,
    atMsOf,
  }
}

/** Where it is in event time. */
function timeOf(item: Happening): number {
  if (item.kind === 'watermark') return item.watermark
  return item.kind === 'pane' ? item.start : item.timestamp
}

interface Seen {
  readonly dots: readonly TimeDot[]
  readonly lates: readonly Happening[]
  readonly timers: readonly Happening[]
  readonly panes: readonly FiredPane[]
}

function seenItems({ record, topology }: TimeFigureInput, isSeen: (atMs: number) => boolean): Seen {
  const seen = <T extends Happening>(items: readonly T[]): T[] => items.filter(({ atMs }) => isSeen(atMs))
  // Windows fire by timers; where the windows are drawn the timers needn't be.
  const withWindows = tasksWithWindows(topology, null)
  const byProcessingTime = tasksWithWindows(topology, 'processing')
  return {
    dots: seen(record.dots),
    lates: seen(record.lates),
    timers: seen(record.timers.filter(({ task }) => !withWindows.has(task))).slice(-MOST_PANES),
    panes: seen(record.panes.filter(({ task }) => !byProcessingTime.has(task))).slice(-MOST_PANES),
  }
}

/** Trace ids of tasks with windows by this clock, or by any. */
function tasksWithWindows({ tasks, vertices }: Topology, time: WindowsView['time'] | null): ReadonlySet<number> {
  const has = (vertex: number): boolean =>
    vertices[vertex]?.nodes.some(({ windows }) => windows !== undefined && (time ?? windows.time) === windows.time) ===
    true
  return new Set(tasks.filter(({ vertex }) => has(vertex)).map(({ traceId }) => traceId))
}

/** The windows that the figure is divided by: of an operator whose watermark is shown, or else of the first. */
function windowsOf({ vertices }: Topology, lines: ReadonlySet<number>): WindowsView | null {
  const all = vertices.flatMap(({ nodes }, vertex) =>
    nodes.flatMap(({ windows }) => (windows?.time === 'event' ? [{ vertex, windows }] : [])),
  )
  return (all.find(({ vertex }) => lines.has(vertex)) ?? all[0])?.windows ?? null
}

interface ProcessingExtent {
  readonly shown: ReturnType<typeof shownTime>
  readonly low: number
  readonly high: number
}

function processingExtent({ extent, record, coming, position, gaps }: TimeFigureInput): ProcessingExtent {
  const shown = shownTime(gaps)
  const now = shown.of(position.virtualMs)
  if (extent === 'now') {
    const low = Math.max(0, now - BEHIND_MS)
    return { shown, low, high: low + BEHIND_MS + AHEAD_MS }
  }
  const known = [record.dots.at(-1), record.lates.at(-1), record.panes.at(-1), coming.at(-1)]
  const last = Math.max(now, ...known.map((item) => (item === undefined ? 0 : shown.of(item.atMs))))
  // In steps, so that not everything moves with every frame.
  const high = LEAST_MS * GROWTH ** Math.ceil(Math.log((last * 1.04) / LEAST_MS) / Math.log(GROWTH))
  return { shown, low: 0, high: Math.max(LEAST_MS, high) }
}

function spanOf(seen: Seen, { coming, record, extent }: TimeFigureInput, windows: WindowsView | null) {
  let [low, high] = [Infinity, -Infinity]
  const reach = (timestamp: number): void => {
    if (!Number.isFinite(timestamp)) return
    if (timestamp < low) low = timestamp
    if (timestamp > high) high = timestamp
  }
  for (const { timestamp } of seen.dots) reach(timestamp)
  for (const item of seen.lates) reach(timeOf(item))
  for (const { timestamp } of coming) reach(timestamp)
  for (const pane of seen.panes) {
    reach(pane.start)
    reach(pane.end - 1)
  }
  if (low === Infinity) {
    for (const { steps } of record.lines.values()) for (const step of steps) reach(step.watermark)
  }
  if (low === Infinity) return { low: 0, high: LEAST_MS, isExact: false }
  // Whole windows, unless there's only a part to be seen.
  if (windows?.sizeMs && windows.slideMs && extent === 'whole' && high - low > windows.sizeMs / 4) {
    low = windowStart(low, windows)
    return { low, high: windowStart(high, windows) + windows.sizeMs, isExact: true }
  }
  const margin = (high - low) * 0.03
  return { low: low - margin, high: high + margin, isExact: false }
}

function windowStart(timestamp: number, { offsetMs, slideMs }: WindowsView): number {
  const step = slideMs ?? 1
  return Math.floor((timestamp - offsetMs) / step) * step + offsetMs
}

function bandsOf(
  windows: WindowsView | null,
  panes: readonly FiredPane[],
  { from, to, of }: EventScale,
): { readonly bands: readonly WindowBand[]; readonly lanes: number } {
  const bounds = windows?.sizeMs ? regular(windows, from, to) : windows === null ? [] : distinct(panes)
  if (bounds.length === 0 || bounds.length > MOST_BANDS) return { bands: [], lanes: 0 }
  const ends: number[] = []
  const bands = bounds.map(([start, end], i): WindowBand => {
    const free = ends.findIndex((before) => before <= start)
    const lane = free < 0 ? ends.length : free
    ends[lane] = end
    const [x, x2] = [Math.max(of(from), of(start)), Math.min(of(to), of(end))]
    return { start, end, x, width: x2 - x, lane, name: windowText(start, end), isEven: i % 2 === 0 }
  })
  return ends.length > MOST_LANES ? { bands: [], lanes: 0 } : { bands, lanes: ends.length }
}

function regular(windows: WindowsView, from: number, to: number): [number, number][] {
  const [size, slide] = [windows.sizeMs as number, windows.slideMs as number]
  if ((to - from) / slide > MOST_BANDS) return []
  const bounds: [number, number][] = []
  for (let start = windowStart(from - size, windows) + slide; start < to; start += slide) {
    if (start + size > from) bounds.push([start, start + size])
  }
  return bounds
}

/** Windows whose bounds the records decide: those that fired. */
function distinct(panes: readonly FiredPane[]): [number, number][] {
  const bounds = new Map(panes.map(({ start, end }) => [`${start} ${end}`, [start, end] as [number, number]]))
  return Array.from(bounds.values()).sort(([a], [b]) => a - b)
}

function yTicks({ shown, low, high }: ProcessingExtent, height: number, yOf: (atMs: number) => number): Tick[] {
  const count = Math.max(2, Math.floor(height / 56))
  const step = niceStep((high - low) / count)
  const ticks: Tick[] = []
  let [lastY, fromMs] = [Infinity, Math.ceil(shown.invert(low) / step) * step]
  for (; shown.of(fromMs) <= high && ticks.length < 40; fromMs += step) {
    const y = yOf(fromMs)
    // In a stretch that is shortened there's no room for every one.
    if (lastY - y < 20) continue
    const clock = clockText(fromMs)
    ticks.push({ at: y, text: step % 1000 === 0 ? clock.slice(0, -4) : clock })
    lastY = y
  }
  return ticks
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000]

function niceStep(least: number): number {
  const found = STEPS.find((step) => step >= least)
  return found ?? Math.ceil(least / 600_000) * 600_000
}

/** Event time as the clock of the run: seen only where timestamps are about as high. */
function noDelayOf(
  { shown, low, high }: ProcessingExtent,
  { of, from, to }: EventScale,
  yOf: (atMs: number) => number,
): Point[] | null {
  const [start, end] = [Math.max(from, shown.invert(low)), Math.min(to, shown.invert(high))]
  if (!(end > start) || of(end) - of(start) < 40) return null
  const places = 24
  return Array.from({ length: places + 1 }, (_, i) => {
    const at = start + ((end - start) * i) / places
    return [of(at), yOf(at)] as const
  })
}

/** A watermark holds until the next: steps to the right, and up between them. */
function lineOf(
  placed: readonly Placed<Happening>[],
  plot: TimeFigure['plot'],
  nowY: number,
): Pick<PlacedLine, 'points' | 'steps'> {
  const bottom = plot.top + plot.height
  const points: Point[] = []
  const steps: Placed<Happening>[] = []
  let x = plot.left
  for (const step of placed) {
    if (step.y > bottom) {
      x = step.x
      continue
    }
    if (points.length === 0) points.push([x, x === plot.left ? step.y : bottom])
    const [, lastY] = points.at(-1) as Point
    // Steps that can't be told apart are one.
    if (Math.abs(step.x - x) < 0.5 && Math.abs(step.y - lastY) < 0.5) continue
    points.push([x, step.y], [step.x, step.y])
    steps.push(step)
    x = step.x
  }
  if (points.length === 0 && x > plot.left) points.push([x, bottom])
  if (points.length > 0) points.push([x, nowY])
  return { points, steps }
}

/** So that no more are drawn than can be told apart. */
function everyOf(dots: readonly TimeDot[]): number {
  const [before, last] = dots.slice(-2)
  let every = before?.task === last?.task ? powerOfTwo((last?.number ?? 0) - (before?.number ?? 0)) : 1
  while (dots.filter(({ number }) => number % every === 0).length > MOST_DOTS) every *= 2
  return every
}

function powerOfTwo(least: number): number {
  return least <= 1 ? 1 : 2 ** Math.ceil(Math.log2(least))
}

function clampTo({ left, width }: TimeFigure['plot'], x: number): number {
  return Math.max(left, Math.min(left + width, x))
}

/** Where a dot is dropped that is so many px from its place: round times, and no arrival before now. */
export function dropOf(
  { events, atMsOf, plot }: TimeFigure,
  { x, y, item }: Placed<ComingDot>,
  { dx, dy }: { readonly dx: number; readonly dy: number },
  { virtualMs }: RunPosition,
): { readonly timestamp: number; readonly atMs: number } {
  const timeStep = niceStep((events.to - events.from) / plot.width)
  const at = clampTo(plot, x + dx)
  const [top, bottom] = [plot.top, plot.top + plot.height]
  const arrivalStep = niceStep(Math.abs(atMsOf(top) - atMsOf(bottom)) / plot.height)
  const atMs = atMsOf(Math.max(top, Math.min(bottom, y + dy)))
  return {
    timestamp: dx === 0 ? item.timestamp : Math.round(events.invert(at) / timeStep) * timeStep,
    atMs: dy === 0 ? item.atMs : Math.max(virtualMs, Math.round(atMs / arrivalStep) * arrivalStep),
  }
}
