// Where the elements of a moment are on the drawing: on their way by progress, arrived ones queueing before the card. Made
// anew for every frame, hundreds at once: so each is one small object, and its text is read only when somebody asks.
import { kindAt, textAt, type ChannelColumns, type ElementMoment, type Moment } from '../../../runtime/host/protocol.ts'
import { putOn, type FlowLayout } from './dataflow-layout.ts'
import type { KeyPath } from './flow/key-path.ts'

export class PlacedElement {
  readonly kind: ElementMoment['kind']
  readonly label: string
  x = 0
  y = 0
  /** The record that the last step sent on. */
  isLit = false
  /** Another key's than the one that is followed. */
  isDim = false
  readonly #elements: ChannelColumns['elements']
  readonly #index: number

  constructor(elements: ChannelColumns['elements'], index: number) {
    this.kind = kindAt(elements, index)
    this.label = textAt(elements.labels, index)
    this.#elements = elements
    this.#index = index
  }

  get text(): string {
    return textAt(this.#elements.texts, this.#index)
  }
}

/** Room of one element in a queue. */
const SPACING = 15

/** `isStill`: for readers who asked for less motion, everything on its way stands in the middle. */
export function placeElements(
  layout: FlowLayout,
  { channels: columns, hand }: Pick<Moment, 'channels' | 'hand'>,
  isStill: boolean,
  path: KeyPath | null = null,
): PlacedElement[] {
  const sent = hand?.sent ?? []
  const { begins, elements } = columns
  const placed: PlacedElement[] = []
  for (const { channels, curve } of layout.bands) {
    const [start, , , end] = curve
    const length = Math.hypot(end.x - start.x, end.y - start.y) || 1
    let waiting = 0
    for (const channel of channels) {
      const isOff = path?.dimChannels.has(channel) === true
      const isKeyed = path?.keyedChannels.has(channel) === true
      for (let i = begins[channel] ?? 0; i < (begins[channel + 1] ?? 0); i++) {
        const element = new PlacedElement(elements, i)
        const progress = elements.progress[i] as number
        if (progress >= 1) putOn(element, curve, Math.max(0.1, 1 - ((waiting++ + 0.7) * SPACING) / length))
        else putOn(element, curve, isStill ? 0.5 : 0.06 + progress * 0.88)
        if (sent.length > 0) element.isLit = sent.some((one) => one.id === elements.ids[i] && one.channel === channel)
        element.isDim = isOff || (isKeyed && element.kind === 'record' && element.label !== path?.key)
        placed.push(element)
      }
    }
  }
  return placed
}
