// The functions of joins as operators see them. The classes a learner extends are in api/join-functions.ts; both sides
// meet in these types.

import type { Collector, OutputTagLike, RichFunctionLike } from '../functions.ts'

/** What a ProcessJoinFunction may ask about the pair at hand. */
export interface ProcessJoinContext {
  /** In ms. */
  getLeftTimestamp(): number
  getRightTimestamp(): number
  /** The higher of both: the timestamp of what is collected. */
  getTimestamp(): number
  /** Emits to a side output, with the timestamp of the pair. */
  output<X>(tag: OutputTagLike<X>, value: X): void
}

export interface ProcessJoinFunctionLike<A, B, R> extends RichFunctionLike {
  processElement(left: A, right: B, context: ProcessJoinContext, out: Collector<R>): void
}
