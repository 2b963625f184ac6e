import { Alert, KeyedProcessFunction } from 'streambed'
import type { Collector, Context, Transaction } from 'streambed'

const SMALL_AMOUNT = 1
const LARGE_AMOUNT = 500

/** Keeps a flag for each account in a member. */
export class FraudDetector extends KeyedProcessFunction<
  number,
  Transaction,
  Alert
> {
  flags = new Set<number>()

  override processElement(
    transaction: Transaction,
    context: Context<number>,
    out: Collector<Alert>,
  ) {
    const account = transaction.accountId
    const lastWasSmall = this.flags.delete(account)

    if (lastWasSmall && transaction.amount > LARGE_AMOUNT) {
      out.collect(new Alert(account))
    }
    if (transaction.amount < SMALL_AMOUNT) {
      this.flags.add(account)
    }
  }
}
