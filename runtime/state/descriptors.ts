// Descriptors: the name, type and options under which a function asks for its state. Flink's StateDescriptor family.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/

import type { TypeInformation } from '../record/type-info.ts'
import type { StateTtl } from './ttl.ts'

/**
 * Asks for one value per key.
 *
 * ```ts
 * const flag = new ValueStateDescriptor('flag', Types.BOOLEAN)
 * ```
 */
export class ValueStateDescriptor<T> {
  /** Unique among the states of the operator; savepoints find the state by it. */
  readonly name: string
  readonly type: TypeInformation<T> | null
  /** What `value()` gives while nothing was set; null if none was given. */
  readonly defaultValue: T | null
  /** Time to live, null for ever. */
  ttl: StateTtl | null = null

  constructor(name: string, type: TypeInformation<T> | null = null, defaultValue: T | null = null) {
    this.name = name
    this.type = type
    this.defaultValue = defaultValue
  }

  /** Lets values of this state expire. The default value is then ignored, as in Flink. */
  enableTimeToLive(ttl: StateTtl): void {
    this.ttl = ttl
  }
}
