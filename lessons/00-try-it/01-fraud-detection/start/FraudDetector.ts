import { Alert, KeyedProcessFunction, Types, ValueStateDescriptor } from 'streambed'
import type { Collector, Context, OpenContext, Transaction, ValueState } from 'streambed'

const SMALL_AMOUNT = 1.0
const LARGE_AMOUNT = 500.0

/** Raises an alert when an account makes a small purchase and, right after it, a large one. */
export class FraudDetector extends KeyedProcessFunction<number, Transaction, Alert> {
  private flag!: ValueState<boolean>

  override open(context: OpenContext): void {
    this.flag = this.getRuntimeContext().getState(new ValueStateDescriptor('flag', Types.BOOLEAN))
  }

  override processElement(transaction: Transaction, context: Context<number>, out: Collector<Alert>): void {
    const lastWasSmall = this.flag.value()

    if (lastWasSmall !== null) {
      if (transaction.amount > LARGE_AMOUNT) out.collect(new Alert(transaction.accountId))
      this.flag.clear()
    }

    if (transaction.amount < SMALL_AMOUNT) this.flag.update(true)
  }
}
