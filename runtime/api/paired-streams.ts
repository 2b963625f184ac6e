// What window joins and co-groups of two streams share: the key of each, and the windows of their union. Flink's
// CoGroupedStreams, on which its JoinedStreams is built too.

import { LearnerError } from '../base/diagnostic.ts'
import {
  CoGroupWindowFunction,
  tagOne,
  tagTwo,
  type CoGroupFunctionLike,
  type TaggedUnion,
} from '../operators/join/co-group.ts'
import type { Evictor } from '../operators/window/evictors.ts'
import type { Trigger } from '../operators/window/trigger.ts'
import type { Window } from '../operators/window/windows.ts'
import { typeText, type TypeInformation } from '../record/type-info.ts'
import type { StreamPair } from './connected-streams.ts'
import type { DataStream, SingleOutputStreamOperator } from './data-stream.ts'
import type { Duration, Time } from './duration.ts'
import type { BuiltInEvictor } from './evictors.ts'
import type { KeyFunction } from './functions.ts'
import { requireFunction } from './require.ts'
import type { WindowAssigner } from './window-assigners.ts'
import type { WindowedStream } from './windowed-stream.ts'

/** How one of the two streams is keyed. */
export interface PairKey<T, K> {
  readonly selector: KeyFunction<T, K>
  readonly type: TypeInformation<K> | undefined
}

/** A key selector with its type, checked. */
export function pairKey<T, K>(
  selector: KeyFunction<T, K>,
  type: TypeInformation<K> | undefined,
  call: 'where' | 'equalTo',
): PairKey<T, K> {
  requireFunction(selector, 'getKey', call)
  return { selector, type }
}

/** The windows of the united streams. Throws LearnerError if the keys are declared of two types. */
export function pairWindows<A, B, K, W extends Window>(
  pair: StreamPair<A, B>,
  first: PairKey<A, K>,
  second: PairKey<B, K>,
  assigner: WindowAssigner<TaggedUnion<A, B>, W>,
): WindowedStream<TaggedUnion<A, B>, K, W> {
  const types = [first, second].flatMap(({ type }) =>
    type === undefined ? [] : [typeText(type as TypeInformation<unknown>)],
  )
  const [one, two = one] = types
  if (one !== undefined && two !== undefined && one !== two) {
    throw new LearnerError('KEY_TYPES_DIFFER', { first: one, second: two })
  }
  const [keyOne, keyTwo] = [asFunction(first.selector), asFunction(second.selector)]
  return united(pair)
    .keyBy((tagged) => (tagged.isOne ? keyOne(tagged.one as A) : keyTwo(tagged.two as B)), first.type ?? second.type)
    .window(assigner)
}

/** Both streams as one, each record saying which it comes from: tagged in the task of whatever gives it. */
function united<A, B>(pair: StreamPair<A, B>): DataStream<TaggedUnion<A, B>> {
  const [one, two] = pair.mapEach<TaggedUnion<A, B>>(tagOne, tagTwo)
  return one.union(two)
}

function asFunction<T, K>(selector: KeyFunction<T, K>): (value: T) => K {
  return typeof selector === 'function' ? selector : (value) => selector.getKey(value)
}

/** Windows of two streams. */
export abstract class WindowedPair<A, B, W extends Window> {
  readonly #windows: WindowedStream<TaggedUnion<A, B>, unknown, W>

  /** Made by `window`. */
  constructor(windows: WindowedStream<TaggedUnion<A, B>, unknown, W>) {
    this.#windows = windows
  }

  /** When windows fire, in place of the assigner's own rule. It sees the records of both streams, tagged. */
  trigger(trigger: Trigger<TaggedUnion<A, B>, W>): this {
    this.#windows.trigger(trigger)
    return this
  }

  /** What leaves a window before or after its function is called. It sees the records of both streams, tagged. */
  evictor(evictor: BuiltInEvictor<TaggedUnion<A, B>> | Evictor<TaggedUnion<A, B>, W>): this {
    this.#windows.evictor(evictor)
    return this
  }

  /** How long after their end windows are kept for late records; each late record fires its window again. */
  allowedLateness(lateness: Duration | Time): this {
    this.#windows.allowedLateness(lateness)
    return this
  }

  protected coGroup<R>(fn: CoGroupFunctionLike<A, B, R>): SingleOutputStreamOperator<R> {
    const window = new CoGroupWindowFunction(fn as CoGroupFunctionLike<unknown, unknown, unknown>)
    return this.#windows.apply(window as never)
  }
}
