// The database as SQLite has it, in memory. It has no prepared transactions, so they're made of what it has: the statements
// are carried out in a transaction that is rolled back, and what they did to the rows, a changeset, is kept beside them in a
// table. Committing applies it and deletes it there, in one transaction. Where others have committed meanwhile, the changeset
// may say what is no longer so; then the statements are carried out again, in the order of commits: what a database with
// locks reaches by making one transaction wait for the other.

import { assert } from '../../base/assert.ts'
import { LearnerError } from '../../base/diagnostic.ts'
import { RandomStream } from '../../base/random.ts'
import { fromTaggedJson, toTaggedJson } from '../../base/value-text.ts'
import type { Outside } from '../../operators/outside.ts'
import { Database, type BoundStatement, type QueryResult, type TableView } from './database.ts'
import { sqliteText, type SqlText, type SqlValue } from './sql-statement.ts'
import { applyChangeset, recordChangeset } from './sqlite-changeset.ts'
import type { SqliteConnection, SqliteEngine, SqliteStatement, SqliteValue } from './sqlite-engine.ts'
import { notAllowed, PREPARED, SqliteGuards, type SqlPurpose } from './sqlite-guards.ts'

const SQLITE_DESERIALIZE_FREEONCLOSE = 1
const SQLITE_DESERIALIZE_RESIZEABLE = 2

/** SQL and values of a statement, as they're kept. */
type KeptStatement = readonly [sql: string, values: readonly SqlValue[]]

export class SqliteDatabase extends Database {
  readonly engine = 'sqlite'
  readonly sqlite: SqliteEngine
  readonly connection: SqliteConnection
  readonly guards: SqliteGuards
  /** Compiled statements of sinks, by their SQL. */
  readonly compiled = new Map<string, SqliteStatement>()
  /** What `random()` draws from: a console's questions from a stream of their own, so that asking changes nothing. */
  random: RandomStream
  /** Ask whether a table has rows that changesets leave out: those with NULL in the primary key. */
  unrecorded: readonly string[] = []

  constructor(sqlite: SqliteEngine, outside: Outside, seed: number) {
    super(outside)
    this.sqlite = sqlite
    this.random = new RandomStream(seed, 'database')
    this.connection = new sqlite.module.oo1.DB(':memory:')
    this.guards = new SqliteGuards(sqlite, this.connection)
    this.connection.createFunction('random', () => this.randomInteger(), { arity: 0 })
    this.connection.createFunction('randomblob', (_context, size) => this.randomBytes(Number(size)), { arity: 1 })
    this.connection.exec(
      `CREATE TABLE ${PREPARED} (id TEXT PRIMARY KEY NOT NULL, version INT, statements TEXT, changeset BLOB)`,
    )
  }

  createTable({ sql }: SqlText): void {
    try {
      this.run('create', sql, () => this.connection.exec(sql))
    } catch (error) {
      const isThere = error instanceof LearnerError && /already exists$/.test(String(error.params['error']))
      if (!isThere) throw error
    }
    this.unrecorded = this.nullableKeys()
  }

  requireUsable({ sql, parameters }: SqlText): void {
    const statement = this.compile(sql)
    if (statement.isReadOnly()) throw notAllowed('write', sql)
    if (statement.parameterCount !== parameters) throw new LearnerError('SQL_PARAMETERS', { sql })
  }

  execute(batch: readonly BoundStatement[]): void {
    this.requireReachable()
    if (batch.length === 0) return
    this.transaction(() => {
      for (const { text, values } of batch) this.carryOut(text.sql, values)
      this.changed()
    })
  }

  tableViews(): TableView[] {
    const named = this.own(`SELECT name FROM sqlite_master WHERE type = 'table' AND name <> ? ORDER BY rowid`, [
      PREPARED,
    ])
    return named.map(([name]) => ({
      name: String(name),
      columns: this.own('SELECT name FROM pragma_table_info(?)', [String(name)]).map(([column]) => String(column)),
      rows: Number(this.own(`SELECT COUNT(*) FROM "${String(name).replaceAll('"', '""')}"`)[0]?.[0] ?? 0),
    }))
  }

  query(sql: string): QueryResult {
    const { random } = this
    this.random = new RandomStream(1, 'query')
    try {
      const { parameters } = sqliteText(sql)
      if (parameters > 0) throw new LearnerError('SQL_PARAMETERS', { sql })
      return this.run('query', sql, () => rowsOf(this.connection.prepare(sql)))
    } finally {
      this.random = random
    }
  }

  prepare(id: string, batch: readonly BoundStatement[]): void {
    this.requireReachable()
    const kept = batch.map(({ text, values }): KeptStatement => [text.sql, values])
    const changeset = this.changesetOf(kept)
    this.own(`INSERT OR REPLACE INTO ${PREPARED} VALUES (?, ?, ?, ?)`, [
      ...[id, this.version(), toTaggedJson(kept)],
      changeset,
    ])
  }

  commitPrepared(id: string): boolean {
    this.requireReachable()
    const found = this.own(`SELECT version, statements, changeset FROM ${PREPARED} WHERE id = ?`, [id])[0]
    if (found === undefined) return false
    const [version, statements, changeset] = found as [number, string, Uint8Array | null]
    this.transaction(() => {
      if (changeset !== null && version === this.version()) applyChangeset(this.sqlite, this.connection, changeset)
      else for (const [sql, values] of fromTaggedJson(statements) as KeptStatement[]) this.carryOut(sql, values)
      this.own(`DELETE FROM ${PREPARED} WHERE id = ?`, [id])
      this.changed()
    })
    return true
  }

  rollbackPrepared(id: string): void {
    this.requireReachable()
    this.own(`DELETE FROM ${PREPARED} WHERE id = ?`, [id])
  }

  preparedIds(): string[] {
    return this.own(`SELECT id FROM ${PREPARED} ORDER BY rowid`).map(([id]) => String(id))
  }

  /** Becomes what was kept of another database. */
  load(file: Uint8Array, { a, b }: { readonly a: number; readonly b: number }): void {
    const { capi, wasm } = this.sqlite.module
    const bytes = wasm.allocFromTypedArray(file)
    const flags = SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE
    const code = capi.sqlite3_deserialize(this.connection.pointer, 'main', bytes, file.length, file.length, flags)
    assert(code === 0, () => `SQLite can't read what it wrote: ${code}`)
    Object.assign(this.random, { a, b })
    this.unrecorded = this.nullableKeys()
  }

  override close(): void {
    for (const statement of this.compiled.values()) statement.finalize()
    this.compiled.clear()
    this.connection.close()
  }

  /** What the statements would do now; null where that can't be recorded. */
  private changesetOf(statements: readonly KeptStatement[]): Uint8Array | null {
    let isWhole = !this.hasUnrecorded()
    this.connection.exec('BEGIN')
    try {
      const changeset = recordChangeset(this.sqlite, this.connection, () => {
        for (const [sql, values] of statements) this.carryOut(sql, values)
      })
      isWhole &&= !this.hasUnrecorded()
      return isWhole ? changeset : null
    } finally {
      this.rollback()
    }
  }

  private transaction(work: () => void): void {
    this.connection.exec('BEGIN')
    try {
      work()
    } catch (error) {
      this.rollback()
      throw error
    }
    this.connection.exec('COMMIT')
  }

  /** Where a statement ran out of instructions or of memory SQLite has done so already. */
  private rollback(): void {
    const isOpen = this.sqlite.module.capi.sqlite3_get_autocommit(this.connection.pointer) === 0
    if (isOpen) this.connection.exec('ROLLBACK')
  }

  /** What it may do was asked when it was compiled. */
  private carryOut(sql: string, values: readonly SqlValue[]): void {
    const statement = this.compile(sql)
    this.run('own', sql, () => {
      try {
        if (values.length > 0) statement.bind(values)
        while (statement.step());
      } finally {
        statement.reset(true)
      }
    })
  }

  private compile(sql: string): SqliteStatement {
    const known = this.compiled.get(sql)
    if (known !== undefined) return known
    const statement = this.run('write', sql, () => this.connection.prepare(sql))
    this.compiled.set(sql, statement)
    return statement
  }

  private run<R>(purpose: SqlPurpose, sql: string, work: () => R): R {
    this.sqlite.clock.nowMs = this.outside.nowMs()
    return this.guards.during(purpose, sql, work)
  }

  private own(sql: string, values: readonly SqliteValue[] = []): SqliteValue[][] {
    return this.connection.selectArrays(sql, values.length === 0 ? undefined : values)
  }

  /** Counts what was committed. It stands in the database itself, and so in every copy of it. */
  private version(): number {
    return Number(this.own('PRAGMA user_version')[0]?.[0])
  }

  private changed(): void {
    this.connection.exec(`PRAGMA user_version = ${(this.version() + 1) % 0x7fffffff}`)
  }

  private hasUnrecorded(): boolean {
    return this.unrecorded.some((sql) => this.own(sql).length > 0)
  }

  /** In SQLite a primary key may be NULL unless it's the rowid or says that it mustn't. */
  private nullableKeys(): string[] {
    const keys = this.own(`SELECT t.name, c.name FROM pragma_table_list t JOIN pragma_table_info(t.name) c
      WHERE t.schema = 'main' AND t.type = 'table' AND t.wr = 0 AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        AND c.pk > 0 AND c."notnull" = 0`)
    return keys.map(([table, column]) => `SELECT 1 FROM ${quoted(table)} WHERE ${quoted(column)} IS NULL LIMIT 1`)
  }

  private randomInteger(): bigint {
    return (BigInt(this.random.nextInt32()) << 32n) | BigInt(this.random.nextInt32() >>> 0)
  }

  private randomBytes(size: number): Uint8Array {
    const count = Math.min(Math.max(1, Math.floor(size) || 1), 1_000_000)
    return Uint8Array.from({ length: count }, () => this.random.nextInt32() & 0xff)
  }
}

function quoted(name: SqliteValue | undefined): string {
  return `"${String(name).replaceAll('"', '""')}"`
}

function rowsOf(statement: SqliteStatement): QueryResult {
  try {
    const columns = statement.columnCount === 0 ? [] : statement.getColumnNames()
    const rows: SqlValue[][] = []
    while (statement.step()) rows.push(statement.get([]).map(shown))
    return { columns, rows }
  } finally {
    statement.finalize()
  }
}

/** Bytes as SQL writes them. */
function shown(value: SqliteValue): SqlValue {
  if (!(value instanceof Uint8Array)) return value
  return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`
}
