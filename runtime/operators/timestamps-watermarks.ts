// assignTimestampsAndWatermarks: a new event time for the stream. Watermarks and idleness from upstream end here, but for
// the MAX watermark at the end of input. Flink's TimestampsAndWatermarksOperator.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/

import { MAX_TIMESTAMP } from '../base/time.ts'
import { EventTimeLogic } from './event-time.ts'
import { StreamOperator, type OperatorContext } from './operator.ts'
import type { WatermarkStrategySpec } from './watermark-generators.ts'

export class TimestampsAndWatermarksOperator extends StreamOperator {
  readonly spec: WatermarkStrategySpec
  readonly intervalMs: number
  logic!: EventTimeLogic

  constructor(spec: WatermarkStrategySpec, intervalMs: number) {
    super()
    this.spec = spec
    this.intervalMs = intervalMs
  }

  override open(context: OperatorContext): void {
    this.logic = new EventTimeLogic(this.spec, this.intervalMs, this.output, context)
    this.nextAlarmMs = this.logic.nextProbeMs
  }

  override processElement(value: unknown, timestamp: number): void {
    const assigned = this.logic.timestampOf(value, timestamp)
    this.output.processElement(value, assigned)
    this.logic.recordPassed(value, assigned)
  }

  override processWatermark(timestamp: number): void {
    if (timestamp === MAX_TIMESTAMP) this.logic.emitWatermark(timestamp)
  }

  override processStatus(): void {}

  override onAlarm(nowMs: number): void {
    this.logic.generator.onPeriodicEmit(this.logic)
    this.logic.probed(nowMs)
    this.nextAlarmMs = this.logic.nextProbeMs
  }

  override finish(): void {
    this.logic.generator.onPeriodicEmit(this.logic)
  }
}
