// The world outside of the cluster as a run finds it: empty, or as an earlier run has left it, in a file. It's read anew
// whenever the run begins, since a run changes it.

import { LearnerError, type Diagnostic } from '../base/diagnostic.ts'
import { readOutside, restoreOutside } from '../cluster/outside-file.ts'
import { hasTables, restoreDatabase } from '../connectors/database/database-snapshot.ts'
import { databaseOf, openSqlite } from '../connectors/database/open-database.ts'
import type { SqliteEngine } from '../connectors/database/sqlite-engine.ts'
import type { Plan } from '../graph/plan.ts'
import { Outside } from '../operators/outside.ts'
import type { RunSettings } from './protocol.ts'

type Kept = Pick<RunSettings, 'outside'>

/** What is wrong with the file, or null. */
export function outsideDiagnostic({ database: wanted = 'memory' }: Plan, { outside: kept }: Kept): Diagnostic | null {
  if (kept === undefined) return null
  try {
    const { database } = readOutside(kept.text, kept.file)
    if (database.engine === wanted || !hasTables(database)) return null
    const code = wanted === 'sqlite' ? 'OUTSIDE_IN_MEMORY' : 'OUTSIDE_IN_SQLITE'
    return { code, params: { file: kept.file }, span: null }
  } catch (error) {
    if (!(error instanceof LearnerError)) throw error
    return { code: error.code, params: error.params, span: null }
  }
}

/** Virtual µs at which it was kept; 0 where the run begins with nothing. */
export function keptUs({ outside: kept }: Kept): number {
  return kept === undefined ? 0 : readOutside(kept.text, kept.file).atUs
}

/** The outside of a run that begins. */
export function outsideOf({ outside: kept }: Kept, seed: number, sqlite: SqliteEngine | null): Outside {
  const outside = new Outside()
  if (sqlite !== null) openSqlite(outside, sqlite, seed)
  if (kept === undefined) return outside
  const content = readOutside(kept.text, kept.file)
  restoreOutside(outside, content)
  const database = databaseOf(outside)
  if (database.engine === content.database.engine) restoreDatabase(database, content.database)
  return outside
}
