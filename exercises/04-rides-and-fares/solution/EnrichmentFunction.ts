import {
  RichCoFlatMapFunction,
  RideAndFare,
  TaxiFare,
  TaxiRide,
  Types,
  ValueStateDescriptor,
} from 'streambed'
import type { Collector, ValueState } from 'streambed'

/** Joins each ride with its fare, whichever comes first. */
export class EnrichmentFunction extends RichCoFlatMapFunction<
  TaxiRide,
  TaxiFare,
  RideAndFare
> {
  #ride!: ValueState<TaxiRide>
  #fare!: ValueState<TaxiFare>

  override open() {
    const context = this.getRuntimeContext()
    this.#ride = context.getState(
      new ValueStateDescriptor('saved ride', Types.POJO(TaxiRide)),
    )
    this.#fare = context.getState(
      new ValueStateDescriptor('saved fare', Types.POJO(TaxiFare)),
    )
  }

  override flatMap1(ride: TaxiRide, out: Collector<RideAndFare>) {
    const fare = this.#fare.value()
    if (fare !== null) {
      this.#fare.clear()
      out.collect(new RideAndFare(ride, fare))
    } else {
      this.#ride.update(ride)
    }
  }

  override flatMap2(fare: TaxiFare, out: Collector<RideAndFare>) {
    const ride = this.#ride.value()
    if (ride !== null) {
      this.#ride.clear()
      out.collect(new RideAndFare(ride, fare))
    } else {
      this.#fare.update(fare)
    }
  }
}
