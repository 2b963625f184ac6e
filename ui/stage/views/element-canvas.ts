// Draws the moving elements: a canvas as large as what one sees of the drawing, painted anew for every moment and
// remembering nothing of it. Each look (a kind, its label, lit or not) is painted once and stamped from then on: five
// hundred elements cost neither style nor layout.
import { quadtree } from 'd3'
import type { ElementColours } from './element-colours.ts'
import type { PlacedElement } from './placed-elements.ts'

const LONGEST_NAME = 5
const RADIUS = 9
/** Room of a look around its middle. */
const HEIGHT = 44
/** Labels come and go; looks that many are forgotten together. */
const MOST_LOOKS = 1500
/** How near a pointer must be. */
const REACH = 13

interface Look {
  readonly image: HTMLCanvasElement
  readonly width: number
}

/** The part of the drawing that is seen. */
export interface Frame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** Device pixels per pixel. */
  readonly density: number
}

export class ElementCanvas {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #looks = new Map<string, Look>()
  #colours: ElementColours | null = null
  #density = 0
  #elements: readonly PlacedElement[] = []

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
    this.#context = canvas.getContext('2d') as CanvasRenderingContext2D
  }

  draw(elements: readonly PlacedElement[], frame: Frame, colours: ElementColours): void {
    this.#elements = elements
    this.#fit(frame, colours)
    const { left, top, width, height, density } = frame
    this.#context.setTransform(density, 0, 0, density, 0, 0)
    this.#context.clearRect(0, 0, width, height)
    for (const element of elements) {
      const [x, y] = [element.x - left, element.y - top]
      if (x < -HEIGHT || y < -HEIGHT || x > width + HEIGHT || y > height + HEIGHT) continue
      const look = this.#lookOf(element, colours)
      this.#context.drawImage(look.image, x - look.width / 2, y - HEIGHT / 2, look.width, HEIGHT)
    }
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

  #fit({ width, height, density }: Frame, colours: ElementColours): void {
    const [wide, high] = [Math.round(width * density), Math.round(height * density)]
    if (this.#canvas.width !== wide) this.#canvas.width = wide
    if (this.#canvas.height !== high) this.#canvas.height = high
    const isSame = this.#colours === colours && this.#density === density && this.#looks.size < MOST_LOOKS
    if (!isSame) this.#looks.clear()
    this.#colours = colours
    this.#density = density
  }

  #lookOf({ kind, label, isLit }: PlacedElement, colours: ElementColours): Look {
    const key = `${kind} ${isLit ? '!' : ' '}${kind === 'record' ? label : ''}`
    let look = this.#looks.get(key)
    if (look === undefined) {
      look = paintLook({ kind, label, isLit }, colours, this.#density)
      this.#looks.set(key, look)
    }
    return look
  }
}

function paintLook(
  { kind, label, isLit }: Pick<PlacedElement, 'kind' | 'label' | 'isLit'>,
  colours: ElementColours,
  density: number,
): Look {
  const image = document.createElement('canvas')
  const context = image.getContext('2d') as CanvasRenderingContext2D
  context.font = colours.font
  const isNamed = kind === 'record' && label.length <= LONGEST_NAME
  const width = Math.ceil(Math.max(HEIGHT, isNamed ? context.measureText(label).width + 8 : 0))
  image.width = Math.ceil(width * density)
  image.height = Math.ceil(HEIGHT * density)
  context.scale(density, density)
  context.translate(width / 2, HEIGHT / 2)
  context.font = colours.font
  context.textAlign = 'center'
  if (kind === 'watermark') fillPath(context, 'M-2,-11h4v7l6,4l-6,4v7h-4z', colours.watermark)
  else if (kind === 'end') fillPath(context, 'M-2,-9h4v18h-4z', colours.end)
  else if (kind === 'record') paintRecord(context, isNamed ? label : '', isLit, colours)
  else {
    context.strokeStyle = colours.end
    context.setLineDash([3, 2])
    context.stroke(new Path2D('M-6,0a6,6 0 1 0 12,0a6,6 0 1 0 -12,0'))
  }
  return { image, width }
}

/** A disc with its key in it, or above it; what is longer still would cover its neighbours, and is told by the pointer. */
function paintRecord(context: CanvasRenderingContext2D, label: string, isLit: boolean, colours: ElementColours): void {
  context.beginPath()
  context.arc(0, 0, RADIUS, 0, 2 * Math.PI)
  context.fillStyle = colours.record
  context.fill()
  if (isLit) {
    context.lineWidth = 4
    context.strokeStyle = colours.lit
    context.stroke()
  }
  const isInside = label.length <= 2
  context.fillStyle = isInside ? colours.inside : colours.above
  context.textBaseline = isInside ? 'middle' : 'alphabetic'
  context.fillText(label, 0, isInside ? 0.5 : -RADIUS - 3)
}

function fillPath(context: CanvasRenderingContext2D, path: string, colour: string): void {
  context.fillStyle = colour
  context.fill(new Path2D(path))
}
