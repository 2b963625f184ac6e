// Two streams in one window: both are tagged with the side they come from, united and windowed, and the window's records
// are told apart again. So co-groups and window joins have windows, triggers, evictors and lateness for free. Flink's
// CoGroupedStreams: its TaggedUnion, taggers and CoGroupWindowFunction.

import type { Collector, RichFunctionLike, RuntimeContext } from '../functions.ts'
import { refusePromise } from '../rich-function.ts'

/** A record and which of the two streams it comes from. */
export interface TaggedUnion<A, B> {
  readonly one: A | null
  readonly two: B | null
  readonly isOne: boolean
}

export interface CoGroupFunctionLike<A, B, R> extends RichFunctionLike {
  coGroup(first: Iterable<A>, second: Iterable<B>, out: Collector<R>): void
}

/** What it returns is emitted, unless it's undefined; what it collects too. */
export interface JoinFunctionLike<A, B, R> extends RichFunctionLike {
  join(first: A, second: B, out: Collector<R>): R | void
}

type Tagged = TaggedUnion<unknown, unknown>

/** As a record of the first stream. */
export function tagOne<A>(value: A): TaggedUnion<A, never> {
  return { one: value, two: null, isOne: true }
}

/** As a record of the second stream. */
export function tagTwo<B>(value: B): TaggedUnion<never, B> {
  return { one: null, two: value, isOne: false }
}

/** Passes the life cycle on to the learner's function within. */
abstract class Within<F extends RichFunctionLike> implements RichFunctionLike {
  readonly fn: F
  /** For messages. */
  operator = ''

  constructor(fn: F) {
    this.fn = fn
  }

  setRuntimeContext(context: RuntimeContext): void {
    this.operator = context.getTaskName()
    this.fn.setRuntimeContext?.(context)
  }

  open(context: object): void {
    return this.fn.open?.(context)
  }

  close(): void {
    this.fn.close?.()
  }
}

/** Calls a CoGroupFunction with the records of a window, told apart. */
export class CoGroupWindowFunction extends Within<CoGroupFunctionLike<unknown, unknown, unknown>> {
  apply(_key: unknown, _window: unknown, values: Iterable<Tagged>, out: Collector<unknown>): void {
    const [first, second]: [unknown[], unknown[]] = [[], []]
    for (const { one, two, isOne } of values) {
      if (isOne) first.push(one)
      else second.push(two)
    }
    refusePromise(this.fn.coGroup(first, second, out), 'coGroup', this.operator)
  }
}

/** A JoinFunction as a co-group: every record of the first stream with every one of the second. An inner join. */
export class JoinCoGroupFunction
  extends Within<JoinFunctionLike<unknown, unknown, unknown>>
  implements CoGroupFunctionLike<unknown, unknown, unknown>
{
  coGroup(first: Iterable<unknown>, second: Iterable<unknown>, out: Collector<unknown>): void {
    for (const one of first) {
      for (const two of second) {
        const result = this.fn.join(one, two, out)
        if (result === undefined) continue
        refusePromise(result, 'join', this.operator)
        out.collect(result)
      }
    }
  }
}
