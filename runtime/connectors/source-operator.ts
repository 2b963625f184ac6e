// The head of a source task: reads records, stamps them, makes watermarks, and says MAX at the end. Flink's
// SourceOperator. How many records a turn reads, and when, is the task's business.

import { hasTimestamp, MAX_TIMESTAMP, MIN_TIMESTAMP } from '../base/time.ts'
import { EventTimeLogic } from '../operators/event-time.ts'
import { StreamOperator, type OperatorContext } from '../operators/operator.ts'
import { closeFunction, openFunction } from '../operators/rich-function.ts'
import type { WatermarkStrategySpec } from '../operators/watermark-generators.ts'
import { createReader } from './readers.ts'
import type { SourceReader, SourceSpec } from './source.ts'

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

  /** Reads one record and sends it on. Only when the reader's next record is due. */
  emitNext(): void {
    const { reader, logic } = this
    const { assigner, bounded } = logic
    const value = reader.read()
    // The common cases, written out: this runs for every record of the job.
    let timestamp = reader.timestamp
    if (assigner !== null) {
      timestamp = assigner(value, hasTimestamp(timestamp) ? timestamp : MIN_TIMESTAMP)
      if (!Number.isSafeInteger(timestamp)) timestamp = logic.requireTimestamp(timestamp)
    }
    this.output.processElement(value, timestamp)
    if (bounded === null) logic.recordPassed(value, timestamp)
    else if (timestamp > bounded.maxTimestamp) bounded.maxTimestamp = timestamp
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
