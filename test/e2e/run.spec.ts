import { boundedFraud, mapJob } from './jobs.ts'
import { expect, test } from './fixture.ts'
import { oneFile } from './notebook-page.ts'

test('edit, see the error, correct it, run, and rows come', async ({ notebook, page }) => {
  await notebook.openWith(mapJob('(n) => n * 10'), { untilMs: null, speed: null })
  const text = await notebook.shownText()
  await notebook.write(text.replace('n * 10', 'n.toUpperCase()'))
  await expect(notebook.problems).toContainText("Property 'toUpperCase' does not exist on type 'number'")
  await expect(notebook.problems).toContainText('Job.ts:6')

  await notebook.run.click()
  await expect(notebook.problems).toContainText('The job was not run')
  await expect(page.getByRole('status').filter({ hasText: 'Not run: 1 error.' })).toHaveCount(1)
  await notebook.expectState('idle')
  await expect(page.locator('.monaco-editor.focused')).toBeVisible()

  await notebook.write(text.replace('n * 10', 'n * 100'))
  await expect(notebook.problems).toHaveCount(0)
  await notebook.run.click()
  await notebook.expectState('finished')
  await expect(notebook.rows).toHaveCount(3)
  await expect(notebook.rows.first()).toContainText('1>')
  await expect(notebook.rows.last()).toContainText('300')
})

test('the job of the page raises an alert for account 3 once per 50 transactions', async ({ notebook, page }) => {
  await notebook.openWith(null, { untilMs: 12_000, speed: null })
  await notebook.run.click()
  await notebook.expectState('until')
  await expect(notebook.rows).toHaveCount(2)
  await expect(notebook.rows.first()).toContainText('Alert{id=3}')
  await expect(notebook.status).toContainText('00:12.000')
  await expect(page.getByRole('status').filter({ hasText: 'Time is up. 2 rows.' })).toHaveCount(1)
  expect(await notebook.hash()).toMatch(/^[0-9a-f]{16}$/)
})

test('the same job with the same seed gives the same hash, at any speed', async ({ notebook, page }) => {
  await notebook.openWith(boundedFraud, { speed: null })
  await notebook.run.click()
  await notebook.expectState('finished')
  const first = await notebook.hash()
  await page.getByRole('combobox', { name: 'Speed', exact: true }).selectOption('5×')
  await notebook.run.click()
  await notebook.expectState('running')
  await notebook.expectState('finished')
  expect(await notebook.hash()).toBe(first)
})

test('a long result is shown in part and says so; one sink can be looked at alone', async ({ notebook, page }) => {
  const job = mapJob('(n) => n')
  const text = job.files[0]!.text.replace(".print('numbers')", '').replace(
    '.fromElements(1, 2, 3)',
    '.fromSequence(1, 3000)',
  )
  const twoSinks = text
    .replace('await env', "numbers.print('all')\nnumbers.filter((n) => n === 7).print('seven')\nawait env")
    .replace('env\n  .from', 'const numbers = env\n  .from')
  await notebook.openWith({ entry: 'Job.ts', files: [{ name: 'Job.ts', text: twoSinks }] }, { speed: null })
  await notebook.run.click()
  await notebook.expectState('finished')
  await expect(page.getByText('Showing the last 1,000 of 3,001 rows')).toBeVisible()
  expect(await notebook.rows.count()).toBeLessThan(100)
  await page.getByRole('button', { name: 'seven 1' }).click()
  await expect(notebook.rows).toHaveCount(1)
  await expect(notebook.rows).toContainText('7')
})

test('what the job writes with console is in the log', async ({ notebook, page }) => {
  await notebook.openWith(mapJob(`(n) => { console.log('saw', n); return n }`), { speed: null })
  await notebook.run.click()
  await notebook.expectState('finished')
  await page.getByRole('tab', { name: /^Log/ }).click()
  await expect(page.getByRole('region', { name: 'Log' }).getByRole('listitem')).toHaveCount(3)
  await expect(page.getByRole('region', { name: 'Log' })).toContainText('saw 3')
})

test('records that a window dropped as late are counted when the run has ended, with the way to the window', async ({
  notebook,
  page,
}) => {
  await notebook.openWith(
    oneFile(`import { Duration, StreamExecutionEnvironment, TumblingEventTimeWindows, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.getConfig().setAutoWatermarkInterval(0)
const strategy = WatermarkStrategy.forGenerator<number>(() => ({
  onEvent: (_event, timestamp, output) => output.emitWatermark(timestamp),
  onPeriodicEmit() {},
})).withTimestampAssigner((event) => event)
env.fromData(1000, 9000, 2000, 3000)
  .assignTimestampsAndWatermarks(strategy)
  .keyBy(() => 0)
  .window(TumblingEventTimeWindows.of(Duration.ofSeconds(5)))
  .reduce((a, b) => a + b)
  .print('sums')
await env.execute('late')
`),
  )
  await notebook.run.click()
  await expect(notebook.status).toHaveAttribute('data-state', 'finished')
  const card = page.locator('[data-code="LATE_RECORDS_DROPPED"]')
  await expect(card).toContainText('dropped late records: 2')
  await card.getByRole('button').click()
  await expect(page.locator('.monaco-editor .active-line-number')).toHaveText(/^(11|12)$/)
})
