// What a trace of Chromium says about the frames of a page: for each, how long its main thread spent in script, in style
// and in layout. Times are the thread's own, of which what else the machine does takes nothing. Work between two frames (a message taken, a timer) counts for the frame that follows.

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** µs of the thread's own time. */
  readonly tts?: number
  readonly tdur?: number
  readonly args?: { readonly name?: string; readonly data?: { readonly url?: string } }
}

/** In ms. */
export interface FrameCost {
  readonly script: number
  readonly style: number
  readonly layout: number
  /** The three together; what is nested in another counts once. */
  readonly sum: number
  /** Everything that the main thread did, painting too. */
  readonly busy: number
}

type Kind = 'script' | 'style' | 'layout' | 'other'

const KINDS: Readonly<Record<string, Kind>> = {
  FunctionCall: 'script',
  EvaluateScript: 'script',
  RunMicrotasks: 'script',
  FireAnimationFrame: 'script',
  TimerFire: 'script',
  HandlePostMessage: 'script',
  EventDispatch: 'script',
  MinorGC: 'script',
  MajorGC: 'script',
  UpdateLayoutTree: 'style',
  RecalculateStyles: 'style',
  Layout: 'layout',
}

export const TRACE_CATEGORIES = ['devtools.timeline', 'toplevel', 'v8', 'disabled-by-default-v8.gc']

/** The frames of the page's main thread, in order. */
export function frameCosts(trace: string): FrameCost[] {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] }
  const main = mainThread(traceEvents)
  const own = traceEvents.filter(({ pid, tid }) => pid === main.pid && tid === main.tid)
  const starts = own
    .filter(({ name }) => name === 'FireAnimationFrame')
    .map(({ tts }) => tts ?? NaN)
    .sort((a, b) => a - b)
  const spans = exclusiveSpans(own)
  const frames = starts.slice(1).map(() => ({ script: 0, style: 0, layout: 0, other: 0 }))
  let frame = 0
  for (const { at, kind, us } of spans) {
    // A frame reaches from the end of the animation callbacks before to the end of its own: it takes what led to it.
    while (frame < frames.length && at >= (starts[frame + 1] as number)) frame++
    const cost = frames[frame]
    if (cost && at >= (starts[0] as number)) cost[kind] += us / 1000
  }
  return frames.map(({ script, style, layout, other }) => {
    const sum = script + style + layout
    return { script, style, layout, sum, busy: sum + other }
  })
}

/** The renderer's thread that ran most animation callbacks. */
function mainThread(events: readonly TraceEvent[]): { readonly pid: number; readonly tid: number } {
  const counts = new Map<string, number>()
  for (const { name, pid, tid } of events) {
    if (name === 'FireAnimationFrame') counts.set(`${pid} ${tid}`, (counts.get(`${pid} ${tid}`) ?? 0) + 1)
  }
  const [most] = Array.from(counts).sort(([, a], [, b]) => b - a)
  if (most === undefined) throw new Error('The trace has no animation frame')
  const [pid, tid] = most[0].split(' ').map(Number) as [number, number]
  return { pid, tid }
}

/** Stretches of time with what was on top of the thread's stack in them. */
function exclusiveSpans(
  events: readonly TraceEvent[],
): { readonly at: number; readonly kind: Kind; readonly us: number }[] {
  const timed = events.flatMap(({ ph, name, tts, tdur }) =>
    ph === 'X' && tts !== undefined && tdur !== undefined ? [{ name, from: tts, us: tdur }] : [],
  )
  timed.sort((a, b) => a.from - b.from || b.us - a.us)
  const spans: { at: number; kind: Kind; us: number }[] = []
  const stack: { readonly end: number; readonly kind: Kind }[] = []
  let at = 0
  const advance = (to: number): void => {
    const top = stack.at(-1)
    if (top && to > at) spans.push({ at, kind: top.kind, us: to - at })
    at = Math.max(at, to)
  }
  for (const { name, from, us } of timed) {
    for (let top = stack.at(-1); top && top.end <= from; top = stack.at(-1)) {
      advance(top.end)
      stack.pop()
    }
    advance(from)
    stack.push({ end: from + us, kind: KINDS[name] ?? stack.at(-1)?.kind ?? 'other' })
  }
  for (let top = stack.pop(); top; top = stack.pop()) advance(top.end)
  return spans
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}
