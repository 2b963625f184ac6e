// Sources written as a function, for addSource: the way of tutorials before Flink 1.12. Nothing here can wait in the middle
// of a function, so a `run` that goes on is a generator, and `yield` stands where the tutorial sleeps.
// Differs from Flink: without state of its own a function isn't read twice after a recovery, but for subtasks of a parallel one
// that had finished before others: they are in no checkpoint, and begin again as in Flink.
// https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/dev/datastream/sources/

import { LearnerError } from '../base/diagnostic.ts'
import type { SourceContext, SourceFunctionLike, SourcePause, SourceSpec } from '../connectors/source.ts'
import { RichFunction } from './functions.ts'
import { requireObject } from './require.ts'

export type { SourceContext, SourcePause } from '../connectors/source.ts'

/**
 * A source for addSource. `run` collects all its records and returns; or it's a generator, and goes on for as long as it
 * likes: whenever it yields, what it has collected is read, and it goes on after the pause it yielded, a Duration or ms.
 *
 * ```ts
 * class Sensor extends SourceFunction<number> {
 *   running = true;
 *
 *   *run(ctx: SourceContext<number>) {
 *     for (let i = 0; this.running; i++) {
 *       ctx.collect(i)
 *       yield Duration.ofMillis(100)   // Thread.sleep(100)
 *     }
 *   }
 *   cancel() { this.running = false }
 * }
 * ```
 */
export abstract class SourceFunction<T> implements SourceFunctionLike<T> {
  abstract run(context: SourceContext<T>): void | Generator<SourcePause, void, void>
  /** The job ends before `run` does: make it return. */
  cancel(): void {}
}

/** A SourceFunction with a life cycle; with CheckpointedFunction it remembers where it was. */
export abstract class RichSourceFunction<T> extends RichFunction implements SourceFunctionLike<T> {
  abstract run(context: SourceContext<T>): void | Generator<SourcePause, void, void>
  /** The job ends before `run` does: make it return. */
  cancel(): void {}
}

/** A SourceFunction that runs in every subtask, each from its beginning; another than these has one subtask always. */
export abstract class ParallelSourceFunction<T> extends SourceFunction<T> {}

/** The same with a life cycle: its runtime context says which subtask it is, and of how many. */
export abstract class RichParallelSourceFunction<T> extends RichSourceFunction<T> {}

/** Whether it may have several subtasks. */
export function isParallelFunction(source: unknown): boolean {
  return source instanceof ParallelSourceFunction || source instanceof RichParallelSourceFunction
}

/** A source function as the plan holds it; throws LearnerError if it can't be run. */
export function sourceFunctionSpec(source: SourceFunctionLike<unknown>): SourceSpec {
  requireObject(source, 'run', 'addSource')
  const kind = source.run.constructor.name
  if (kind.startsWith('Async')) throw new LearnerError('SOURCE_ASYNC')
  const spec = { kind: 'function', yields: kind === 'GeneratorFunction' } as const
  return isParallelFunction(source) ? { ...spec, isParallel: true } : spec
}
