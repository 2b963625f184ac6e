// The sources of Flink's training exercises and of its operations playground. Each works with both `fromSource` and
// `addSource`; none gives its records timestamps: that's the watermark strategy's task, as in the exercises.
// https://github.com/apache/flink-training

import { LearnerError } from '../base/diagnostic.ts'
import type { SourceSpec } from '../connectors/source.ts'
import { CLICKS_PER_SECOND, type ClickEvent } from '../connectors/training/click-event.ts'
import type { TaxiFare } from '../connectors/training/taxi-fare.ts'
import type { TaxiRide } from '../connectors/training/taxi-ride.ts'
import { durationMs, type Duration, type Time } from './duration.ts'
import { Source } from './sources.ts'

const MS_BETWEEN_RIDES = 20_000
const RIDES_PER_BATCH = 5
const FARES_PER_SECOND = 100

/**
 * Taxi rides for ever: every 50 ms the STARTs of five rides, out of order, and before them the ENDs that are due by then.
 * Rides begin 20 s of event time apart. Event time lies between `BEGINNING_MS` and, by and by, any time after it.
 */
export class TaxiRideGenerator extends Source<TaxiRide> {
  readonly spec: SourceSpec
  override readonly highestParallelism = 1

  constructor(batches: number | null = null) {
    super()
    this.spec = { kind: 'rides', batches: requireCount(batches) }
  }

  /** Ends with the batch of five rides in which so much event time has passed; rides then under way have no END. */
  static runFor(duration: Duration | Time): TaxiRideGenerator {
    return new TaxiRideGenerator(Math.ceil(ridesIn(duration) / RIDES_PER_BATCH))
  }
}

/** Taxi fares for ever, in the order of their rides, one every 10 ms. Rides begin 20 s of event time apart. */
export class TaxiFareGenerator extends Source<TaxiFare> {
  readonly spec: SourceSpec
  override readonly highestParallelism = 1

  constructor(fares: number | null = null) {
    super()
    this.spec = { kind: 'fares', count: requireCount(fares), ratePerSecond: FARES_PER_SECOND }
  }

  /** Ends before the first ride that begins so much event time after 12:00, or later. */
  static runFor(duration: Duration | Time): TaxiFareGenerator {
    return new TaxiFareGenerator(ridesIn(duration))
  }
}

/**
 * Looks at six pages in turn, one every 2 ms, for ever unless `events` says how many. Each page has exactly 1000 events in
 * every 15 seconds of event time.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/getting-started/flink-operations-playground/
 */
export class ClickEventGenerator extends Source<ClickEvent> {
  readonly spec: SourceSpec
  override readonly highestParallelism = 1

  constructor(events: number | null = null) {
    super()
    this.spec = { kind: 'clicks', count: requireCount(events), ratePerSecond: CLICKS_PER_SECOND }
  }
}

/** How many rides begin less than so long after 12:00. */
function ridesIn(duration: Duration | Time): number {
  return Math.max(0, Math.ceil(durationMs(duration, 'runFor') / MS_BETWEEN_RIDES) - 1)
}

function requireCount(count: number | null): number | null {
  if (count === null || count === Infinity) return null
  if (!Number.isSafeInteger(count) || count < 0) throw new LearnerError('RECORD_COUNT', { value: String(count) })
  return count
}
