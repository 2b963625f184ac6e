import {
  StreamExecutionEnvironment,
  TaxiFareGenerator,
  TaxiRideGenerator,
  WatermarkStrategy,
} from 'streambed'
import { EnrichmentFunction } from './EnrichmentFunction'

const env = StreamExecutionEnvironment.getExecutionEnvironment()

const rides = env
  .fromSource(
    new TaxiRideGenerator(),
    WatermarkStrategy.noWatermarks(),
    'rides',
  )
  .filter((ride) => ride.isStart)
  .name('starts-only')
  .keyBy((ride) => ride.rideId)

const fares = env
  .fromSource(
    new TaxiFareGenerator(),
    WatermarkStrategy.noWatermarks(),
    'fares',
  )
  .keyBy((fare) => fare.rideId)

rides
  .connect(fares)
  .flatMap(new EnrichmentFunction())
  .uid('enrichment')
  .name('enrichment')
  .print()
  .name('rides-with-fares')

await env.execute('Rides and Fares')
