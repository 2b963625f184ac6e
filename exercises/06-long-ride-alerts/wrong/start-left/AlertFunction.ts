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

/** Never forgets a finished ride. */
export class AlertFunction extends KeyedProcessFunction<
  number,
  TaxiRide,
  number
> {
  #start!: ValueState<TaxiRide>
  #end!: ValueState<TaxiRide>

  override open() {
    const context = this.getRuntimeContext()
    this.#start = context.getState(
      new ValueStateDescriptor('start', Types.POJO(TaxiRide)),
    )
    this.#end = context.getState(
      new ValueStateDescriptor('end', Types.POJO(TaxiRide)),
    )
  }

  override processElement(
    ride: TaxiRide,
    context: Context<number>,
    out: Collector<number>,
  ) {
    const timers = context.timerService()
    if (ride.isStart) this.#start.update(ride)
    else this.#end.update(ride)

    const start = this.#start.value()
    const end = this.#end.value()
    if (start !== null && end !== null) {
      timers.deleteEventTimeTimer(start.eventTime + TWO_HOURS)
      if (isTooLong(start, end)) out.collect(ride.rideId)
    } else if (start !== null) {
      timers.registerEventTimeTimer(start.eventTime + TWO_HOURS)
    }
  }

  override onTimer(
    timestamp: number,
    context: OnTimerContext<number>,
    out: Collector<number>,
  ) {
    const start = this.#start.value()
    if (start !== null) out.collect(start.rideId)
    this.#start.clear()
  }
}

function isTooLong(start: TaxiRide, end: TaxiRide): boolean {
  return end.eventTime - start.eventTime > TWO_HOURS
}
