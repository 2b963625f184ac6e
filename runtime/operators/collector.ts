// The Collector handed to learners: emits with the timestamp of whatever is being processed. Flink's
// TimestampedCollector.

import { Outlet } from '../record/outlet.ts'
import type { Receiver } from '../record/receiver.ts'
import type { Collector } from './functions.ts'

export class TimestampedCollector implements Collector<unknown> {
  outlet: Outlet
  timestamp = NaN

  constructor(output: Receiver) {
    this.outlet = new Outlet(output)
  }

  /** Where records go from now on. */
  set output(output: Receiver) {
    this.outlet = new Outlet(output)
  }

  collect(record: unknown): void {
    this.outlet.push(record, this.timestamp)
  }

  close(): void {}
}
