import {
  AlertSink,
  StreamExecutionEnvironment,
  TransactionSource,
  WatermarkStrategy,
} from 'streambed'
import type { Transaction } from 'streambed'
import { EventTimeDetector } from './EventTimeDetector'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const source = TransactionSource.unbounded()
const eventTime =
  WatermarkStrategy.forMonotonousTimestamps<Transaction>().withTimestampAssigner(
    (transaction) => transaction.timestamp,
  )

env
  .fromSource(source, eventTime, 'transactions')
  .keyBy((transaction) => transaction.accountId)
  .process(new EventTimeDetector())
  .name('fraud-detector')
  .addSink(new AlertSink())
  .name('send-alerts')

await env.execute('Fraud Detection in event time')
