// Where a run's database is found: SQLite is put there before the run begins, since it has to be loaded; tables in memory
// are made when they're first asked for.

import type { Outside } from '../../operators/outside.ts'
import type { Database } from './database.ts'
import { SqliteDatabase } from './sqlite-database.ts'
import type { SqliteEngine } from './sqlite-engine.ts'
import { TableDatabase } from './table-database.ts'

const NAME = 'database'

/** The database outside of the jobs. */
export function databaseOf(outside: Outside): Database {
  return outside.system<Database>(NAME, () => new TableDatabase(outside))
}

/** The database for whoever only looks: the outside is the same afterwards. */
export function databaseSeen(outside: Outside): Database {
  return outside.seen<Database>(NAME, () => new TableDatabase(outside))
}

/** Makes SQLite the database. Before anybody asked for it. */
export function openSqlite(outside: Outside, engine: SqliteEngine, seed: number): SqliteDatabase {
  return outside.system(NAME, () => new SqliteDatabase(engine, outside, seed))
}
