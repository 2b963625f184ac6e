// Makes an operator fail, or slow, while it runs. Whatever stands between a record and its operator is made in many ways
// (chains, runs of stateless functions, two inputs), so the operator itself gets a method of its own before that of its
// class. Costs nothing where no fault is.

import { LearnerError } from '../base/diagnostic.ts'
import { SourceOperator } from '../connectors/source-operator.ts'
import type { StreamOperator } from '../operators/operator.ts'
import { TwoInputOperator } from '../operators/two-input.ts'
import type { Receiver } from '../record/receiver.ts'
import type { OperatorChain } from '../task/operator-chain.ts'
import type { Task } from '../task/task.ts'
import type { ClusterAction } from './cluster-action.ts'

/** An operator that is made to throw. */
export class ThrowFault {
  readonly action: ClusterAction & { readonly kind: 'throw' }
  /** Shared by all subtasks that the action means: one that throws once throws in one of them. */
  readonly fate: { isOver: boolean }
  /** Place of the node in its chain, and what messages call it. */
  readonly at: number
  readonly name: string
  /** Records taken since the fault, or since the attempt began. */
  taken = 0

  constructor(
    action: ThrowFault['action'],
    fate: ThrowFault['fate'],
    { at, name }: { readonly at: number; readonly name: string },
  ) {
    this.action = action
    this.fate = fate
    this.at = at
    this.name = name
  }

  /** The task has its operators now; of a new attempt counting begins anew. */
  install(task: Task): void {
    this.taken = 0
    // What is restored finished takes no records any more, and isn't open.
    if (!this.fate.isOver && !task.chain.isFinished) intercept(task.chain, this.at, () => this.recordTaken())
  }

  private recordTaken(): void {
    const { record = 1, times = 'once' } = this.action
    this.taken++
    if (this.fate.isOver || this.taken < record) return
    this.fate.isOver = times === 'once'
    throw new LearnerError('FAULT_THROWN', { operator: this.name, record: this.taken })
  }
}

/** Calls `before` whenever the operator is about to take a record. The operator is open. */
function intercept(chain: OperatorChain, at: number, before: () => void): void {
  const operator = chain.operators[at] as StreamOperator
  if (operator instanceof SourceOperator) {
    if (operator.functionReader !== null) wrapOutput(operator, before)
    else wrap(operator.reader, 'read', before)
  } else if (operator instanceof TwoInputOperator) {
    wrap(operator, 'processElement1', before)
    wrap(operator, 'processElement2', before)
  } else {
    wrap(operator as Receiver, 'processElement', before)
    for (const run of chain.runs) run.intercept(operator, before)
  }
}

/** A source function decides by itself what it does next: what counts is what it emits. */
function wrapOutput(operator: SourceOperator, before: () => void): void {
  const { output } = operator
  operator.output = {
    processElement(value, timestamp) {
      before()
      output.processElement(value, timestamp)
    },
    processWatermark: (timestamp) => output.processWatermark(timestamp),
    processStatus: (isIdle) => output.processStatus(isIdle),
  }
}

function wrap<K extends string>(
  target: { [key in K]: (...args: never[]) => unknown },
  method: K,
  before: () => void,
): void {
  const own = target[method] as (...args: unknown[]) => unknown
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    before()
    return own.apply(this, args)
  }
  Object.assign(target, { [method]: wrapped })
}
