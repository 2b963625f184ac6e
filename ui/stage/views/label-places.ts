// Where labels of a figure go: each has some places that suit it, the best first, and takes the one where it covers least.
// No label covers another; one that finds no room isn't drawn, and what it names is told when it's pointed at.

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface WantedLabel<T> {
  readonly of: T
  readonly width: number
  readonly height: number
  /** Left out rather than covering anything. */
  readonly isOptional?: boolean
  /** Of its left upper corner, the best first. */
  readonly places: readonly { readonly x: number; readonly y: number }[]
}

export interface PlacedLabel<T> extends Box {
  readonly of: T
}

export type Point = readonly [x: number, y: number]

interface Obstacles {
  readonly points: readonly Point[]
  /** Horizontal and vertical stretches, one point after the other. */
  readonly lines: readonly (readonly Point[])[]
  /** Text that stands there already, and isn't covered. */
  readonly texts?: readonly Box[]
}

/** In order: the first have the first choice. */
export function placeLabels<T>(wanted: readonly WantedLabel<T>[], room: Box, obstacles: Obstacles): PlacedLabel<T>[] {
  const placed: PlacedLabel<T>[] = []
  for (const { of, width, height, places, isOptional = false } of wanted) {
    let best: { readonly box: Box; readonly cost: number } | null = null
    for (const [rank, place] of places.entries()) {
      const box = { x: clamp(place.x, room.x, room.x + room.width - width), y: place.y, width, height }
      if (box.y < room.y || box.y + height > room.y + room.height) continue
      if ([...placed, ...(obstacles.texts ?? [])].some((other) => overlap(box, other))) continue
      const cost = rank + COVERING * covered(box, obstacles)
      if (isOptional && cost >= COVERING) continue
      if (best === null || cost < best.cost) best = { box, cost }
    }
    if (best !== null) placed.push({ of, ...best.box })
  }
  return placed
}

/** What covering something weighs against a place that suits less. */
const COVERING = 40

/** How many points and stretches a box would cover. */
function covered(box: Box, { points, lines }: Obstacles): number {
  const dots = points.filter(([x, y]) => isIn(box, x, y, 5)).length
  const crossed = lines.filter((line) => line.some((point, i) => i > 0 && touches(box, line[i - 1] as Point, point)))
  return dots + 3 * crossed.length
}

function touches(box: Box, [x1, y1]: Point, [x2, y2]: Point): boolean {
  const [left, right] = [Math.min(x1, x2), Math.max(x1, x2)]
  const [top, bottom] = [Math.min(y1, y2), Math.max(y1, y2)]
  return left < box.x + box.width && right > box.x && top < box.y + box.height && bottom > box.y
}

function isIn({ x, y, width, height }: Box, px: number, py: number, margin: number): boolean {
  return px > x - margin && px < x + width + margin && py > y - margin && py < y + height + margin
}

function overlap(a: Box, b: Box): boolean {
  const apart = 3
  return (
    a.x < b.x + b.width + apart &&
    b.x < a.x + a.width + apart &&
    a.y < b.y + b.height + apart &&
    b.y < a.y + a.height + apart
  )
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}

/** About as wide as a text is: Chinese characters are as wide as they are high. */
export function textWidth(text: string, px: number): number {
  let width = 0
  for (const character of text) width += (character.codePointAt(0) as number) > 0x2e7f ? px : px * 0.6
  return Math.ceil(width)
}
