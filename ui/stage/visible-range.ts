// Which rows of a long table are to be drawn.

export interface Viewport {
  readonly scrollTop: number
  readonly height: number
  readonly rowHeight: number
  readonly count: number
}

/** Rows drawn beyond each edge, so that a quick scroll meets rows. */
const MARGIN = 10

/** From the first row drawn to the one after the last; never empty while there are rows. */
export function visibleRange({ scrollTop, height, rowHeight, count }: Viewport): { from: number; to: number } {
  const first = Math.floor(scrollTop / rowHeight)
  const shown = Math.ceil(height / rowHeight)
  // A list that became shorter may leave the scroll position behind its end for a moment.
  const from = Math.max(0, Math.min(first, count - shown) - MARGIN)
  return { from, to: Math.min(count, Math.max(first, 0) + shown + MARGIN) }
}
