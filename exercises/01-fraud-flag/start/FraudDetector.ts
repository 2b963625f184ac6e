import { Alert, KeyedProcessFunction } from 'streambed'
import type { Collector, Context, Transaction } from 'streambed'

/** Not yet a detector: it alerts on every transaction. */
export class FraudDetector extends KeyedProcessFunction<
  number,
  Transaction,
  Alert
> {
  override processElement(
    transaction: Transaction,
    context: Context<number>,
    out: Collector<Alert>,
  ) {
    out.collect(new Alert(transaction.accountId))
  }
}
