// The head of a source task: reads records, stamps them, makes watermarks, and says MAX at the end. Flink's
// SourceOperator. How many records a turn reads, and when, is the task's business.

import { hasTimestamp, MAX_TIMESTAMP, MIN_TIMESTAMP } from '../base/time.ts'
import { EventTimeLogic } from '../operators/event-time.ts'
import { StreamOperator, type OperatorContext } from '../operators/operator.ts'
import { closeFunction, openFunction } from '../operators/rich-function.ts'
import type { WatermarkStrategySpec } from '../operators/watermark-generators.ts'
import { createReader } from './readers.ts'
import type { SourceReader, SourceSpec } from './source.ts'

/** How far a turn of the source has got, and how far it may go. */
export interface SourceCursor {
  index: number
  readonly end: number
}

export class SourceOperator extends StreamOperator {
  readonly source: SourceSpec
  readonly spec: WatermarkStrategySpec
  readonly intervalMs: number
  reader!: SourceReader
  logic!: EventTimeLogic
  generator: unknown = null

  constructor(source: SourceSpec, spec: WatermarkStrategySpec, intervalMs: number) {
    super()
    this.source = source
    this.spec = spec
    this.intervalMs = intervalMs
  }

  override open(context: OperatorContext): void {
    if (this.source.kind === 'generator') {
      this.generator = context.userFunction('generator')
      openFunction(this.generator, context)
    }
    this.reader = createReader(this.source, {
      subtask: context.subtask,
      parallelism: context.parallelism,
      userFunction: (role) => context.userFunction(role),
    })
    this.logic = new EventTimeLogic(this.spec, this.intervalMs, this.output, context)
    this.nextAlarmMs = this.logic.nextProbeMs
  }

  /**
   * Reads records and sends them on, from the cursor's index to its end, which may come nearer meanwhile; one record only
   * if `single`. No more than the reader has available.
   */
  emit(cursor: SourceCursor, single: boolean): void {
    const { reader, logic, output } = this
    const { assigner, bounded, generator, isListening } = logic
    for (let i = cursor.index; i < cursor.end; cursor.index = ++i) {
      const value = reader.read()
      // The common cases, written out: this runs for every record of the job.
      let timestamp = reader.timestamp
      if (assigner !== null) {
        timestamp = assigner(value, hasTimestamp(timestamp) ? timestamp : MIN_TIMESTAMP)
        if (!Number.isSafeInteger(timestamp)) timestamp = logic.requireTimestamp(timestamp)
      }
      output.processElement(value, timestamp)
      if (bounded !== null) {
        if (timestamp > bounded.maxTimestamp) bounded.maxTimestamp = timestamp
      } else if (isListening) {
        generator.onEvent(value, hasTimestamp(timestamp) ? timestamp : MIN_TIMESTAMP, logic)
        if (logic.spec.perRecord) generator.onPeriodicEmit(logic)
      }
      if (single) {
        cursor.index = i + 1
        return
      }
    }
  }

  override onAlarm(nowMs: number): void {
    this.logic.probe(nowMs)
    this.nextAlarmMs = this.logic.nextProbeMs
  }

  /** The source has no more records. */
  emitEnd(): void {
    this.logic.emitWatermark(MAX_TIMESTAMP)
  }

  override close(): void {
    closeFunction(this.generator)
  }
}
