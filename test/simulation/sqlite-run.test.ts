// Jobs on SQLite as a host runs them: loaded only for those that ask for it, their SQL judged before the run begins, and the
// same run each time.

import { describe, expect, test } from 'vitest'
import { nodeHost } from '../../runtime/host/node.ts'
import type { RunSettings } from '../../runtime/host/protocol.ts'
import { EngineSession } from '../../runtime/host/session.ts'
import type { CompiledJob } from '../../runtime/sandbox/compile.ts'
import { compiled, newSession, runText, type HostedRun } from '../harness/compiled-job.ts'

interface JobText {
  readonly tables?: string
  readonly sql?: string
  readonly count?: number
}

const COUNTS = 'CREATE TABLE counts (page TEXT PRIMARY KEY, n INT CHECK (n < 100), at TEXT, luck INT)'
const UPSERT =
  "INSERT INTO counts VALUES (?, 1, datetime('now'), random() % 1000) " +
  'ON CONFLICT (page) DO UPDATE SET n = n + 1, at = excluded.at, luck = excluded.luck'

/** The sink is made in line 9. */
function job({ tables = COUNTS, sql = UPSERT, count = 40 }: JobText = {}): string {
  return `import {
  DataGeneratorSource, JdbcSink, RateLimiterStrategy, StreamExecutionEnvironment, WatermarkStrategy
} from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment().useSqlite().enableCheckpointing(500)
env.createDatabaseTable(${JSON.stringify(tables)})
const source = new DataGeneratorSource((i: number) => '/page' + (i % 3), ${count}, RateLimiterStrategy.perSecond(20))
const pages = env.fromSource(source, WatermarkStrategy.noWatermarks(), 'pages')
const builder = JdbcSink.builder<string>()
pages.sinkTo(builder.withQueryStatement(${JSON.stringify(sql)}, (s, page) => s.setString(1, page)).buildExactlyOnce())
await env.execute()`
}

const codes = ({ diagnostics }: HostedRun): string[] => diagnostics.map(({ code }) => code)

test('a job writes into SQLite, and the console asks it in SQL', async () => {
  const session = newSession()
  const { outcome } = await runText(session, job(), { parallelism: 2 })
  expect(outcome?.diagnostics).toEqual([])
  const asked = await session.query("SELECT page, n, at > '1970' AS later FROM counts WHERE n > 10 ORDER BY page")
  expect(asked).toEqual({
    columns: ['page', 'n', 'later'],
    rows: [
      ['/page0', 14, 1],
      ['/page1', 13, 1],
      ['/page2', 13, 1],
    ],
    diagnostics: [],
  })
  const written = await session.query('DELETE FROM counts')
  expect(written.diagnostics).toEqual([{ code: 'SQL_QUERY', params: { kind: 'DELETE' }, span: null }])
})

test('every run begins with a fresh database and ends with the same rows and hash', async () => {
  const session = newSession()
  const once = async (settings: RunSettings): Promise<unknown> => {
    const { outcome } = await runText(session, job(), settings)
    return [outcome?.hash, (await session.query('SELECT * FROM counts')).rows]
  }
  const first = await once({ seed: 5 })
  expect(await once({ seed: 5 })).toEqual(first)
  expect(await once({ seed: 6 })).not.toEqual(first)
})

test('gone back to its start, a run finds an empty database, and then writes the same', async () => {
  const plain = newSession()
  const { outcome } = await runText(plain, job())
  const rows = await plain.query('SELECT * FROM counts')
  expect(rows.rows).toHaveLength(3)

  const session = newSession()
  const { job: compiledJob } = compiled([{ name: 'job.ts', text: job() }])
  const seen: unknown[] = []
  let step = 0
  const travelled = await session.run(
    compiledJob as CompiledJob,
    { isWatched: true, startsAt: { kind: 'time', atMs: 1700 } },
    async ({ isPaused, isPassing, position }) => {
      if (!isPaused || isPassing || position.virtualMs !== [1700, 300][step]) return
      seen.push((await session.query('SELECT count(*) FROM counts')).rows[0]?.[0])
      if (step++ === 0) await session.seek({ kind: 'time', atMs: 300 })
      else await session.play(null)
    },
  )
  expect(seen).toEqual([3, 0])
  expect(travelled.hash).toBe(outcome?.hash)
  expect(await session.query('SELECT * FROM counts')).toEqual(rows)
})

describe('before the run begins', () => {
  test.each<[name: string, text: JobText, code: string, line: number | null]>([
    ['SQL that SQLite doesn’t understand is refused', { sql: 'INSERT INTO counts VALUE (?)' }, 'SQL_REFUSED', 9],
    ['a table that isn’t there', { sql: 'INSERT INTO other VALUES (?)' }, 'TABLE_MISSING', 9],
    ['a column that isn’t there', { sql: 'INSERT INTO counts (side) VALUES (?)' }, 'COLUMN_MISSING', 9],
    ['a question', { sql: 'SELECT n FROM counts WHERE page = ?' }, 'SQL_WRITES', 9],
    ['a named parameter', { sql: 'DELETE FROM counts WHERE page = :page AND n = ?' }, 'SQL_PARAMETERS', 9],
    ['two statements', { sql: 'DELETE FROM counts WHERE page = ?; DELETE FROM counts' }, 'SQL_SEVERAL', 9],
    ['a table with a mistake', { tables: 'CREATE TABLE counts (page TEXT' }, 'SQL_REFUSED', null],
    ['a statement that makes no table', { tables: 'DROP TABLE counts' }, 'SQL_CREATES', 5],
  ])('%s', async (_name, text, code, line) => {
    const run = await runText(newSession(), job(text))
    expect(codes(run)[0]).toBe(code)
    expect(run.diagnostics[0]?.span?.line ?? null).toBe(line)
    expect(run.outcome?.position.event).toBe(0)
  })
})

test('a constraint that is violated fails the job, and says which', async () => {
  const failing = job({ count: 400 }).replace('.enableCheckpointing(500)', '')
  const failed = await runText(newSession(), failing)
  expect(codes(failed)).toEqual(['SQL_CONSTRAINT'])
  expect(failed.diagnostics[0]?.params['error']).toContain('CHECK constraint failed')
})

describe('where SQLite can’t be had', () => {
  const { sqlite: _sqlite, ...without } = nodeHost

  test('a job that asks for it says so', async () => {
    expect(codes(await runText(new EngineSession(without), job()))).toEqual(['SQLITE_UNAVAILABLE'])
    const broken = { ...without, sqlite: () => Promise.reject(new Error('404')) }
    const run = await runText(new EngineSession(broken), job())
    expect(run.diagnostics).toEqual([{ code: 'SQLITE_UNAVAILABLE', params: { error: '404' }, span: null }])
  })

  test('nobody else asks for it', async () => {
    let asked = 0
    const host = { ...without, sqlite: () => (asked++, Promise.reject(new Error('not wanted'))) }
    const text = job({ tables: 'CREATE TABLE counts (page TEXT PRIMARY KEY)', sql: 'REPLACE INTO counts VALUES (?)' })
    const session = new EngineSession(host)
    const { outcome } = await runText(session, text.replace('.useSqlite()', ''))
    expect([outcome?.diagnostics, asked]).toEqual([[], 0])
    expect((await session.query('SELECT COUNT(*) FROM counts')).rows).toEqual([[3]])
  })
})
