import {
  RichCoFlatMapFunction,
  RideAndFare,
  TaxiRide,
  Types,
  ValueStateDescriptor,
} from 'streambed'
import type { Collector, TaxiFare, ValueState } from 'streambed'

/** Expects the ride before its fare. */
export class EnrichmentFunction extends RichCoFlatMapFunction<
  TaxiRide,
  TaxiFare,
  RideAndFare
> {
  #ride!: ValueState<TaxiRide>

  override open() {
    const context = this.getRuntimeContext()
    this.#ride = context.getState(
      new ValueStateDescriptor('saved ride', Types.POJO(TaxiRide)),
    )
  }

  override flatMap1(ride: TaxiRide, out: Collector<RideAndFare>) {
    this.#ride.update(ride)
  }

  override flatMap2(fare: TaxiFare, out: Collector<RideAndFare>) {
    const ride = this.#ride.value()
    if (ride !== null) {
      this.#ride.clear()
      out.collect(new RideAndFare(ride, fare))
    }
  }
}
