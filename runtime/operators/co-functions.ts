// The functions of operators with two inputs as those operators see them. The classes a learner extends are in
// api/co-functions.ts; both sides meet in these types.

import type { Collector, KeyedProcessContext, OnTimerContext, ProcessContext, RichFunctionLike } from './functions.ts'

export interface CoMapFunctionLike<A, B, R> extends RichFunctionLike {
  map1(value: A): R
  map2(value: B): R
}

export interface CoFlatMapFunctionLike<A, B, R> extends RichFunctionLike {
  flatMap1(value: A, out: Collector<R>): void
  flatMap2(value: B, out: Collector<R>): void
}

export interface CoProcessFunctionLike<A, B, R> extends RichFunctionLike {
  processElement1(value: A, context: ProcessContext, out: Collector<R>): void
  processElement2(value: B, context: ProcessContext, out: Collector<R>): void
  onTimer?(timestamp: number, context: OnTimerContext<unknown>, out: Collector<R>): void
}

export interface KeyedCoProcessFunctionLike<K, A, B, R> extends RichFunctionLike {
  processElement1(value: A, context: KeyedProcessContext<K>, out: Collector<R>): void
  processElement2(value: B, context: KeyedProcessContext<K>, out: Collector<R>): void
  onTimer?(timestamp: number, context: OnTimerContext<K>, out: Collector<R>): void
}
