import { Alert, KeyedProcessFunction } from 'streambed'
import type { Collector, Context, Transaction } from 'streambed'

const SMALL_AMOUNT = 1
const LARGE_AMOUNT = 500

/** Remembers in a class member. */
export class FraudDetector extends KeyedProcessFunction<
  number,
  Transaction,
  Alert
> {
  lastWasSmall = false

  override processElement(
    transaction: Transaction,
    context: Context<number>,
    out: Collector<Alert>,
  ) {
    if (this.lastWasSmall && transaction.amount > LARGE_AMOUNT) {
      out.collect(new Alert(transaction.accountId))
    }
    this.lastWasSmall = transaction.amount < SMALL_AMOUNT
  }
}
