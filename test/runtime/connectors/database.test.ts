// The databases by themselves: statements with what the tables hold then, and prepared transactions. What one can do is asked
// of both; what only SQLite can stands apart.

import { describe, expect, test } from 'vitest'
import type { LearnerError } from '../../../runtime/base/diagnostic.ts'
import type { BoundStatement, Database, DatabaseEngine } from '../../../runtime/connectors/database/database.ts'
import { sqliteText, type SqlValue } from '../../../runtime/connectors/database/sql-statement.ts'
import { ask, ENGINES, newDatabase, run, textFor } from '../../harness/databases.ts'

function codeOf(call: () => unknown): string {
  try {
    call()
    return 'none'
  } catch (error) {
    return (error as LearnerError).code
  }
}

function counts(engine: DatabaseEngine): Database {
  const database = newDatabase(engine)
  run(database, 'CREATE TABLE IF NOT EXISTS counts (page VARCHAR(20) NOT NULL PRIMARY KEY, n BIGINT, note TEXT)')
  run(database, "INSERT INTO counts VALUES ('/a', 1, NULL)")
  run(database, 'INSERT INTO counts (n, page) VALUES (?, ?)', 5, '/b')
  run(database, "insert into counts (page, n, note) values ('/c', -3, 'it''s');")
  return database
}

const held = (database: Database): string =>
  ask(database, 'SELECT page, n FROM counts ORDER BY page')
    .map((row) => row.join(' '))
    .join(', ')

describe.each(ENGINES)('what statements do, %s', (engine) => {
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
    const database = counts(engine)
    run(database, sql)
    expect(held(database)).toBe(rows)
  })

  test.each<[sql: string, rows: readonly (readonly SqlValue[])[]]>([
    ["SELECT * FROM counts WHERE page = '/c'", [['/c', -3, "it's"]]],
    ['SELECT page FROM counts ORDER BY n DESC LIMIT 2', [['/b'], ['/a']]],
    ['SELECT page FROM counts WHERE n >= 1 AND n < 5', [['/a']]],
    ["SELECT page FROM counts WHERE note <> 'x'", [['/c']]],
    ['SELECT page FROM counts WHERE note = NULL', []],
    ['SELECT COUNT(*) FROM counts WHERE n != 5', [[2]]],
    ['SELECT "page" FROM "counts" WHERE n = 1', [['/a']]],
  ])('%s', (sql, rows) => expect(ask(counts(engine), sql)).toEqual(rows))

  test('a table without a primary key takes every row', () => {
    const database = newDatabase(engine)
    run(database, 'CREATE TABLE log (line TEXT)')
    for (let i = 0; i < 3; i++) run(database, "INSERT INTO log VALUES ('same')")
    expect(ask(database, 'SELECT COUNT(*) FROM log')).toEqual([[3]])
  })

  test('tables as a console lists them: in order of their making, with columns and number of rows', () => {
    const database = counts(engine)
    run(database, 'CREATE TABLE archive (line TEXT)')
    run(database, 'CREATE TABLE IF NOT EXISTS "a b" (id BIGINT PRIMARY KEY, line TEXT)')
    run(database, "DELETE FROM counts WHERE page = '/a'")
    expect(database.tableViews()).toEqual([
      { name: 'counts', columns: ['page', 'n', 'note'], rows: 2 },
      { name: 'archive', columns: ['line'], rows: 0 },
      { name: 'a b', columns: ['id', 'line'], rows: 0 },
    ])
  })

  test('a table that is there is left as it is', () => {
    const database = counts(engine)
    run(database, 'CREATE TABLE counts (page TEXT PRIMARY KEY)')
    expect(held(database)).toBe('/a 1, /b 5, /c -3')
  })

  test('whole numbers of 64 bits, texts and NULL come back as they went in', () => {
    const database = newDatabase(engine)
    run(database, 'CREATE TABLE v (i BIGINT, d DOUBLE, t TEXT, x TEXT)')
    run(database, 'INSERT INTO v VALUES (?, ?, ?, ?)', 2n ** 62n, 0.5, '雨 ☂', null)
    expect(ask(database, 'SELECT * FROM v')).toEqual([[2n ** 62n, 0.5, '雨 ☂', null]])
  })

  test('statements of a batch act all or not at all', () => {
    const database = counts(engine)
    const text = textFor(database, 'INSERT INTO counts (page, n) VALUES (?, 0)')
    const batch = ['/d', '/e', '/a'].map((page): BoundStatement => ({ text, values: [page] }))
    expect(codeOf(() => database.execute(batch))).toMatch(/^(DUPLICATE_KEY|SQL_CONSTRAINT)$/)
    expect(held(database)).toBe('/a 1, /b 5, /c -3')
    database.execute(batch.slice(0, 2))
    expect(held(database)).toBe('/a 1, /b 5, /c -3, /d 0, /e 0')
  })

  test('an update that would make two rows of one key leaves both', () => {
    const database = counts(engine)
    expect(codeOf(() => run(database, "UPDATE counts SET page = '/x', n = 0"))).not.toBe('none')
    expect(held(database)).toBe('/a 1, /b 5, /c -3')
  })

  test.each<[sql: string, memory: string, sqlite: string]>([
    ["INSERT INTO counts (page, n) VALUES ('/a', 2)", 'DUPLICATE_KEY', 'SQL_CONSTRAINT'],
    ["UPDATE counts SET page = '/a' WHERE page = '/b'", 'DUPLICATE_KEY', 'SQL_CONSTRAINT'],
    ["INSERT INTO counts (page, m) VALUES ('/z', 2)", 'COLUMN_MISSING', 'COLUMN_MISSING'],
    ['DELETE FROM counts WHERE m = 1', 'COLUMN_MISSING', 'COLUMN_MISSING'],
    ["INSERT INTO other VALUES ('/z')", 'TABLE_MISSING', 'TABLE_MISSING'],
    ['INSERT INTO counts (page) VALUES (1, 2)', 'SQL_STATEMENT', 'SQL_REFUSED'],
    ['INSERT counts', 'SQL_STATEMENT', 'SQL_REFUSED'],
    ['SELECT page FROM counts WHERE page = #', 'SQL_STATEMENT', 'SQL_REFUSED'],
  ])('refused: %s', (sql, memory, sqlite) => {
    expect(codeOf(() => run(counts(engine), sql))).toBe(engine === 'memory' ? memory : sqlite)
  })

  test('who asks only reads', () => {
    const database = counts(engine)
    for (const sql of ['DELETE FROM counts', "INSERT INTO counts VALUES ('/z', 1, NULL)", 'UPDATE counts SET n = 0']) {
      expect(codeOf(() => ask(database, sql))).toBe('SQL_QUERY')
    }
    expect(codeOf(() => ask(database, 'SELECT m FROM counts'))).toBe('COLUMN_MISSING')
    expect(codeOf(() => ask(database, 'SELECT n FROM other'))).toBe('TABLE_MISSING')
    expect(held(database)).toBe('/a 1, /b 5, /c -3')
  })
})

describe('tables in memory know a little SQL', () => {
  test.each([
    'SELECT page FROM counts GROUP BY page',
    'SELECT page FROM counts WHERE page LIKE 1',
    'DROP TABLE counts',
  ])('refused: %s', (sql) => expect(codeOf(() => run(counts('memory'), sql))).toBe('SQL_STATEMENT'))
})

describe.each(ENGINES)('prepared transactions, %s', (engine) => {
  const more = (database: Database, sql = "INSERT INTO counts (page, n) VALUES ('/d', 4)"): BoundStatement => ({
    text: textFor(database, sql),
    values: [],
  })

  test('act when they’re committed, once', () => {
    const database = counts(engine)
    database.prepare('x', [more(database)])
    expect([held(database), database.preparedIds()]).toEqual(['/a 1, /b 5, /c -3', ['x']])
    expect([database.commitPrepared('x'), database.commitPrepared('x')]).toEqual([true, false])
    expect([held(database), database.preparedIds()]).toEqual(['/a 1, /b 5, /c -3, /d 4', []])
  })

  test('rolled back they never act', () => {
    const database = counts(engine)
    database.prepare('x', [more(database)])
    database.rollbackPrepared('x')
    expect([database.commitPrepared('x'), held(database)]).toEqual([false, '/a 1, /b 5, /c -3'])
  })

  test('rows that two of them append are all there', () => {
    const database = newDatabase(engine)
    run(database, 'CREATE TABLE log (line TEXT)')
    const line = textFor(database, 'INSERT INTO log VALUES (?)')
    for (const id of ['x', 'y'])
      database.prepare(
        id,
        [id, `${id}!`].map((value) => ({ text: line, values: [value] })),
      )
    for (const id of ['y', 'x']) database.commitPrepared(id)
    expect(ask(database, 'SELECT line FROM log')).toEqual([['y'], ['y!'], ['x'], ['x!']])
  })

  test('what two of them add to one row is added up, and a row that the first makes is there for the second', () => {
    const database = counts(engine)
    const upsert =
      'INSERT INTO counts (page, n) VALUES (?, ?) ON CONFLICT (page) DO UPDATE SET n = counts.n + EXCLUDED.n'
    const text = textFor(database, upsert)
    database.prepare('x', [
      { text, values: ['/b', 10] },
      { text, values: ['/new', 1] },
    ])
    database.prepare('y', [
      { text, values: ['/b', 100] },
      more(database, "UPDATE counts SET n = n + 7 WHERE page = '/new'"),
    ])
    for (const id of ['x', 'y']) database.commitPrepared(id)
    expect(held(database)).toBe('/a 1, /b 115, /c -3, /new 8')
  })

  test('a row with NULL in its key is committed like others', () => {
    const database = newDatabase(engine)
    run(database, 'CREATE TABLE counts (page TEXT PRIMARY KEY, n INT)')
    database.prepare('x', [more(database, 'INSERT INTO counts VALUES (NULL, 1)')])
    database.commitPrepared('x')
    database.prepare('y', [more(database, 'UPDATE counts SET n = n + 1')])
    database.commitPrepared('y')
    expect(ask(database, 'SELECT n FROM counts')).toEqual([[2]])
  })

  test('one that can’t be committed stays prepared, and nothing of it has happened', () => {
    const database = counts(engine)
    database.prepare('x', [more(database), more(database, "INSERT INTO counts (page, n) VALUES ('/e', 1)")])
    run(database, "INSERT INTO counts (page, n) VALUES ('/e', 0)")
    expect(codeOf(() => database.commitPrepared('x'))).not.toBe('none')
    expect([held(database), database.preparedIds()]).toEqual(['/a 1, /b 5, /c -3, /e 0', ['x']])
  })

  test('a database that can’t be reached does nothing', () => {
    const database = counts(engine)
    database.prepare('x', [more(database)])
    database.disconnectUntil(5)
    for (const call of [
      () => database.commitPrepared('x'),
      () => database.rollbackPrepared('x'),
      () => database.prepare('y', []),
      () => database.execute([more(database)]),
    ]) {
      expect(codeOf(call)).toBe('DATABASE_UNREACHABLE')
    }
    database.onAlarm()
    expect(database.commitPrepared('x')).toBe(true)
  })
})

describe('SQLite', () => {
  test.each<[sql: string, rows: readonly (readonly SqlValue[])[]]>([
    ['SELECT sum(n), group_concat(page) FROM (SELECT * FROM counts ORDER BY page)', [[3, '/a,/b,/c']]],
    ['WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < 3) SELECT i FROM up', [[1], [2], [3]]],
    ["SELECT a.page FROM counts a JOIN counts b ON a.n < b.n WHERE b.page = '/a'", [['/c']]],
    [
      'SELECT page, rank() OVER (ORDER BY n) FROM counts ORDER BY page',
      [
        ['/a', 2],
        ['/b', 3],
        ['/c', 1],
      ],
    ],
    ["SELECT json_extract('{\"n\":[1,2]}', '$.n[1]'), x'0aff'", [[2, "x'0aff'"]]],
    ["SELECT page FROM counts -- one; two?\n WHERE page = '/a'", [['/a']]],
  ])('answers %s', (sql, rows) => expect(ask(counts('sqlite'), sql)).toEqual(rows))

  test('tells the time of the run', () => {
    const database = counts('sqlite')
    database.outside.nowMs = () => 86_400_000
    expect(ask(database, "SELECT CURRENT_TIMESTAMP, unixepoch('now')")).toEqual([['1970-01-02 00:00:00', 86_400]])
  })

  test('draws from the seed, and isn’t disturbed by who asks', () => {
    const drawn = (asks: boolean): unknown => {
      const database = newDatabase('sqlite')
      run(database, 'CREATE TABLE r (a INT, b BLOB)')
      for (let i = 0; i < 3; i++) {
        run(database, 'INSERT INTO r VALUES (random(), randomblob(4))')
        if (asks) ask(database, 'SELECT random(), randomblob(9)')
      }
      return ask(database, 'SELECT * FROM r')
    }
    expect(drawn(true)).toEqual(drawn(false))
    expect(new Set((drawn(false) as unknown[][]).flat()).size).toBe(6)
  })

  test('shows what is prepared, and lets nobody write there', () => {
    const database = counts('sqlite')
    database.prepare('x', [{ text: sqliteText('DELETE FROM counts WHERE n = ?'), values: [5] }])
    expect(ask(database, 'SELECT id, statements, length(changeset) > 0 FROM prepared_transactions')).toEqual([
      ['x', '[["DELETE FROM counts WHERE n = ?",[5]]]', 1],
    ])
    expect(codeOf(() => run(database, 'DELETE FROM prepared_transactions'))).toBe('SQL_WRITES')
  })

  test('a changeset keeps what the statements drew when they were prepared', () => {
    const database = counts('sqlite')
    database.outside.nowMs = () => 1000
    database.prepare('x', [{ text: sqliteText("UPDATE counts SET note = datetime('now') WHERE n = 5"), values: [] }])
    database.outside.nowMs = () => 9000
    database.commitPrepared('x')
    expect(ask(database, 'SELECT note FROM counts WHERE n = 5')).toEqual([['1970-01-01 00:00:01']])
  })

  test.each<[sql: string, code: string]>([
    ['PRAGMA user_version = 7', 'SQL_WRITES'],
    ["ATTACH ':memory:' AS other", 'SQL_WRITES'],
    ['DROP TABLE counts', 'SQL_WRITES'],
    ['BEGIN', 'SQL_WRITES'],
    ['SELECT page FROM counts', 'SQL_WRITES'],
    ['CREATE TEMP TABLE t (a INT)', 'SQL_CREATES'],
    ['CREATE TABLE t (a INT', 'SQL_REFUSED'],
    ['INSERT INTO counts (page, n) VALUES (:page, ?)', 'SQL_PARAMETERS'],
    ['DELETE FROM counts; DELETE FROM counts', 'SQL_SEVERAL'],
    [
      'INSERT INTO counts (page, n) WITH RECURSIVE e(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM e) SELECT i, i FROM e',
      'SQL_ENDLESS',
    ],
  ])('refuses as a statement: %s', (sql, code) => expect(codeOf(() => run(counts('sqlite'), sql))).toBe(code))

  test.each<[sql: string, code: string]>([
    ['PRAGMA user_version = 7', 'SQL_QUERY'],
    ['BEGIN', 'SQL_QUERY'],
    ['SELECT 1; SELECT 2', 'SQL_SEVERAL'],
    ['SELECT ? ', 'SQL_PARAMETERS'],
    ['SELEC', 'SQL_REFUSED'],
    ['', 'SQL_REFUSED'],
    ['WITH RECURSIVE e(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM e) SELECT count(*) FROM e', 'SQL_ENDLESS'],
  ])('refuses as a question: %s', (sql, code) => {
    const database = counts('sqlite')
    expect(codeOf(() => ask(database, sql))).toBe(code)
    expect(held(database)).toBe('/a 1, /b 5, /c -3')
  })
})
