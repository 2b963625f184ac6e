// A statement's parameters as a learner's function sets them, counted from 1 as in JDBC. java.sql.PreparedStatement, as far
// as a sink needs it.

import { LearnerError } from '../../base/diagnostic.ts'
import type { SqlValue } from './sql-statement.ts'

/** Sets the question marks of a statement, from 1. */
export class PreparedStatement {
  readonly #values: (SqlValue | undefined)[]
  readonly #sink: string

  /** Statements are made by the sink. */
  constructor(parameters: number, sink: string) {
    this.#values = Array.from({ length: parameters }, () => undefined)
    this.#sink = sink
  }

  setString(index: number, value: string | null): void {
    this.#set(index, value)
  }

  setInt(index: number, value: number): void {
    this.#set(index, value)
  }

  setLong(index: number, value: number | bigint): void {
    this.#set(index, value)
  }

  setDouble(index: number, value: number): void {
    this.#set(index, value)
  }

  setBoolean(index: number, value: boolean): void {
    this.#set(index, value)
  }

  setNull(index: number): void {
    this.#set(index, null)
  }

  /** Any value that a column can hold; of a date its time in ms. */
  setObject(index: number, value: SqlValue | Date): void {
    this.#set(index, value instanceof Date ? value.getTime() : value)
  }

  /** Called by the sink. */
  values(): SqlValue[] {
    return this.#values.map((value, i) => {
      if (value !== undefined) return value
      throw new LearnerError('PARAMETER_UNSET', { sink: this.#sink, index: i + 1 })
    })
  }

  #set(index: number, value: SqlValue): void {
    const isValue = value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
    if (Number.isInteger(index) && index >= 1 && index <= this.#values.length && isValue)
      this.#values[index - 1] = value
    else {
      const params = { sink: this.#sink, index: String(index), value: String(value), parameters: this.#values.length }
      throw new LearnerError('PARAMETER_SET', params)
    }
  }
}
