import { KeyedProcessFunction } from 'streambed'
import type {
  Collector,
  Context,
  OnTimerContext,
  TaxiRide,
} from 'streambed'

const TWO_HOURS = 2 * 60 * 60 * 1000

/** Keeps the event that came first in a member, by ride. */
export class AlertFunction extends KeyedProcessFunction<
  number,
  TaxiRide,
  number
> {
  waiting = new Map<number, TaxiRide>()

  override processElement(
    ride: TaxiRide,
    context: Context<number>,
    out: Collector<number>,
  ) {
    const timers = context.timerService()
    const other = this.waiting.get(ride.rideId)

    if (other === undefined) {
      this.waiting.set(ride.rideId, ride)
      timers.registerEventTimeTimer(timeUp(ride))
      return
    }

    const [start, end] = ride.isStart ? [ride, other] : [other, ride]
    if (end.eventTime - start.eventTime > TWO_HOURS) {
      out.collect(ride.rideId)
    }
    timers.deleteEventTimeTimer(timeUp(other))
    this.waiting.delete(ride.rideId)
  }

  override onTimer(
    timestamp: number,
    context: OnTimerContext<number>,
    out: Collector<number>,
  ) {
    const event = this.waiting.get(context.getCurrentKey())
    if (event?.isStart) out.collect(event.rideId)
    this.waiting.delete(context.getCurrentKey())
  }
}

function timeUp(event: TaxiRide): number {
  return event.isStart ? event.eventTime + TWO_HOURS : event.eventTime
}
