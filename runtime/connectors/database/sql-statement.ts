// The little SQL that the simulated database speaks, as data: tables, inserts with what happens on a conflict, updates,
// deletes, and queries of one table. A dialect that SQLite and PostgreSQL read alike.

import { LearnerError } from '../../base/diagnostic.ts'

/** A value in a statement: a parameter by number from 0, a constant, a column, or a sum of two of these. */
export type SqlTerm =
  | { readonly kind: 'parameter'; readonly index: number }
  | { readonly kind: 'constant'; readonly value: SqlValue }
  /** `isNew`: of the row that was to be inserted. */
  | { readonly kind: 'column'; readonly column: string; readonly isNew: boolean }
  | { readonly kind: 'sum'; readonly sign: 1 | -1; readonly left: SqlTerm; readonly right: SqlTerm }

/** What a column can hold. */
export type SqlValue = string | number | bigint | boolean | null

/** `column op term`; a row must meet all conditions. */
export interface SqlCondition {
  readonly column: string
  readonly op: '=' | '<>' | '<' | '<=' | '>' | '>='
  readonly term: SqlTerm
}

/** Columns and what they are set to. */
export type SqlAssignments = readonly (readonly [column: string, term: SqlTerm])[]

export type SqlStatement =
  | {
      readonly kind: 'create'
      readonly table: string
      readonly columns: readonly string[]
      readonly primaryKey: readonly string[]
    }
  | {
      readonly kind: 'insert'
      readonly table: string
      /** Null: all of the table, in order. */
      readonly columns: readonly string[] | null
      readonly values: readonly SqlTerm[]
      readonly conflict: 'fail' | 'nothing' | 'replace' | SqlAssignments
    }
  | {
      readonly kind: 'update'
      readonly table: string
      readonly set: SqlAssignments
      readonly where: readonly SqlCondition[]
    }
  | { readonly kind: 'delete'; readonly table: string; readonly where: readonly SqlCondition[] }
  | {
      readonly kind: 'select'
      readonly table: string
      /** Null for all. */
      readonly columns: readonly string[] | null
      /** Only how many there are. */
      readonly isCount: boolean
      readonly where: readonly SqlCondition[]
      readonly orderBy: { readonly column: string; readonly isDescending: boolean } | null
      readonly limit: number
    }

/** A statement as a job has it. */
export interface SqlText {
  readonly sql: string
  /** What the tables in memory read in it; null where it's for SQLite alone. */
  readonly statement: SqlStatement | null
  readonly parameters: number
}

/** A statement for SQLite, which reads it itself; only its question marks are counted. Throws LearnerError for several. */
export function sqliteText(sql: string): SqlText {
  const outsideOfQuotes = sql.replace(/'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[^]*?(?:\*\/|$)/g, ' ')
  if (/;\s*\S/.test(outsideOfQuotes)) throw new LearnerError('SQL_SEVERAL', { sql })
  return { sql, statement: null, parameters: outsideOfQuotes.split('?').length - 1 }
}

/** A statement read, and how many parameters it has. Throws LearnerError where it isn't understood. */
export function parseSql(text: string): { readonly statement: SqlStatement; readonly parameters: number } {
  const parser = new SqlParser(text)
  const statement = parser.statement()
  return { statement, parameters: parser.parameters }
}

const TOKEN = /\s*(?:('(?:[^']|'')*')|(\d+(?:\.\d+)?)|("[^"]*"|[A-Za-z_][A-Za-z0-9_$]*)|(<>|!=|<=|>=|[(),.*?=<>+;-]))/y

class SqlParser {
  readonly text: string
  readonly tokens: string[]
  at = 0
  parameters = 0

  constructor(text: string) {
    this.text = text
    this.tokens = this.scan()
  }

  statement(): SqlStatement {
    const statement = this.begin()
    this.take(';')
    if (this.at < this.tokens.length) this.refuse()
    return statement
  }

  private begin(): SqlStatement {
    if (this.take('CREATE')) return this.create()
    if (this.take('REPLACE')) return this.insert('replace')
    if (this.take('INSERT')) return this.insert(this.take('OR') ? this.orElse() : 'fail')
    if (this.take('UPDATE')) {
      const table = this.name()
      this.need('SET')
      return { kind: 'update', table, set: this.assignments(), where: this.where() }
    }
    if (this.take('DELETE')) {
      this.need('FROM')
      return { kind: 'delete', table: this.name(), where: this.where() }
    }
    this.need('SELECT')
    return this.select()
  }

  private orElse(): 'replace' | 'nothing' {
    if (this.take('REPLACE')) return 'replace'
    this.need('IGNORE')
    return 'nothing'
  }

  private create(): SqlStatement {
    this.need('TABLE')
    if (this.take('IF')) for (const word of ['NOT', 'EXISTS']) this.need(word)
    const table = this.name()
    const columns: string[] = []
    let primaryKey: string[] = []
    this.need('(')
    do {
      if (this.take('PRIMARY')) {
        this.need('KEY')
        primaryKey = this.names()
        continue
      }
      const column = this.name()
      columns.push(column)
      if (this.columnType()) primaryKey = [column]
    } while (this.take(','))
    this.need(')')
    return { kind: 'create', table, columns, primaryKey }
  }

  /** Types are read and mean nothing, as in SQLite. True where the column is the primary key. */
  private columnType(): boolean {
    let isKey = false
    for (let depth = 0; depth > 0 || ![',', ')', undefined].includes(this.tokens[this.at]); this.at++) {
      const word = this.word()
      if (word === '(') depth++
      if (word === ')') depth--
      if (word === undefined) this.refuse()
      if (word === 'PRIMARY') isKey = true
    }
    return isKey
  }

  private insert(otherwise: 'fail' | 'nothing' | 'replace'): SqlStatement {
    this.need('INTO')
    const table = this.name()
    const columns = this.tokens[this.at] === '(' ? this.names() : null
    this.need('VALUES')
    this.need('(')
    const values = [this.term()]
    while (this.take(',')) values.push(this.term())
    this.need(')')
    if (columns !== null && columns.length !== values.length) this.refuse()
    return { kind: 'insert', table, columns, values, conflict: this.take('ON') ? this.conflict() : otherwise }
  }

  private conflict(): 'nothing' | SqlAssignments {
    this.need('CONFLICT')
    if (this.tokens[this.at] === '(') this.names()
    this.need('DO')
    if (this.take('NOTHING')) return 'nothing'
    this.need('UPDATE')
    this.need('SET')
    return this.assignments()
  }

  private select(): SqlStatement {
    const isCount = this.take('COUNT')
    if (isCount) for (const token of ['(', '*', ')']) this.need(token)
    const columns = isCount || this.take('*') ? null : this.list()
    this.need('FROM')
    const table = this.name()
    const where = this.where()
    let orderBy: Extract<SqlStatement, { kind: 'select' }>['orderBy'] = null
    if (this.take('ORDER')) {
      this.need('BY')
      orderBy = { column: this.name(), isDescending: this.take('DESC') }
      this.take('ASC')
    }
    const limit = this.take('LIMIT') ? Number(this.tokens[this.at++]) : Infinity
    if (Number.isNaN(limit)) this.refuse()
    return { kind: 'select', table, columns, isCount, where, orderBy, limit }
  }

  private assignments(): SqlAssignments {
    const assignments: [string, SqlTerm][] = []
    do {
      const column = this.name()
      this.need('=')
      assignments.push([column, this.term()])
    } while (this.take(','))
    return assignments
  }

  private where(): SqlCondition[] {
    const conditions: SqlCondition[] = []
    if (!this.take('WHERE')) return conditions
    do {
      const column = this.name()
      const op = this.tokens[this.at++] ?? ''
      if (!['=', '<>', '!=', '<', '<=', '>', '>='].includes(op)) this.refuse()
      conditions.push({ column, op: (op === '!=' ? '<>' : op) as SqlCondition['op'], term: this.term() })
    } while (this.take('AND'))
    return conditions
  }

  private term(): SqlTerm {
    let term = this.factor()
    for (;;) {
      const sign = this.take('+') ? 1 : this.take('-') ? -1 : 0
      if (sign === 0) return term
      term = { kind: 'sum', sign, left: term, right: this.factor() }
    }
  }

  private factor(): SqlTerm {
    if (this.take('?')) return { kind: 'parameter', index: this.parameters++ }
    if (this.take('NULL')) return { kind: 'constant', value: null }
    for (const [word, value] of [
      ['TRUE', true],
      ['FALSE', false],
    ] as const) {
      if (this.take(word)) return { kind: 'constant', value }
    }
    const isNegative = this.take('-')
    const token = this.tokens[this.at] ?? ''
    if (/^\d/.test(token)) {
      this.at++
      return { kind: 'constant', value: isNegative ? -Number(token) : Number(token) }
    }
    if (isNegative) this.refuse()
    if (token.startsWith("'")) {
      this.at++
      return { kind: 'constant', value: token.slice(1, -1).replaceAll("''", "'") }
    }
    const first = this.name()
    if (!this.take('.')) return { kind: 'column', column: first, isNew: false }
    return { kind: 'column', column: this.name(), isNew: first.toUpperCase() === 'EXCLUDED' }
  }

  private names(): string[] {
    this.need('(')
    const names = this.list()
    this.need(')')
    return names
  }

  private list(): string[] {
    const names = [this.name()]
    while (this.take(',')) names.push(this.name())
    return names
  }

  private name(): string {
    const token = this.tokens[this.at] ?? ''
    if (!/^["A-Za-z_]/.test(token)) this.refuse()
    this.at++
    return token.startsWith('"') ? token.slice(1, -1) : token
  }

  private word(): string | undefined {
    return this.tokens[this.at]?.toUpperCase()
  }

  private take(word: string): boolean {
    if (this.word() !== word) return false
    this.at++
    return true
  }

  private need(word: string): void {
    if (!this.take(word)) this.refuse()
  }

  private scan(): string[] {
    const tokens: string[] = []
    const text = this.text.trim()
    TOKEN.lastIndex = 0
    while (TOKEN.lastIndex < text.length) {
      const from = TOKEN.lastIndex
      const match = TOKEN.exec(text)
      if (match === null) throw new LearnerError('SQL_STATEMENT', { sql: this.text, near: text.slice(from, from + 20) })
      tokens.push(match[0].trim())
    }
    return tokens
  }

  private refuse(): never {
    throw new LearnerError('SQL_STATEMENT', { sql: this.text, near: this.tokens[this.at] ?? '…' })
  }
}
