// A database as plain data, to be kept beyond a run: rows and prepared transactions of tables in memory, or SQLite's own
// file, in which everything of it stands but the stream that `random()` draws from.

import { broken } from '../../base/assert.ts'
import type { BoundStatement, Database } from './database.ts'
import type { SqliteDatabase } from './sqlite-database.ts'
import { TableDatabase, type DatabaseTable } from './table-database.ts'

/** A database. */
export type DatabaseSnapshot =
  | {
      readonly engine: 'memory'
      readonly tables: readonly DatabaseTable[]
      readonly prepared: readonly (readonly [id: string, batch: readonly BoundStatement[]])[]
    }
  | {
      readonly engine: 'sqlite'
      readonly file: Uint8Array
      readonly random: { readonly a: number; readonly b: number }
    }

/** The database as it is now. */
export function snapshotDatabase(database: Database): DatabaseSnapshot {
  if (database instanceof TableDatabase) {
    const { tables, prepared } = database
    return { engine: 'memory', tables: Array.from(tables.values()), prepared: Array.from(prepared) }
  }
  const { connection, random, sqlite } = database as SqliteDatabase
  const file = sqlite.module.capi.sqlite3_js_db_export(connection.pointer)
  return { engine: 'sqlite', file, random: { a: random.a, b: random.b } }
}

/** Whether there's anything in it. */
export function hasTables(snapshot: DatabaseSnapshot): boolean {
  return snapshot.engine === 'sqlite' || snapshot.tables.length > 0
}

/** Puts it into a database of the same engine that has nothing. */
export function restoreDatabase(database: Database, snapshot: DatabaseSnapshot): void {
  if (database.engine !== snapshot.engine) broken(`a ${snapshot.engine} database for ${database.engine}`)
  if (snapshot.engine === 'sqlite') return (database as SqliteDatabase).load(snapshot.file, snapshot.random)
  const { tables, prepared } = database as TableDatabase
  for (const table of snapshot.tables) tables.set(table.name, table)
  for (const [id, batch] of snapshot.prepared) prepared.set(id, batch)
}
