import { RichCoFlatMapFunction, RideAndFare } from 'streambed'
import type { Collector, TaxiFare, TaxiRide } from 'streambed'

/** Keeps waiting rides and fares in members, by ride. */
export class EnrichmentFunction extends RichCoFlatMapFunction<
  TaxiRide,
  TaxiFare,
  RideAndFare
> {
  rides = new Map<number, TaxiRide>()
  fares = new Map<number, TaxiFare>()

  override flatMap1(ride: TaxiRide, out: Collector<RideAndFare>) {
    const fare = this.fares.get(ride.rideId)
    if (fare === undefined) {
      this.rides.set(ride.rideId, ride)
    } else {
      this.fares.delete(ride.rideId)
      out.collect(new RideAndFare(ride, fare))
    }
  }

  override flatMap2(fare: TaxiFare, out: Collector<RideAndFare>) {
    const ride = this.rides.get(fare.rideId)
    if (ride === undefined) {
      this.fares.set(fare.rideId, fare)
    } else {
      this.rides.delete(fare.rideId)
      out.collect(new RideAndFare(ride, fare))
    }
  }
}
