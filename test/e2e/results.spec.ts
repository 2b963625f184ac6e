// Rows as a changelog, as charts and as files, by mouse and by keys alone.
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { violations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { oneFile } from './notebook-page.ts'

const spending = oneFile(`import { JdbcSink, StreamExecutionEnvironment, Types } from 'streambed'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.createDatabaseTable('CREATE TABLE spend (account VARCHAR(20) PRIMARY KEY, total BIGINT)')
const spent = env
  .fromElements(
    { account: 'ann', hour: 1, amount: 5 },
    { account: 'bob', hour: 1, amount: 2 },
    { account: 'ann', hour: 2, amount: 7 },
    { account: 'bob', hour: 2, amount: 9 },
  )
spent
  .keyBy(({ account }) => account, Types.STRING)
  .reduce((a, b) => ({ ...b, amount: a.amount + b.amount }))
  .sinkTo(
    JdbcSink.builder<{ account: string; hour: number; amount: number }>()
      .withQueryStatement(
        'INSERT INTO spend (account, total) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET total = EXCLUDED.total',
        (statement, { account, amount }) => {
          statement.setString(1, account)
          statement.setLong(2, amount)
        },
      )
      .buildAtLeastOnce(),
  )
  .name('spend')
spent.print('raw')
await env.execute('spending')
`)

const saved = async (page: Page, press: () => Promise<void>): Promise<string> => {
  const [download] = await Promise.all([page.waitForEvent('download'), press()])
  return readFileSync(await download.path(), 'utf8')
}

test('upserts say what they are; rows are saved, drawn, and what is drawn is remembered', async ({
  notebook,
  page,
}) => {
  await notebook.openWith(spending, { speed: null })
  await notebook.run.click()
  await notebook.expectState('finished')
  await page.getByRole('button', { name: /^spend/ }).click()
  await expect(notebook.rows).toHaveCount(4)
  await expect(page.locator('[data-kind]').first()).toHaveText('+U update')
  await page.getByRole('button', { name: /^raw/ }).click()
  await expect(page.locator('[data-kind]')).toHaveCount(0)

  const csv = await saved(page, () => page.getByText('CSV').click())
  expect(csv.split('\r\n')[1]).toMatch(/^raw,1,\d+,,ann,1,5$/)
  const json = await saved(page, () => page.getByText('JSON').click())
  expect(JSON.parse(json)).toHaveLength(4)

  await page.getByRole('radio', { name: 'charts' }).click()
  const charts = page.locator('section.panel')
  await expect(charts).toHaveCount(2)
  await expect(charts.first()).toContainText('amount by account')
  await charts.first().getByText('What is drawn').click()
  await charts
    .first()
    .getByRole('combobox', { name: /^Chart/ })
    .selectOption('Line chart')
  await charts
    .first()
    .getByRole('combobox', { name: /^Across/ })
    .selectOption('hour')
  await charts
    .first()
    .getByRole('combobox', { name: /^Series/ })
    .selectOption('account')
  await expect(charts.first().locator('.summary')).toContainText(
    /Line chart: 2 series, 4 points, from 1 to 2; highest 9 at 2 \(bob\)/,
  )
  await page.getByRole('button', { name: 'Add a chart' }).click()
  await expect(charts).toHaveCount(3)
  await page
    .getByRole('button', { name: /^Remove the chart/ })
    .last()
    .click()
  await expect(charts).toHaveCount(2)
  expect(await violations(page)).toEqual([])

  await page.reload()
  await notebook.run.click()
  await notebook.expectState('finished')
  await expect(charts.first()).toContainText('amount by hour, for each account')
})

test('a chart is read with keys alone', async ({ notebook, page }) => {
  await notebook.openWith(spending, { speed: null })
  await page.keyboard.press('ControlOrMeta+Enter')
  await notebook.expectState('finished')
  await page.getByRole('radio', { name: 'table' }).focus()
  await page.keyboard.press('ArrowRight')
  const plot = page.locator('.plot').first()
  await expect(plot).toBeVisible()
  for (let i = 0; i < 12 && !(await plot.evaluate((element) => element === document.activeElement)); i++) {
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('ArrowRight')
  await expect(page.locator('.hand-text').first()).toHaveText('12 at ann')
  await page.keyboard.press('ArrowRight')
  await expect(page.locator('.hand-text').first()).toHaveText('11 at bob')
  await page.keyboard.press('Escape')
  await expect(page.locator('.hand-text').first()).toHaveText('')
})

for (const [width, forcedColors] of [
  [320, 'active'],
  [1440, 'none'],
] as const) {
  test.describe(`${width} wide, forced colours: ${forcedColors}`, () => {
    test.use({ viewport: { width, height: 800 }, contextOptions: { forcedColors } })
    test('charts stay inside the page', async ({ notebook, page }) => {
      await notebook.openWith(spending, { speed: null })
      await notebook.run.click()
      await notebook.expectState('finished')
      const open = page.getByRole('button', { name: 'Show the stage' })
      if (await open.isVisible()) await open.click()
      await page.getByRole('radio', { name: 'charts' }).click()
      await expect(page.locator('.plot').first()).toBeVisible()
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    })
  })
}
