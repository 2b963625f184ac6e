// The functions by which a state folds what is added to it. They're called while state is written, so they have no life
// cycle of their own: a rich function is refused where its descriptor is made, as in Flink.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/

/** Joins two values into one of the same type. */
export type Reduction<T> = ((accumulated: T, value: T) => T) | { reduce(accumulated: T, value: T): T }

/**
 * Folds values into an accumulator, and makes a result of it. Flink's AggregateFunction.
 *
 * ```ts
 * const average: AggregateFunction<number, { sum: number; count: number }, number> = {
 *   createAccumulator: () => ({ sum: 0, count: 0 }),
 *   add: (value, { sum, count }) => ({ sum: sum + value, count: count + 1 }),
 *   getResult: ({ sum, count }) => sum / count,
 *   merge: (a, b) => ({ sum: a.sum + b.sum, count: a.count + b.count }),
 * }
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#aggregatefunction
 */
export interface AggregateFunction<IN, ACC, OUT> {
  /** A fresh accumulator, of nothing. */
  createAccumulator(): ACC
  /** The accumulator with one value more; it may be the same object, changed. */
  add(value: IN, accumulator: ACC): ACC
  getResult(accumulator: ACC): OUT
  /** Joins two accumulators: merging windows need it. */
  merge(a: ACC, b: ACC): ACC
}
