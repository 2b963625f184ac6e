// The Collector handed to learners: emits with the timestamp of whatever is being processed. Flink's
// TimestampedCollector.

import type { Receiver } from '../record/receiver.ts'
import type { Collector } from './functions.ts'

export class TimestampedCollector implements Collector<unknown> {
  output: Receiver
  timestamp = NaN

  constructor(output: Receiver) {
    this.output = output
  }

  collect(record: unknown): void {
    this.output.processElement(record, this.timestamp)
  }

  close(): void {}
}
