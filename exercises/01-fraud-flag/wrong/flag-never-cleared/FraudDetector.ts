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

/** Sets the flag and leaves it set. */
export class FraudDetector extends KeyedProcessFunction<
  number,
  Transaction,
  Alert
> {
  #flag!: ValueState<boolean>

  override open() {
    const descriptor = new ValueStateDescriptor('flag', Types.BOOLEAN)
    this.#flag = this.getRuntimeContext().getState(descriptor)
  }

  override processElement(
    transaction: Transaction,
    context: Context<number>,
    out: Collector<Alert>,
  ) {
    if (
      this.#flag.value() !== null &&
      transaction.amount > LARGE_AMOUNT
    ) {
      out.collect(new Alert(transaction.accountId))
    }

    if (transaction.amount < SMALL_AMOUNT) {
      this.#flag.update(true)
    }
  }
}
