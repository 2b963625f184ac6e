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

/** Forgets the flag but keeps the timer’s time. */
export class FraudDetector extends KeyedProcessFunction<
  number,
  Transaction,
  Alert
> {
  #flag!: ValueState<boolean>
  #timer!: ValueState<number>

  override open() {
    const context = this.getRuntimeContext()
    this.#flag = context.getState(
      new ValueStateDescriptor('flag', Types.BOOLEAN),
    )
    this.#timer = context.getState(
      new ValueStateDescriptor('timer-state', Types.LONG),
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
      this.#cleanUp(context)
    }

    if (transaction.amount < SMALL_AMOUNT) {
      this.#flag.update(true)
      const timers = context.timerService()
      const due = timers.currentProcessingTime() + ONE_MINUTE
      timers.registerProcessingTimeTimer(due)
      this.#timer.update(due)
    }
  }

  override onTimer() {
    this.#flag.clear()
  }

  #cleanUp(context: Context<number>) {
    const due = this.#timer.value()
    if (due !== null) {
      context.timerService().deleteProcessingTimeTimer(due)
    }
    this.#flag.clear()
    this.#timer.clear()
  }
}
