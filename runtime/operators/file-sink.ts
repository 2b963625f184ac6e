// Writes records as rows of text into part files, a bucket (folder) at a time, and rolls to a new part by size and by time.
// A part that is full is pending until a checkpoint or the end of input commits it; the part being written goes on after a
// failure where the checkpoint left it. Flink's FileSink in row format.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/filesystem/#file-sink

import { present } from '../base/assert.ts'
import { LearnerError } from '../base/diagnostic.ts'
import { toPrintText } from '../base/value-text.ts'
import type { OperatorContext } from './operator.ts'
import type { WrittenFile } from './outside.ts'
import { asCall } from './rich-function.ts'
import type {
  CommitRequestLike,
  CommitterLike,
  ProcessingTimeService,
  SinkLike,
  SinkWriterContext,
  StatefulSinkWriterLike,
  WriterInitContext,
} from './sink-functions.ts'

/** A file sink as the plan holds it. Times in ms, sizes in characters. */
export interface FileSinkSpec {
  readonly path: string
  /** By the hour of processing time, none, or the learner's choice. */
  readonly bucket: 'hour' | 'none' | 'custom'
  readonly encoder: 'text' | 'custom'
  readonly maxPartSize: number
  readonly rolloverMs: number
  readonly inactivityMs: number
  readonly checkMs: number
  readonly prefix: string
  readonly suffix: string
}

/** The part of a bucket that is being written. */
interface OpenPart {
  readonly path: string
  readonly file: WrittenFile
  readonly begunMs: number
  writtenMs: number
}

/** The same as a snapshot keeps it: what was written behind `length` is cut off on a restore. */
interface BucketState {
  readonly bucket: string
  readonly path: string
  readonly length: number
  readonly begunMs: number
}

/** What a bucket assigner may ask. */
export interface BucketContext {
  timestamp(): number | null
  currentProcessingTime(): number
  currentWatermark(): number
}

type Choose = (value: unknown, context: BucketContext) => unknown

/** Makes the writers of a file sink, and what finishes their parts. */
export class FileSinkParts implements SinkLike<unknown, BucketState, string> {
  readonly spec: FileSinkSpec
  readonly context: OperatorContext

  constructor(spec: FileSinkSpec, context: OperatorContext) {
    this.spec = spec
    this.context = context
  }

  createWriter(init: WriterInitContext): FileWriter {
    return new FileWriter(this.spec, this.context, init)
  }

  restoreWriter(init: WriterInitContext, recoveredState: readonly BucketState[]): FileWriter {
    const writer = this.createWriter(init)
    for (const state of recoveredState) writer.resume(state)
    return writer
  }

  createCommitter(): CommitterLike<string> {
    const { files } = this.context.outside
    const finish = (path: string): void => void (present(files.get(path), path).state = 'finished')
    return {
      commit: (requests: readonly CommitRequestLike<string>[]) => requests.forEach((r) => finish(r.getCommittable())),
    }
  }
}

/**
 * Flink's FileWriter. Differs from Flink: parts are named by subtask and number, where FileSink puts a random id; a file's
 * name doesn't change with its state. As in Flink a rolled part is pending until a checkpoint or the end of input finishes
 * it, so a job without checkpoints that never ends never finishes one.
 */
class FileWriter implements StatefulSinkWriterLike<unknown, BucketState> {
  readonly spec: FileSinkSpec
  readonly context: OperatorContext
  readonly time: ProcessingTimeService
  readonly encode: (value: unknown) => unknown
  readonly choose: Choose | null
  /** By bucket. */
  readonly openParts = new Map<string, OpenPart>()
  /** Paths of full parts that nobody was told of yet. */
  pending: string[] = []
  parts = 0
  isWaiting = false

  constructor(spec: FileSinkSpec, context: OperatorContext, init: WriterInitContext) {
    this.spec = spec
    this.context = context
    this.time = init.getProcessingTimeService()
    this.encode = spec.encoder === 'custom' ? asCall(context.userFunction('encoder'), 'encode') : toPrintText
    this.choose = spec.bucket === 'custom' ? asCall<Choose>(context.userFunction('bucket'), 'getBucketId') : null
  }

  write(value: unknown, context: SinkWriterContext): void {
    const row = this.encode(value)
    if (typeof row !== 'string') {
      throw new LearnerError('ENCODER_TEXT', { operator: this.context.name, value: String(row) })
    }
    const bucket = this.bucketOf(value, context)
    const before = this.openParts.get(bucket)
    if (before !== undefined && before.file.text.length > this.spec.maxPartSize) this.roll(bucket, before)
    const part = this.openParts.get(bucket) ?? this.begin(bucket)
    part.file.text += `${row}\n`
    part.writtenMs = this.context.nowMs()
  }

  /** A part that is longer than allowed is full, and so is every one at the end. */
  flush(endOfInput: boolean): void {
    for (const [bucket, part] of this.openParts) {
      if (endOfInput || part.file.text.length > this.spec.maxPartSize) this.roll(bucket, part)
    }
  }

  prepareCommit(): string[] {
    const paths = this.pending
    this.pending = []
    return paths
  }

  snapshotState(): BucketState[] {
    return Array.from(this.openParts, ([bucket, { path, file, begunMs }]) => {
      return { bucket, path, length: file.text.length, begunMs }
    })
  }

  /** Goes on with a part of before the failure. */
  resume({ bucket, path, length, begunMs }: BucketState): void {
    const file = present(this.context.outside.files.get(path), path)
    file.text = file.text.slice(0, length)
    file.state = 'in-progress'
    // After rescaling two subtasks' parts of a bucket may meet in one: only one of them can go on.
    const other = this.openParts.get(bucket)
    if (other !== undefined) this.roll(bucket, other)
    this.openParts.set(bucket, { path, file, begunMs, writtenMs: this.context.nowMs() })
    this.wait()
  }

  private begin(bucket: string): OpenPart {
    const nowMs = this.context.nowMs()
    const path = this.freePath(bucket)
    const file: WrittenFile = { text: '', state: 'in-progress' }
    this.context.outside.files.set(path, file)
    const part = { path, file, begunMs: nowMs, writtenMs: nowMs }
    this.openParts.set(bucket, part)
    this.wait()
    return part
  }

  /** Of an earlier attempt parts may be left that nobody will ever finish: their names are taken. */
  private freePath(bucket: string): string {
    const { spec, context } = this
    const folder = [spec.path === '/' ? '' : spec.path, bucket].filter((name, i) => i === 0 || name !== '').join('/')
    for (;;) {
      const path = `${folder}/${spec.prefix}-${context.subtask}-${this.parts++}${spec.suffix}`
      if (!context.outside.files.has(path)) return path
    }
  }

  /** Looks at the open parts from time to time, as long as there are any. */
  private wait(): void {
    if (this.isWaiting) return
    this.isWaiting = true
    this.time.registerTimer(this.time.getCurrentProcessingTime() + this.spec.checkMs, () => this.look())
  }

  private look(): void {
    const { rolloverMs, inactivityMs } = this.spec
    const nowMs = this.time.getCurrentProcessingTime()
    for (const [bucket, part] of this.openParts) {
      if (nowMs - part.begunMs >= rolloverMs || nowMs - part.writtenMs >= inactivityMs) this.roll(bucket, part)
    }
    this.isWaiting = false
    if (this.openParts.size > 0) this.wait()
  }

  private roll(bucket: string, { path, file }: OpenPart): void {
    file.state = 'pending'
    this.pending.push(path)
    this.openParts.delete(bucket)
  }

  private bucketOf(value: unknown, context: SinkWriterContext): string {
    if (this.choose !== null) {
      const bucket = this.choose(value, {
        timestamp: () => context.timestamp(),
        currentProcessingTime: () => this.time.getCurrentProcessingTime(),
        currentWatermark: () => context.currentWatermark(),
      })
      if (typeof bucket === 'string') return bucket
      throw new LearnerError('BUCKET_TEXT', { operator: this.context.name, value: String(bucket) })
    }
    if (this.spec.bucket === 'none') return ''
    const [date = '', time = ''] = new Date(this.context.nowMs()).toISOString().split('T')
    return `${date}--${time.slice(0, 2)}`
  }
}
