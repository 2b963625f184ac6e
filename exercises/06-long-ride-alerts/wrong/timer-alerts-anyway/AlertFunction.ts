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

/** Alerts whenever a timer fires. */
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
    if (ride.isStart) {
      this.#waiting.update(ride)
      context
        .timerService()
        .registerEventTimeTimer(ride.eventTime + TWO_HOURS)
    } else {
      this.#waiting.clear()
    }
  }

  override onTimer(
    timestamp: number,
    context: OnTimerContext<number>,
    out: Collector<number>,
  ) {
    out.collect(context.getCurrentKey())
    this.#waiting.clear()
  }
}
