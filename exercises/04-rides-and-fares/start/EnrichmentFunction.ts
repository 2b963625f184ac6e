import {
  RichCoFlatMapFunction,
  RideAndFare,
  TaxiFare,
  TaxiRide,
} from 'streambed'
import type { Collector } from 'streambed'

/** Not yet an enrichment: it takes both and gives nothing. */
export class EnrichmentFunction extends RichCoFlatMapFunction<
  TaxiRide,
  TaxiFare,
  RideAndFare
> {
  override flatMap1(ride: TaxiRide, out: Collector<RideAndFare>) {
    // A ride has come. Has its fare?
  }

  override flatMap2(fare: TaxiFare, out: Collector<RideAndFare>) {
    // A fare has come. Has its ride?
  }
}
