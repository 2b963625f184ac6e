import {
  Duration,
  StreamExecutionEnvironment,
  TaxiRideGenerator,
  WatermarkStrategy,
} from 'streambed'
import type { TaxiRide } from 'streambed'
import { AlertFunction } from './AlertFunction'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const source = new TaxiRideGenerator()

// The generator's rides come up to 80 seconds late.
const eventTime =
  WatermarkStrategy.forBoundedOutOfOrderness<TaxiRide>(
    Duration.ofSeconds(80),
  ).withTimestampAssigner((ride) => ride.eventTime)

env
  .fromSource(source, eventTime, 'rides')
  .keyBy((ride) => ride.rideId)
  .process(new AlertFunction())
  .name('long-rides')
  .print()
  .name('alerts')

await env.execute('Long Ride Alerts')
