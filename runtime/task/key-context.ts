// The key that a record has where a task reads it: how it's selected, and whose state it chooses. Null selectors are of
// inputs without a key.

import type { Channel } from '../network/channel.ts'
import type { InputGate } from '../network/input-gate.ts'
import { sortInput, type InputOrder, type SortedInput } from '../network/sorted-input.ts'
import { TwoInputOperator } from '../operators/two-input.ts'
import type { StreamOperator } from '../operators/operator.ts'
import type { KeyedStateBackend } from '../state/keyed-backend.ts'

export type SelectKey = (value: unknown) => unknown

/** Of a task with a keyed input: whose key each record sets before it's processed. */
export interface KeyContext {
  readonly backend: KeyedStateBackend
  /** By input; null where it isn't keyed, and its records have no current key. */
  readonly selectKeys: readonly (SelectKey | null)[]
}

/** Batch mode: of a keyed input one key comes after the other; of others, what the operator wants first comes first. */
export function sortByKey(
  { channels, inputs }: InputGate,
  keyContext: KeyContext | null,
  head: StreamOperator,
): SortedInput {
  const { pool } = channels[0] as Channel
  const readKey: InputOrder['readKey'] = (channel, value) => {
    const selectKey = keyContext?.selectKeys[inputs[channel] as number] ?? null
    return selectKey === null ? undefined : keyContext?.backend.reader.canonical(selectKey(value))
  }
  const isFirst = (channel: number): boolean =>
    head instanceof TwoInputOperator && inputs[channel] === head.inputReadFirst
  return sortInput(channels, pool, { readKey, isFirst })
}
