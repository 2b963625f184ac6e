import {
  Alert,
  KeyedProcessFunction,
  Types,
  ValueStateDescriptor,
} from 'streambed'
import type {
  Collector,
  Context,
  Transaction,
  ValueState,
} from 'streambed'

const SMALL_AMOUNT = 1
const LARGE_AMOUNT = 500
const ONE_MINUTE = 60 * 1000

/** Clears the flag and lets its timer run on. */
export class FraudDetector extends KeyedProcessFunction<
  number,
  Transaction,
  Alert
> {
  #flag!: ValueState<boolean>

  override open() {
    const context = this.getRuntimeContext()
    this.#flag = context.getState(
      new ValueStateDescriptor('flag', Types.BOOLEAN),
    )
  }

  override processElement(
    transaction: Transaction,
    context: Context<number>,
    out: Collector<Alert>,
  ) {
    if (this.#flag.value() !== null) {
      if (transaction.amount > LARGE_AMOUNT) {
        out.collect(new Alert(transaction.accountId))
      }
      this.#flag.clear()
    }

    if (transaction.amount < SMALL_AMOUNT) {
      this.#flag.update(true)
      const timers = context.timerService()
      const due = timers.currentProcessingTime() + ONE_MINUTE
      timers.registerProcessingTimeTimer(due)
    }
  }

  override onTimer() {
    this.#flag.clear()
  }
}
