// What SQL may do in a run, and what is said where SQLite refuses it. Every statement has a purpose, and SQLite asks for each
// of its actions whether that is allowed; every statement ends after so many instructions, however it's written.

import { LearnerError } from '../../base/diagnostic.ts'
import type { SqliteConnection, SqliteEngine } from './sqlite-engine.ts'

/** What a statement is for. `own`: ours, which may do everything. */
export type SqlPurpose = 'create' | 'write' | 'query' | 'own'

/** Prepared transactions are kept in this table, where everybody can see them and nobody but the database writes. */
export const PREPARED = 'prepared_transactions'

// Action codes of sqlite3_set_authorizer.
const [CREATE_INDEX, CREATE_TABLE, DELETE, INSERT, READ, SELECT] = [1, 2, 9, 18, 20, 21]
const [UPDATE, REINDEX, FUNCTION, RECURSIVE] = [23, 27, 31, 33]
const READING = [READ, SELECT, FUNCTION, RECURSIVE]
const ALLOWED: Readonly<Record<Exclude<SqlPurpose, 'own'>, ReadonlySet<number>>> = {
  query: new Set(READING),
  write: new Set([...READING, DELETE, INSERT, UPDATE]),
  create: new Set([...READING, DELETE, INSERT, UPDATE, CREATE_INDEX, CREATE_TABLE, REINDEX]),
}
const CHANGING: ReadonlySet<number> = new Set([DELETE, INSERT, UPDATE])

const SQLITE_OK = 0
const SQLITE_DENY = 1
const SQLITE_INTERRUPT = 9
const SQLITE_CONSTRAINT = 19
const SQLITE_AUTH = 23

/** A statement of a lesson takes some hundred; a second of SQLite's time is some ten million. */
const MOST_INSTRUCTIONS = 10_000_000
const INSTRUCTIONS_PER_LOOK = 10_000

/** Watches over what is done in one database. */
export class SqliteGuards {
  purpose: SqlPurpose = 'own'
  looks = 0

  constructor({ module: { capi } }: SqliteEngine, { pointer }: SqliteConnection) {
    const authorize = (_context: number, action: number, first: string | number): number => this.answer(action, first)
    capi.sqlite3_set_authorizer(pointer, authorize, null)
    const isTooMuch = (): number => (++this.looks * INSTRUCTIONS_PER_LOOK > MOST_INSTRUCTIONS ? 1 : 0)
    capi.sqlite3_progress_handler(pointer, INSTRUCTIONS_PER_LOOK, isTooMuch, null)
  }

  /** Does something for a purpose. Throws LearnerError for what SQLite refuses. */
  during<R>(purpose: SqlPurpose, sql: string, work: () => R): R {
    this.purpose = purpose
    this.looks = 0
    try {
      return work()
    } catch (error) {
      throw refusal(error, purpose, sql)
    } finally {
      this.purpose = 'own'
    }
  }

  private answer(action: number, first: string | number): number {
    if (this.purpose === 'own') return SQLITE_OK
    if (CHANGING.has(action) && first === PREPARED) return SQLITE_DENY
    return ALLOWED[this.purpose].has(action) ? SQLITE_OK : SQLITE_DENY
  }
}

/** What SQLite threw, as the learner's mistake. */
function refusal(error: unknown, purpose: SqlPurpose, sql: string): unknown {
  const { resultCode, message } = error as { readonly resultCode?: number; readonly message?: string }
  if (error instanceof LearnerError || !(error instanceof Error)) return error
  const said = /result code -?\d+: ([^]*)$/.exec(message ?? '')?.[1] ?? message ?? ''
  const table = /^no such table: (?:main\.)?(.+)$/.exec(said)?.[1]
  if (table !== undefined) return new LearnerError('TABLE_MISSING', { table })
  const column = /^no such column: (.+)$/.exec(said)?.[1] ?? /^table (.+) has no column named (.+)$/.exec(said)?.[2]
  if (column !== undefined) return new LearnerError('COLUMN_MISSING', { column })
  switch ((resultCode ?? 0) & 0xff) {
    case SQLITE_CONSTRAINT:
      return new LearnerError('SQL_CONSTRAINT', { error: said, sql })
    case SQLITE_INTERRUPT:
      return new LearnerError('SQL_ENDLESS', { sql })
    case SQLITE_AUTH:
      return notAllowed(purpose, sql)
    default:
      return new LearnerError('SQL_REFUSED', { error: said, sql })
  }
}

/** A statement for another purpose. */
export function notAllowed(purpose: SqlPurpose, sql: string): LearnerError {
  if (purpose === 'create') return new LearnerError('SQL_CREATES', { sql })
  if (purpose === 'write') return new LearnerError('SQL_WRITES', { sql })
  return new LearnerError('SQL_QUERY', { kind: /\w+/.exec(sql)?.[0].toUpperCase() ?? sql })
}
