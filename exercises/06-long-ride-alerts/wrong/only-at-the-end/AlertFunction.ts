import {
  KeyedProcessFunction,
  TaxiRide,
  Types,
  ValueStateDescriptor,
} from 'streambed'
import type { Collector, Context, ValueState } from 'streambed'

const TWO_HOURS = 2 * 60 * 60 * 1000

/** Waits for the END, however long. */
export class AlertFunction extends KeyedProcessFunction<
  number,
  TaxiRide,
  number
> {
  #waiting!: ValueState<TaxiRide>

  override open() {
    this.#waiting = this.getRuntimeContext().getState(
      new ValueStateDescriptor('waiting', Types.POJO(TaxiRide)),
    )
  }

  override processElement(
    ride: TaxiRide,
    context: Context<number>,
    out: Collector<number>,
  ) {
    const other = this.#waiting.value()

    if (other === null) {
      this.#waiting.update(ride)
      return
    }

    const [start, end] = ride.isStart ? [ride, other] : [other, ride]
    if (isTooLong(start, end)) out.collect(ride.rideId)
    this.#waiting.clear()
  }
}

function isTooLong(start: TaxiRide, end: TaxiRide): boolean {
  return end.eventTime - start.eventTime > TWO_HOURS
}
