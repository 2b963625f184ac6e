// How large the dataflow is drawn, and what is seen of it: pure functions of scales, rooms and places.

export interface Extent {
  readonly width: number
  readonly height: number
}

export interface Scrolled {
  readonly left: number
  readonly top: number
}

const LEAST = 0.2
const MOST = 3
/** Below it nothing is read: so far the drawing shrinks by itself, and is scrolled from there on. */
const READABLE = 0.85
export const ZOOM_STEP = 1.25

/** The scale at which all of the drawing is seen, at most as large as it's drawn. */
export function fitScale(drawing: Extent, room: Extent): number {
  return clampScale(Math.min(1, room.width / drawing.width, room.height / drawing.height))
}

/** The scale nobody has chosen: all of it, as far as it can be read so. */
export function firstScale(drawing: Extent, room: Extent): number {
  return Math.max(READABLE, fitScale(drawing, room))
}

export function clampScale(scale: number): number {
  return Math.min(MOST, Math.max(LEAST, scale))
}

/** Where to scroll so that what is at this place of the room stays there. */
export function scrollAfter(
  { left, top }: Scrolled,
  at: { readonly x: number; readonly y: number },
  { from, to }: { readonly from: number; readonly to: number },
): Scrolled {
  const grown = to / from
  return { left: Math.max(0, (left + at.x) * grown - at.x), top: Math.max(0, (top + at.y) * grown - at.y) }
}
