import {
  KeyedProcessFunction,
  TaxiRide,
  Types,
  ValueStateDescriptor,
} from 'streambed'
import type {
  Collector,
  Context,
  OnTimerContext,
  ValueState,
} from 'streambed'

const TWO_HOURS = 2 * 60 * 60 * 1000

/** Counts exactly two hours as too long. */
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
    const timers = context.timerService()
    const other = this.#waiting.value()

    if (other === null) {
      this.#waiting.update(ride)
      if (ride.isStart) {
        timers.registerEventTimeTimer(ride.eventTime + TWO_HOURS)
      }
      return
    }

    if (other.isStart) {
      timers.deleteEventTimeTimer(other.eventTime + TWO_HOURS)
    }
    const [start, end] = ride.isStart ? [ride, other] : [other, ride]
    if (isTooLong(start, end)) out.collect(ride.rideId)
    this.#waiting.clear()
  }

  override onTimer(
    timestamp: number,
    context: OnTimerContext<number>,
    out: Collector<number>,
  ) {
    const start = this.#waiting.value()
    if (start !== null) out.collect(start.rideId)
    this.#waiting.clear()
  }
}

function isTooLong(start: TaxiRide, end: TaxiRide): boolean {
  return end.eventTime - start.eventTime >= TWO_HOURS
}
