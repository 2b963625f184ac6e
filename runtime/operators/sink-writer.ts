// The first phase of a sink: hands every record to the subtask's writer and, before a barrier and at the end of input,
// sends what is to be committed on to the committer. Flink's SinkWriterOperator.

import { atNode, LearnerError } from '../base/diagnostic.ts'
import { hasTimestamp } from '../base/time.ts'
import { ListStateDescriptor } from '../state/descriptors.ts'
import type { ListState } from '../state/list-state.ts'
import { StreamOperator, type OperatorContext } from './operator.ts'
import { OperatorRuntimeContext, refusePromise } from './rich-function.ts'
import type {
  CommittableMessage,
  CommittingSinkWriterLike,
  SinkLike,
  SinkWriterContext,
  SinkWriterLike,
  StatefulSinkWriterLike,
  WriterInitContext,
} from './sink-functions.ts'
import type { FunctionSnapshotContext } from './functions.ts'

const STATES = new ListStateDescriptor<unknown>('writer_raw_states')

interface WriterTimer {
  readonly atMs: number
  readonly call: (timestampMs: number) => void
}

export class SinkWriterOperator extends StreamOperator {
  readonly makeSink: (context: OperatorContext) => SinkLike<unknown>
  readonly isCommitting: boolean
  context!: OperatorContext
  writer: SinkWriterLike<unknown> | null = null
  /** Of a sink with state: what it keeps, as of the last snapshot. */
  states: ListState<unknown> | null = null
  writerContext!: SinkWriterContext
  elementTimestamp = NaN
  /** In the order in which they were registered. */
  timers: WriterTimer[] = []
  /** Of what was sent to the committer last. */
  lastCheckpointId = 0
  hasEnded = false

  /** `isCommitting`: a committer comes behind. */
  constructor(makeSink: (context: OperatorContext) => SinkLike<unknown>, isCommitting: boolean) {
    super()
    this.makeSink = makeSink
    this.isCommitting = isCommitting
  }

  override open(context: OperatorContext): void {
    this.context = context
    this.lastCheckpointId = context.restoredCheckpointId ?? 0
    this.writerContext = {
      timestamp: () => (hasTimestamp(this.elementTimestamp) ? this.elementTimestamp : null),
      currentWatermark: () => this.currentWatermark,
    }
    const sink = this.makeSink(context)
    const init = this.initContext(context)
    if (sink.restoreWriter === undefined) this.writer = this.checked(sink.createWriter(init), 'createWriter')
    else {
      this.states = context.operatorState.getListState(STATES)
      const isRestored = context.restoredCheckpointId !== null
      const writer = isRestored ? sink.restoreWriter(init, Array.from(this.states.get())) : sink.createWriter(init)
      this.writer = this.checked(writer, isRestored ? 'restoreWriter' : 'createWriter')
    }
  }

  override processElement(value: unknown, timestamp: number): void {
    this.elementTimestamp = timestamp
    try {
      const result: unknown = (this.writer as SinkWriterLike<unknown>).write(value, this.writerContext)
      if (result !== undefined) refusePromise(result, 'write', this.context.name)
    } catch (error) {
      throw atNode(error, this.context.nodeId)
    }
    this.context.rowArrived(value, timestamp)
  }

  override processWatermark(timestamp: number): void {
    super.processWatermark(timestamp)
    refusePromise(this.writer?.writeWatermark?.(timestamp), 'writeWatermark', this.context.name)
  }

  override onAlarm(nowMs: number): void {
    const due = this.timers.filter(({ atMs }) => atMs <= nowMs)
    this.timers = this.timers.filter(({ atMs }) => atMs > nowMs)
    for (const { atMs, call } of due) call(atMs)
    this.planTimers()
  }

  override prepareSnapshotPreBarrier(checkpoint: number): void {
    if (this.hasEnded) return
    this.flush(false)
    this.prepareCommit(checkpoint)
  }

  override snapshotState(snapshot: FunctionSnapshotContext): void {
    if (this.states === null) return
    const writer = this.writer as StatefulSinkWriterLike<unknown, unknown>
    const kept = writer.snapshotState(snapshot.getCheckpointId())
    this.states.update(this.list(kept, 'snapshotState'))
  }

  /** What came since the last checkpoint belongs to the next one, which may be the final one. */
  override finish(): void {
    this.hasEnded = true
    this.timers = []
    this.nextAlarmMs = Infinity
    this.flush(true)
    this.prepareCommit(this.lastCheckpointId + 1)
  }

  override close(): void {
    this.writer?.close?.()
  }

  private flush(endOfInput: boolean): void {
    try {
      refusePromise(this.writer?.flush(endOfInput), 'flush', this.context.name)
    } catch (error) {
      throw atNode(error, this.context.nodeId)
    }
  }

  private prepareCommit(checkpointId: number): void {
    this.lastCheckpointId = checkpointId
    if (!this.isCommitting) return
    const writer = this.writer as CommittingSinkWriterLike<unknown, unknown>
    const committables = this.list(writer.prepareCommit(), 'prepareCommit')
    const message: CommittableMessage = { checkpointId, subtaskId: this.context.subtask, committables }
    this.output.processElement(message, NaN)
  }

  /** A list the learner's writer gave, or a message. */
  private list(value: unknown, method: string): readonly unknown[] {
    refusePromise(value, method, this.context.name)
    if (Array.isArray(value)) return value as readonly unknown[]
    throw new LearnerError('WRITER_LIST', { method, sink: this.context.name, value: String(value) })
  }

  /** What `createWriter` gave, if it's a writer with what this sink needs of one. */
  private checked(writer: SinkWriterLike<unknown>, call: string): SinkWriterLike<unknown> {
    const wanted = ['write', 'flush']
    if (this.isCommitting) wanted.push('prepareCommit')
    if (this.states !== null) wanted.push('snapshotState')
    const object = (typeof writer === 'object' && writer !== null ? writer : {}) as unknown as Record<string, unknown>
    const method = wanted.find((name) => typeof object[name] !== 'function')
    if (method !== undefined) throw new LearnerError('WRITER_METHOD', { call, sink: this.context.name, method })
    return writer
  }

  private planTimers(): void {
    this.nextAlarmMs = this.timers.reduce((first, { atMs }) => Math.min(first, atMs), Infinity)
  }

  private initContext(context: OperatorContext): WriterInitContext {
    return {
      getTaskInfo: () => new OperatorRuntimeContext(context).getTaskInfo(),
      getRestoredCheckpointId: () => context.restoredCheckpointId,
      getProcessingTimeService: () => ({
        getCurrentProcessingTime: () => context.nowMs(),
        registerTimer: (atMs, call) => {
          if (this.hasEnded) return
          this.timers.push({ atMs, call })
          this.planTimers()
          context.alarmChanged()
        },
      }),
    }
  }
}
