// Where a chart's axes, lines, bars and marks are drawn: a pure function of points and room. A series has its colour, its
// dashes and the shape of its marks; where there are many points, some carry a mark and all are on the line.
import {
  line,
  scaleBand,
  scaleLinear,
  scaleUtc,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
} from 'd3'
import { clockText, timestampText } from '../time-text.ts'
import type { ChartKind } from './chart-choice.ts'
import type { ChartData, ChartPoint } from './chart-data.ts'

export interface ChartRoom {
  readonly width: number
  readonly height: number
}

export interface Tick {
  readonly at: number
  readonly text: string
}

export interface DrawnPoint {
  readonly left: number
  readonly top: number
  readonly point: ChartPoint
}

export interface DrawnSeries {
  readonly name: string
  /** Of a line; empty for bars. */
  readonly path: string
  /** A mark at each of these. */
  readonly marks: readonly DrawnPoint[]
  /** Of a bar chart. */
  readonly bars: readonly { readonly x: number; readonly y: number; readonly width: number; readonly height: number }[]
  readonly points: readonly DrawnPoint[]
}

export interface ChartLayout {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly xTicks: readonly Tick[]
  readonly yTicks: readonly Tick[]
  /** Where 0 is, or the axis. */
  readonly base: number
  readonly series: readonly DrawnSeries[]
}

/** Whether numbers of this axis are dates, virtual time, or plain. */
export type AxisKind = 'number' | 'date' | 'clock'

const SHAPES = [symbolCircle, symbolSquare, symbolTriangle, symbolDiamond, symbolCross, symbolStar]
export const DASHES = ['', '7 4', '2 3', '10 3 2 3', '5 2', '1 4']
const MARK_SIZE = 42
const MOST_MARKS = 14
const TOP = 10
const RIGHT = 14
const BOTTOM = 26
const LEAST_SPAN = 1e-9
const CHARACTER = 6.6

/** The mark of a series, as a path around 0,0. */
export function markPath(series: number): string {
  return symbol(SHAPES[series % SHAPES.length] ?? symbolCircle, MARK_SIZE)() ?? ''
}

export function layoutChart(
  data: ChartData,
  kind: ChartKind,
  axis: AxisKind,
  { width, height }: ChartRoom,
): ChartLayout {
  const ys = data.series.flatMap(({ points }) => points.map(({ y }) => y))
  const low = Math.min(0, ...ys)
  const top = Math.max(0, ...ys)
  // An axis has a length, also where all there is is 0.
  const high = top - low < LEAST_SPAN ? low + 1 : top
  const bottom = height - BOTTOM
  const y = scaleLinear([low, high], [bottom, TOP]).nice(4)
  const yTicks = y
    .ticks(Math.max(2, Math.floor(height / 44)))
    .map((value) => ({ at: y(value), text: numberText(value) }))
  const left = 14 + Math.max(...yTicks.map(({ text }) => text.length)) * CHARACTER
  const right = width - RIGHT
  const sides = { left, right, top: TOP, bottom, base: y(Math.max(low, 0)), yTicks }
  return kind === 'bar'
    ? { ...sides, ...layoutBars(data, y, sides) }
    : { ...sides, ...layoutLines(data, axis, y, sides) }
}

interface Sides {
  readonly left: number
  readonly right: number
  readonly base: number
}

type Scale = (value: number) => number

function layoutBars(data: ChartData, y: Scale, { left, right, base }: Sides): Pick<ChartLayout, 'series' | 'xTicks'> {
  const { categories, series } = data
  const groups = scaleBand<number>(categories.keys(), [left, right]).padding(0.25)
  const inner = scaleBand<number>(series.keys(), [0, groups.bandwidth()]).paddingInner(0.1)
  const room = Math.max(3, Math.floor(groups.step() / CHARACTER))
  // Where names would run into one another, every second is written, or every third.
  const every = Math.max(1, Math.ceil(Math.min(8, Math.max(...categories.map(({ length }) => length), 1)) / room))
  const xTicks = categories.flatMap((text, i) => {
    if (i % every !== 0) return []
    return [{ at: (groups(i) ?? 0) + groups.bandwidth() / 2, text: shorten(text, room * every) }]
  })
  const drawn = series.map(({ name, points }, i): DrawnSeries => {
    const bars = points.map((point) => {
      const top = y(point.y)
      const x = (groups(point.x) ?? 0) + (inner(i) ?? 0)
      return { x, y: Math.min(top, base), width: inner.bandwidth(), height: Math.max(1, Math.abs(base - top)) }
    })
    const places = points.map((point, k) => {
      const bar = bars[k]
      return { left: (bar?.x ?? 0) + (bar?.width ?? 0) / 2, top: y(point.y), point }
    })
    return { name, path: '', marks: [], bars, points: places }
  })
  return { series: drawn, xTicks }
}

function layoutLines(
  data: ChartData,
  axis: AxisKind,
  y: Scale,
  { left, right }: Sides,
): Pick<ChartLayout, 'series' | 'xTicks'> {
  const xs = data.series.flatMap(({ points }) => points.map(({ x }) => x))
  const [first, last] = [Math.min(...xs), Math.max(...xs)]
  const span = first === last ? [first - 1, last + 1] : [first, last]
  const count = Math.max(2, Math.floor((right - left) / 110))
  const linear = scaleLinear(span, [left, right])
  const ticks = axis === 'date' ? scaleUtc(span, [left, right]).ticks(count).map(Number) : linear.ticks(count)
  const drawn = data.series.map(({ name, points }): DrawnSeries => {
    const places = points.map((point) => ({ left: linear(point.x), top: y(point.y), point }))
    const every = Math.ceil(places.length / MOST_MARKS)
    return {
      name,
      path:
        line<DrawnPoint>(
          (place) => place.left,
          (place) => place.top,
        )(places) ?? '',
      marks: places.filter((_, i) => i % every === 0),
      bars: [],
      points: places,
    }
  })
  return { series: drawn, xTicks: ticks.map((at) => ({ at: linear(at), text: axisText(at, axis, last - first) })) }
}

/** A time or number on the axis, as short as the span allows. */
export function axisText(value: number, axis: AxisKind, span: number): string {
  if (axis === 'number') return numberText(value)
  if (axis === 'clock') return clockText(value)
  const text = timestampText(value)
  if (text.length < 19) return text
  if (span > 3 * 86_400_000) return text.slice(0, 10)
  if (span > 86_400_000) return text.slice(5, 16)
  return span > 300_000 ? text.slice(11, 16) : span > 10_000 ? text.slice(11, 19) : text.slice(14)
}

/** A number in few characters. */
export function numberText(value: number): string {
  if (Math.abs(value) >= 1e15 || (value !== 0 && Math.abs(value) < 1e-4)) return value.toExponential(2)
  return String(Math.round(value * 1e4) / 1e4)
}

function shorten(text: string, room: number): string {
  return text.length > room ? `${text.slice(0, Math.max(1, room - 1))}…` : text
}
