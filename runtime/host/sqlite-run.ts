// What a job that wants SQLite needs before it runs: SQLite itself, and that SQLite understands its SQL. A job's own SQL is
// said to be wrong before the run begins, at the operator it belongs to.

import { LearnerError, type Diagnostic } from '../base/diagnostic.ts'
import { databaseOf } from '../connectors/database/open-database.ts'
import type { SqliteEngine } from '../connectors/database/sqlite-engine.ts'
import type { Plan } from '../graph/plan.ts'
import type { Outside } from '../operators/outside.ts'
import { placeDiagnostic } from './errors.ts'
import type { HostPort } from './host-port.ts'

/** SQLite, or why it can't be had. */
export async function openedSqlite({ sqlite }: HostPort): Promise<SqliteEngine | Diagnostic> {
  const unavailable = (error: string): Diagnostic => ({ code: 'SQLITE_UNAVAILABLE', params: { error }, span: null })
  if (sqlite === undefined) return unavailable('WebAssembly')
  return sqlite().catch((error: unknown) => unavailable(error instanceof Error ? error.message : String(error)))
}

/** What SQLite doesn't understand in the job's SQL. Tried on an outside as the run will find it. */
export function sqlDiagnostics(plan: Plan, open: () => Outside): Diagnostic[] {
  if (plan.database !== 'sqlite') return []
  const outside = open()
  try {
    const database = databaseOf(outside)
    const found: Diagnostic[] = []
    const attempt = (work: () => void, nodeId: string | null): void => {
      try {
        work()
      } catch (error) {
        if (!(error instanceof LearnerError)) throw error
        error.nodeId = nodeId
        found.push(placeDiagnostic(error, plan))
      }
    }
    for (const table of plan.tables ?? []) attempt(() => database.createTable(table), null)
    for (const { id, spec } of plan.nodes) {
      const sink = spec.kind === 'sink' ? spec.sink.database : undefined
      if (sink !== undefined) attempt(() => database.requireUsable(sink), id)
    }
    return found
  } finally {
    outside.close()
  }
}
