// Conditions of an automaton's transitions as functions: the learner's own, joined as the pattern says. A condition may
// look at the events its partial match has taken so far. Flink's IterativeCondition.

import type { OperatorContext } from '../operator.ts'
import { asCall } from '../rich-function.ts'
import type { ConditionContext } from './functions.ts'
import type { ConditionSpec } from './pattern-spec.ts'

/** A condition ready to be asked; null where every event meets it. */
export type BoundCondition = ((event: unknown, context: ConditionContext<unknown>) => boolean) | null

/** Binds conditions to the learner's functions. */
export class ConditionBinder {
  readonly context: OperatorContext
  readonly functions = new Map<string, NonNullable<BoundCondition>>()

  constructor(context: OperatorContext) {
    this.context = context
  }

  bind(condition: ConditionSpec): BoundCondition {
    switch (condition.of) {
      case 'true':
        return null
      case 'function':
        return this.functionOf(condition.role)
      case 'not': {
        const inner = this.bind(condition.condition)
        return inner === null ? () => false : (event, context) => !inner(event, context)
      }
      case 'and': {
        const [left, right] = [this.bind(condition.left), this.bind(condition.right)]
        if (left === null || right === null) return left ?? right
        return (event, context) => left(event, context) && right(event, context)
      }
      case 'or': {
        const [left, right] = [this.bind(condition.left), this.bind(condition.right)]
        if (left === null || right === null) return null
        return (event, context) => left(event, context) || right(event, context)
      }
    }
  }

  private functionOf(role: string): NonNullable<BoundCondition> {
    let bound = this.functions.get(role)
    if (bound === undefined) {
      bound = asCall<NonNullable<BoundCondition>>(this.context.userFunction(role), 'filter')
      this.functions.set(role, bound)
    }
    return bound
  }
}
