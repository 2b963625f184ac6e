// The runtime context of a pattern's functions: where they run, and no state, since a condition is asked about one partial
// match and not about the key. Flink's CepRuntimeContext.

import { LearnerError } from '../../base/diagnostic.ts'
import type { OperatorContext } from '../operator.ts'
import { openFunction, OperatorRuntimeContext } from '../rich-function.ts'

class CepRuntimeContext extends OperatorRuntimeContext {
  readonly #operator: string

  constructor(context: OperatorContext) {
    super(context)
    this.#operator = context.name
  }

  override getState(): never {
    return this.#refuse()
  }

  override getListState(): never {
    return this.#refuse()
  }

  override getMapState(): never {
    return this.#refuse()
  }

  override getReducingState(): never {
    return this.#refuse()
  }

  override getAggregatingState(): never {
    return this.#refuse()
  }

  #refuse(): never {
    throw new LearnerError('CEP_NO_STATE', { operator: this.#operator })
  }
}

/** Gives a function object of a pattern its runtime context and calls its `open`. */
export function openCepFunction(fn: unknown, context: OperatorContext): void {
  openFunction(fn, context, new CepRuntimeContext(context))
}
