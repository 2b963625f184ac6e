// Sinks as operators see them: a writer for every subtask and, where results are made visible in two phases, a committer
// behind it. What a learner implements is in api/sink.ts; connectors implement the same. Flink's Sink, SinkWriter and
// Committer (the interfaces that were Sink V2 before Flink 2.0).

import type { TaskInfo } from './functions.ts'

/** What a writer may ask about the record it is given. Flink's SinkWriter.Context. */
export interface SinkWriterContext {
  /** The record's timestamp in ms; null if it has none. */
  timestamp(): number | null
  /** In ms; MIN_WATERMARK before the first. */
  currentWatermark(): number
}

/** The processing time, and calls at a later one. Flink's ProcessingTimeService. */
export interface ProcessingTimeService {
  /** Milliseconds of processing time: the virtual clock. */
  getCurrentProcessingTime(): number
  /** Calls back once the clock reaches the time; soon, if it's past. Forgotten by a failure and by the end of input. */
  registerTimer(timestampMs: number, onProcessingTime: (timestampMs: number) => void): void
}

/** What `createCommitter` gets. */
export interface CommitterInitContext {
  getTaskInfo(): TaskInfo
  /** The checkpoint from which the job goes on; null on a first start. */
  getRestoredCheckpointId(): number | null
}

/** What `createWriter` and `restoreWriter` get. */
export interface WriterInitContext extends CommitterInitContext {
  getProcessingTimeService(): ProcessingTimeService
}

/** Writes the records of one subtask. Flink's SinkWriter. */
export interface SinkWriterLike<T> {
  write(element: T, context: SinkWriterContext): void
  /** Before every checkpoint and at the end of input: what is still buffered must be out when it returns. */
  flush(endOfInput: boolean): void
  /** A watermark has passed; in ms. */
  writeWatermark?(watermark: number): void
  /** The last call, after a failure too. */
  close?(): void
}

/** A writer that keeps state of its own through failures. */
export interface StatefulSinkWriterLike<T, S> extends SinkWriterLike<T> {
  /** What is handed to `restoreWriter` after a failure. */
  snapshotState(checkpointId: number): readonly S[]
}

/** A writer whose results become visible by being committed. */
export interface CommittingSinkWriterLike<T, C> extends SinkWriterLike<T> {
  /** After `flush`: what is to be committed once the checkpoint is complete. Plain data. */
  prepareCommit(): readonly C[]
}

/** One committable on its way. A request about which the committer says nothing counts as committed. */
export interface CommitRequestLike<C> {
  getCommittable(): C
  /** How often it was tried before. */
  getNumberOfRetries(): number
  /** It can't be committed, and that's no reason to fail: it's given up. */
  signalFailedWithKnownReason(error: unknown): void
  /** It can't be committed, and the job fails. */
  signalFailedWithUnknownReason(error: unknown): void
  /** Not now: `commit` is called again with it. */
  retryLater(): void
  /** The same with another committable in its place. */
  updateAndRetryLater(committable: C): void
  /** It was committed before a failure. */
  signalAlreadyCommitted(): void
}

/** Makes visible what writers have prepared. Must be able to do so twice: after a failure it may have to. */
export interface CommitterLike<C> {
  commit(requests: readonly CommitRequestLike<C>[]): void
  close?(): void
}

/** A sink: makes writers and, as far as it has these methods, restores them and makes committers. */
export interface SinkLike<T, S = unknown, C = unknown> {
  createWriter(context: WriterInitContext): SinkWriterLike<T>
  restoreWriter?(context: WriterInitContext, recoveredState: readonly S[]): StatefulSinkWriterLike<T, S>
  createCommitter?(context: CommitterInitContext): CommitterLike<C>
}

/** What a writer sends to its committer before a checkpoint's barrier. Plain data. Flink's CommittableMessage. */
export interface CommittableMessage {
  readonly checkpointId: number
  readonly subtaskId: number
  readonly committables: readonly unknown[]
}
