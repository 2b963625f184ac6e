// Brings SQLite up from its module and its WebAssembly, wherever a host has them from. Of the machine it gets nothing: its
// time is the run's, and its texts for a console go nowhere.

import { SqliteClock, SqliteEngine, type SqliteModule } from '../connectors/database/sqlite-engine.ts'

/** What the package's module exports. */
export type SqliteInit = (options: {
  print(text: string): void
  printErr(text: string): void
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object
}) => Promise<SqliteModule>

/** SQLite as the page sends it to the engine: the text of its module, and its WebAssembly. */
export interface SqliteFiles {
  readonly code: string
  readonly wasm: ArrayBuffer
}

/** SQLite, ready to open databases. Rejects where the machine can't run it. */
export async function loadSqlite(init: SqliteInit, wasm: BufferSource): Promise<SqliteEngine> {
  const compiled = await WebAssembly.compile(wasm)
  const clock = new SqliteClock()
  const silent = (): void => undefined
  // Read once, at the beginning, and deleted by the module.
  Object.assign(globalThis, { sqlite3ApiConfig: { log: silent, debug: silent, warn: silent, error: silent } })
  return new Promise((resolve, reject) => {
    const instantiateWasm = (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object => {
      Object.assign(imports['env'] ?? {}, { emscripten_date_now: () => clock.nowMs })
      WebAssembly.instantiate(compiled, imports).then(done, reject)
      return {}
    }
    const begun = init({ print: silent, printErr: silent, instantiateWasm })
    begun.then((module) => resolve(new SqliteEngine(module, clock)), reject)
  })
}
