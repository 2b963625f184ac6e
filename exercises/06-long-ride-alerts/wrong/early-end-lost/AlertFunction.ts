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

/** Ignores an END that comes first. */
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

    if (ride.isStart) {
      this.#waiting.update(ride)
      timers.registerEventTimeTimer(ride.eventTime + TWO_HOURS)
      return
    }

    const start = this.#waiting.value()
    if (start !== null) {
      timers.deleteEventTimeTimer(start.eventTime + TWO_HOURS)
      if (isTooLong(start, ride)) out.collect(ride.rideId)
      this.#waiting.clear()
    }
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
  return end.eventTime - start.eventTime > TWO_HOURS
}
