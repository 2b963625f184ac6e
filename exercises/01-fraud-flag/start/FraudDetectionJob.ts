import {
  AlertSink,
  StreamExecutionEnvironment,
  TransactionSource,
  WatermarkStrategy,
} from 'streambed'
import { FraudDetector } from './FraudDetector'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const source = TransactionSource.unbounded()
const noWatermarks = WatermarkStrategy.noWatermarks()

env
  .fromSource(source, noWatermarks, 'transactions')
  .keyBy((transaction) => transaction.accountId)
  .process(new FraudDetector())
  .name('fraud-detector')
  .addSink(new AlertSink())
  .name('send-alerts')

await env.execute('Fraud Detection')
