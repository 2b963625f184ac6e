// Map and filter functions that follow one another in a chain, as one Receiver: a loop over the functions instead of a
// call per operator and record. Same results, records and errors as the operators one by one, which still open, close
// and own their functions. An interpreter's superinstruction; Flink's chain has no counterpart.

import { Outlet } from '../record/outlet.ts'
import type { Receiver } from '../record/receiver.ts'
import { FilterOperator } from './filter.ts'
import { MapOperator } from './map.ts'
import type { StreamOperator } from './operator.ts'

/** Whether an operator may be part of a run. */
export function isStateless(operator: StreamOperator): operator is MapOperator | FilterOperator {
  return operator instanceof MapOperator || operator instanceof FilterOperator
}

export class StatelessRun implements Receiver {
  readonly place = 'run'
  readonly operators: readonly (MapOperator | FilterOperator)[]
  readonly isFilter: readonly boolean[]
  readonly output: Receiver
  readonly outlet: Outlet
  /** Filled when the operators are open: before that they have no functions. */
  readonly steps: ((value: unknown) => unknown)[] = []

  constructor(operators: readonly (MapOperator | FilterOperator)[], output: Receiver) {
    this.operators = operators
    this.isFilter = operators.map((operator) => operator instanceof FilterOperator)
    this.output = output
    this.outlet = new Outlet(output)
  }

  /** The operators are open. */
  opened(): void {
    for (const operator of this.operators) {
      this.steps.push(operator instanceof FilterOperator ? operator.filter : operator.map)
    }
  }

  /** From now on `before` is called ahead of every record that the operator takes, if it's part of this run. */
  intercept(operator: StreamOperator, before: () => void): void {
    this.operators.forEach((own, i) => {
      const step = this.steps[i]
      if (own !== operator || step === undefined) return
      this.steps[i] = (value) => {
        before()
        return step(value)
      }
    })
  }

  processElement(value: unknown, timestamp: number): void {
    const { steps, isFilter } = this
    let current = value
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i] as (value: unknown) => unknown
      const result = step(current)
      if (isFilter[i] === true) {
        if (result === false || (result !== true && !(this.operators[i] as FilterOperator).keeps(result))) return
      } else {
        if (result === undefined || result instanceof Promise) (this.operators[i] as MapOperator).refuse(result)
        current = result
      }
    }
    this.outlet.push(current, timestamp)
  }

  processWatermark(timestamp: number): void {
    this.output.processWatermark(timestamp)
  }

  processStatus(isIdle: boolean): void {
    this.output.processStatus(isIdle)
  }
}
