import {
  RichCoFlatMapFunction,
  RideAndFare,
  TaxiFare,
  TaxiRide,
  Types,
  ValueStateDescriptor,
} from 'streambed'
import type { Collector, ValueState } from 'streambed'

/** Keeps both for ever. */
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
    this.#ride.update(ride)
    const fare = this.#fare.value()
    if (fare !== null) {
      out.collect(new RideAndFare(ride, fare))
    }
  }

  override flatMap2(fare: TaxiFare, out: Collector<RideAndFare>) {
    this.#fare.update(fare)
    const ride = this.#ride.value()
    if (ride !== null) {
      out.collect(new RideAndFare(ride, fare))
    }
  }
}
