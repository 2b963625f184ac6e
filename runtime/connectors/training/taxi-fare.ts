// A taxi ride's fare, as Flink's training has it. Differs from the training: startTime is ms since 1970, as all times
// are here; printed, it looks the same.
// https://github.com/apache/flink-training

import { floatText, instantText } from '../../base/java-text.ts'
import { DataGenerator } from './data-generator.ts'

/** What a taxi ride cost. Amounts are floats, in dollars. */
export class TaxiFare {
  rideId: number
  taxiId: number
  driverId: number
  /** When the ride began: event time in ms. */
  startTime: number
  paymentType: 'CARD' | 'CASH'
  tip: number
  tolls: number
  totalFare: number

  /** Invents the fare: everything about it follows from the ride's id. Fields given in `fields` are taken from there. */
  constructor(rideId: number, fields: Partial<TaxiFareFields> = {}) {
    const invented = new DataGenerator(rideId)
    this.rideId = rideId
    this.taxiId = fields.taxiId ?? invented.taxiId()
    this.driverId = fields.driverId ?? invented.driverId()
    this.startTime = fields.startTime ?? invented.startTime()
    this.paymentType = fields.paymentType ?? invented.paymentType()
    this.tip = fields.tip ?? invented.tip()
    this.tolls = fields.tolls ?? invented.tolls()
    this.totalFare = fields.totalFare ?? invented.totalFare()
  }

  /** Event time in ms. */
  getEventTimeMillis(): number {
    return this.startTime
  }

  toString(): string {
    const amounts = [this.tip, this.tolls, this.totalFare].map(floatText)
    return [this.rideId, this.taxiId, this.driverId, instantText(this.startTime), this.paymentType, ...amounts].join(
      ',',
    )
  }
}

/** What of a fare can be given instead of being invented. */
export type TaxiFareFields = Pick<
  TaxiFare,
  'taxiId' | 'driverId' | 'startTime' | 'paymentType' | 'tip' | 'tolls' | 'totalFare'
>
