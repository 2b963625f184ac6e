// The database outside of the jobs, as sinks and consoles see it, whatever keeps its tables. Statements act at once; those
// of a transaction are kept until it's prepared, and act when it's committed, be that by another attempt of the job: what
// an XA data source does for Flink's JDBC sink.

import { LearnerError } from '../../base/diagnostic.ts'
import type { Outside, OutsideSystem } from '../../operators/outside.ts'
import type { SqlText, SqlValue } from './sql-statement.ts'

/** A statement with what its parameters are. */
export interface BoundStatement {
  readonly text: SqlText
  readonly values: readonly SqlValue[]
}

/** What a query gives. */
export interface QueryResult {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SqlValue[])[]
}

/** A table as a console lists it. */
export interface TableView {
  readonly name: string
  readonly columns: readonly string[]
  /** How many there are. */
  readonly rows: number
}

/** What keeps the tables: maps in memory with a little SQL, or SQLite. */
export type DatabaseEngine = 'memory' | 'sqlite'

/**
 * A database. What it's told throws LearnerError where it can't be done, and then nothing of it is done. Nobody but a
 * console may call `query`: it answers also while the database can't be reached, and changes nothing.
 */
export abstract class Database implements OutsideSystem {
  abstract readonly engine: DatabaseEngine
  /** When its connection is back; Infinity while it's there. */
  nextAlarmMs = Infinity
  readonly outside: Outside

  constructor(outside: Outside) {
    this.outside = outside
  }

  /** Nobody can reach it before this time. */
  disconnectUntil(timeMs: number): void {
    this.nextAlarmMs = timeMs
    this.outside.alarmChanged()
  }

  onAlarm(): void {
    this.nextAlarmMs = Infinity
  }

  /** Makes a table, unless there is one of its name. */
  abstract createTable(text: SqlText): void

  /** Whether the statement could be carried out: that its table and columns are there. */
  abstract requireUsable(text: SqlText): void

  /** Carries statements out, all of them or none. */
  abstract execute(batch: readonly BoundStatement[]): void

  /** The tables there are, in order of their making, for a console. */
  abstract tableViews(): TableView[]

  /** Rows, asked for from a console. */
  abstract query(sql: string): QueryResult

  /** Keeps a transaction until it's committed or rolled back, whatever becomes of who prepared it. */
  abstract prepare(id: string, batch: readonly BoundStatement[]): void

  /** False where there's nothing of this id: it was committed before. */
  abstract commitPrepared(id: string): boolean

  abstract rollbackPrepared(id: string): void

  /** Ids of the transactions that are neither committed nor rolled back, in the order in which they were prepared. */
  abstract preparedIds(): string[]

  /** Lets go of what the garbage collector can't. Nothing can be asked of it afterwards. */
  close(): void {
    // Most have nothing of that kind.
  }

  protected requireReachable(): void {
    if (this.nextAlarmMs < Infinity) throw new LearnerError('DATABASE_UNREACHABLE')
  }
}
