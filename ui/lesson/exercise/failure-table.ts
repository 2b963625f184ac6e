// The parts of a failed run as tables: records and rows by field. Pure: data in, texts out.
import type { CheckFailure, CheckRun } from '../../../runtime/host/protocol.ts'

const MOST_ROWS = 12
const MOST_RECORDS = 60

export interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Rows that aren't shown. */
  readonly more: number
}

export interface InputTable {
  readonly columns: readonly string[]
  readonly rows: readonly { readonly at: number; readonly cells: readonly string[] }[]
}

/** Rows of a sink, JSON texts, by field; a row that isn't an object is a column of its own. */
export function rowTable(rows: readonly string[]): Table {
  const values = rows.slice(0, MOST_ROWS).map((row) => JSON.parse(row) as unknown)
  const columns = columnsOf(values)
  return {
    columns,
    rows: values.map((value) => cellsOf(value, columns)),
    more: Math.max(0, rows.length - MOST_ROWS),
  }
}

/** Records of an input, by field, with the virtual ms at which each can be read. */
export function inputTable(records: CheckRun['inputs'][number]['records']): InputTable {
  const shown = records.slice(0, MOST_RECORDS)
  const columns = columnsOf(shown.map(({ value }) => value))
  return {
    columns,
    rows: shown.map(({ value, atMs = 0 }) => ({ at: atMs, cells: cellsOf(value, columns) })),
  }
}

/** What a key, or a key and its window, still holds. Times of timers as numbers: texts are the page's. */
export interface LeftRow {
  readonly key: string
  readonly window: { readonly start: number; readonly end: number } | null
  readonly values: readonly string[]
  readonly timers: readonly { readonly at: number; readonly isEventTime: boolean }[]
}

/** What is left at the end, subtask by subtask. One key may stand there several times: once for each of its windows. */
export function leftRows(left: CheckFailure['left']): LeftRow[] {
  return left.flatMap(({ states, keys }) =>
    keys.map(({ key, window, cells, timers }) => {
      const values = cells.flatMap(({ text }, i) => (text === null ? [] : [`${states[i]} = ${text}`]))
      return { key, window, values, timers }
    }),
  )
}

/** The fields that some of the values have, in the order in which they first appear; empty where none is an object. */
function columnsOf(values: readonly unknown[]): string[] {
  const names = new Set<string>()
  for (const value of values) if (isRecord(value)) for (const name of Object.keys(value)) names.add(name)
  return names.size === 0 ? ['value'] : [...names]
}

function cellsOf(value: unknown, columns: readonly string[]): string[] {
  if (!isRecord(value)) return [textOf(value), ...columns.slice(1).map(() => '')]
  return columns.map((name) => (name in value ? textOf(value[name]) : ''))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
