// Changesets: what a transaction did to the rows of a database, as bytes. SQLite's session extension records them; applied
// to the same database, they do it again.
// https://sqlite.org/sessionintro.html

import { assert } from '../../base/assert.ts'
import type { SqliteConnection, SqliteEngine } from './sqlite-engine.ts'

/** Rows of tables without a primary key are told by their rowid; otherwise they would be left out. */
const SQLITE_SESSION_OBJCONFIG_ROWID = 2
const SQLITE_CHANGESET_ABORT = 2

/** What `change` does to the database. */
export function recordChangeset(
  { module: { capi, wasm } }: SqliteEngine,
  database: SqliteConnection,
  change: () => void,
): Uint8Array {
  const stack = wasm.pstack.pointer
  const [into, number] = [wasm.pstack.alloc(8), wasm.pstack.alloc(8)]
  let session = 0
  try {
    expectOk(capi.sqlite3session_create(database.pointer, 'main', into))
    session = wasm.peekPtr(into)
    wasm.poke(number, 1, 'i32')
    expectOk(capi.sqlite3session_object_config(session, SQLITE_SESSION_OBJCONFIG_ROWID, number))
    expectOk(capi.sqlite3session_attach(session, null))
    change()
    expectOk(capi.sqlite3session_changeset(session, number, into))
    const [size, bytes] = [wasm.peek(number, 'i32'), wasm.peekPtr(into)]
    const changeset = wasm.heap8u().slice(bytes, bytes + size)
    capi.sqlite3_free(bytes)
    return changeset
  } finally {
    if (session !== 0) capi.sqlite3session_delete(session)
    wasm.pstack.restore(stack)
  }
}

/** Does it again, to a database that is as it was. */
export function applyChangeset(
  { module: { capi, wasm } }: SqliteEngine,
  database: SqliteConnection,
  changeset: Uint8Array,
): void {
  if (changeset.length === 0) return
  const bytes = wasm.allocFromTypedArray(changeset)
  try {
    expectOk(capi.sqlite3changeset_apply(database.pointer, changeset.length, bytes, null, abort, null))
  } finally {
    wasm.dealloc(bytes)
  }
}

/** Of a database that is as it was nothing can be in the way. */
function abort(): number {
  return SQLITE_CHANGESET_ABORT
}

function expectOk(code: number): void {
  assert(code === 0, () => `SQLite's session extension answers ${code}`)
}
