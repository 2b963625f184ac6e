// The newest entries of a trace, in one typed array. An observer: the engine writes into it and never reads, so a run is
// the same with and without it.

import { TRACE_STRIDE } from './trace-layout.ts'

/** A ring of trace entries. When it's full the oldest are overwritten and counted as lost. */
export class TraceRing {
  readonly capacity: number
  readonly entries: Float64Array
  written = 0
  drained = 0

  constructor(capacity: number) {
    this.capacity = capacity
    this.entries = new Float64Array(capacity * TRACE_STRIDE)
  }

  add(event: number, timeUs: number, kind: number, task: number, a: number, b: number): void {
    const at = (this.written % this.capacity) * TRACE_STRIDE
    const entries = this.entries
    entries[at] = event
    entries[at + 1] = timeUs
    entries[at + 2] = kind
    entries[at + 3] = task
    entries[at + 4] = a
    entries[at + 5] = b
    this.written++
  }

  /**
   * The entries added since the last drain, oldest first, in an array of their own; `first` is the number of its first
   * in the run, and `lost` were overwritten before it.
   */
  drain(): { readonly entries: Float64Array; readonly first: number; readonly lost: number } {
    const lost = Math.max(0, this.written - this.drained - this.capacity)
    const from = this.drained + lost
    const out = new Float64Array((this.written - from) * TRACE_STRIDE)
    for (let i = from; i < this.written; i++) {
      const at = (i % this.capacity) * TRACE_STRIDE
      out.set(this.entries.subarray(at, at + TRACE_STRIDE), (i - from) * TRACE_STRIDE)
    }
    this.drained = this.written
    return { entries: out, first: from, lost }
  }
}
