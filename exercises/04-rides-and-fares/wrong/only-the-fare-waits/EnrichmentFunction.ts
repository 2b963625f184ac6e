import {
  RichCoFlatMapFunction,
  RideAndFare,
  TaxiFare,
  Types,
  ValueStateDescriptor,
} from 'streambed'
import type { Collector, TaxiRide, ValueState } from 'streambed'

/** Expects the fare before its ride. */
export class EnrichmentFunction extends RichCoFlatMapFunction<
  TaxiRide,
  TaxiFare,
  RideAndFare
> {
  #fare!: ValueState<TaxiFare>

  override open() {
    const context = this.getRuntimeContext()
    this.#fare = context.getState(
      new ValueStateDescriptor('saved fare', Types.POJO(TaxiFare)),
    )
  }

  override flatMap1(ride: TaxiRide, out: Collector<RideAndFare>) {
    const fare = this.#fare.value()
    if (fare !== null) {
      this.#fare.clear()
      out.collect(new RideAndFare(ride, fare))
    }
  }

  override flatMap2(fare: TaxiFare, out: Collector<RideAndFare>) {
    this.#fare.update(fare)
  }
}
