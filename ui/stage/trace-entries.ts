// What the page reads of a trace. The layout is the engine's (trace/trace-layout.ts, which this page can't import); a test
// holds that the numbers are the same.

export const TRACE_STRIDE = 6
export const TRACE_WATERMARK = 5
export const TRACE_TIMER = 7
export const TRACE_FAILURE = 9
export const TRACE_CHECKPOINT = 10
export const TRACE_RESTART = 11
export const TRACE_EVENT = 13
export const TRACE_EMITTED = 14
export const TRACE_LATE = 15
export const TRACE_LATE_RULE = 16
export const TRACE_LATE_WINDOW = 17
export const TRACE_PANE = 18
export const TRACE_PANE_SIZE = 19

export const EVENT_TURN = 65_536

export const LATE_RULES = ['window', 'interval-join', 'pattern'] as const

export interface TraceEntry {
  /** Events that had begun, with the one that it's of. */
  readonly event: number
  readonly atMs: number
  readonly kind: number
  readonly task: number
  readonly a: number
  readonly b: number
}

/** Calls back for every entry, oldest first. `index`: its place in this trace. */
export function readTrace(trace: Float64Array, take: (entry: TraceEntry, index: number) => void): void {
  for (let i = 0; i + TRACE_STRIDE <= trace.length; i += TRACE_STRIDE) {
    const entry = {
      event: trace[i] as number,
      atMs: (trace[i + 1] as number) / 1000,
      kind: trace[i + 2] as number,
      task: trace[i + 3] as number,
      a: trace[i + 4] as number,
      b: trace[i + 5] as number,
    }
    take(entry, i / TRACE_STRIDE)
  }
}
