import { KeyedProcessFunction, TaxiRide } from 'streambed'
import type { Collector, Context } from 'streambed'

/** Not yet an alert: it takes every ride and says nothing. */
export class AlertFunction extends KeyedProcessFunction<
  number,
  TaxiRide,
  number
> {
  override processElement(
    ride: TaxiRide,
    context: Context<number>,
    out: Collector<number>,
  ) {
    // A START or an END has come, for the ride of the current key.
  }
}
