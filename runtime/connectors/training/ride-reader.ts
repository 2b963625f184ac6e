// Reads the training's rides: a batch of five, with the ENDs that are due, every 50 ms. Its position is a batch, together
// with the rides under way and what of the batch wasn't read yet.

import { cloneValue } from '../../base/clone.ts'
import type { SourceReader, SourceSplit } from '../source.ts'
import { firstRides, nextBatch, type RideEvent, type RidePosition } from './rides-in-order.ts'
import { TaxiRide } from './taxi-ride.ts'

const BATCH_US = 50_000

export class RideReader implements SourceReader {
  readonly lastBatch: number
  rides: RidePosition
  /** Batches made so far. */
  batch: number
  nextBatchUs = 0
  nextAtUs: number
  timestamp = NaN

  constructor(splits: readonly SourceSplit[]) {
    const [split] = splits
    this.lastBatch = split === undefined ? 0 : (split.end ?? Infinity)
    this.batch = split?.position ?? 0
    this.rides = split?.detail === undefined ? firstRides() : (cloneValue(split.detail) as RidePosition)
    this.nextAtUs = this.hasMore() ? 0 : Infinity
  }

  available(nowUs: number, limit: number): number {
    if (this.rides.waiting.length === 0 && this.nextAtUs <= nowUs) {
      nextBatch(this.rides)
      this.batch++
      // Who was held back doesn't make up for it: the training's generator sleeps between batches.
      this.nextBatchUs = Math.max(this.nextBatchUs, nowUs - BATCH_US) + BATCH_US
    }
    return Math.min(limit, this.rides.waiting.length)
  }

  read(): unknown {
    const { rideId, isStart } = this.rides.waiting.shift() as RideEvent
    if (!this.hasMore()) this.nextAtUs = Infinity
    else if (this.rides.waiting.length === 0) this.nextAtUs = this.nextBatchUs
    return new TaxiRide(rideId, isStart)
  }

  splits(): SourceSplit[] {
    if (!this.hasMore()) return []
    const end = this.lastBatch === Infinity ? null : this.lastBatch
    return [{ id: '0', position: this.batch, end, detail: cloneValue(this.rides) }]
  }

  private hasMore(): boolean {
    return this.rides.waiting.length > 0 || this.batch < this.lastBatch
  }
}
