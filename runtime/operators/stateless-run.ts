// Map and filter functions that follow one another in a chain, as one Receiver instead of a call per operator and record.
// Same results, records and errors as the operators one by one, which still open, close and own their functions. The first
// few functions are each called from a place of their own, where V8 can see through the call, as in Outlet. An
// interpreter's superinstruction; Flink's chain has no counterpart.

import { Outlet } from '../record/outlet.ts'
import type { Receiver } from '../record/receiver.ts'
import { FilterOperator } from './filter.ts'
import { MapOperator } from './map.ts'
import type { StreamOperator } from './operator.ts'

/** Whether an operator may be part of a run. */
export function isStateless(operator: StreamOperator): operator is MapOperator | FilterOperator {
  return operator instanceof MapOperator || operator instanceof FilterOperator
}

type Step = (value: unknown) => unknown

/** So many functions have a place of their own. */
const OWN_PLACES = 3

export class StatelessRun implements Receiver {
  readonly place = 'run'
  readonly operators: readonly (MapOperator | FilterOperator)[]
  readonly isFilter: readonly boolean[]
  readonly output: Receiver
  readonly outlet: Outlet
  /** Filled when the operators are open: before that they have no functions. */
  readonly steps: Step[] = []

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
    const { length } = steps
    let current = value
    let result = (steps[0] as Step)(current)
    if (isFilter[0] !== true) current = this.requireRecord(result, 0)
    else if (result !== true && !this.keeps(result, 0)) return
    if (length > 1) {
      result = (steps[1] as Step)(current)
      if (isFilter[1] !== true) current = this.requireRecord(result, 1)
      else if (result !== true && !this.keeps(result, 1)) return
    }
    if (length > 2) {
      result = (steps[2] as Step)(current)
      if (isFilter[2] !== true) current = this.requireRecord(result, 2)
      else if (result !== true && !this.keeps(result, 2)) return
    }
    for (let i = OWN_PLACES; i < length; i++) {
      result = (steps[i] as Step)(current)
      if (isFilter[i] !== true) current = this.requireRecord(result, i)
      else if (result !== true && !this.keeps(result, i)) return
    }
    this.outlet.push(current, timestamp)
  }

  private requireRecord(result: unknown, at: number): unknown {
    if (result === undefined || result instanceof Promise) (this.operators[at] as MapOperator).refuse(result)
    return result
  }

  private keeps(result: unknown, at: number): boolean {
    return result !== false && (this.operators[at] as FilterOperator).keeps(result)
  }

  processWatermark(timestamp: number): void {
    this.output.processWatermark(timestamp)
  }

  processStatus(isIdle: boolean): void {
    this.output.processStatus(isIdle)
  }
}
