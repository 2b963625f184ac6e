// A sink that writes into a table of the database. The database stands in for one reached by JDBC, and the classes have
// the names of Flink's connector; addresses, drivers and users are taken and mean nothing.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/jdbc/

import { LearnerError } from '../base/diagnostic.ts'
import type { DatabaseSinkSpec } from '../connectors/database/database-sink.ts'
import type { PreparedStatement } from '../connectors/database/prepared-statement.ts'
import { parseSql, sqliteText, type SqlText } from '../connectors/database/sql-statement.ts'
import type { SinkSpec } from '../graph/stream-graph.ts'
import { speaksSqlite } from './evaluation.ts'
import { requireFunction } from './require.ts'
import { BuiltInSink } from './sinks.ts'

/** Sets the parameters of a statement for a record. */
export interface JdbcStatementBuilder<T> {
  accept(statement: PreparedStatement, value: T): void
}

type Batches = Pick<DatabaseSinkSpec, 'batchSize' | 'batchIntervalMs'>

/** How statements are gathered. */
export class JdbcExecutionOptions {
  readonly batches: Batches

  private constructor(batches: Batches) {
    this.batches = batches
  }

  /** Begins with Flink's defaults: 5000 statements, and no time limit. */
  static builder(): JdbcExecutionOptionsBuilder {
    return new JdbcExecutionOptionsBuilder((batches) => new JdbcExecutionOptions(batches))
  }
}

/** Sets how statements are gathered. */
export class JdbcExecutionOptionsBuilder {
  readonly #make: (batches: Batches) => JdbcExecutionOptions
  #batches: Batches = { batchSize: 5000, batchIntervalMs: 0 }

  constructor(make: (batches: Batches) => JdbcExecutionOptions) {
    this.#make = make
  }

  /** So many statements act together; 0 for as many as come until the next checkpoint. */
  withBatchSize(size: number): this {
    this.#batches = { ...this.#batches, batchSize: requireCount('withBatchSize', size) }
    return this
  }

  /** Statements act at the latest after so many ms; 0 for no such limit. */
  withBatchIntervalMs(intervalMs: number): this {
    this.#batches = { ...this.#batches, batchIntervalMs: requireCount('withBatchIntervalMs', intervalMs) }
    return this
  }

  /** Means nothing: a database that can't be reached stays so for the moment, and the job starts again. */
  withMaxRetries(retries: number): this {
    requireCount('withMaxRetries', retries)
    return this
  }

  build(): JdbcExecutionOptions {
    return this.#make(this.#batches)
  }
}

/**
 * Carries out a statement for each record: an insert, an upsert (`ON CONFLICT … DO UPDATE`), an update or a delete. Make the
 * table with `env.createDatabaseTable`.
 *
 * ```ts
 * const sink = JdbcSink.builder<Count>()
 *   .withQueryStatement('INSERT INTO counts (page, n) VALUES (?, ?)', (statement, count) => {
 *     statement.setString(1, count.page)
 *     statement.setLong(2, count.n)
 *   })
 *   .buildExactlyOnce()
 * ```
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/jdbc/
 */
export class JdbcSink<T> extends BuiltInSink<T> {
  readonly spec: SinkSpec
  override readonly functions: Readonly<Record<string, unknown>>

  private constructor(database: DatabaseSinkSpec, statement: unknown) {
    super()
    this.spec = { kind: 'database', identifier: null, isCommitting: true, database }
    this.functions = { statement }
  }

  static builder<T>(): JdbcSinkBuilder<T> {
    return new JdbcSinkBuilder<T>((spec, statement) => new JdbcSink<T>(spec, statement))
  }
}

/** Sets what a JdbcSink is made of. */
export class JdbcSinkBuilder<T> {
  readonly #make: (spec: DatabaseSinkSpec, statement: unknown) => JdbcSink<T>
  #query: { readonly text: SqlText; readonly statement: unknown } | null = null
  #batches: Batches = JdbcExecutionOptions.builder().build().batches

  constructor(make: (spec: DatabaseSinkSpec, statement: unknown) => JdbcSink<T>) {
    this.#make = make
  }

  /** The statement with its question marks, and what sets them. Throws LearnerError for SQL that isn't understood. */
  withQueryStatement(
    sql: string,
    statement: JdbcStatementBuilder<T> | ((statement: PreparedStatement, value: T) => void),
  ): this {
    const text = requireSql(sql)
    const { kind } = text.statement ?? {}
    if (kind === 'select' || kind === 'create') throw new LearnerError('SQL_WRITES', { sql })
    requireFunction(statement, 'accept', 'withQueryStatement')
    this.#query = { text, statement }
    return this
  }

  withExecutionOptions(options: JdbcExecutionOptions): this {
    this.#batches = options.batches
    return this
  }

  /** After a failure statements are carried out again: an upsert by primary key makes that harmless. */
  buildAtLeastOnce(_connection?: unknown): JdbcSink<T> {
    return this.#build(false)
  }

  /** In transactions that are prepared with each checkpoint and committed when it's complete. */
  buildExactlyOnce(_options?: unknown, _dataSource?: unknown): JdbcSink<T> {
    return this.#build(true)
  }

  #build(isExactlyOnce: boolean): JdbcSink<T> {
    if (this.#query === null) throw new LearnerError('SQL_WANTED')
    const { text, statement } = this.#query
    return this.#make({ ...text, isExactlyOnce, ...this.#batches }, statement)
  }
}

/** The statement that makes a table. Throws LearnerError if it's another one. */
export function requireCreate(sql: string): SqlText {
  const text = requireSql(sql)
  const isCreate = text.statement === null ? /^\s*CREATE\s+TABLE\b/i.test(sql) : text.statement.kind === 'create'
  if (!isCreate) throw new LearnerError('SQL_CREATES', { sql })
  return text
}

/** The statement, read as the job's database reads it. */
function requireSql(sql: string): SqlText {
  if (typeof sql !== 'string') throw new LearnerError('SQL_STATEMENT', { sql: String(sql), near: String(sql) })
  return speaksSqlite() ? sqliteText(sql) : { sql, ...parseSql(sql) }
}

function requireCount(call: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new LearnerError('OPTION_VALUE', { option: call, value: String(value), wanted: '0, 1, 2, …' })
}
