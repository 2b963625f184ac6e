// Draws the moving elements: a canvas as large as what one sees of the drawing, painted anew for every moment and
// remembering nothing of it. Each look is painted once and stamped from then on: five hundred elements cost neither style
// nor layout.
import { quadtree } from 'd3'
import type { ElementColours } from './element-colours.ts'
import { ElementLooks, LOOK_HEIGHT, type Look } from './element-looks.ts'
import type { PlacedElement } from './placed-elements.ts'

/** New labels painted in a frame that another follows: what a frame costs doesn't grow with what comes into sight. */
const LABELS_A_FRAME = 6
/** How near a pointer must be. */
const REACH = 13

/** The part of the drawing that is seen. */
export interface Frame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Device pixels per pixel. */
  readonly density: number
  /** Of the drawing; elements grow smaller with it but not larger. */
  readonly scale: number
}

/** What isn't on the path of the key that is followed. */
const DIM = 0.18

interface Spot {
  readonly x: number
  readonly y: number
  readonly size: number
}

/** For the next one too: looks are dear to paint. */
let looks: ElementLooks | null = null

export class ElementCanvas {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  #elements: readonly PlacedElement[] = []

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
    this.#context = canvas.getContext('2d') as CanvasRenderingContext2D
  }

  /** `isLast`: this picture stays, so every label is to be read; else they come a few in each frame. */
  draw(elements: readonly PlacedElement[], frame: Frame, colours: ElementColours, isLast: boolean): void {
    this.#elements = elements
    const { left, top, width, height, density, scale } = frame
    const size = Math.min(1, scale)
    this.#fit(Math.round(width * density), Math.round(height * density))
    if (looks?.colours !== colours || looks.density !== density) looks = new ElementLooks(colours, density)
    const known = looks
    known.beginFrame(isLast ? Infinity : LABELS_A_FRAME)
    this.#context.setTransform(density, 0, 0, density, 0, 0)
    this.#context.clearRect(0, 0, width, height)
    // Looks first, then stamps: a page painted between two stamps from it would be copied each time.
    const stamps = elements.map(({ kind, label }) => known.of(kind, label))
    const ring = known.of('lit', '')
    for (let i = 0; i < elements.length; i++) {
      const element = elements[i] as PlacedElement
      const x = element.x * scale - left
      const y = element.y * scale - top
      if (x < -LOOK_HEIGHT || y < -LOOK_HEIGHT || x > width + LOOK_HEIGHT || y > height + LOOK_HEIGHT) continue
      this.#context.globalAlpha = element.isDim ? DIM : 1
      this.#stamp(stamps[i] as Look, { x, y, size }, density)
      if (element.isLit) this.#stamp(ring, { x, y, size }, density)
    }
    this.#context.globalAlpha = 1
  }

  /** The element at a place of the drawing. */
  at(x: number, y: number): PlacedElement | null {
    const tree = quadtree<PlacedElement>(
      Array.from(this.#elements),
      (element) => element.x,
      (element) => element.y,
    )
    return tree.find(x, y, REACH) ?? null
  }

  #stamp(look: Look, { x, y, size }: Spot, density: number): void {
    const [width, height] = [look.width * size, LOOK_HEIGHT * size]
    const [wide, high] = [look.width * density, LOOK_HEIGHT * density]
    this.#context.drawImage(look.image, look.x, look.y, wide, high, x - width / 2, y - height / 2, width, height)
  }

  /** In device pixels. To set a size, even the same, is to allocate. */
  #fit(width: number, height: number): void {
    if (this.#canvas.width !== width) this.#canvas.width = width
    if (this.#canvas.height !== height) this.#canvas.height = height
  }
}
