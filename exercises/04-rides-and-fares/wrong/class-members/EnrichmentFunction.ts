import { RichCoFlatMapFunction, RideAndFare } from 'streambed'
import type { Collector, TaxiFare, TaxiRide } from 'streambed'

/** Keeps the waiting ride and fare in members. */
export class EnrichmentFunction extends RichCoFlatMapFunction<
  TaxiRide,
  TaxiFare,
  RideAndFare
> {
  ride: TaxiRide | null = null
  fare: TaxiFare | null = null

  override flatMap1(ride: TaxiRide, out: Collector<RideAndFare>) {
    if (this.fare !== null) {
      out.collect(new RideAndFare(ride, this.fare))
      this.fare = null
    } else {
      this.ride = ride
    }
  }

  override flatMap2(fare: TaxiFare, out: Collector<RideAndFare>) {
    if (this.ride !== null) {
      out.collect(new RideAndFare(this.ride, fare))
      this.ride = null
    } else {
      this.fare = fare
    }
  }
}
