// The rules by which Flink's training invents a ride or fare out of its id: every field from a fresh random stream
// seeded with the id, so a ride is the same wherever it's made. The arithmetic is in floats where the training's is.
// https://github.com/apache/flink-training

import { JavaRandom } from '../../base/java-random.ts'
import { GeoUtils } from './geo-utils.ts'

const SECONDS_BETWEEN_RIDES = 20
const DRIVERS = 200
const FIRST_DRIVER = 2_013_000_000
/** Positions that are outside of the city by less than this also occur, in degrees. */
const MARGIN = 0.1
/** End positions are drawn with another seed than start positions. */
const END_SEED_OFFSET = 42

/** 2020-01-01T12:00:00Z: ride n begins 20·n seconds later. */
export const BEGINNING_MS = 1_577_880_000_000

/**
 * The fields of the taxi ride with this id, all of them fixed by it. Times are in ms since 1970; what is a float in the
 * training is a float here.
 */
export class DataGenerator {
  readonly rideId: number

  constructor(rideId: number) {
    this.rideId = rideId
  }

  startTime(): number {
    return BEGINNING_MS + SECONDS_BETWEEN_RIDES * 1000 * this.rideId
  }

  endTime(): number {
    return this.startTime() + 60_000 * this.#durationMinutes()
  }

  driverId(): number {
    return FIRST_DRIVER + new JavaRandom(this.rideId).nextInt(DRIVERS)
  }

  /** Every driver has one taxi. */
  taxiId(): number {
    return this.driverId()
  }

  startLat(): number {
    return this.#coordinate(0, GeoUtils.LAT_SOUTH, GeoUtils.LAT_NORTH)
  }

  startLon(): number {
    return this.#coordinate(0, GeoUtils.LON_WEST, GeoUtils.LON_EAST)
  }

  endLat(): number {
    return this.#coordinate(END_SEED_OFFSET, GeoUtils.LAT_SOUTH, GeoUtils.LAT_NORTH)
  }

  endLon(): number {
    return this.#coordinate(END_SEED_OFFSET, GeoUtils.LON_WEST, GeoUtils.LON_EAST)
  }

  passengerCnt(): number {
    return this.#wholeAround(1, 4)
  }

  paymentType(): 'CARD' | 'CASH' {
    return this.rideId % 2 === 0 ? 'CARD' : 'CASH'
  }

  tip(): number {
    return this.#whole(0, 60, 10, 15)
  }

  tolls(): number {
    return this.rideId % 10 === 0 ? this.#wholeAround(0, 5) : 0
  }

  totalFare(): number {
    return Math.fround(3 + this.#durationMinutes() + this.tip() + this.tolls())
  }

  #durationMinutes(): number {
    return this.#whole(0, 600, 20, 40)
  }

  /** A whole number, most likely in the middle of the range. */
  #wholeAround(min: number, max: number): number {
    return this.#whole(min, max, (min + max) / 2, (max - min) / 8)
  }

  /** A whole number, normally distributed, drawn again until it's in the range. */
  #whole(min: number, max: number, mean: number, deviation: number): number {
    const random = new JavaRandom(this.rideId)
    for (;;) {
      // A long has no −0.
      const value = Math.round(deviation * random.nextGaussian() + mean) + 0
      if (value >= min && value <= max) return value
    }
  }

  /** A coordinate between the bounds, or a little outside of them. */
  #coordinate(seedOffset: number, low: number, high: number): number {
    const min = Math.fround(low - MARGIN)
    const max = Math.fround(high + Math.fround(MARGIN))
    const mean = Math.fround(Math.fround(min + max) / 2)
    const deviation = Math.fround(Math.fround(max - min) / 8)
    const random = new JavaRandom(this.rideId + seedOffset)
    for (;;) {
      const value = Math.fround(Math.fround(deviation * random.nextGaussian()) + mean)
      if (value >= min && value <= max) return value
    }
  }
}
