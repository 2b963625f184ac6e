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

/** Compares times when the next purchase comes. */
export class FraudDetector extends KeyedProcessFunction<
  number,
  Transaction,
  Alert
> {
  #smallAt!: ValueState<number>

  override open() {
    this.#smallAt = this.getRuntimeContext().getState(
      new ValueStateDescriptor('small-at', Types.LONG),
    )
  }

  override processElement(
    transaction: Transaction,
    context: Context<number>,
    out: Collector<Alert>,
  ) {
    const now = context.timerService().currentProcessingTime()
    const smallAt = this.#smallAt.value()

    if (smallAt !== null) {
      const isRecent = now - smallAt < ONE_MINUTE
      if (isRecent && transaction.amount > LARGE_AMOUNT) {
        out.collect(new Alert(transaction.accountId))
      }
      this.#smallAt.clear()
    }

    if (transaction.amount < SMALL_AMOUNT) {
      this.#smallAt.update(now)
    }
  }
}
