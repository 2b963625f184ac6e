// Paints the time view: bands, watermarks, records, windows that fired. A canvas, because with every frame all of it may be
// elsewhere; what's to be read is text above it.
import type { Point } from './label-places.ts'
import type { Placed, PlacedLine, TimeFigure } from './time-layout.ts'

export interface TimeColours {
  readonly record: string
  readonly inside: string
  readonly late: string
  readonly watermark: string
  readonly timer: string
  readonly ink: string
  readonly quiet: string
  readonly line: string
  readonly band: string
  readonly lit: string
}

const TOKENS: Readonly<Record<keyof TimeColours, string>> = {
  record: 'var(--record)',
  inside: 'var(--bench)',
  late: 'var(--bad)',
  watermark: 'var(--watermark)',
  timer: 'var(--timer)',
  ink: 'var(--ink)',
  quiet: 'var(--ink-3)',
  line: 'var(--line)',
  band: 'color-mix(in srgb, var(--ink) 5%, transparent)',
  lit: 'var(--state)',
}

/** Shapes tell the kinds apart where colours can't. */
const FORCED: Readonly<Record<keyof TimeColours, string>> = {
  record: 'CanvasText',
  inside: 'Canvas',
  late: 'CanvasText',
  watermark: 'CanvasText',
  timer: 'CanvasText',
  ink: 'CanvasText',
  quiet: 'GrayText',
  line: 'GrayText',
  band: 'Canvas',
  lit: 'Highlight',
}

/** As they are now at this element. Read when the theme changes, never while something moves. */
export function timeColours(element: HTMLElement, isForced: boolean): TimeColours {
  const probe = document.createElement('span')
  element.append(probe)
  const names = Object.keys(TOKENS) as (keyof TimeColours)[]
  const colours = names.map((name) => {
    probe.style.color = (isForced ? FORCED : TOKENS)[name]
    return [name, getComputedStyle(probe).color] as const
  })
  probe.remove()
  return Object.fromEntries(colours) as unknown as TimeColours
}

/** What is drawn beside the figure. */
export interface Emphasis {
  /** The record at hand. */
  readonly hand: Placed<unknown> | null
  /** What is pointed at. */
  readonly pointed: Placed<unknown> | null
  /** From labels to what they name. */
  readonly leaders: readonly (readonly [Point, Point])[]
}

const RADIUS = 5
/** One look per vertex whose watermark is shown: colour alone would say nothing. */
export const DASHES: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [10, 3, 2, 3]]
/** As a rule the watermark of a vertex is that of the one before: beside it, so that both are seen. */
const APART = 3

export function paintTime(
  canvas: HTMLCanvasElement,
  figure: TimeFigure,
  colours: TimeColours,
  { hand, pointed, leaders }: Emphasis,
): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const density = window.devicePixelRatio
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((px) => Math.round(px * density))
  if (canvas.width !== width) canvas.width = width as number
  if (canvas.height !== height) canvas.height = height as number
  context.setTransform(density, 0, 0, density, 0, 0)
  context.clearRect(0, 0, canvas.width, canvas.height)
  paintGround(context, figure, colours)
  const orders = dashOrder(figure.lines)
  for (const line of figure.lines) paintWatermark(context, line, colours, orders.get(line.vertex) ?? 0)
  paintPanes(context, figure, colours)
  context.strokeStyle = colours.late
  context.lineWidth = 1
  for (const [from, to] of leaders) stroke(context, [from, to])
  paintDots(context, figure, colours)
  for (const mark of figure.marks) paintMark(context, mark, colours)
  if (hand !== null) ring(context, hand, colours.lit, 4)
  if (pointed !== null) ring(context, pointed, colours.ink, 1.5)
}

export function lineWidth(order: number): number {
  return order === 0 ? 2.25 : 1.5
}

/** Which look the watermarks of a vertex have. */
export function dashOrder(lines: readonly PlacedLine[]): ReadonlyMap<number, number> {
  const vertices = Array.from(new Set(lines.map(({ vertex }) => vertex))).sort((a, b) => a - b)
  return new Map(vertices.map((vertex, i) => [vertex, i % DASHES.length]))
}

function paintGround(context: CanvasRenderingContext2D, figure: TimeFigure, colours: TimeColours): void {
  const { plot, bands, lanes, nowY, noDelay, gapYs } = figure
  const { left, top, width, height } = plot
  context.fillStyle = colours.band
  if (lanes === 1) for (const band of bands) if (band.isEven) context.fillRect(band.x, top, band.width, height)
  context.strokeStyle = colours.line
  context.lineWidth = 1
  if (lanes > 1)
    for (const { x } of bands)
      stroke(context, [
        [x, top],
        [x, top + height],
      ])
  context.strokeStyle = colours.quiet
  stroke(context, [
    [left, top],
    [left, top + height],
    [left + width, top + height],
  ])
  if (noDelay !== null) {
    context.setLineDash([3, 3])
    stroke(context, noDelay)
    context.setLineDash([])
  }
  // A stretch of the run that was passed over.
  for (const y of gapYs) {
    stroke(context, [
      [left - 5, y - 1],
      [left + 5, y - 5],
    ])
    stroke(context, [
      [left - 5, y + 3],
      [left + 5, y - 1],
    ])
  }
  if (nowY < top || nowY > top + height) return
  context.strokeStyle = colours.ink
  context.lineWidth = 1.25
  stroke(context, [
    [left, nowY],
    [left + width, nowY],
  ])
}

function paintWatermark(
  context: CanvasRenderingContext2D,
  { points }: PlacedLine,
  colours: TimeColours,
  order: number,
): void {
  context.strokeStyle = colours.watermark
  context.lineWidth = lineWidth(order)
  context.setLineDash(Array.from(DASHES[order] ?? []))
  context.save()
  context.translate(-APART * order, -APART * order)
  stroke(context, points)
  context.restore()
  context.setLineDash([])
}

/** A window that fired spans its time where the watermark passed its end. */
function paintPanes(context: CanvasRenderingContext2D, { panes }: TimeFigure, colours: TimeColours): void {
  context.strokeStyle = colours.watermark
  for (const { x, x2, y, isPast } of panes) {
    if (!isPast) continue
    context.lineWidth = 3
    stroke(context, [
      [x + 1, y],
      [x2 - 1, y],
    ])
    context.lineWidth = 1.25
    stroke(context, [
      [x + 1, y - 4],
      [x + 1, y + 4],
    ])
    stroke(context, [
      [x2 - 1, y - 4],
      [x2 - 1, y + 4],
    ])
  }
}

function paintDots(context: CanvasRenderingContext2D, { dots }: TimeFigure, colours: TimeColours): void {
  const [past, coming] = [new Path2D(), new Path2D()]
  for (const { x, y, isPast } of dots) {
    const path = isPast ? past : coming
    path.moveTo(x + RADIUS, y)
    path.arc(x, y, RADIUS, 0, 2 * Math.PI)
  }
  context.fillStyle = colours.record
  context.fill(past)
  context.fillStyle = colours.inside
  context.fill(coming)
  context.lineWidth = 1.5
  context.strokeStyle = colours.record
  context.stroke(coming)
}

function paintMark(
  context: CanvasRenderingContext2D,
  { x, y, item, isPast }: TimeFigure['marks'][number],
  colours: TimeColours,
): void {
  if (!isPast) return
  context.lineWidth = 1.75
  context.fillStyle = colours.inside
  const disc = new Path2D()
  disc.arc(x, y, RADIUS + 1, 0, 2 * Math.PI)
  context.fill(disc)
  context.strokeStyle = item.kind === 'late' ? colours.late : colours.timer
  context.stroke(disc)
  // Struck out, or with the hand of a clock.
  if (item.kind === 'late')
    stroke(context, [
      [x - 4, y - 4],
      [x + 4, y + 4],
    ])
  else
    stroke(context, [
      [x, y - 4],
      [x, y],
      [x + 3, y + 2],
    ])
}

function ring(context: CanvasRenderingContext2D, { x, y }: Placed<unknown>, colour: string, width: number): void {
  context.strokeStyle = colour
  context.lineWidth = width
  const path = new Path2D()
  path.arc(x, y, RADIUS + 3.5, 0, 2 * Math.PI)
  context.stroke(path)
}

function stroke(context: CanvasRenderingContext2D, points: readonly Point[]): void {
  context.beginPath()
  points.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)))
  context.stroke()
}
