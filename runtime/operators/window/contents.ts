// What a window holds: all its records, or one value into which they were aggregated on arrival. A column of the keyed
// backend, by the slot of key and window. Flink's window-contents state.

import { cloneValue } from '../../base/clone.ts'
import { LearnerError } from '../../base/diagnostic.ts'
import type { Column } from '../../state/column.ts'
import type { AggregateFunction } from '../../state/folding.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import { fieldAggregation } from '../field-aggregation.ts'
import type { OperatorContext } from '../operator.ts'
import { asCall, refusePromise } from '../rich-function.ts'
import type { ContentsSpec } from './window-spec.ts'

/** Name of the state with the contents of windows. */
export const CONTENTS = 'window-contents'

type AnyAggregate = AggregateFunction<unknown, unknown, unknown>

/** How records become contents: the part that needs no storage, which general and fast operators share. */
export interface Folding {
  /** Contents of no records; undefined where there's no such thing. */
  empty(): unknown
  /** Contents with one record more; `before` is undefined for none. */
  add(before: unknown, value: unknown): unknown
  /** What the window's function gets. */
  result(contents: unknown): unknown
  merge(a: unknown, b: unknown): unknown
}

export function createFolding(spec: ContentsSpec, context: OperatorContext): Folding {
  const folding = foldingOf(spec, context)
  return context.keyed?.isByValue === true ? new CopyingFolding(folding) : folding
}

function foldingOf(spec: ContentsSpec, context: OperatorContext): Folding {
  switch (spec.kind) {
    case 'list':
      return LIST
    case 'aggregate':
      return new Aggregating(context.userFunction('aggregate') as AnyAggregate, context.name)
    case 'reduce':
      return new Reducing(asCall(context.userFunction('reduce'), 'reduce'), context.name)
    case 'field':
      return new Reducing(fieldAggregation(spec.aggregation), context.name)
  }
}

const LIST: Folding = {
  empty: () => undefined,
  add(before, value) {
    if (before === undefined) return [value]
    ;(before as unknown[]).push(value)
    return before
  },
  result: (contents) => contents,
  merge: (a, b) => [...(a as unknown[]), ...(b as unknown[])],
}

class Reducing implements Folding {
  readonly reduce: (accumulated: unknown, value: unknown) => unknown
  readonly operator: string

  constructor(reduce: (accumulated: unknown, value: unknown) => unknown, operator: string) {
    this.reduce = reduce
    this.operator = operator
  }

  empty(): unknown {
    return undefined
  }

  add(before: unknown, value: unknown): unknown {
    if (before === undefined) return value
    const after = this.reduce(before, value)
    // The cheap test first: most results are numbers or plain objects.
    if (after === undefined || after === null || after instanceof Promise) this.refuse(after)
    return after
  }

  result(contents: unknown): unknown {
    return contents
  }

  merge(a: unknown, b: unknown): unknown {
    return this.add(a, b)
  }

  private refuse(after: unknown): void {
    refusePromise(after, 'reduce', this.operator)
    throw new LearnerError('REDUCE_NOTHING', { operator: this.operator })
  }
}

class Aggregating implements Folding {
  readonly fn: AnyAggregate
  readonly operator: string

  constructor(fn: AnyAggregate, operator: string) {
    this.fn = fn
    this.operator = operator
  }

  empty(): unknown {
    return this.require(this.fn.createAccumulator(), 'createAccumulator')
  }

  add(before: unknown, value: unknown): unknown {
    return this.require(this.fn.add(value, before === undefined ? this.empty() : before), 'add')
  }

  result(contents: unknown): unknown {
    return this.fn.getResult(contents)
  }

  merge(a: unknown, b: unknown): unknown {
    return this.require(this.fn.merge(a, b), 'merge')
  }

  private require(accumulator: unknown, method: string): unknown {
    if (accumulator === undefined || accumulator === null || accumulator instanceof Promise) {
      refusePromise(accumulator, method, this.operator)
      throw new LearnerError('AGGREGATE_NOTHING', { operator: this.operator, method })
    }
    return accumulator
  }
}

/** Contents by value: what was added and what is handed out are copies. */
class CopyingFolding implements Folding {
  readonly folding: Folding

  constructor(folding: Folding) {
    this.folding = folding
  }

  empty(): unknown {
    return this.folding.empty()
  }

  add(before: unknown, value: unknown): unknown {
    return this.folding.add(before, cloneValue(value))
  }

  result(contents: unknown): unknown {
    return this.folding.result(cloneValue(contents))
  }

  merge(a: unknown, b: unknown): unknown {
    return this.folding.merge(a, b)
  }
}

/** Contents of windows, by slot. */
export class WindowContents {
  readonly backend: KeyedStateBackend
  readonly column: Column
  readonly folding: Folding

  constructor(backend: KeyedStateBackend, folding: Folding) {
    this.backend = backend
    this.column = backend.column(CONTENTS)
    this.folding = folding
  }

  add(slot: number, value: unknown): void {
    this.backend.setAt(this.column, slot, this.folding.add(this.column.open(slot), value))
  }

  /** Undefined if the window is empty. */
  get(slot: number): unknown {
    const contents = this.column.open(slot)
    return contents === undefined ? undefined : this.folding.result(contents)
  }

  clear(slot: number): void {
    this.backend.setAt(this.column, slot, undefined)
  }

  /** Takes the contents of the sources away and folds them, joined in their order, into the target's. */
  merge(target: number, sources: readonly number[]): void {
    let joined: unknown
    for (const slot of sources) {
      const contents = this.column.open(slot)
      if (contents === undefined) continue
      this.clear(slot)
      joined = joined === undefined ? contents : this.folding.merge(joined, contents)
    }
    if (joined === undefined) return
    const own = this.column.open(target)
    this.backend.setAt(this.column, target, own === undefined ? joined : this.folding.merge(own, joined))
  }
}
