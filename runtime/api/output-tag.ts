// Names of side outputs. Flink's OutputTag.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/side_output/

import { requireType, type TypeInformation } from '../record/type-info.ts'
import { requireName } from './require.ts'

/**
 * Names a side output; two tags with one id are the same output.
 *
 * ```ts
 * const late = new OutputTag<Ride>('late')
 * ```
 */
export class OutputTag<T> {
  readonly id: string
  readonly type: TypeInformation<T> | null

  constructor(id: string, type: TypeInformation<T> | null = null) {
    this.id = requireName(id, 'new OutputTag')
    if (type !== null) requireType(type, 'new OutputTag')
    this.type = type
  }

  getId(): string {
    return this.id
  }
}
