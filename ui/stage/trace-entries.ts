// A trace as entries, for the page. What their numbers mean says trace/trace-layout.ts.
import { TRACE_STRIDE } from '../../runtime/host/protocol.ts'

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
