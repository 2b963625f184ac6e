// Draws the moving elements with D3: one group per element, kept from frame to frame by its key, moved by its transform
// and nothing else. Five hundred of them cost a few milliseconds.
import { select } from 'd3'
import type { PlacedElement } from './placed-elements.ts'

const RADIUS = 9

export function drawElements(layer: SVGGElement, elements: readonly PlacedElement[]): void {
  select(layer)
    .selectAll<SVGGElement, PlacedElement>('g')
    .data(elements as PlacedElement[], (element) => element.key)
    .join((enter) => {
      const group = enter.append('g')
      group.each(function (element) {
        drawShape(this, element)
      })
      return group
    })
    .attr('transform', ({ x, y }) => `translate(${x.toFixed(1)},${y.toFixed(1)})`)
    .attr('class', ({ kind, isLit }) => (isLit ? `${kind} lit` : kind))
}

function drawShape(node: SVGGElement, { kind, label, text }: PlacedElement): void {
  const group = select(node)
  group.append('title').text(text === '' ? kind : text)
  if (kind === 'watermark') group.append('path').attr('d', 'M-2,-11h4v7l6,4l-6,4v7h-4z')
  else if (kind === 'end') group.append('path').attr('d', 'M-2,-9h4v18h-4z')
  else if (kind === 'record') {
    const isShort = label.length <= 2
    group.append('circle').attr('r', isShort ? RADIUS : 6)
    group
      .append('text')
      .attr('dy', isShort ? '0.35em' : '-0.9em')
      .attr('class', isShort ? 'inside' : 'above')
      .text(label)
  } else group.append('circle').attr('r', 6)
}
