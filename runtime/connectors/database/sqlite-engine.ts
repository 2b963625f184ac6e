// What of SQLite's WebAssembly build is used, as types; and the one module that all databases of a host share, with the
// clock that SQL's `CURRENT_TIMESTAMP` and `datetime('now')` read: virtual time, like everything else in a run.
// https://sqlite.org/wasm/doc/trunk/api-index.md

/** What SQLite gives and takes. */
export type SqliteValue = string | number | bigint | boolean | null | Uint8Array

/** A compiled statement. */
export interface SqliteStatement {
  readonly parameterCount: number
  readonly columnCount: number
  bind(values: readonly SqliteValue[]): unknown
  step(): boolean
  get(into: SqliteValue[]): SqliteValue[]
  getColumnNames(): string[]
  isReadOnly(): boolean
  reset(alsoClearsValues?: boolean): unknown
  finalize(): unknown
}

/** An open database. */
export interface SqliteConnection {
  readonly pointer: number
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  selectArrays(sql: string, values?: readonly SqliteValue[]): SqliteValue[][]
  createFunction(name: string, call: (context: number, argument: SqliteValue) => SqliteValue, options: object): unknown
  close(): void
}

/** SQLite's functions as C has them, as far as the session extension and the guards need them. */
export interface SqliteCalls {
  sqlite3session_create(database: number, schema: string, into: number): number
  sqlite3session_object_config(session: number, option: number, value: number): number
  sqlite3session_attach(session: number, table: null): number
  sqlite3session_changeset(session: number, size: number, into: number): number
  sqlite3session_delete(session: number): void
  sqlite3changeset_apply(
    database: number,
    size: number,
    changeset: number,
    filter: null,
    conflict: (context: number) => number,
    context: null,
  ): number
  sqlite3_set_authorizer(
    database: number,
    authorize: (context: number, action: number, first: string | number) => number,
    context: null,
  ): number
  sqlite3_progress_handler(database: number, every: number, stop: () => number, context: null): void
  sqlite3_get_autocommit(database: number): number
  sqlite3_js_db_export(database: number): Uint8Array
  sqlite3_deserialize(
    database: number,
    schema: string,
    bytes: number,
    size: number,
    capacity: number,
    flags: number,
  ): number
  sqlite3_free(pointer: number): void
}

/** The module's memory. */
export interface SqliteMemory {
  readonly pstack: { readonly pointer: number; alloc(bytes: number): number; restore(pointer: number): void }
  peekPtr(pointer: number): number
  peek(pointer: number, type: 'i32'): number
  poke(pointer: number, value: number, type: 'i32'): unknown
  heap8u(): Uint8Array
  allocFromTypedArray(bytes: Uint8Array): number
  dealloc(pointer: number): void
}

/** The module, initialised. */
export interface SqliteModule {
  readonly capi: SqliteCalls
  readonly wasm: SqliteMemory
  readonly oo1: { readonly DB: new (file: string) => SqliteConnection }
}

/** SQLite, loaded. */
export class SqliteEngine {
  readonly module: SqliteModule
  readonly clock: SqliteClock

  constructor(module: SqliteModule, clock: SqliteClock) {
    this.module = module
    this.clock = clock
  }
}

/** What SQLite takes for the time, in ms: set by the database that is being asked. */
export class SqliteClock {
  nowMs = 0
}
