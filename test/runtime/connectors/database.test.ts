// The database by itself: statements in its dialect with what the tables hold then, and prepared transactions.

import { describe, expect, test } from 'vitest'
import type { LearnerError } from '../../../runtime/base/diagnostic.ts'
import { Database, type QueryResult } from '../../../runtime/connectors/database/database.ts'
import { parseSql, type SqlValue } from '../../../runtime/connectors/database/sql-statement.ts'

function run(database: Database, sql: string, ...parameters: SqlValue[]): void {
  database.execute({ statement: parseSql(sql).statement, parameters })
}

const ask = (database: Database, sql: string): QueryResult =>
  database.query({ statement: parseSql(sql).statement, parameters: [] })

function codeOf(call: () => unknown): string {
  try {
    call()
    return 'none'
  } catch (error) {
    return (error as LearnerError).code
  }
}

function counts(): Database {
  const database = new Database()
  run(database, 'CREATE TABLE IF NOT EXISTS counts (page VARCHAR(20) NOT NULL PRIMARY KEY, n BIGINT, note TEXT)')
  run(database, "INSERT INTO counts VALUES ('/a', 1, NULL)")
  run(database, 'INSERT INTO counts (n, page) VALUES (?, ?)', 5, '/b')
  run(database, "insert into counts (page, n, note) values ('/c', -3, 'it''s');")
  return database
}

describe('what statements do', () => {
  test.each<[sql: string, rows: string]>([
    ["INSERT INTO counts (page, n) VALUES ('/d', 4)", '/a 1, /b 5, /c -3, /d 4'],
    [
      "INSERT INTO counts (page, n) VALUES ('/b', 9) ON CONFLICT (page) DO UPDATE SET n = EXCLUDED.n",
      '/a 1, /b 9, /c -3',
    ],
    [
      "INSERT INTO counts (page, n) VALUES ('/b', 9) ON CONFLICT DO UPDATE SET n = counts.n + EXCLUDED.n",
      '/a 1, /b 14, /c -3',
    ],
    ["INSERT INTO counts (page, n) VALUES ('/b', 9) ON CONFLICT DO NOTHING", '/a 1, /b 5, /c -3'],
    ["REPLACE INTO counts (page, n) VALUES ('/c', 9)", '/a 1, /b 5, /c 9'],
    ["INSERT OR REPLACE INTO counts (page, n) VALUES ('/c', 9)", '/a 1, /b 5, /c 9'],
    ["INSERT OR IGNORE INTO counts (page, n) VALUES ('/c', 9)", '/a 1, /b 5, /c -3'],
    ["UPDATE counts SET n = n - 1 WHERE n > 0 AND page <> '/a'", '/a 1, /b 4, /c -3'],
    ["UPDATE counts SET page = '/x' WHERE page = '/b'", '/a 1, /c -3, /x 5'],
    ['DELETE FROM counts WHERE n <= 1', '/b 5'],
    ['DELETE FROM counts', ''],
  ])('%s', (sql, rows) => {
    const database = counts()
    run(database, sql)
    const got = ask(database, 'SELECT page, n FROM counts ORDER BY page').rows
    expect(got.map((row) => row.join(' ')).join(', ')).toBe(rows)
  })

  test.each<[sql: string, rows: readonly (readonly SqlValue[])[]]>([
    ["SELECT * FROM counts WHERE page = '/c'", [['/c', -3, "it's"]]],
    ['SELECT page FROM counts ORDER BY n DESC LIMIT 2', [['/b'], ['/a']]],
    ['SELECT page FROM counts WHERE n >= 1 AND n < 5', [['/a']]],
    ["SELECT page FROM counts WHERE note <> 'x'", [['/c']]],
    ['SELECT page FROM counts WHERE note = NULL', []],
    ['SELECT COUNT(*) FROM counts WHERE n != 5', [[2]]],
    ['SELECT "page" FROM "counts" WHERE n = 1', [['/a']]],
  ])('%s', (sql, rows) => expect(ask(counts(), sql).rows).toEqual(rows))

  test('a table without a primary key takes every row', () => {
    const database = new Database()
    run(database, 'CREATE TABLE log (line TEXT)')
    for (let i = 0; i < 3; i++) run(database, "INSERT INTO log VALUES ('same')")
    expect(ask(database, 'SELECT COUNT(*) FROM log').rows).toEqual([[3]])
  })

  test('a key of several columns', () => {
    const database = new Database()
    run(database, 'CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b))')
    run(database, 'INSERT INTO t VALUES (1, 2)')
    run(database, 'INSERT INTO t VALUES (2, 1)')
    expect(codeOf(() => run(database, 'INSERT INTO t VALUES (1, 2)'))).toBe('DUPLICATE_KEY')
  })

  test.each<[sql: string, code: string]>([
    ["INSERT INTO counts (page, n) VALUES ('/a', 2)", 'DUPLICATE_KEY'],
    ["UPDATE counts SET page = '/a' WHERE page = '/b'", 'DUPLICATE_KEY'],
    ["INSERT INTO counts (page, m) VALUES ('/z', 2)", 'COLUMN_MISSING'],
    ['DELETE FROM counts WHERE m = 1', 'COLUMN_MISSING'],
    ["INSERT INTO other VALUES ('/z')", 'TABLE_MISSING'],
    ['INSERT INTO counts (page) VALUES (1, 2)', 'SQL_STATEMENT'],
    ['INSERT counts', 'SQL_STATEMENT'],
    ['SELECT page FROM counts GROUP BY page', 'SQL_STATEMENT'],
    ['SELECT page FROM counts WHERE page LIKE 1', 'SQL_STATEMENT'],
    ['DROP TABLE counts', 'SQL_STATEMENT'],
    ['SELECT page FROM counts WHERE page = #', 'SQL_STATEMENT'],
  ])('refused: %s', (sql, code) => expect(codeOf(() => run(counts(), sql))).toBe(code))

  test('a question without rows is refused', () => {
    expect(codeOf(() => ask(counts(), 'DELETE FROM counts'))).toBe('SQL_QUERY')
    expect(codeOf(() => ask(counts(), 'SELECT m FROM counts'))).toBe('COLUMN_MISSING')
  })
})

describe('prepared transactions', () => {
  const more = { statement: parseSql("INSERT INTO counts (page, n) VALUES ('/d', 4)").statement, parameters: [] }

  test('act when they’re committed, once', () => {
    const database = counts()
    database.prepare('x', [more])
    expect(database.tableOf('counts').rows.size).toBe(3)
    expect([database.commitPrepared('x'), database.commitPrepared('x')]).toEqual([true, false])
    expect(database.tableOf('counts').rows.size).toBe(4)
  })

  test('rolled back they never act', () => {
    const database = counts()
    database.prepare('x', [more])
    database.rollbackPrepared('x')
    expect(database.commitPrepared('x')).toBe(false)
  })

  test('a database that can’t be reached does nothing', () => {
    const database = counts()
    database.prepare('x', [more])
    database.disconnectUntil(5)
    expect(codeOf(() => database.commitPrepared('x'))).toBe('DATABASE_UNREACHABLE')
    database.onAlarm()
    expect(database.commitPrepared('x')).toBe(true)
  })
})
