// Where the elements of a moment are on the drawing: on their way by progress, arrived ones queueing before the card.
import { elementsIn, type ElementMoment, type Moment } from '../../../runtime/host/protocol.ts'
import { pointOn, type FlowLayout } from './dataflow-layout.ts'
import type { KeyPath } from './flow/key-path.ts'

export interface PlacedElement {
  readonly kind: ElementMoment['kind']
  readonly label: string
  readonly text: string
  readonly x: number
  readonly y: number
  /** The record that the last step sent on. */
  readonly isLit: boolean
  /** Another key's than the one that is followed. */
  readonly isDim: boolean
}

/** Room of one element in a queue. */
const SPACING = 15

/** `isStill`: for readers who asked for less motion, everything on its way stands in the middle. */
export function placeElements(
  layout: FlowLayout,
  moment: Moment,
  isStill: boolean,
  path: KeyPath | null = null,
): PlacedElement[] {
  const sent = moment.hand?.sent ?? []
  const placed: PlacedElement[] = []
  for (const { channels, curve } of layout.bands) {
    const [start, , , end] = curve
    const length = Math.hypot(end.x - start.x, end.y - start.y) || 1
    let waiting = 0
    for (const channel of channels) {
      for (const { id, kind, label, text, progress } of elementsIn(moment.channels, channel)) {
        const queued = progress >= 1 ? Math.max(0.1, 1 - ((waiting++ + 0.7) * SPACING) / length) : null
        const share = queued ?? (isStill ? 0.5 : 0.06 + progress * 0.88)
        const { x, y } = pointOn(curve, share)
        const isLit = sent.some((record) => record.id === id && record.channel === channel)
        const isOther = path?.keyedChannels.has(channel) === true && kind === 'record' && label !== path.key
        placed.push({ kind, label, text, x, y, isLit, isDim: isOther || path?.dimChannels.has(channel) === true })
      }
    }
  }
  return placed
}
