// The hands on the dataflow: dragging its ground moves it, a pinch and the wheel with Ctrl zoom, and so do keys. One finger
// moves it by itself.
import { ZOOM_STEP } from './zoom.ts'

export interface ZoomRequest {
  /** By how much; null for all of the drawing. */
  readonly factor: number | null
  /** In the scroller, which keeps what is there. */
  readonly at: { readonly x: number; readonly y: number }
}

/** What can be operated, or read and copied, isn't dragged by. */
const OPERATED = 'button, a, input, select, summary, .place'
const WHEEL_STEP = 0.0025

interface Spot {
  readonly x: number
  readonly y: number
}

/** Listens on the scroller until the returned function is called. */
export function panAndZoom(scroller: HTMLElement, zoom: (request: ZoomRequest) => void): () => void {
  const stop = new AbortController()
  const listen = { signal: stop.signal }
  const placeIn = ({ clientX, clientY }: { clientX: number; clientY: number }): Spot => {
    const { left, top } = scroller.getBoundingClientRect()
    return { x: clientX - left, y: clientY - top }
  }
  drag(scroller, placeIn, listen)
  pinch(scroller, placeIn, zoom, listen)
  const onWheel = (event: WheelEvent): void => {
    // A pinch on a touchpad comes as this, too.
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    zoom({ factor: Math.exp(-event.deltaY * WHEEL_STEP), at: placeIn(event) })
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const factor = { '+': ZOOM_STEP, '=': ZOOM_STEP, '-': 1 / ZOOM_STEP, '0': null }[event.key]
    if (factor === undefined) return
    event.preventDefault()
    event.stopPropagation()
    zoom({ factor, at: { x: scroller.clientWidth / 2, y: scroller.clientHeight / 2 } })
  }
  scroller.addEventListener('wheel', onWheel, { ...listen, passive: false })
  scroller.addEventListener('keydown', onKey, listen)
  return () => stop.abort()
}

type PlaceIn = (point: { clientX: number; clientY: number }) => Spot

/** With a mouse or a pen. */
function drag(scroller: HTMLElement, placeIn: PlaceIn, listen: AddEventListenerOptions): void {
  let last: Spot | null = null
  const onDown = (event: PointerEvent): void => {
    const isGround = (event.target as Element).closest(OPERATED) === null
    if (event.pointerType === 'touch' || event.button !== 0 || !isGround) return
    last = placeIn(event)
    scroller.setPointerCapture(event.pointerId)
  }
  const onMove = (event: PointerEvent): void => {
    if (last === null || !scroller.hasPointerCapture(event.pointerId)) return
    const now = placeIn(event)
    scroller.scrollBy(last.x - now.x, last.y - now.y)
    last = now
  }
  scroller.addEventListener('pointerdown', onDown, listen)
  scroller.addEventListener('pointermove', onMove, listen)
  scroller.addEventListener('lostpointercapture', () => (last = null), listen)
}

/** With two fingers; one scrolls by itself. */
function pinch(
  scroller: HTMLElement,
  placeIn: PlaceIn,
  zoom: (request: ZoomRequest) => void,
  listen: AddEventListenerOptions,
): void {
  let before: { readonly apart: number; readonly middle: Spot } | null = null
  const spread = ({ touches }: TouchEvent): typeof before => {
    const [a, b] = Array.from(touches, placeIn)
    if (touches.length !== 2 || a === undefined || b === undefined) return null
    return { apart: Math.hypot(a.x - b.x, a.y - b.y), middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } }
  }
  const onTouch = (event: TouchEvent): void => {
    const now = spread(event)
    if (now !== null && event.cancelable) event.preventDefault()
    if (now !== null && before !== null && event.type === 'touchmove' && before.apart > 0) {
      scroller.scrollBy(before.middle.x - now.middle.x, before.middle.y - now.middle.y)
      zoom({ factor: now.apart / before.apart, at: now.middle })
    }
    before = now
  }
  for (const kind of ['touchstart', 'touchmove', 'touchend', 'touchcancel'] as const) {
    scroller.addEventListener(kind, onTouch, { ...listen, passive: false })
  }
}
