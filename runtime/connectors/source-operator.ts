// The head of a source task: reads records, stamps them, makes watermarks, and says MAX at the end. Flink's
// SourceOperator. How many records a turn reads, and when, is the task's business.
// What is still to be read of its splits goes into a list of its operator state, so that a restore shares it out.
//
// A source in a group of watermark alignment is told from time to time how high its watermark may be; while it's higher,
// it reads nothing. Of a source with watermarks per split only the splits that are too far ahead pause, if not all are.

import { hasTimestamp, MAX_TIMESTAMP, MIN_TIMESTAMP } from '../base/time.ts'
import { Outlet } from '../record/outlet.ts'
import { EventTimeLogic, type Assigner } from '../operators/event-time.ts'
import type { FunctionSnapshotContext } from '../operators/functions.ts'
import { StreamOperator, type OperatorContext } from '../operators/operator.ts'
import { closeFunction, openFunction } from '../operators/rich-function.ts'
import type { WatermarkStrategySpec } from '../operators/watermark-generators.ts'
import { ListStateDescriptor } from '../state/descriptors.ts'
import type { ListState } from '../state/list-state.ts'
import { FunctionReader } from './function-reader.ts'
import { openLogReader } from './log/open-log-reader.ts'
import { createReader } from './readers.ts'
import type { LiveReader, SourceReader, SourceSpec, SourceSplit, SplitReader } from './source.ts'
import { SplitOutputs } from './split-outputs.ts'
import { shareOf, splitsOf } from './splits.ts'

/** How far a turn of the source has got, and how far it may go. */
export interface SourceCursor {
  index: number
  end: number
}

const SPLITS = new ListStateDescriptor<SourceSplit>('SourceReaderState')

export class SourceOperator extends StreamOperator {
  readonly source: SourceSpec
  readonly spec: WatermarkStrategySpec
  readonly intervalMs: number
  context!: OperatorContext
  reader!: SourceReader
  /** The reader, where the learner's function decides what comes when. */
  functionReader: FunctionReader | null = null
  /** What is still to be read, as of the last snapshot. */
  remembered!: ListState<SourceSplit>
  /** The reader, where its splits have watermarks of their own. */
  splitReader: SplitReader | null = null
  outputs: SplitOutputs | null = null
  /** The reader, where what it reads goes on outside. */
  liveReader: LiveReader | null = null
  outlet!: Outlet
  logic!: EventTimeLogic
  /** The learner's function that makes the records. */
  generator: unknown = null
  /** The highest watermark that alignment allows. */
  maxWatermark = MAX_TIMESTAMP
  isWaiting = false
  /** It has ended. Where the job stops with its input drained, what's still to be read stands in the snapshot. */
  isStopped = false
  // Faults: nothing is read before this time, and everything comes so much later than the reader says.
  heldUntilUs = -Infinity
  delayUs = 0

  constructor(source: SourceSpec, spec: WatermarkStrategySpec, intervalMs: number) {
    super()
    this.source = source
    this.spec = spec
    this.intervalMs = intervalMs
  }

  override open(context: OperatorContext): void {
    const { source } = this
    const { subtask, parallelism } = context
    this.context = context
    this.remembered = context.operatorState.getListState(SPLITS)
    const isRestored = context.restoredCheckpointId !== null
    const splits = isRestored
      ? Array.from(this.remembered.get())
      : shareOf(splitsOf(source, parallelism), subtask, parallelism)
    const runs = source.kind === 'function' && (source.isParallel === true || splits.length > 0)
    if (source.kind === 'generator' || runs) {
      this.generator = context.userFunction(source.kind === 'function' ? 'source' : 'generator')
      openFunction(this.generator, context)
    }
    const readerContext = {
      name: context.name,
      subtask,
      parallelism,
      seed: context.seed,
      userFunction: (role: string) => context.userFunction(role),
    }
    if (source.kind !== 'log') this.reader = createReader(source, splits, readerContext)
    else {
      const restored = isRestored ? splits : null
      this.reader = this.liveReader = openLogReader(source.log, context, {
        restored,
        alarmMoved: () => this.alarmMoved(),
      })
    }
    if (this.reader instanceof FunctionReader) this.functionReader = this.reader
    this.logic = new EventTimeLogic(this.spec, this.intervalMs, this.output, context)
    if (this.logic.isListening && hasSplitWatermarks(source)) {
      this.splitReader = this.reader as SplitReader
      this.outputs = new SplitOutputs(this.logic, context)
      for (const split of this.splitReader.openSplits()) this.outputs.open(split)
    }
    this.outlet = new Outlet(this.output)
    this.planAlarm()
  }

  override snapshotState(snapshot: FunctionSnapshotContext): void {
    this.remembered.update(this.reader.splits(snapshot.getCheckpointId()))
  }

  override notifyCheckpointComplete(checkpoint: number): void {
    this.liveReader?.notifyCheckpointComplete(checkpoint)
  }

  /** Whether a turn would read something, or find the end. */
  canRead(nowUs: number): boolean {
    if (this.isWaiting || nowUs < this.heldUntilUs) return false
    return this.reader.nextAtUs + this.delayUs <= nowUs || this.hasEnded()
  }

  /** When there will be something to read; Infinity if nothing will come by itself. */
  nextReadUs(): number {
    if (this.isWaiting) return Infinity
    const { heldUntilUs } = this
    if (heldUntilUs !== -Infinity && this.hasEnded()) return heldUntilUs
    return Math.max(heldUntilUs, this.reader.nextAtUs + this.delayUs)
  }

  /** How many records can be read at this time, at most `limit`. */
  available(nowUs: number, limit: number): number {
    return this.reader.available(nowUs - this.delayUs, limit)
  }

  hasEnded(): boolean {
    return this.isStopped || (this.reader.nextAtUs === Infinity && (this.reader.hasEnded?.() ?? true))
  }

  /**
   * Reads records and sends them on, from the cursor's index to its end, which may come nearer meanwhile; one record only
   * if `single`. No more than the reader has available.
   */
  emit(cursor: SourceCursor, single: boolean): void {
    if (this.functionReader !== null) return this.emitFrom(this.functionReader, cursor, single)
    const { reader, splitReader, outputs, logic, outlet } = this
    const { assigner } = logic
    if (!single && assigner !== null && outputs === null) {
      this.emitStamped(cursor, assigner)
      return
    }
    for (let i = cursor.index; i < cursor.end; cursor.index = ++i) {
      const value = reader.read()
      let timestamp = reader.timestamp
      if (assigner !== null) {
        timestamp = assigner(value, hasTimestamp(timestamp) ? timestamp : MIN_TIMESTAMP)
        if (!Number.isSafeInteger(timestamp)) timestamp = logic.requireTimestamp(timestamp)
      }
      outlet.push(value, timestamp)
      if (splitReader !== null && outputs !== null) {
        const { lastSplit, hasSplitEnded } = splitReader
        outputs.recordPassed(lastSplit, value, timestamp)
        if (hasSplitEnded) outputs.release(lastSplit)
        this.checkAlignment(cursor, i)
      } else this.recordPassed(cursor, i, value, timestamp)
      if (single) {
        cursor.index = i + 1
        return
      }
    }
  }

  /** The same for the common case, for every record of many jobs: without what this case has no use for. */
  private emitStamped(cursor: SourceCursor, assigner: Assigner): void {
    const { reader, logic, outlet } = this
    const { bounded } = logic
    for (let i = cursor.index; i < cursor.end; cursor.index = ++i) {
      const value = reader.read()
      const own = reader.timestamp
      // Two calls, and no variable for the timestamp: as an argument of either kind it would become an object each time.
      const given = hasTimestamp(own) ? assigner(value, own) : assigner(value, MIN_TIMESTAMP)
      if (Number.isSafeInteger(given)) {
        outlet.push(value, given)
        if (bounded === null) this.recordPassed(cursor, i, value, given)
        else if (given > bounded.maxTimestamp) bounded.maxTimestamp = given
      } else {
        const timestamp = logic.requireTimestamp(given)
        outlet.push(value, timestamp)
        this.recordPassed(cursor, i, value, timestamp)
      }
    }
  }

  /** Record i was passed on: the generator learns of it. */
  private recordPassed(cursor: SourceCursor, i: number, value: unknown, timestamp: number): void {
    const { bounded, generator, isListening, spec } = this.logic
    if (bounded !== null) {
      if (timestamp > bounded.maxTimestamp) bounded.maxTimestamp = timestamp
    } else if (isListening) {
      generator.onEvent(value, hasTimestamp(timestamp) ? timestamp : MIN_TIMESTAMP, this.logic)
      if (spec.perRecord) generator.onPeriodicEmit(this.logic)
      this.checkAlignment(cursor, i)
    }
  }

  override onAlarm(nowMs: number): void {
    const { liveReader, outputs, logic } = this
    if (liveReader !== null) {
      for (const { id } of liveReader.onAlarm(nowMs)) outputs?.open(id)
      for (const id of liveReader.takeEnded()) outputs?.release(id)
    }
    if (logic.nextProbeMs <= nowMs) {
      if (outputs === null) logic.generator.onPeriodicEmit(logic)
      else outputs.onPeriodicEmit()
      logic.probed(nowMs)
    }
    this.planAlarm()
    this.align(this.maxWatermark)
  }

  private planAlarm(): void {
    this.nextAlarmMs = Math.min(this.logic.nextProbeMs, this.liveReader?.nextAlarmMs ?? Infinity)
  }

  private alarmMoved(): void {
    this.planAlarm()
    this.context.alarmChanged()
    this.context.inputArrived()
  }

  /** A fault: everything comes so much later from now on; 0 ends it. */
  delayBy(us: number): void {
    if (this.liveReader === null) {
      this.delayUs = us
      return
    }
    this.liveReader.delay(us / 1000)
    this.planAlarm()
  }

  /** The highest watermark allowed from now on. */
  align(maxWatermark: number): void {
    this.maxWatermark = maxWatermark
    const { splitReader, outputs } = this
    if (splitReader !== null && outputs !== null) {
      outputs.align(splitReader.paused, maxWatermark)
      splitReader.pausesChanged()
    }
    const isWaiting = this.logic.currentWatermark > maxWatermark
    if (isWaiting === this.isWaiting) return
    this.isWaiting = isWaiting
    if (isWaiting) this.context.activity.pause(this.context.nowMs())
    else this.context.activity.resume(this.context.nowMs())
  }

  /** The source has no more records. */
  emitEnd(): void {
    this.isStopped = true
    this.logic.emitWatermark(MAX_TIMESTAMP)
  }

  override close(): void {
    this.functionReader?.close()
    this.liveReader?.close()
    closeFunction(this.generator)
  }

  /** The same where only the function knows what comes: the turn ends where it has no more for now. */
  private emitFrom(reader: FunctionReader, cursor: SourceCursor, single: boolean): void {
    const { logic, output } = this
    while (cursor.index < cursor.end) {
      const emission = reader.next()
      if (emission === null) cursor.end = cursor.index
      else if (emission.kind === 'watermark') logic.emitWatermark(emission.timestamp)
      else if (emission.kind === 'idle') logic.markIdle()
      else {
        logic.markActive()
        const timestamp = logic.timestampOf(emission.value, emission.timestamp ?? NaN)
        output.processElement(emission.value, timestamp)
        logic.recordPassed(emission.value, timestamp)
        cursor.index++
        if (single) return
      }
    }
  }

  /** After record i: ends the turn where the source, or a split of it, has got too far ahead. */
  private checkAlignment(cursor: SourceCursor, i: number): void {
    if (this.maxWatermark === MAX_TIMESTAMP) return
    const pausedBefore = this.splitReader?.paused.size ?? 0
    this.align(this.maxWatermark)
    if (this.isWaiting || (this.splitReader?.paused.size ?? 0) > pausedBefore) cursor.end = i + 1
  }
}

/** Whether every split of the source makes watermarks of its own. */
function hasSplitWatermarks(source: SourceSpec): boolean {
  return (
    source.kind === 'log' ||
    source.kind === 'files' ||
    (source.kind === 'script' && source.records.some(({ split }) => split !== undefined))
  )
}
