// A low-level join: whichever of ride and fare comes first waits in state for the other, and not for ever.

import {
  CoProcessFunction,
  KeyedCoProcessFunction,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type Collector,
  type Context,
  type OnTimerContext,
  type ValueState,
} from 'streambed'

interface Ride {
  readonly rideId: number
  readonly to: string
}

interface Fare {
  readonly rideId: number
  readonly euros: number
}

class Enrich extends KeyedCoProcessFunction<number, Ride, Fare, string> {
  ride!: ValueState<Ride>
  fare!: ValueState<Fare>

  override open() {
    this.ride = this.getRuntimeContext().getState(new ValueStateDescriptor<Ride>('ride'))
    this.fare = this.getRuntimeContext().getState(new ValueStateDescriptor<Fare>('fare'))
  }

  processElement1(ride: Ride, context: Context<number>, out: Collector<string>) {
    this.ride.update(ride)
    this.match(context, out)
  }

  processElement2(fare: Fare, context: Context<number>, out: Collector<string>) {
    this.fare.update(fare)
    this.match(context, out)
  }

  override onTimer(_timestamp: number, context: OnTimerContext<number>, out: Collector<string>) {
    if (this.ride.value() === null && this.fare.value() === null) return
    out.collect(`ride ${context.getCurrentKey()} alone`)
    this.ride.clear()
    this.fare.clear()
  }

  match(context: Context<number>, out: Collector<string>) {
    const [ride, fare] = [this.ride.value(), this.fare.value()]
    if (ride === null || fare === null) {
      const timers = context.timerService()
      timers.registerEventTimeTimer(timers.currentWatermark() + 60_000)
      return
    }
    out.collect(`to ${ride.to} for ${fare.euros}`)
    this.ride.clear()
    this.fare.clear()
  }
}

class Either extends CoProcessFunction<Ride, Fare, string> {
  processElement1(ride: Ride, _context: object, out: Collector<string>) {
    out.collect(`ride to ${ride.to}`)
  }

  processElement2(fare: Fare, _context: object, out: Collector<string>) {
    out.collect(`fare of ${fare.euros}`)
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const rides = env.fromElements<Ride>({ rideId: 1, to: 'Kreuzberg' }, { rideId: 2, to: 'Mitte' })
const fares = env.fromElements<Fare>({ rideId: 2, euros: 12 }, { rideId: 3, euros: 7 })

rides
  .keyBy((ride) => ride.rideId)
  .connect(fares.keyBy((fare) => fare.rideId))
  .process(new Enrich())
  .print('enriched')
rides.connect(fares).process(new Either()).print('either')

await env.execute('Co-process')
