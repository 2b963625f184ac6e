// How high the console is: as it was left, and never so high that nothing is left of the stage.

const FIRST = 220
const LEAST = 96
const MOST_SHARE = 0.6

export const HEIGHT_STEP = 24

/** The height that is kept as text, or a good one. */
export function readHeight(text: string | null): number {
  const kept = Number(text ?? FIRST)
  return Number.isFinite(kept) && kept >= LEAST ? kept : FIRST
}

export function clampHeight(height: number, windowHeight: number): number {
  return Math.round(Math.max(LEAST, Math.min(height, windowHeight * MOST_SHARE)))
}
