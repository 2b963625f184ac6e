// What a moving element looks like, by its kind and label: painted when first asked for, then kept. Labels come and go, so
// the oldest give their page to others: a page is dear to make, and cheap to paint again.
import type { ElementColours } from './element-colours.ts'
import type { PlacedElement } from './placed-elements.ts'

/** Room of a look around its middle, in px. */
export const LOOK_HEIGHT = 44
const WIDE = 64
const LONGEST_NAME = 5
const RADIUS = 9
/** Looks of a page, in rows and columns, and pages: as many looks as a busy figure has labels. */
const ROWS = 8
const COLUMNS = 8
const MOST_PAGES = 20

/** Beside the kinds of elements: the ring around one that the last step sent on. */
export type LookKind = PlacedElement['kind'] | 'lit'

/** A part of a page's image: in its device pixels from `x` and `y`, of which `density` are a px. */
export interface Look {
  readonly image: HTMLCanvasElement
  readonly x: number
  readonly y: number
  /** In px. */
  readonly width: number
}

/** Where a look is known. */
interface Place {
  readonly looks: Map<string, Look>
  readonly key: string
}

interface Page {
  readonly image: HTMLCanvasElement
  readonly context: CanvasRenderingContext2D
  readonly places: Place[]
}

export class ElementLooks {
  readonly colours: ElementColours
  readonly density: number
  /** By kind, and of records by label. */
  readonly #plain = new Map<string, Look>()
  readonly #named = new Map<string, Look>()
  /** The last is being filled; the first is the oldest. */
  readonly #pages: Page[] = []
  /** New labels that may still be painted for this frame. */
  #budget = 0

  constructor(colours: ElementColours, density: number) {
    this.colours = colours
    this.density = density
  }

  /** `newLabels`: so many are painted for it at most; records whose turn hasn't come have none yet. */
  beginFrame(newLabels: number): void {
    this.#budget = newLabels
  }

  of(kind: LookKind, label: string): Look {
    // What is longer would cover its neighbours: the pointer tells it.
    const name = kind === 'record' && label.length <= LONGEST_NAME ? label : ''
    const looks = name === '' ? this.#plain : this.#named
    const key = name === '' ? kind : name
    const look = looks.get(key)
    if (look !== undefined) return look
    if (name !== '' && this.#budget-- <= 0) return this.of(kind, '')
    const page = this.#pageFor({ looks, key })
    const painted = this.#paint(kind, name, page)
    looks.set(key, painted)
    return painted
  }

  /** A page with room, in which this look has the last place. */
  #pageFor(place: Place): Page {
    let page = this.#pages.at(-1)
    if (page === undefined || page.places.length === ROWS * COLUMNS) {
      page = this.#pages.length < MOST_PAGES ? this.#newPage() : this.#clear(this.#pages.shift() as Page)
      this.#pages.push(page)
    }
    page.places.push(place)
    return page
  }

  #newPage(): Page {
    const image = document.createElement('canvas')
    image.width = COLUMNS * this.#device(WIDE)
    image.height = ROWS * this.#device(LOOK_HEIGHT)
    return { image, context: image.getContext('2d') as CanvasRenderingContext2D, places: [] }
  }

  #clear({ image, context, places }: Page): Page {
    for (const { looks, key } of places) looks.delete(key)
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, image.width, image.height)
    return { image, context, places: [] }
  }

  #paint(kind: LookKind, name: string, { image, context, places }: Page): Look {
    const place = places.length - 1
    const [wide, high] = [this.#device(WIDE), this.#device(LOOK_HEIGHT)]
    const [left, top] = [(place % COLUMNS) * wide, Math.floor(place / COLUMNS) * high]
    const { density } = this
    context.setTransform(density, 0, 0, density, left + wide / 2, top + high / 2)
    context.font = this.colours.font
    context.textAlign = 'center'
    const width = name !== '' && context.measureText(name).width + 8 > LOOK_HEIGHT ? WIDE : LOOK_HEIGHT
    PAINTERS[kind](context, this.colours, name)
    return { image, x: left + ((WIDE - width) / 2) * density, y: top, width }
  }

  #device(px: number): number {
    return Math.ceil(px * this.density)
  }
}

type Painter = (context: CanvasRenderingContext2D, colours: ElementColours, name: string) => void

const paintActivity: Painter = (context, { end }) => {
  context.strokeStyle = end
  context.lineWidth = 1
  context.setLineDash([3, 2])
  context.stroke(disc(6))
  context.setLineDash([])
}

const PAINTERS: Readonly<Record<LookKind, Painter>> = {
  record: (context, colours, name) => {
    context.fillStyle = colours.record
    context.fill(disc(RADIUS))
    const isInside = name.length <= 2
    context.fillStyle = isInside ? colours.inside : colours.above
    context.textBaseline = isInside ? 'middle' : 'alphabetic'
    context.fillText(name, 0, isInside ? 0.5 : -RADIUS - 3)
  },
  lit: (context, { lit }) => {
    context.lineWidth = 4
    context.strokeStyle = lit
    context.stroke(disc(RADIUS))
  },
  watermark: (context, { watermark }) => {
    context.fillStyle = watermark
    context.fill(new Path2D('M-2,-11h4v7l6,4l-6,4v7h-4z'))
  },
  end: (context, { end }) => {
    context.fillStyle = end
    context.fill(new Path2D('M-2,-9h4v18h-4z'))
  },
  barrier: (context, { barrier }) => {
    context.fillStyle = barrier
    context.fill(new Path2D('M-4,-13h2v26h-2zM2,-13h2v26h-2z'))
  },
  idle: paintActivity,
  active: paintActivity,
}

function disc(radius: number): Path2D {
  const path = new Path2D()
  path.arc(0, 0, radius, 0, 2 * Math.PI)
  return path
}
