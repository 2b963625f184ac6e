// The database: tables of rows in memory, found by their primary key, outside of the jobs. Statements act at once; those of
// a transaction are kept until it's prepared, and act when it's committed, be that by another attempt of the job: what an
// XA data source does for Flink's JDBC sink.

import { LearnerError } from '../../base/diagnostic.ts'
import { toTaggedJson } from '../../base/value-text.ts'
import type { Outside, OutsideSystem } from '../../operators/outside.ts'
import type { SqlAssignments, SqlCondition, SqlStatement, SqlTerm, SqlValue } from './sql-statement.ts'

/** A row, by column. */
export type SqlRow = Readonly<Record<string, SqlValue>>

/** A statement with what its parameters are. */
export interface BoundStatement {
  readonly statement: SqlStatement
  readonly parameters: readonly SqlValue[]
}

/** A table, its rows in the order in which they came. */
export interface DatabaseTable {
  readonly name: string
  readonly columns: readonly string[]
  readonly primaryKey: readonly string[]
  /** By primary key as text; without one, by number. */
  readonly rows: Map<string, SqlRow>
  inserted: number
}

/** What a query gives. */
export interface QueryResult {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SqlValue[])[]
}

/** The database outside of the jobs. */
export function databaseOf(outside: Outside): Database {
  return outside.system('database', () => new Database(() => outside.alarmChanged()))
}

export class Database implements OutsideSystem {
  /** When its connection is back; Infinity while it's there. */
  nextAlarmMs = Infinity
  readonly alarmChanged: () => void
  readonly tables = new Map<string, DatabaseTable>()
  /** Prepared transactions, by their id. */
  readonly prepared = new Map<string, readonly BoundStatement[]>()

  constructor(alarmChanged: () => void = () => undefined) {
    this.alarmChanged = alarmChanged
  }

  /** Nobody can reach it before this time. */
  disconnectUntil(timeMs: number): void {
    this.nextAlarmMs = timeMs
    this.alarmChanged()
  }

  onAlarm(): void {
    this.nextAlarmMs = Infinity
  }

  /** Carries a statement out. All of its rows, or none where it's refused. */
  execute({ statement, parameters }: BoundStatement): void {
    this.requireReachable()
    if (statement.kind === 'create') {
      const { table: name, columns, primaryKey } = statement
      if (!this.tables.has(name)) this.tables.set(name, { name, columns, primaryKey, rows: new Map(), inserted: 0 })
      return
    }
    const table = this.tableOf(statement.table)
    if (statement.kind === 'insert') this.insert(table, statement, parameters)
    else if (statement.kind === 'delete') {
      for (const [key] of this.matching(table, statement.where, parameters)) table.rows.delete(key)
    } else if (statement.kind === 'update') {
      for (const [key, row] of this.matching(table, statement.where, parameters)) {
        this.put(table, key, assigned(table, row, row, statement.set, parameters))
      }
    }
  }

  /** Asks for rows. */
  query({ statement, parameters }: BoundStatement): QueryResult {
    if (statement.kind !== 'select') throw new LearnerError('SQL_QUERY', { kind: statement.kind.toUpperCase() })
    const table = this.tableOf(statement.table)
    const { isCount, orderBy, limit, where } = statement
    const columns = statement.columns ?? table.columns
    requireColumns(table, columns)
    const rows = this.matching(table, where, parameters).map(([, row]) => row)
    if (isCount) return { columns: ['COUNT(*)'], rows: [[rows.length]] }
    if (orderBy !== null) {
      requireColumns(table, [orderBy.column])
      const sign = orderBy.isDescending ? -1 : 1
      rows.sort((a, b) => sign * compare(a[orderBy.column] ?? null, b[orderBy.column] ?? null))
    }
    return { columns, rows: rows.slice(0, limit).map((row) => columns.map((column) => row[column] ?? null)) }
  }

  /** Keeps a transaction until it's committed or rolled back, whatever becomes of who prepared it. */
  prepare(id: string, statements: readonly BoundStatement[]): void {
    this.requireReachable()
    this.prepared.set(id, statements)
  }

  /** False where there's nothing of this id: it was committed before. */
  commitPrepared(id: string): boolean {
    this.requireReachable()
    const statements = this.prepared.get(id)
    if (statements === undefined) return false
    for (const statement of statements) this.execute(statement)
    this.prepared.delete(id)
    return true
  }

  rollbackPrepared(id: string): void {
    this.requireReachable()
    this.prepared.delete(id)
  }

  tableOf(name: string): DatabaseTable {
    const table = this.tables.get(name)
    if (table !== undefined) return table
    throw new LearnerError('TABLE_MISSING', { table: name })
  }

  private requireReachable(): void {
    if (this.nextAlarmMs < Infinity) throw new LearnerError('DATABASE_UNREACHABLE')
  }

  private insert(
    table: DatabaseTable,
    { columns, values, conflict }: Extract<SqlStatement, { kind: 'insert' }>,
    parameters: readonly SqlValue[],
  ): void {
    const names = columns ?? table.columns
    requireColumns(table, names)
    const row = Object.fromEntries(
      table.columns.map((column) => {
        const at = names.indexOf(column)
        return [column, at < 0 ? null : valueOf(values[at] as SqlTerm, parameters, {}, {})] as const
      }),
    )
    const key = keyOf(table, row)
    const before = table.rows.get(key)
    if (before === undefined || conflict === 'replace') table.rows.set(key, row)
    else if (conflict === 'fail') throw new LearnerError('DUPLICATE_KEY', { table: table.name, key })
    else if (conflict !== 'nothing') this.put(table, key, assigned(table, before, row, conflict, parameters))
  }

  /** Puts a row where another was, which may have had another key. */
  private put(table: DatabaseTable, before: string, row: SqlRow): void {
    const key = table.primaryKey.length === 0 ? before : keyOf(table, row)
    if (key !== before) {
      if (table.rows.has(key)) throw new LearnerError('DUPLICATE_KEY', { table: table.name, key })
      table.rows.delete(before)
    }
    table.rows.set(key, row)
  }

  private matching(
    table: DatabaseTable,
    where: readonly SqlCondition[],
    parameters: readonly SqlValue[],
  ): [string, SqlRow][] {
    requireColumns(
      table,
      where.map(({ column }) => column),
    )
    return Array.from(table.rows).filter(([, row]) =>
      where.every(({ column, op, term }) => {
        const [left, right] = [row[column] ?? null, valueOf(term, parameters, row, row)]
        // NULL is neither equal to anything nor different from it.
        return left !== null && right !== null && HOLDS[op](compare(left, right))
      }),
    )
  }
}

const HOLDS: Readonly<Record<SqlCondition['op'], (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

/** NULL first; then numbers, then texts, as SQLite orders them. */
function compare(left: SqlValue, right: SqlValue): number {
  const [a, b] = [rank(left), rank(right)]
  if (a !== b) return a - b
  if (left === null || right === null || left === right) return 0
  return (left as number) < (right as number) ? -1 : (left as number) > (right as number) ? 1 : 0
}

function rank(value: SqlValue): number {
  return value === null ? 0 : typeof value === 'string' ? 2 : 1
}

function keyOf(table: DatabaseTable, row: SqlRow): string {
  if (table.primaryKey.length === 0) return String(table.inserted++)
  return table.primaryKey.map((column) => toTaggedJson(row[column] ?? null)).join(', ')
}

function assigned(
  table: DatabaseTable,
  old: SqlRow,
  inserted: SqlRow,
  set: SqlAssignments,
  parameters: readonly SqlValue[],
): SqlRow {
  requireColumns(
    table,
    set.map(([column]) => column),
  )
  const changes = set.map(([column, term]) => [column, valueOf(term, parameters, old, inserted)] as const)
  return { ...old, ...Object.fromEntries(changes) }
}

function valueOf(term: SqlTerm, parameters: readonly SqlValue[], old: SqlRow, inserted: SqlRow): SqlValue {
  switch (term.kind) {
    case 'parameter':
      return parameters[term.index] ?? null
    case 'constant':
      return term.value
    case 'column': {
      const value = (term.isNew ? inserted : old)[term.column]
      if (value === undefined) throw new LearnerError('COLUMN_MISSING', { column: term.column })
      return value
    }
    case 'sum': {
      const [left, right] = [term.left, term.right].map((part) => valueOf(part, parameters, old, inserted))
      if (left === null || right === null || left === undefined || right === undefined) return null
      return Number(left) + term.sign * Number(right)
    }
  }
}

function requireColumns({ name, columns }: DatabaseTable, wanted: readonly string[]): void {
  const missing = wanted.find((column) => !columns.includes(column))
  if (missing !== undefined) throw new LearnerError('COLUMN_MISSING', { column: missing, table: name })
}
