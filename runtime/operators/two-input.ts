// The contract of operators with two inputs: a Receiver per input, records told apart, watermarks and statuses of both
// combined into one. Between the inputs there is no order. Flink's TwoInputStreamOperator, over AbstractStreamOperator's
// combined watermark.
//
// Duties of the caller, beside those in operator.ts: the current key set before a record of a keyed input, and none before
// a record of an input that isn't; a valve of its own before each input.

import type { Receiver } from '../record/receiver.ts'
import { CombinedWatermarkStatus } from './combined-watermark.ts'
import { StreamOperator } from './operator.ts'

export abstract class TwoInputOperator extends StreamOperator {
  /** Batch mode: the input, from 0, of which everything comes before the other one; null for none. */
  readonly inputReadFirst: number | null = null
  readonly combined = new CombinedWatermarkStatus(2)
  /** What the caller pushes into. */
  readonly inputs: readonly [Receiver, Receiver] = [new FirstInput(this), new SecondInput(this)]

  abstract processElement1(value: unknown, timestamp: number): void
  abstract processElement2(value: unknown, timestamp: number): void

  /** A watermark of one input, from 0; `processWatermark` gets what both make of it. */
  processInputWatermark(input: number, timestamp: number): void {
    if (this.combined.updateWatermark(input, timestamp)) this.processWatermark(this.combined.watermark)
  }

  processInputStatus(input: number, isIdle: boolean): void {
    const wasIdle = this.combined.isIdle
    if (this.combined.updateStatus(input, isIdle)) this.processWatermark(this.combined.watermark)
    if (wasIdle !== this.combined.isIdle) this.processStatus(isIdle)
  }
}

class FirstInput implements Receiver {
  readonly operator: TwoInputOperator

  constructor(operator: TwoInputOperator) {
    this.operator = operator
  }

  processElement(value: unknown, timestamp: number): void {
    this.operator.processElement1(value, timestamp)
  }

  processWatermark(timestamp: number): void {
    this.operator.processInputWatermark(0, timestamp)
  }

  processStatus(isIdle: boolean): void {
    this.operator.processInputStatus(0, isIdle)
  }
}

class SecondInput implements Receiver {
  readonly operator: TwoInputOperator

  constructor(operator: TwoInputOperator) {
    this.operator = operator
  }

  processElement(value: unknown, timestamp: number): void {
    this.operator.processElement2(value, timestamp)
  }

  processWatermark(timestamp: number): void {
    this.operator.processInputWatermark(1, timestamp)
  }

  processStatus(isIdle: boolean): void {
    this.operator.processInputStatus(1, isIdle)
  }
}
