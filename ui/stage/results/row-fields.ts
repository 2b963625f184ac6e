// What can be drawn of rows: the fields of their values, and what every row has besides. A value is read once; what its
// fields can stand for (a number, a time, a name) is decided by all rows together.
import type { SinkRow } from '../../../runtime/host/protocol.ts'

/** What a field holds in one row. Times are ms. */
export type Cell = number | string | boolean | null

export type FieldKind = 'number' | 'time' | 'category'

export interface Field {
  /** The field's name in the value, `driver.id` one level down, `f0` in a tuple; one of `OWN` for what is no field. */
  readonly name: string
  readonly kind: FieldKind
  /** Different values, as far as counted. */
  readonly distinct: number
  /** Every row has it. */
  readonly isWhole: boolean
}

/** What every row has besides its value. No field of a value begins so. */
export const OWN = { timestamp: '@timestamp', at: '@at', subtask: '@subtask', sink: '@sink' } as const
/** The value itself, where it has no fields. */
export const WHOLE = 'value'

const FIRST_DATE = 1e10
const LAST_DATE = 8.64e15
// A word of its own: counts and events aren't times.
const TIME_NAME = /time(stamp)?$|(^|_)(ts|date)$/i
const TIME_WORD = /[a-z0-9](Ts|Date)$/
const WINDOW_EDGE = /^(window|win)?_?(start|end)$/i
const ID_NAME = /(^id|_id|Id|ID|^key|_key|Key)$/
const MOST_DISTINCT = 200

const known = new WeakMap<SinkRow, ReadonlyMap<string, Cell>>()

export function cellsOf(row: SinkRow): ReadonlyMap<string, Cell> {
  let cells = known.get(row)
  if (cells === undefined) {
    cells = new Map<string, Cell>([
      ...valueCells(JSON.parse(row.value)),
      [OWN.timestamp, row.timestamp],
      [OWN.at, row.at],
      [OWN.subtask, row.subtask + 1],
      [OWN.sink, row.sink],
    ])
    known.set(row, cells)
  }
  return cells
}

/** The fields of these rows, those of the values first. */
export function fieldsOf(rows: readonly SinkRow[]): readonly Field[] {
  const columns = new Map<string, Cell[]>()
  for (const row of rows) {
    for (const [name, cell] of cellsOf(row)) {
      if (cell === null) continue
      const column = columns.get(name)
      if (column) column.push(cell)
      else columns.set(name, [cell])
    }
  }
  const fields = Array.from(columns, ([name, cells]): Field => {
    return { name, kind: kindOf(name, cells), distinct: distinctOf(cells), isWhole: cells.length === rows.length }
  })
  const isOwn = ({ name }: Field): boolean => name.startsWith('@')
  return [...fields.filter((field) => !isOwn(field)), ...fields.filter(isOwn)]
}

/** Whether a field of numbers says which one, not how many. */
export function isName(name: string): boolean {
  return ID_NAME.test(name)
}

function kindOf(name: string, cells: readonly Cell[]): FieldKind {
  if (name === OWN.timestamp || name === OWN.at) return 'time'
  if (name === OWN.subtask || name === OWN.sink) return 'category'
  if (!cells.every((cell) => typeof cell === 'number')) return 'category'
  const areDates = cells.every(
    (cell) => Number.isInteger(cell) && Number(cell) >= FIRST_DATE && Number(cell) <= LAST_DATE,
  )
  if (isName(name)) return 'number'
  const isNamed = TIME_NAME.test(name) || TIME_WORD.test(name) || WINDOW_EDGE.test(name)
  return areDates || isNamed ? 'time' : 'number'
}

function distinctOf(cells: readonly Cell[]): number {
  const seen = new Set<Cell>()
  for (const cell of cells) {
    seen.add(cell)
    if (seen.size >= MOST_DISTINCT) break
  }
  return seen.size
}

function valueCells(value: unknown): [string, Cell][] {
  if (Array.isArray(value)) return value.flatMap((item, i) => fieldCells(`f${i}`, item))
  if (!isPlain(value)) return [[WHOLE, cellOf(value)]]
  return Object.entries(value).flatMap(([name, item]) => fieldCells(name, item))
}

/** A field, or those of an object in it: one level deep. */
function fieldCells(name: string, item: unknown): [string, Cell][] {
  if (!isPlain(item)) return [[name, cellOf(item)]]
  return Object.entries(item).map(([inner, deeper]) => [`${name}.${inner}`, cellOf(deeper)])
}

/** An object with fields, not one of the tags for what JSON can't hold. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return !Object.keys(value).some((key) => key.startsWith('$'))
}

function cellOf(value: unknown): Cell {
  if (typeof value !== 'object' || value === null) return value as Cell
  const [tag = '', content] = Object.entries(value)[0] ?? []
  if (tag === '$bigint') return Number(content)
  // Neither NaN nor infinity has a place in a figure.
  if (tag === '$number') return content === '-0' ? 0 : null
  if (tag === '$undefined') return null
  if (tag === '$date') return content === 'NaN' ? null : Date.parse(String(content))
  return JSON.stringify(value)
}
