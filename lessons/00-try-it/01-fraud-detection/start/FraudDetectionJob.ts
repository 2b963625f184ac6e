import { StreamExecutionEnvironment, WatermarkStrategy, TransactionSource, AlertSink } from 'streambed'
import { FraudDetector } from './FraudDetector'

const env = StreamExecutionEnvironment.getExecutionEnvironment()

env
  .fromSource(TransactionSource.unbounded(), WatermarkStrategy.noWatermarks(), 'transactions')
  .keyBy((transaction) => transaction.accountId)
  .process(new FraudDetector())
  .name('fraud-detector')
  .addSink(new AlertSink())
  .name('send-alerts')

await env.execute('Fraud Detection')
