import {
  StreamExecutionEnvironment,
  TaxiRideGenerator,
  WatermarkStrategy,
} from 'streambed'
import { NYCFilter } from './NYCFilter'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const source = new TaxiRideGenerator()
const noWatermarks = WatermarkStrategy.noWatermarks()

env
  .fromSource(source, noWatermarks, 'rides')
  .filter(new NYCFilter())
  .name('nyc-filter')
  .print()
  .name('rides-in-nyc')

await env.execute('Ride Cleansing')
