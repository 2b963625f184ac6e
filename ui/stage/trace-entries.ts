// What the page reads of a trace. The layout is the engine's (trace/trace-layout.ts, which this page can't import); a test
// holds that the numbers are the same.

export const TRACE_STRIDE = 6
export const TRACE_TIMER = 7
export const TRACE_FAILURE = 9
export const TRACE_CHECKPOINT = 10
export const TRACE_RESTART = 11

export interface TraceEntry {
  readonly atMs: number
  readonly kind: number
  readonly task: number
  readonly a: number
  readonly b: number
}

/** Calls back for every entry, oldest first. */
export function readTrace(trace: Float64Array, take: (entry: TraceEntry) => void): void {
  for (let i = 0; i + TRACE_STRIDE <= trace.length; i += TRACE_STRIDE) {
    take({
      atMs: (trace[i + 1] as number) / 1000,
      kind: trace[i + 2] as number,
      task: trace[i + 3] as number,
      a: trace[i + 4] as number,
      b: trace[i + 5] as number,
    })
  }
}
