import { Alert, KeyedProcessFunction } from 'streambed'
import type {
  Collector,
  Context,
  OnTimerContext,
  Transaction,
} from 'streambed'

const SMALL_AMOUNT = 1
const LARGE_AMOUNT = 500
const ONE_MINUTE = 60 * 1000

/** Keeps each account's timer in a member. */
export class FraudDetector extends KeyedProcessFunction<
  number,
  Transaction,
  Alert
> {
  dues = new Map<number, number>()

  override processElement(
    transaction: Transaction,
    context: Context<number>,
    out: Collector<Alert>,
  ) {
    const timers = context.timerService()
    const account = transaction.accountId
    const due = this.dues.get(account)

    if (due !== undefined) {
      if (transaction.amount > LARGE_AMOUNT) {
        out.collect(new Alert(account))
      }
      timers.deleteProcessingTimeTimer(due)
      this.dues.delete(account)
    }

    if (transaction.amount < SMALL_AMOUNT) {
      const next = timers.currentProcessingTime() + ONE_MINUTE
      timers.registerProcessingTimeTimer(next)
      this.dues.set(account, next)
    }
  }

  override onTimer(
    timestamp: number,
    context: OnTimerContext<number>,
  ) {
    this.dues.delete(context.getCurrentKey())
  }
}
