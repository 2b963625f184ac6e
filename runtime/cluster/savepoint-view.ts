// A savepoint to be looked at: operators, their states, and what they hold, key by key, as texts for a table. Reading it
// changes nothing and needs no job.

import { toPrintText } from '../base/value-text.ts'
import { subtaskOf } from '../record/key-groups.ts'
import { shownCell, type StateMeta } from '../state/cells.ts'
import type { KeySnapshot, SlotSnapshot } from '../state/keyed-snapshot.ts'
import { hasState, type Savepoint, type SavepointOperator } from './savepoint.ts'

/** What one key holds in one state, or its timers. */
export interface SavepointKeyRow {
  readonly key: string
  readonly keyGroup: number
  /** Whose it was, counted from 0. */
  readonly subtask: number
  /** `[0, 5000)`; null where it belongs to no window. */
  readonly window: string | null
  /** Name of the state; null for timers. */
  readonly state: string | null
  readonly value: string
  /** In ms; of a row of timers. */
  readonly timers: readonly { readonly time: number; readonly isEventTime: boolean }[]
}

/** An element of a list, or an entry of a broadcast state. */
export interface SavepointOperatorRow {
  readonly state: string
  /** `split`, `union` or `broadcast`. */
  readonly mode: string
  readonly subtask: number
  readonly value: string
}

export interface SavepointOperatorView {
  readonly operatorId: string
  readonly uid: string | null
  readonly name: string
  readonly kind: string
  readonly parallelism: number
  readonly maxParallelism: number
  readonly hasState: boolean
  /** Type of its keys; null where it has none. */
  readonly keyType: string | null
  readonly states: readonly { readonly name: string; readonly type: string; readonly expires: boolean }[]
  readonly keyCount: number
  /** At most as many as were asked for: in order of key groups. */
  readonly keyed: readonly SavepointKeyRow[]
  readonly operator: readonly SavepointOperatorRow[]
}

export interface SavepointView {
  readonly kind: Savepoint['kind']
  readonly checkpointId: number
  /** Virtual ms. */
  readonly takenMs: number
  readonly jobName: string
  readonly operators: readonly SavepointOperatorView[]
}

/** `rows`: at most so many rows of keyed state of each operator. */
export function viewSavepoint(savepoint: Savepoint, rows = Infinity): SavepointView {
  const { kind, checkpointId, takenUs, job } = savepoint
  const operators = savepoint.operators.map((operator) => viewOperator(operator, rows))
  return { kind, checkpointId, takenMs: Math.floor(takenUs / 1000), jobName: job.name, operators }
}

function viewOperator(whole: SavepointOperator, rows: number): SavepointOperatorView {
  const { operatorId, uid, name, kind, parallelism, maxParallelism, keyed } = whole
  const metas = new Map(keyed.flatMap(({ states }) => states.map((meta) => [meta.name, meta] as const)))
  return {
    ...{ operatorId, uid, name, kind, parallelism, maxParallelism },
    hasState: hasState(whole),
    keyType: keyed.find(({ keyType }) => keyType !== null)?.keyType ?? null,
    states: Array.from(metas.values(), ({ name, kind, declared, expires }) => ({
      name,
      type: declared ?? kind,
      expires,
    })),
    keyCount: keyed.flatMap(({ groups }) => groups).reduce((count, { keys }) => count + keys.length, 0),
    keyed: keyedRows(whole, metas, rows),
    operator: operatorRows(whole),
  }
}

function keyedRows(
  { keyed, parallelism, maxParallelism }: SavepointOperator,
  metas: ReadonlyMap<string, StateMeta>,
  limit: number,
): SavepointKeyRow[] {
  const rows: SavepointKeyRow[] = []
  const groups = keyed.flatMap((snapshot) => snapshot.groups).sort((a, b) => a.keyGroup - b.keyGroup)
  for (const { keyGroup, keys } of groups) {
    const subtask = subtaskOf(keyGroup, parallelism, maxParallelism)
    for (const key of keys) {
      if (rows.length >= limit) return rows.slice(0, limit)
      for (const row of rowsOfKey(key, metas)) rows.push({ keyGroup, subtask, ...row })
    }
  }
  return rows.slice(0, limit)
}

type RowOfKey = Omit<SavepointKeyRow, 'keyGroup' | 'subtask'>

function rowsOfKey({ key, namespaces = [], ...own }: KeySnapshot, metas: ReadonlyMap<string, StateMeta>): RowOfKey[] {
  const text = toPrintText(key)
  return [
    ...rowsOfSlot(own, metas).map((row) => ({ key: text, window: null, ...row })),
    ...namespaces.flatMap(({ start, end, ...slot }) => {
      // A namespace in which no time lies is of an operator's own making.
      const window = start === end ? null : `[${start}, ${end})`
      return rowsOfSlot(slot, metas).map((row) => ({ key: text, window, ...row }))
    }),
  ]
}

function rowsOfSlot(
  { states, eventTimers, processingTimers }: SlotSnapshot,
  metas: ReadonlyMap<string, StateMeta>,
): Omit<RowOfKey, 'key' | 'window'>[] {
  const timers = [
    ...eventTimers.map((time) => ({ time, isEventTime: true })),
    ...processingTimers.map((time) => ({ time, isEventTime: false })),
  ]
  const rows: Omit<RowOfKey, 'key' | 'window'>[] = states.map(([state, cell]) => {
    const meta = metas.get(state)
    return { state, value: toPrintText(meta === undefined ? cell : shownCell(cell, meta)), timers: [] }
  })
  return timers.length === 0 ? rows : [...rows, { state: null, value: '', timers }]
}

function operatorRows({ operator }: SavepointOperator): SavepointOperatorRow[] {
  return operator.flatMap(({ lists, broadcasts }, subtask) => [
    ...lists.flatMap(({ name: state, mode, elements }) =>
      elements.map((element) => ({ state, mode, subtask, value: toPrintText(element) })),
    ),
    ...broadcasts.flatMap(({ name: state, entries }) =>
      entries.map(([key, value]) => ({
        ...{ state, mode: 'broadcast', subtask },
        value: `${toPrintText(key)}=${toPrintText(value)}`,
      })),
    ),
  ])
}
