// The database as tables in memory, rows found by their primary key, with a little SQL. It's the database of every job that
// doesn't ask for SQLite, and costs nothing to load.

import { assert } from '../../base/assert.ts'
import { LearnerError } from '../../base/diagnostic.ts'
import { toTaggedJson } from '../../base/value-text.ts'
import { Database, type BoundStatement, type QueryResult, type TableView } from './database.ts'
import {
  parseSql,
  type SqlAssignments,
  type SqlCondition,
  type SqlStatement,
  type SqlTerm,
  type SqlText,
  type SqlValue,
} from './sql-statement.ts'

/** A row, by column. */
export type SqlRow = Readonly<Record<string, SqlValue>>

/** A table, its rows in the order in which they came. */
export interface DatabaseTable {
  readonly name: string
  readonly columns: readonly string[]
  readonly primaryKey: readonly string[]
  /** By primary key as text; without one, by number. */
  rows: Map<string, SqlRow>
  inserted: number
}

export class TableDatabase extends Database {
  readonly engine = 'memory'
  readonly tables = new Map<string, DatabaseTable>()
  /** Prepared transactions, by their id. */
  readonly prepared = new Map<string, readonly BoundStatement[]>()

  createTable(text: SqlText): void {
    const { table: name, columns, primaryKey } = read(text, 'create')
    if (!this.tables.has(name)) this.tables.set(name, { name, columns, primaryKey, rows: new Map(), inserted: 0 })
  }

  requireUsable(text: SqlText): void {
    this.tableOf(writing(text).table)
  }

  execute(batch: readonly BoundStatement[]): void {
    this.requireReachable()
    const before = Array.from(new Set(batch.map(({ text }) => this.tableOf(writing(text).table))), (table) => {
      return { table, rows: table.rows }
    })
    // A statement by itself mostly acts on one row, which it may refuse but not leave half done.
    const isAtomic = batch.length === 1 && batch[0]?.text.statement?.kind !== 'update'
    if (!isAtomic) for (const { table, rows } of before) table.rows = new Map(rows)
    try {
      for (const statement of batch) this.carryOut(statement)
    } catch (error) {
      for (const { table, rows } of before) table.rows = rows
      throw error
    }
  }

  tableViews(): TableView[] {
    return Array.from(this.tables.values(), ({ name, columns, rows }) => ({ name, columns, rows: rows.size }))
  }

  query(sql: string): QueryResult {
    const { statement, parameters } = parseSql(sql)
    if (statement.kind !== 'select') throw new LearnerError('SQL_QUERY', { kind: statement.kind.toUpperCase() })
    if (parameters > 0) throw new LearnerError('SQL_STATEMENT', { sql, near: '?' })
    const table = this.tableOf(statement.table)
    const { isCount, orderBy, limit, where } = statement
    const columns = statement.columns ?? table.columns
    requireColumns(table, columns)
    const rows = this.matching(table, where, []).map(([, row]) => row)
    if (isCount) return { columns: ['COUNT(*)'], rows: [[rows.length]] }
    if (orderBy !== null) {
      requireColumns(table, [orderBy.column])
      const sign = orderBy.isDescending ? -1 : 1
      rows.sort((a, b) => sign * compare(a[orderBy.column] ?? null, b[orderBy.column] ?? null))
    }
    return { columns, rows: rows.slice(0, limit).map((row) => columns.map((column) => row[column] ?? null)) }
  }

  prepare(id: string, batch: readonly BoundStatement[]): void {
    this.requireReachable()
    this.prepared.set(id, batch)
  }

  commitPrepared(id: string): boolean {
    this.requireReachable()
    const batch = this.prepared.get(id)
    if (batch === undefined) return false
    this.execute(batch)
    this.prepared.delete(id)
    return true
  }

  rollbackPrepared(id: string): void {
    this.requireReachable()
    this.prepared.delete(id)
  }

  preparedIds(): string[] {
    return Array.from(this.prepared.keys())
  }

  tableOf(name: string): DatabaseTable {
    const table = this.tables.get(name)
    if (table !== undefined) return table
    throw new LearnerError('TABLE_MISSING', { table: name })
  }

  private carryOut({ text, values }: BoundStatement): void {
    const statement = writing(text)
    const table = this.tableOf(statement.table)
    if (statement.kind === 'insert') this.insert(table, statement, values)
    else if (statement.kind === 'delete') {
      for (const [key] of this.matching(table, statement.where, values)) table.rows.delete(key)
    } else {
      for (const [key, row] of this.matching(table, statement.where, values)) {
        this.put(table, key, assigned(table, row, row, statement.set, values))
      }
    }
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

type Statement<K extends SqlStatement['kind']> = Extract<SqlStatement, { readonly kind: K }>

/** A statement that the sink or `createDatabaseTable` has let pass. */
function writing(text: SqlText): Statement<'insert' | 'update' | 'delete'> {
  return read(text, 'insert', 'update', 'delete')
}

function read<K extends SqlStatement['kind']>({ sql, statement }: SqlText, ...kinds: readonly K[]): Statement<K> {
  const found = statement ?? parseSql(sql).statement
  assert((kinds as readonly string[]).includes(found.kind), () => `${found.kind} where ${kinds.join(' or ')} belongs`)
  return found as Statement<K>
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
