// Descriptors: the name, type and options under which a function asks for its state. Flink's StateDescriptor family.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import { requireType, type TypeInformation } from '../record/type-info.ts'
import type { AggregateFunction, Reduction } from './folding.ts'
import type { StateTtl } from './ttl.ts'

/** What a state holds per key. */
export type StateKind = 'value' | 'list' | 'map' | 'reducing' | 'aggregating'

/** What all descriptors have. */
export abstract class StateDescriptor {
  abstract readonly kind: StateKind
  /** Unique among the states of the operator; savepoints find the state by it. */
  readonly name: string
  /** Time to live, null for ever. */
  ttl: StateTtl | null = null

  /** `types` are what's known of its values. */
  constructor(name: string, ...types: readonly (TypeInformation<unknown> | null)[]) {
    if (typeof name !== 'string' || name === '')
      throw new LearnerError('STATE_NAME_MISSING', { value: valueName(name) })
    for (const type of types) if (type !== null) requireType(type, `the state “${name}”`)
    this.name = name
  }

  /** Lets what is in this state expire: each entry of a list or a map by itself. */
  enableTimeToLive(ttl: StateTtl): void {
    this.ttl = ttl
  }
}

/**
 * Asks for one value per key.
 *
 * ```ts
 * const flag = new ValueStateDescriptor('flag', Types.BOOLEAN)
 * ```
 */
export class ValueStateDescriptor<T> extends StateDescriptor {
  override readonly kind = 'value'
  readonly type: TypeInformation<T> | null
  /** What `value()` gives while nothing was set; null if none was given. Ignored with a time to live, as in Flink. */
  readonly defaultValue: T | null

  constructor(name: string, type: TypeInformation<T> | null = null, defaultValue: T | null = null) {
    super(name, type)
    this.type = type
    this.defaultValue = defaultValue
  }
}

/**
 * Asks for a list per key, or of an operator's subtask.
 *
 * ```ts
 * const recent = new ListStateDescriptor('recent', Types.LONG)
 * ```
 */
export class ListStateDescriptor<T> extends StateDescriptor {
  override readonly kind = 'list'
  readonly elementType: TypeInformation<T> | null

  constructor(name: string, elementType: TypeInformation<T> | null = null) {
    super(name, elementType)
    this.elementType = elementType
  }
}

/**
 * Asks for a map per key, or for broadcast state. Its keys are compared by value: two tuples of equal content are one
 * key. An integral number and an equal bigint are one key too, unless the key's type is Types.BIG_INT.
 *
 * ```ts
 * const visits = new MapStateDescriptor('visits', Types.STRING, Types.LONG)
 * ```
 */
export class MapStateDescriptor<K, V> extends StateDescriptor {
  override readonly kind = 'map'
  readonly keyType: TypeInformation<K> | null
  readonly valueType: TypeInformation<V> | null

  constructor(name: string, keyType: TypeInformation<K> | null = null, valueType: TypeInformation<V> | null = null) {
    super(name, keyType, valueType)
    this.keyType = keyType
    this.valueType = valueType
  }
}

/**
 * Asks for one value per key, into which every added value is reduced.
 *
 * ```ts
 * const highest = new ReducingStateDescriptor('highest', (a: number, b: number) => Math.max(a, b), Types.LONG)
 * ```
 */
export class ReducingStateDescriptor<T> extends StateDescriptor {
  override readonly kind = 'reducing'
  readonly reduction: Reduction<T>
  readonly type: TypeInformation<T> | null

  constructor(name: string, reduction: Reduction<T>, type: TypeInformation<T> | null = null) {
    super(name, type)
    if (typeof reduction !== 'function') requireFolding(reduction, ['reduce'], name)
    this.reduction = reduction
    this.type = type
  }
}

/**
 * Asks for one accumulator per key, into which every added value is aggregated; reading gives the result.
 *
 * ```ts
 * const average = new AggregatingStateDescriptor('average', new Average(), Types.TUPLE(Types.LONG, Types.LONG))
 * ```
 */
export class AggregatingStateDescriptor<IN, ACC, OUT> extends StateDescriptor {
  override readonly kind = 'aggregating'
  readonly aggregation: AggregateFunction<IN, ACC, OUT>
  /** Of the accumulator. */
  readonly type: TypeInformation<ACC> | null

  constructor(name: string, aggregation: AggregateFunction<IN, ACC, OUT>, type: TypeInformation<ACC> | null = null) {
    super(name, type)
    requireFolding(aggregation, ['createAccumulator', 'add', 'getResult', 'merge'], name)
    this.aggregation = aggregation
    this.type = type
  }
}

function requireFolding(fn: unknown, methods: readonly string[], name: string): void {
  const members = typeof fn === 'object' && fn !== null ? (fn as Record<string, unknown>) : {}
  const missing = methods.find((method) => typeof members[method] !== 'function')
  if (missing !== undefined) throw new LearnerError('STATE_FUNCTION_MISSING', { state: name, method: missing })
  if (typeof members['setRuntimeContext'] === 'function') throw new LearnerError('STATE_FUNCTION_RICH', { state: name })
}
