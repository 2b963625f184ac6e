import {
  AlertSink,
  StreamExecutionEnvironment,
  TransactionSource,
  WatermarkStrategy,
} from 'streambed'
import { MemberDetector } from './MemberDetector'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const source = TransactionSource.unbounded()
const noWatermarks = WatermarkStrategy.noWatermarks()

env
  .fromSource(source, noWatermarks, 'transactions')
  .keyBy((transaction) => transaction.accountId)
  .process(new MemberDetector())
  .name('fraud-detector')
  .addSink(new AlertSink())
  .name('send-alerts')

await env.execute('Fraud Detection')
