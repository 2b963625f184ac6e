// A sink of the learner's own, in Flink's terms: it makes a writer for every subtask; with state where the writer keeps
// something through failures; with a committer where results become visible in two phases, exactly once.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sinks/

import { LearnerError } from '../base/diagnostic.ts'
import type { SinkSpec } from '../graph/stream-graph.ts'
import type {
  CommitRequestLike,
  CommittingSinkWriterLike,
  CommitterLike,
  SinkWriterLike,
  StatefulSinkWriterLike,
} from '../operators/sink-functions.ts'
import type { CommitterInitContext, WriterInitContext } from '../operators/sink-functions.ts'
import { BuiltInSink } from './sinks.ts'
import type { Functions } from './stream-edges.ts'

export type {
  CommitterInitContext,
  ProcessingTimeService,
  SinkWriterContext,
  WriterInitContext,
} from '../operators/sink-functions.ts'

/** Writes the records of one subtask: `write` and `flush`, and if wanted `writeWatermark` and `close`. */
export type SinkWriter<T> = SinkWriterLike<T>
/** A writer that keeps state through failures: `snapshotState` gives what `restoreWriter` gets back. */
export type StatefulSinkWriter<T, S> = StatefulSinkWriterLike<T, S>
/** A writer whose results are committed: `prepareCommit` gives, after `flush`, what is to be committed. */
export type CommittingSinkWriter<T, C> = CommittingSinkWriterLike<T, C>
/** Makes visible what writers have prepared. It may get the same committable again after a failure. */
export type Committer<C> = CommitterLike<C>
/** A committable on its way, and how a committer says what became of it. Saying nothing means that it's committed. */
export type CommitRequest<C> = CommitRequestLike<C>

/**
 * What `sinkTo` takes. With nothing else a record may be written again after a failure.
 *
 * ```ts
 * class Collecting implements Sink<string> {
 *   createWriter(context: WriterInitContext): SinkWriter<string> {
 *     return new CollectingWriter(context.getTaskInfo().getIndexOfThisSubtask())
 *   }
 * }
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sinks/
 */
export interface Sink<T> {
  /** Called once per subtask and attempt. */
  createWriter(context: WriterInitContext): SinkWriter<T>
}

/** A sink whose writers keep state: implement it beside `Sink`. */
export interface SupportsWriterState<T, S> {
  /** Called instead of `createWriter` after a restore, with what the snapshots hold for this subtask. */
  restoreWriter(context: WriterInitContext, recoveredState: readonly S[]): StatefulSinkWriter<T, S>
}

/**
 * A sink in two phases: implement it beside `Sink`. Before each checkpoint's barrier the writer hands out committables,
 * which the checkpoint keeps; the committer gets them once it's complete, and again after a failure.
 */
export interface SupportsCommitter<C> {
  createCommitter(context: CommitterInitContext): Committer<C>
}

/** A sink as the graph takes it. Throws LearnerError if it isn't one. */
export function sinkParts(sink: unknown, call: string): { readonly spec: SinkSpec; readonly functions: Functions } {
  if (sink instanceof BuiltInSink) return sink
  const { createWriter, createCommitter } = (sink ?? {}) as { createWriter?: unknown; createCommitter?: unknown }
  if (typeof createWriter !== 'function') throw new LearnerError('SINK_WANTED', { call })
  const isCommitting = typeof createCommitter === 'function'
  return { spec: { kind: 'custom', identifier: null, isCommitting }, functions: { sink } }
}
