// In which order a large figure is drawn: cards and channels in sight first, then the others, as they stand.
import { meet, ranksOf, type Box } from '../slices.ts'
import type { FlowBand, FlowCard, FlowLayout } from '../dataflow-layout.ts'

export interface Ranked<Part> {
  readonly part: Part
  /** Among the parts of its kind. */
  readonly index: number
  /** How much must have been drawn for it: see slices.ts. */
  readonly rank: number
}

export interface RankedFlow {
  readonly cards: readonly Ranked<FlowCard>[]
  readonly bands: readonly Ranked<FlowBand>[]
  readonly all: number
}

/** A channel is a line. */
const CARD_UNITS = 8
const BAND_WIDTH = 26

/** `seen`: what is in sight, in px of the drawing. */
export function rankFlow({ cards, bands }: Pick<FlowLayout, 'cards' | 'bands'>, seen: Box): RankedFlow {
  const { ranks, all } = ranksOf([
    ...cards.map((card) => ({ isSeen: meet(card, seen), units: CARD_UNITS })),
    ...bands.map((band) => ({ isSeen: meet(boxOf(band), seen), units: 1 })),
  ])
  const ranked = <Part>(parts: readonly Part[], before: number): Ranked<Part>[] =>
    parts.map((part, index) => ({ part, index, rank: ranks[before + index] ?? 0 }))
  return { cards: ranked(cards, 0), bands: ranked(bands, cards.length), all }
}

/** Those that are drawn once so much is. */
export function drawnOf<Part>(ranked: readonly Ranked<Part>[], drawn: number): readonly Ranked<Part>[] {
  return ranked.filter(({ rank }) => rank <= drawn)
}

/** A curve lies between its ends and handles. */
function boxOf({ curve }: Pick<FlowBand, 'curve'>): Box {
  const [xs, ys] = [curve.map(({ x }) => x), curve.map(({ y }) => y)]
  const [x, y] = [Math.min(...xs) - BAND_WIDTH / 2, Math.min(...ys) - BAND_WIDTH / 2]
  return { x, y, width: Math.max(...xs) + BAND_WIDTH / 2 - x, height: Math.max(...ys) + BAND_WIDTH / 2 - y }
}
