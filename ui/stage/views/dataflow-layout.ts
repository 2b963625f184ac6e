// Where cards and channels of the dataflow are drawn: a pure function of what was deployed and of the room there is. Chains
// stand in columns by their distance from the sources; on a narrow stage the columns become rows.
import { path } from 'd3'
import type { Topology } from '../../../runtime/host/protocol.ts'

export type FlowMode = 'logical' | 'physical'

export interface FlowRoom {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface FlowCard {
  /** Index into vertices (logical) or tasks (physical). */
  readonly index: number
  readonly vertex: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A channel, or in the logical view an edge: a curve from card to card. */
export interface FlowBand {
  /** Indices of the channels that run in it. */
  readonly channels: readonly number[]
  readonly partitioner: string
  readonly curve: readonly [Point, Point, Point, Point]
}

export interface FlowLayout {
  readonly width: number
  readonly height: number
  readonly isDown: boolean
  /** Cards are chains, not subtasks: as asked for, or because there are too many subtasks. */
  readonly isLogical: boolean
  readonly cards: readonly FlowCard[]
  readonly bands: readonly FlowBand[]
}

const MARGIN = 18
const GAP = 22
const CARD = 176
const KEYED_CARD = 264
const LEAST_REACH = 84
const NARROW = 560
/** Above so many subtasks a column is drawn as one card per chain. */
const MOST_CARDS = 24
export const KEY_ROWS = 6
const HEAD = 74
const ROW = 22

export function layoutDataflow(topology: Topology, mode: FlowMode, room: FlowRoom): FlowLayout {
  const isLogical = mode === 'logical' || topology.vertices.some(({ parallelism }) => parallelism > MOST_CARDS)
  const isDown = room.width < NARROW
  const layers = layersOf(topology)
  const items = itemsOf(topology, isLogical)
  const columns = layers.map((vertices) => items.filter(({ vertex }) => vertices.includes(vertex)))
  const cards = isDown ? stackDown(columns, topology, room) : standInColumns(columns, topology, room)
  const bands = bandsOf(topology, cards, isLogical, isDown)
  return {
    width: Math.max(room.width, ...cards.map(({ x, width }) => x + width + MARGIN)),
    height: Math.max(room.height, ...cards.map(({ y, height }) => y + height + MARGIN)),
    isDown,
    isLogical,
    cards,
    bands,
  }
}

/** The place at this share of the way along a curve. */
export function pointOn([a, b, c, d]: FlowBand['curve'], share: number): Point {
  const rest = 1 - share
  const at = (p: number, q: number, r: number, s: number): number =>
    rest ** 3 * p + 3 * rest ** 2 * share * q + 3 * rest * share ** 2 * r + share ** 3 * s
  return { x: at(a.x, b.x, c.x, d.x), y: at(a.y, b.y, c.y, d.y) }
}

export function pathOf([a, b, c, d]: FlowBand['curve']): string {
  const drawn = path()
  drawn.moveTo(a.x, a.y)
  drawn.bezierCurveTo(b.x, b.y, c.x, c.y, d.x, d.y)
  return drawn.toString()
}

/** Vertices by their longest distance from a source. */
function layersOf({ vertices }: Topology): number[][] {
  const depths: number[] = []
  vertices.forEach(({ inputs }, i) => {
    depths[i] = inputs.reduce((deepest, { from }) => Math.max(deepest, (depths[from] ?? 0) + 1), 0)
  })
  const layers: number[][] = []
  depths.forEach((depth, i) => (layers[depth] ??= []).push(i))
  return layers
}

interface Item {
  readonly index: number
  readonly vertex: number
}

function itemsOf({ vertices, tasks }: Topology, isLogical: boolean): Item[] {
  return isLogical
    ? vertices.map((_, i) => ({ index: i, vertex: i }))
    : tasks.map(({ vertex }, i) => ({ index: i, vertex }))
}

function isKeyed({ vertices }: Topology, vertex: number): boolean {
  return vertices[vertex]?.nodes.some((node) => node.isKeyed) === true
}

function heightOf(topology: Topology, vertex: number): number {
  return isKeyed(topology, vertex) ? HEAD + 26 + KEY_ROWS * ROW : HEAD + 20
}

function standInColumns(columns: readonly Item[][], topology: Topology, room: FlowRoom): FlowCard[] {
  const widths = columns.map((items) => (items.some(({ vertex }) => isKeyed(topology, vertex)) ? KEYED_CARD : CARD))
  const taken = widths.reduce((sum, width) => sum + width, 0)
  const free = room.width - 2 * MARGIN - taken
  const reach = columns.length < 2 ? 0 : Math.min(240, Math.max(LEAST_REACH, free / (columns.length - 1)))
  const whole = taken + reach * (columns.length - 1)
  const heights = columns.map((items) =>
    items.reduce((sum, { vertex }) => sum + heightOf(topology, vertex) + GAP, -GAP),
  )
  const tallest = Math.max(room.height - 2 * MARGIN, ...heights)
  let x = Math.max(MARGIN, (room.width - whole) / 2)
  return columns.flatMap((items, column) => {
    let y = MARGIN + (tallest - (heights[column] ?? 0)) / 2
    const cards = items.map((item): FlowCard => {
      const height = heightOf(topology, item.vertex)
      const card = { ...item, x, y, width: widths[column] ?? CARD, height }
      y += height + GAP
      return card
    })
    x += (widths[column] ?? CARD) + reach
    return cards
  })
}

function stackDown(columns: readonly Item[][], topology: Topology, room: FlowRoom): FlowCard[] {
  let y = MARGIN
  return columns.flatMap((items) => {
    const least = items.some(({ vertex }) => isKeyed(topology, vertex)) ? 160 : 120
    const each = (room.width - 2 * MARGIN - GAP * (items.length - 1)) / items.length
    const width = Math.min(KEYED_CARD, Math.max(least, each))
    const whole = width * items.length + GAP * (items.length - 1)
    let x = Math.max(MARGIN, (room.width - whole) / 2)
    const cards = items.map((item): FlowCard => {
      const card = { ...item, x, y, width, height: heightOf(topology, item.vertex) }
      x += width + GAP
      return card
    })
    y += Math.max(...cards.map(({ height }) => height)) + 88
    return cards
  })
}

function bandsOf(topology: Topology, cards: readonly FlowCard[], isLogical: boolean, isDown: boolean): FlowBand[] {
  const cardOf = new Map(cards.map((card) => [card.index, card]))
  const ends = new Map<string, { from: number; to: number; partitioner: string; channels: number[] }>()
  topology.channels.forEach(({ from, to, partitioner }, i) => {
    const [a, b] = isLogical ? [topology.tasks[from]?.vertex ?? 0, topology.tasks[to]?.vertex ?? 0] : [from, to]
    const key = isLogical ? `${a} ${b} ${partitioner}` : String(i)
    const known = ends.get(key)
    if (known) known.channels.push(i)
    else ends.set(key, { from: a, to: b, partitioner, channels: [i] })
  })
  const all = Array.from(ends.values())
  return all.flatMap(({ from, to, partitioner, channels }) => {
    const [a, b] = [cardOf.get(from), cardOf.get(to)]
    if (!a || !b) return []
    const leaving = all.filter((band) => band.from === from)
    const arriving = all.filter((band) => band.to === to)
    const outShare = shareOf(
      leaving.findIndex((band) => band.to === to && band.channels === channels),
      leaving.length,
    )
    const inShare = shareOf(
      arriving.findIndex((band) => band.channels === channels),
      arriving.length,
    )
    return [{ channels, partitioner, curve: curveOf(a, b, outShare, inShare, isDown) }]
  })
}

/** Ends spread over the middle of a side. */
function shareOf(index: number, count: number): number {
  return 0.5 + (index - (count - 1) / 2) * Math.min(0.16, 0.6 / Math.max(1, count))
}

function curveOf(a: FlowCard, b: FlowCard, outShare: number, inShare: number, isDown: boolean): FlowBand['curve'] {
  if (isDown) {
    const start = { x: a.x + a.width * outShare, y: a.y + a.height }
    const end = { x: b.x + b.width * inShare, y: b.y }
    const bend = (end.y - start.y) / 2
    return [start, { x: start.x, y: start.y + bend }, { x: end.x, y: end.y - bend }, end]
  }
  const start = { x: a.x + a.width, y: a.y + a.height * outShare }
  const end = { x: b.x, y: b.y + b.height * inShare }
  const bend = (end.x - start.x) / 2
  return [start, { x: start.x + bend, y: start.y }, { x: end.x - bend, y: end.y }, end]
}
