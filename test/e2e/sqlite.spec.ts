// A job on SQLite in the built page: fetched from where the page is when the job asks for it and not before, run in the
// sandbox under the page's own policy, and the same run as in Node.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { CompiledJob, RunSettings } from '../../runtime/host/protocol.ts'
import { bootstrapHash } from '../../ui/build/bootstrap-hash.ts'
import { bundleClassic } from '../../ui/build/bundle-plugin.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'
import { expect, test } from './fixture.ts'
import { oneFile } from './notebook-page.ts'
import type { RanInPage, RunInPage } from './sqlite-host.ts'

const fileAt = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

const job = (chooses: string): string => `import {
  DataGeneratorSource, JdbcSink, RateLimiterStrategy, StreamExecutionEnvironment, WatermarkStrategy,
} from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()${chooses}.enableCheckpointing(500)
env.createDatabaseTable('CREATE TABLE counts (page TEXT PRIMARY KEY, n INT)')
const source = new DataGeneratorSource((i: number) => '/page' + (i % 3), 40, RateLimiterStrategy.perSecond(20))
const pages = env.fromSource(source, WatermarkStrategy.noWatermarks(), 'pages')
const sql = 'INSERT INTO counts VALUES (?, 1) ON CONFLICT (page) DO UPDATE SET n = counts.n + 1'
pages.sinkTo(JdbcSink.builder<string>().withQueryStatement(sql, (s, page) => s.setString(1, page)).buildExactlyOnce())
pages.print()
await env.execute()
`
const onSqlite = job('.useSqlite()')
const settings: RunSettings = { parallelism: 2, seed: 3, untilMs: null, speed: null }

test('the page fetches SQLite for a job that asks for it, and for no other; the run is that of Node', async ({
  notebook,
  page,
}) => {
  const requested: string[] = []
  page.on('request', (request) => requested.push(request.url()))
  const session = newSession()
  const { job: compiledJob } = compiled([{ name: 'Job.ts', text: onSqlite }], 'Job.ts')
  const inNode = await session.run(compiledJob as CompiledJob, settings, () => undefined)
  expect(inNode.state).toBe('finished')

  await notebook.openWith(oneFile(job('')), settings)
  await notebook.run.click()
  await notebook.expectState('finished')
  expect(requested.filter((address) => /sqlite/.test(address))).toEqual([])

  await notebook.write(onSqlite)
  await notebook.run.click()
  await expect(page.locator('[data-hash]')).toHaveText(inNode.hash)
  await notebook.expectState('finished')
  expect(requested.filter((address) => /sqlite/.test(address))).toHaveLength(2)
  const own = new URL(page.url()).origin
  expect(requested.filter((address) => !/^(blob|data|about):/.test(address) && !address.startsWith(own))).toEqual([])
})

test('the database of a running job answers in SQL, in the built page’s sandbox', async ({ page }) => {
  const manifest = JSON.parse(readFileSync(fileAt('../../dist/site/.vite/manifest.json'), 'utf8')) as Record<
    string,
    { readonly file: string }
  >
  const chunk = (name: string): string => `./${manifest[`ui/kernel/${name}.ts`]?.file ?? name}`
  await page.goto('./')
  const { code } = await bundleClassic(fileAt('./sqlite-host.ts'))
  await page.evaluate(`globalThis.__BOOTSTRAP_HASH__ = ${JSON.stringify(bootstrapHash())};${code}`)
  const { job: compiledJob } = compiled([{ name: 'Job.ts', text: onSqlite }], 'Job.ts')
  const asked: RunInPage = {
    engine: chunk('engine-code'),
    sqlite: chunk('sqlite-files'),
    job: compiledJob as CompiledJob,
    settings,
    sql: 'SELECT page, n, sum(n) OVER () AS total FROM counts ORDER BY page',
  }
  const ran = await page.evaluate(
    (run) => (globalThis as unknown as { runInPage: (run: RunInPage) => Promise<RanInPage> }).runInPage(run),
    { ...asked, engine: new URL(asked.engine, page.url()).href, sqlite: new URL(asked.sqlite, page.url()).href },
  )
  const session = newSession()
  const inNode = await session.run(compiledJob as CompiledJob, settings, () => undefined)
  expect([ran.codes, ran.hash]).toEqual([[], inNode.hash])
  expect(ran.answer).toEqual(await session.query(asked.sql))
  expect(ran.answer?.rows[0]).toEqual(['/page0', 14, 40])
})

test('a page that can’t reach SQLite says so', async ({ notebook, page }) => {
  await page.route(/sqlite3.*\.wasm/, (route) => route.fulfill({ status: 404, body: '' }))
  await notebook.openWith(oneFile(onSqlite), settings)
  await notebook.run.click()
  await notebook.expectState('failed')
  await expect(page.locator('body')).toContainText('SQLite couldn’t be loaded: 404')
  notebook.complaints.length = 0
})
