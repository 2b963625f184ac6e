// A trace of which nothing is kept: somebody hears of every entry at the moment at which it's written, when the engine's
// objects are as that moment has them.

import { TraceRing } from '../../runtime/trace/trace-ring.ts'

/** Hears of an entry: kind, task, and two numbers that depend on the kind. */
export type TraceListener = (kind: number, task: number, a: number, b: number) => void

export class ObservedTrace extends TraceRing {
  readonly listener: TraceListener

  constructor(listener: TraceListener) {
    super(1)
    this.listener = listener
  }

  override add(_event: number, _timeUs: number, kind: number, task: number, a: number, b: number): void {
    this.listener(kind, task, a, b)
  }
}
