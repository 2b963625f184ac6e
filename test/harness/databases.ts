// The two databases behind the same sink, for suites that both must pass.

import { present } from '../../runtime/base/assert.ts'
import type { Database, DatabaseEngine, QueryResult } from '../../runtime/connectors/database/database.ts'
import { databaseOf, openSqlite } from '../../runtime/connectors/database/open-database.ts'
import { parseSql, sqliteText, type SqlText, type SqlValue } from '../../runtime/connectors/database/sql-statement.ts'
import { nodeHost } from '../../runtime/host/node.ts'
import { Outside } from '../../runtime/operators/outside.ts'

export const ENGINES = ['memory', 'sqlite'] as const satisfies readonly DatabaseEngine[]

const sqlite = await present(nodeHost.sqlite, 'SQLite in Node')()

/** An outside with an empty database in it. */
export function outsideWith(engine: DatabaseEngine, seed = 1): Outside {
  const outside = new Outside()
  if (engine === 'sqlite') openSqlite(outside, sqlite, seed)
  return outside
}

export function newDatabase(engine: DatabaseEngine): Database {
  return databaseOf(outsideWith(engine))
}

export function textFor({ engine }: Database, sql: string): SqlText {
  return engine === 'sqlite' ? sqliteText(sql) : { sql, ...parseSql(sql) }
}

/** Makes a table, or carries out a statement by itself. */
export function run(database: Database, sql: string, ...values: SqlValue[]): void {
  const text = textFor(database, sql)
  if (/^\s*CREATE/i.test(sql)) database.createTable(text)
  else {
    database.requireUsable(text)
    database.execute([{ text, values }])
  }
}

export function ask(database: Database, sql: string): QueryResult['rows'] {
  return database.query(sql).rows
}
