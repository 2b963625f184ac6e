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

/** Alerts when a ride lasts more than two hours, as soon as that is certain. */
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
      timers.registerEventTimeTimer(timeUp(ride))
      return
    }

    const [start, end] = ride.isStart ? [ride, other] : [other, ride]
    if (end.eventTime - start.eventTime > TWO_HOURS) {
      out.collect(ride.rideId)
    }
    timers.deleteEventTimeTimer(timeUp(other))
    this.#waiting.clear()
  }

  override onTimer(
    timestamp: number,
    context: OnTimerContext<number>,
    out: Collector<number>,
  ) {
    const event = this.#waiting.value()
    if (event !== null && event.isStart) out.collect(event.rideId)
    this.#waiting.clear()
  }
}

/**
 * Until when an event waits for the other one of its ride: a START
 * two hours; an END only until its own time has come, since its START
 * is older and can't be on its way any more then.
 */
function timeUp(event: TaxiRide): number {
  return event.isStart ? event.eventTime + TWO_HOURS : event.eventTime
}
