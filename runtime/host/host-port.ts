// What the engine needs of the machine it runs on: the only place where real time and real tasks come in, and none of
// it can change what a run does.

import type { SqliteEngine } from '../connectors/database/sqlite-engine.ts'

/** What the engine needs of its host. */
export interface HostPort {
  /** Imports the text of an ES module; gives its namespace. */
  importModule(code: string): Promise<unknown>
  /** Comes back after whatever else was waiting has had its turn. */
  yieldToHost(): Promise<void>
  /** Real time in ms. */
  wallMs(): number
  sleep(ms: number): Promise<void>
  /** SQLite, for a run that asks for it. Absent where there is none. */
  sqlite?(): Promise<SqliteEngine>
}
