// SQLite for the engine, in a chunk of its own: fetched when a run asks for it, from where the page is.
import { code } from 'virtual:streambed-sqlite'
import wasmAddress from '@sqlite.org/sqlite-wasm/sqlite3.wasm?url'
import type { SqliteFiles } from '../../runtime/host/protocol.ts'

/** Rejects where the file can't be reached. */
export async function sqliteFiles(): Promise<SqliteFiles> {
  const response = await fetch(wasmAddress)
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`)
  return { code, wasm: await response.arrayBuffer() }
}
