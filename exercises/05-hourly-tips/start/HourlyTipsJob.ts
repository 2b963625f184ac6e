import {
  StreamExecutionEnvironment,
  TaxiFareGenerator,
  WatermarkStrategy,
} from 'streambed'
import { hourlyTips } from './HourlyTips'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const source = new TaxiFareGenerator()
const noWatermarks = WatermarkStrategy.noWatermarks()

const fares = env.fromSource(source, noWatermarks, 'fares')

hourlyTips(fares).print().name('hourly-winners')

await env.execute('Hourly Tips')
