// A rolling reduce: one value per key, emitted after every record, the first one unchanged. Flink's StreamGroupedReduce,
// which also carries sum, min, max, minBy and maxBy.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#reduce

import { present } from '../base/assert.ts'
import { cloneValue } from '../base/clone.ts'
import { LearnerError } from '../base/diagnostic.ts'
import type { Column } from '../state/column.ts'
import type { KeyedStateBackend } from '../state/keyed-backend.ts'
import { fieldAggregation, type FieldAggregation } from './field-aggregation.ts'
import { StreamOperator, type OperatorContext } from './operator.ts'
import { asCall, closeFunction, openFunction, refusePromise } from './rich-function.ts'

const STATE = '_op_state'

export class ReduceOperator extends StreamOperator {
  readonly aggregation: FieldAggregation | null
  name = ''
  fn: unknown = null
  backend!: KeyedStateBackend
  column!: Column
  reduce!: (accumulated: unknown, value: unknown) => unknown

  /** `aggregation` for sum, min and the like; null where the learner's own function reduces. */
  constructor(aggregation: FieldAggregation | null) {
    super()
    this.aggregation = aggregation
  }

  override open(context: OperatorContext): void {
    this.name = context.name
    this.backend = present(context.keyed, `the keyed state of ${context.name}`)
    this.column = this.backend.column(STATE)
    if (this.aggregation !== null) this.reduce = fieldAggregation(this.aggregation)
    else {
      this.fn = context.userFunction('reduce')
      openFunction(this.fn, context)
      this.reduce = asCall(this.fn, 'reduce')
    }
  }

  override processElement(value: unknown, timestamp: number): void {
    this.output.processElement(this.accumulate(value), timestamp)
  }

  /** Adds a record to what its key has accumulated, which it returns. */
  protected accumulate(value: unknown): unknown {
    const before = this.accumulated()
    const after = before === undefined ? value : this.reduce(before, value)
    if (after instanceof Promise) refusePromise(after, 'reduce', this.name)
    // Most often a `return` was forgotten; stored, it would clear the state without a word.
    if (after === undefined || after === null) throw new LearnerError('REDUCE_NOTHING', { operator: this.name })
    this.backend.set(this.column, STATE, this.backend.isByValue ? cloneValue(after) : after)
    return after
  }

  /** What the current key has accumulated; undefined before its first record. */
  protected accumulated(): unknown {
    const stored = this.backend.get(this.column, STATE)
    return this.backend.isByValue ? cloneValue(stored) : stored
  }

  override close(): void {
    closeFunction(this.fn)
  }
}
