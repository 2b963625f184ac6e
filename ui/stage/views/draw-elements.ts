// Draws the moving elements with D3: one group per element, known again from frame to frame by its key and moved by its
// transform. Groups of elements that are gone are used again for new ones, since making them is what costs.
import { select } from 'd3'
import type { PlacedElement } from './placed-elements.ts'

const RADIUS = 9
/** Above so many, elements have no tooltips: nobody points at one of hundreds, and each costs. */
const MOST_TITLES = 120

interface Drawn {
  readonly node: SVGGElement
  readonly shape: string
  readonly label: SVGTextElement | null
  readonly title: SVGTitleElement
  style: string
  text: string
}

/** What is drawn in one layer. */
export class ElementLayer {
  readonly #layer: SVGGElement
  #drawn = new Map<string, Drawn>()
  readonly #free = new Map<string, Drawn[]>()

  constructor(layer: SVGGElement) {
    this.#layer = layer
  }

  draw(elements: readonly PlacedElement[]): void {
    const before = this.#drawn
    const now = new Map<string, Drawn>()
    const fresh: PlacedElement[] = []
    for (const element of elements) {
      const drawn = before.get(element.key)
      if (drawn === undefined) fresh.push(element)
      else {
        now.set(element.key, drawn)
        before.delete(element.key)
      }
    }
    for (const gone of before.values()) this.#release(gone)
    for (const element of fresh) now.set(element.key, this.#take(element))
    const hasTitles = elements.length <= MOST_TITLES
    for (const element of elements) place(now.get(element.key) as Drawn, element, hasTitles)
    this.#drawn = now
  }

  #release(drawn: Drawn): void {
    drawn.node.setAttribute('display', 'none')
    const free = this.#free.get(drawn.shape)
    if (free) free.push(drawn)
    else this.#free.set(drawn.shape, [drawn])
  }

  #take(element: PlacedElement): Drawn {
    const shape = shapeOf(element)
    const drawn = this.#free.get(shape)?.pop() ?? create(this.#layer, shape)
    drawn.node.removeAttribute('display')
    if (drawn.label !== null && drawn.label.textContent !== element.label) drawn.label.textContent = element.label
    return drawn
  }
}

/** Records with a short label have it inside, others above. */
function shapeOf({ kind, label }: PlacedElement): string {
  return kind === 'record' && label.length > 2 ? 'long' : kind
}

function create(layer: SVGGElement, shape: string): Drawn {
  const group = select(layer).append('g')
  const title = group.append<SVGTitleElement>('title')
  let label: SVGTextElement | null = null
  if (shape === 'watermark') group.append('path').attr('d', 'M-2,-11h4v7l6,4l-6,4v7h-4z')
  else if (shape === 'end') group.append('path').attr('d', 'M-2,-9h4v18h-4z')
  else {
    group.append('circle').attr('r', shape === 'record' ? RADIUS : 6)
    if (shape === 'record') label = group.append('text').attr('dy', '0.35em').attr('class', 'inside').node()
    else if (shape === 'long') label = group.append('text').attr('dy', '-0.9em').attr('class', 'above').node()
  }
  return {
    node: group.node() as SVGGElement,
    shape,
    label,
    title: title.node() as SVGTitleElement,
    style: '',
    text: '',
  }
}

function place(drawn: Drawn, { kind, text, x, y, isLit }: PlacedElement, hasTitle: boolean): void {
  drawn.node.setAttribute('transform', `translate(${x.toFixed(1)},${y.toFixed(1)})`)
  const style = isLit ? `${kind} lit` : kind
  if (drawn.style !== style) {
    drawn.node.setAttribute('class', style)
    drawn.style = style
  }
  if (hasTitle && drawn.text !== text) {
    drawn.title.textContent = text === '' ? kind : text
    drawn.text = text
  }
}
