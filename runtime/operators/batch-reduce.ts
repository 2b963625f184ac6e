// reduce, sum, min and the like in batch mode: one result per key, once all its records are in, stamped with MAX. Flink's
// BatchGroupedReduceOperator.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/execution_mode/

import { MAX_TIMESTAMP } from '../base/time.ts'
import { InternalTimerService, type Triggerable } from '../state/timer-service.ts'
import type { OperatorContext } from './operator.ts'
import { ReduceOperator } from './reduce.ts'

export class BatchReduceOperator extends ReduceOperator implements Triggerable {
  timers!: InternalTimerService

  override open(context: OperatorContext): void {
    super.open(context)
    this.timers = new InternalTimerService(this.backend, this)
  }

  override processElement(value: unknown): void {
    this.accumulate(value)
    // One timer however often it's set.
    this.backend.registerTimer(this.backend.eventTimers, MAX_TIMESTAMP)
  }

  override processWatermark(timestamp: number): void {
    this.timers.advanceWatermark(timestamp)
    super.processWatermark(timestamp)
  }

  onEventTime(): void {
    this.output.processElement(this.accumulated(), MAX_TIMESTAMP)
  }

  onProcessingTime(): void {}
}
