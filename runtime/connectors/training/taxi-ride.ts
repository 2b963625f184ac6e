// A taxi ride's event, and a ride with its fare, as Flink's training has them. Differs from the training: event times are
// ms since 1970, as all times are here, rather than Instants; printed, they look the same.
// https://github.com/apache/flink-training

import { floatText, instantText } from '../../base/java-text.ts'
import { DataGenerator } from './data-generator.ts'
import { GeoUtils } from './geo-utils.ts'
import type { TaxiFare } from './taxi-fare.ts'

/** The beginning or the end of a taxi ride. */
export class TaxiRide {
  /** The same for a ride's START and END, from 1. */
  rideId: number
  /** START or END. */
  isStart: boolean
  /** Event time in ms. */
  eventTime: number
  startLon: number
  startLat: number
  endLon: number
  endLat: number
  passengerCnt: number
  taxiId: number
  driverId: number

  /** Invents the event: everything about it follows from the ride's id. Fields given in `fields` are taken from there. */
  constructor(rideId: number, isStart: boolean, fields: Partial<TaxiRideFields> = {}) {
    const invented = new DataGenerator(rideId)
    this.rideId = rideId
    this.isStart = isStart
    this.eventTime = fields.eventTime ?? (isStart ? invented.startTime() : invented.endTime())
    this.startLon = fields.startLon ?? invented.startLon()
    this.startLat = fields.startLat ?? invented.startLat()
    this.endLon = fields.endLon ?? invented.endLon()
    this.endLat = fields.endLat ?? invented.endLat()
    this.passengerCnt = fields.passengerCnt ?? invented.passengerCnt()
    this.taxiId = fields.taxiId ?? invented.taxiId()
    this.driverId = fields.driverId ?? invented.driverId()
  }

  /** Event time in ms. */
  getEventTimeMillis(): number {
    return this.eventTime
  }

  /** Distance in km from where the event happened to a position. */
  getEuclideanDistance(lon: number, lat: number): number {
    const [ownLon, ownLat] = this.isStart ? [this.startLon, this.startLat] : [this.endLon, this.endLat]
    return GeoUtils.getEuclideanDistance(Math.fround(lon), Math.fround(lat), ownLon, ownLat)
  }

  /** By time; of the same time STARTs before ENDs. Negative if this comes first. */
  compareTo(other: TaxiRide): number {
    return this.eventTime - other.eventTime || Number(other.isStart) - Number(this.isStart)
  }

  toString(): string {
    const positions = [this.startLon, this.startLat, this.endLon, this.endLat].map(floatText)
    const kind = this.isStart ? 'START' : 'END'
    const ids = [this.passengerCnt, this.taxiId, this.driverId]
    return [this.rideId, kind, instantText(this.eventTime), ...positions, ...ids].join(',')
  }
}

/** What of a ride can be given instead of being invented. */
export type TaxiRideFields = Pick<
  TaxiRide,
  'eventTime' | 'startLon' | 'startLat' | 'endLon' | 'endLat' | 'passengerCnt' | 'taxiId' | 'driverId'
>

/** A ride and what it cost: what the exercise Rides and Fares makes. */
export class RideAndFare {
  ride: TaxiRide
  fare: TaxiFare

  constructor(ride: TaxiRide, fare: TaxiFare) {
    this.ride = ride
    this.fare = fare
  }

  toString(): string {
    return `<${this.ride.toString()} / ${this.fare.toString()}>`
  }
}
