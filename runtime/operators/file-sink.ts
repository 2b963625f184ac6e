// Writes records as rows of text into part files, a bucket (folder) at a time, and rolls to a new part by size and by time.
// Flink's FileSink in row format, as far as it goes without checkpoints.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/filesystem/#file-sink

import { LearnerError } from '../base/diagnostic.ts'
import { toPrintText } from '../base/value-text.ts'
import { StreamOperator, type OperatorContext } from './operator.ts'
import type { WrittenFile } from './outside.ts'
import { asCall } from './rich-function.ts'

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
  readonly file: WrittenFile
  readonly begunMs: number
  writtenMs: number
}

/** What a bucket assigner may ask. */
export interface BucketContext {
  timestamp(): number | null
  currentProcessingTime(): number
  currentWatermark(): number
}

/**
 * Flink's FileWriter. Differs from Flink: parts are named by subtask and number, where FileSink puts a random id; a file's
 * name doesn't change with its state. As in Flink a rolled part is pending until a checkpoint or the end of input finishes
 * it, so a job without checkpoints that never ends never finishes one.
 */
export class FileSinkOperator extends StreamOperator {
  readonly spec: FileSinkSpec
  context!: OperatorContext
  elementTimestamp = NaN
  bucketContext!: BucketContext
  encode: (value: unknown) => unknown = toPrintText
  choose: ((value: unknown, context: BucketContext) => unknown) | null = null
  /** By bucket. */
  readonly openParts = new Map<string, OpenPart>()
  readonly written: WrittenFile[] = []
  parts = 0

  constructor(spec: FileSinkSpec) {
    super()
    this.spec = spec
  }

  override open(context: OperatorContext): void {
    const { encoder, bucket } = this.spec
    this.context = context
    this.bucketContext = {
      timestamp: () => (Number.isNaN(this.elementTimestamp) ? null : this.elementTimestamp),
      currentProcessingTime: () => context.nowMs(),
      currentWatermark: () => this.currentWatermark,
    }
    if (encoder === 'custom') this.encode = asCall(context.userFunction('encoder'), 'encode')
    if (bucket === 'custom') {
      this.choose = asCall<(value: unknown, context: BucketContext) => unknown>(
        context.userFunction('bucket'),
        'getBucketId',
      )
    }
  }

  override processElement(value: unknown, timestamp: number): void {
    this.elementTimestamp = timestamp
    const row = this.encode(value)
    if (typeof row !== 'string') {
      throw new LearnerError('ENCODER_TEXT', { operator: this.context.name, value: String(row) })
    }
    const bucket = this.bucketOf(value)
    const before = this.openParts.get(bucket)
    if (before !== undefined && before.file.text.length > this.spec.maxPartSize) this.roll(bucket, before)
    const part = this.openParts.get(bucket) ?? this.begin(bucket)
    part.file.text += `${row}\n`
    part.writtenMs = this.context.nowMs()
    this.context.rowArrived(value, timestamp)
  }

  /** Looks at the open parts from time to time, as long as there are any. */
  override onAlarm(nowMs: number): void {
    const { rolloverMs, inactivityMs, checkMs } = this.spec
    for (const [bucket, part] of this.openParts) {
      if (nowMs - part.begunMs >= rolloverMs || nowMs - part.writtenMs >= inactivityMs) this.roll(bucket, part)
    }
    this.nextAlarmMs = this.openParts.size === 0 ? Infinity : nowMs + checkMs
  }

  override finish(): void {
    for (const file of this.written) file.state = 'finished'
    this.openParts.clear()
    this.nextAlarmMs = Infinity
  }

  private begin(bucket: string): OpenPart {
    const { spec, context } = this
    const nowMs = context.nowMs()
    const folder = [spec.path === '/' ? '' : spec.path, bucket].filter((name, i) => i === 0 || name !== '').join('/')
    const file: WrittenFile = { text: '', state: 'in-progress' }
    context.outside.files.set(`${folder}/${spec.prefix}-${context.subtask}-${this.parts++}${spec.suffix}`, file)
    this.written.push(file)
    const part = { file, begunMs: nowMs, writtenMs: nowMs }
    this.openParts.set(bucket, part)
    if (this.nextAlarmMs === Infinity) {
      this.nextAlarmMs = nowMs + spec.checkMs
      context.alarmChanged()
    }
    return part
  }

  private roll(bucket: string, { file }: OpenPart): void {
    file.state = 'pending'
    this.openParts.delete(bucket)
  }

  private bucketOf(value: unknown): string {
    if (this.choose !== null) {
      const bucket = this.choose(value, this.bucketContext)
      if (typeof bucket === 'string') return bucket
      throw new LearnerError('BUCKET_TEXT', { operator: this.context.name, value: String(bucket) })
    }
    if (this.spec.bucket === 'none') return ''
    const [date = '', time = ''] = new Date(this.context.nowMs()).toISOString().split('T')
    return `${date}--${time.slice(0, 2)}`
  }
}
