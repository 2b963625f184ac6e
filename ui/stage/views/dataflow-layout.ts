// Where cards and channels of the dataflow are drawn: a pure function of what was deployed and of the room there is. Chains
// stand in columns by their distance from the sources; on a narrow stage the columns become rows.
import { path } from 'd3'
import type { ChannelColumns, Topology } from '../../../runtime/host/protocol.ts'
import { LANE_HEAD, standInLanes, type Lane, type Seating } from './flow/machine-lanes.ts'

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
  /** The same for all channels between the subtasks of two chains. */
  readonly edge: string
  readonly curve: readonly [Point, Point, Point, Point]
}

export interface FlowLayout {
  readonly width: number
  readonly height: number
  readonly isDown: boolean
  /** Cards are chains, not subtasks: as asked for, or because there are too many subtasks. */
  readonly isLogical: boolean
  /** Keys that a card has room for. */
  readonly keyRows: number
  readonly cards: readonly FlowCard[]
  readonly bands: readonly FlowBand[]
  /** Of the machines; none unless asked for. */
  readonly lanes: readonly Lane[]
}

const MARGIN = 18
const GAP = 22
const CARD = 176
const KEYED_CARD = 264
const WIDEST_KEYED_CARD = 340
const LEAST_REACH = 72
/** Where the stage is too narrow for all columns, as narrow as cards may be before it's scrolled. */
const LEAST_CARD = 140
const LEAST_KEYED_CARD = 216
const GOOD_REACH = 150
const NARROW = 560
/** Above so many subtasks a column is drawn as one card per chain. */
const MOST_CARDS = 24
export const KEY_ROWS = 6
const LEAST_KEY_ROWS = 1
const HEAD = 90
const TABLE_HEAD = 26
const ROW = 22
/** The line that says how many keys there are besides. */
const MORE = 10
const LOGICAL_ROW = 22
/** Between rows of cards on a narrow stage. */
const DROP = 88

/** `seating`: subtasks stand by machine, where subtasks are shown at all. */
export function layoutDataflow(
  topology: Topology,
  mode: FlowMode,
  room: FlowRoom,
  seating: Seating | null = null,
): FlowLayout {
  const isLogical = mode === 'logical' || topology.vertices.some(({ parallelism }) => parallelism > MOST_CARDS)
  const isDown = room.width < NARROW
  const layers = layersOf(topology)
  const items = itemsOf(topology, isLogical)
  const columns = layers.map((vertices) => items.filter(({ vertex }) => vertices.includes(vertex)))
  const isSeated = seating !== null && !isLogical
  const lanesTake = isSeated ? (isDown ? 1 : Math.max(1, seating.taskManagers.length)) * (LANE_HEAD + GAP) : 0
  const keyRows = isLogical ? 0 : keyRowsFor(columns, topology, { ...room, height: room.height - lanesTake }, isDown)
  const heightOf = ({ vertex }: Item): number => cardHeight(topology, vertex, isLogical ? null : keyRows)
  const free = isDown
    ? stackDown(columns, topology, room, heightOf)
    : standInColumns(columns, topology, room, { heightOf, isLogical })
  const byColumn = columns.map((items) => free.filter(({ index }) => items.some((item) => item.index === index)))
  const { cards, lanes } = isSeated
    ? standInLanes(byColumn, seating, isDown, { margin: MARGIN, gap: GAP })
    : { cards: free, lanes: [] }
  const bands = bandsOf(topology, cards, isLogical, isDown)
  const middles = bands.map(({ curve }) => pointOn(curve, 0.5))
  return {
    width: Math.max(
      room.width,
      ...[...cards, ...lanes].map(({ x, width }) => x + width + MARGIN),
      ...middles.map(({ x }) => x + GAP),
    ),
    height: Math.max(
      room.height,
      ...[...cards, ...lanes].map(({ y, height }) => y + height + MARGIN),
      ...middles.map(({ y }) => y + GAP),
    ),
    isDown,
    isLogical,
    keyRows,
    cards,
    bands,
    lanes,
  }
}

/** The place at this share of the way along a curve. */
export function pointOn(curve: FlowBand['curve'], share: number): Point {
  return putOn({ x: 0, y: 0 }, curve, share)
}

/** Puts something there: hundreds of them in every frame, without a new point for each. */
export function putOn<P extends { x: number; y: number }>(point: P, [a, b, c, d]: FlowBand['curve'], share: number): P {
  const rest = 1 - share
  const [p, q, r, s] = [rest ** 3, 3 * rest ** 2 * share, 3 * rest * share ** 2, share ** 3]
  point.x = p * a.x + q * b.x + r * c.x + s * d.x
  point.y = p * a.y + q * b.y + r * c.y + s * d.y
  return point
}

/** Buffers that are in use in a band, of those that there is credit for; 0 for as many as there are. */
export interface BandUse {
  readonly used: number
  readonly credits: number
}

export function bandUse({ channels }: Pick<FlowBand, 'channels'>, columns: ChannelUse): BandUse {
  let [used, credits] = [0, 0]
  for (const channel of channels) {
    used += columns.used[channel] ?? 0
    credits += columns.credits[channel] ?? 0
  }
  return { used, credits }
}

type ChannelUse = Pick<ChannelColumns, 'used' | 'credits'>

export function shareInUse({ used, credits }: BandUse): number {
  return credits === 0 ? 0 : Math.min(1, used / credits)
}

export function isSameUse(a: BandUse, b: BandUse): boolean {
  return a.used === b.used && a.credits === b.credits
}

export function pathOf([a, b, c, d]: FlowBand['curve']): string {
  const drawn = path()
  drawn.moveTo(a.x, a.y)
  drawn.bezierCurveTo(b.x, b.y, c.x, c.y, d.x, d.y)
  return drawn.toString()
}

/** Vertices by their longest distance from a source; a source stands right before the first that reads it. */
function layersOf({ vertices }: Topology): number[][] {
  const depths: number[] = []
  vertices.forEach(({ inputs }, i) => {
    depths[i] = inputs.reduce((deepest, { from }) => Math.max(deepest, (depths[from] ?? 0) + 1), 0)
  })
  vertices.forEach(({ inputs }, i) => {
    const readers = vertices.flatMap((reader, at) => (reader.inputs.some(({ from }) => from === i) ? [at] : []))
    const first = Math.min(...readers.map((at) => depths[at] ?? 0))
    if (inputs.length === 0 && Number.isFinite(first)) depths[i] = Math.max(0, first - 1)
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

/** `keyRows`: null for a card of the logical view, which lists its operators. */
function cardHeight(topology: Topology, vertex: number, keyRows: number | null): number {
  if (keyRows === null) return 52 + LOGICAL_ROW * (topology.vertices[vertex]?.nodes.length ?? 1)
  return isKeyed(topology, vertex) ? HEAD + TABLE_HEAD + keyRows * ROW + MORE : HEAD + 4
}

/** As many keys in each card as leave the whole figure in sight. */
function keyRowsFor(columns: readonly Item[][], topology: Topology, room: FlowRoom, isDown: boolean): number {
  const isTall = ({ vertex }: Item): boolean => isKeyed(topology, vertex)
  const rowsIn = (height: number, items: readonly Item[]): number => {
    const tall = items.filter(isTall).length
    const least = items.reduce((sum, { vertex }) => sum + cardHeight(topology, vertex, 0), 0)
    return tall === 0 ? KEY_ROWS : (height - least) / tall / ROW
  }
  const free = room.height - 2 * MARGIN
  // Stacked, the tallest card of each row counts; side by side, the fullest column.
  const heads = columns.flatMap((items) => items.find(isTall) ?? items[0] ?? [])
  const rows = isDown
    ? rowsIn(free - DROP * (columns.length - 1), heads)
    : Math.min(...columns.map((items) => rowsIn(free - GAP * (items.length - 1), items)))
  return Math.max(LEAST_KEY_ROWS, Math.min(KEY_ROWS, Math.floor(rows)))
}

interface CardSizes {
  readonly heightOf: (item: Item) => number
  readonly isLogical: boolean
}

function standInColumns(
  columns: readonly Item[][],
  topology: Topology,
  room: FlowRoom,
  { heightOf, isLogical }: CardSizes,
): FlowCard[] {
  const widths = columnWidths(columns, topology, room, isLogical)
  const taken = widths.reduce((sum, width) => sum + width, 0)
  const free = room.width - 2 * MARGIN - taken
  const reach = columns.length < 2 ? 0 : Math.min(240, Math.max(LEAST_REACH, free / (columns.length - 1)))
  const whole = taken + reach * (columns.length - 1)
  const heights = columns.map((items) => items.reduce((sum, item) => sum + heightOf(item) + GAP, -GAP))
  const tallest = Math.max(room.height - 2 * MARGIN, ...heights)
  let x = Math.max(MARGIN, (room.width - whole) / 2)
  return columns.flatMap((items, column) => {
    let y = MARGIN + (tallest - (heights[column] ?? 0)) / 2
    const cards = items.map((item): FlowCard => {
      const height = heightOf(item)
      const card = { ...item, x, y, width: widths[column] ?? CARD, height }
      y += height + GAP
      return card
    })
    x += (widths[column] ?? CARD) + reach
    return cards
  })
}

/** Cards with state in them take what room there is beyond a good length of channel. */
function columnWidths(columns: readonly Item[][], topology: Topology, room: FlowRoom, isLogical: boolean): number[] {
  const hasState = columns.map((items) => !isLogical && items.some(({ vertex }) => isKeyed(topology, vertex)))
  const keyed = hasState.filter(Boolean).length
  const taken = keyed * KEYED_CARD + (columns.length - keyed) * CARD + (columns.length - 1) * GOOD_REACH
  const free = room.width - 2 * MARGIN
  const lack = keyed * KEYED_CARD + (columns.length - keyed) * CARD + (columns.length - 1) * LEAST_REACH - free
  if (lack > 0) {
    const most = keyed * (KEYED_CARD - LEAST_KEYED_CARD) + (columns.length - keyed) * (CARD - LEAST_CARD)
    const share = Math.min(1, lack / most)
    return hasState.map((is) =>
      Math.floor(is ? KEYED_CARD - share * (KEYED_CARD - LEAST_KEYED_CARD) : CARD - share * (CARD - LEAST_CARD)),
    )
  }
  const more = (free - taken) / Math.max(1, keyed)
  const wide = Math.round(Math.max(KEYED_CARD, Math.min(WIDEST_KEYED_CARD, KEYED_CARD + more)))
  return hasState.map((is) => (is ? wide : CARD))
}

function stackDown(
  columns: readonly Item[][],
  topology: Topology,
  room: FlowRoom,
  heightOf: (item: Item) => number,
): FlowCard[] {
  let y = MARGIN
  return columns.flatMap((items) => {
    const least = items.some(({ vertex }) => isKeyed(topology, vertex)) ? 160 : 120
    const each = (room.width - 2 * MARGIN - GAP * (items.length - 1)) / items.length
    const width = Math.min(KEYED_CARD, Math.max(least, each))
    const whole = width * items.length + GAP * (items.length - 1)
    let x = Math.max(MARGIN, (room.width - whole) / 2)
    const cards = items.map((item): FlowCard => {
      const card = { ...item, x, y, width, height: heightOf(item) }
      x += width + GAP
      return card
    })
    y += Math.max(...cards.map(({ height }) => height)) + DROP
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
    const curve = curveOf(a, b, outShare, inShare, isDown)
    const edge = `${a.vertex} ${b.vertex} ${partitioner}`
    return [{ channels, partitioner, edge, curve: aroundCards(curve, between(cards, a, b, isDown), isDown) }]
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

/** Cards of the columns, or rows, that lie between two. */
function between(cards: readonly FlowCard[], a: FlowCard, b: FlowCard, isDown: boolean): FlowCard[] {
  return cards.filter((card) =>
    isDown
      ? card.y >= a.y + a.height && card.y + card.height <= b.y
      : card.x >= a.x + a.width && card.x + card.width <= b.x,
  )
}

/** A channel that would run behind a card goes around what lies between: below it, or beside it where columns are rows. */
function aroundCards(curve: FlowBand['curve'], obstacles: readonly FlowCard[], isDown: boolean): FlowBand['curve'] {
  if (!obstacles.some((card) => runsBehind(curve, card))) return curve
  const [start, , , end] = curve
  // `along` leads from card to card, `aside` around.
  const [along, aside] = isDown ? (['y', 'x'] as const) : (['x', 'y'] as const)
  const begins = Math.min(...obstacles.map((card) => card[along]))
  const ends = Math.max(...obstacles.map((card) => card[along] + (isDown ? card.height : card.width)))
  const clear = Math.max(...obstacles.map((card) => card[aside] + (isDown ? card.width : card.height))) + GAP / 2
  // Both handles stand beside the ends, so far out that the curve is clear where the obstacles begin and where they end.
  const reach = [begins, ends].map((at) => {
    const share = shareAlong((at - start[along]) / (end[along] - start[along]))
    const [first, last] = [(1 - share) ** 3, share ** 3]
    return (clear - first * start[aside] - last * end[aside]) / (1 - first - last)
  })
  const out = { [aside]: Math.max(...reach) }
  return [start, { ...start, ...out }, { ...end, ...out }, end]
}

function runsBehind(curve: FlowBand['curve'], { x, y, width, height }: FlowCard): boolean {
  return Array.from({ length: 31 }, (_, i) => pointOn(curve, i / 30)).some(
    (point) => point.x > x && point.x < x + width && point.y > y && point.y < y + height,
  )
}

/** The share of a curve, whose handles stand beside its ends, at which this share of the way is behind. */
function shareAlong(way: number): number {
  return 0.5 - Math.sin(Math.asin(1 - 2 * way) / 3)
}
