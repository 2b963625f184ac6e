// A job whose functions remember something that nobody else sees, or ask the clock and chance: the page says what that is, in
// which line, and what to do; and the run is taken back all the same.
import { expect, test } from './fixture.ts'
import { NotebookPage, oneFile } from './notebook-page.ts'

const JOB = `import { DataGeneratorSource, RateLimiterStrategy, StreamExecutionEnvironment, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
let count = 0
env.fromSource(new DataGeneratorSource((i) => i, 400, RateLimiterStrategy.perSecond(1000)), WatermarkStrategy.noWatermarks<number>(), 'numbers')
  .map((n) => n + ++count + Math.floor(Math.random()))
  .print('sums')
await env.execute('unseen')
`

test('what functions remember, and what they ask the clock, is named with its line and with what to do', async ({
  page,
}) => {
  const notebook = new NotebookPage(page)
  await notebook.openWith(oneFile(JOB))
  await notebook.run.click()
  await expect(notebook.status).toHaveAttribute('data-state', 'finished')
  const remembered = page.locator('[data-code="RUN_REMEMBERS"]')
  await expect(remembered).toContainText('count changes while the job runs')
  await expect(remembered).toContainText('Keep it in state, such as a ValueState')
  await expect(page.locator('[data-code="RUN_UNSTEADY"]')).toContainText('A function calls Math.random()')
  await remembered.getByRole('button').click()
  await expect(page.locator('.monaco-editor .active-line-number')).toHaveText('3')
  await page.locator('label', { hasText: '中文' }).first().click()
  await expect(remembered).toContainText('count 在作业运行时会改变')
  expect(notebook.complaints).toEqual([])
})

test('what the text doesn’t show is found when the run is taken back, which it is in any case', async ({ page }) => {
  const notebook = new NotebookPage(page)
  const hidden = JOB.replace(
    'let count = 0',
    'const all: number[] = []\nconst add = (to: number[], n: number) => to.push(n)',
  )
  await notebook.openWith(oneFile(hidden.replace('n + ++count + Math.floor(Math.random())', 'n + add(all, n)')))
  await notebook.run.click()
  await expect(notebook.status).toHaveAttribute('data-state', 'finished')
  await expect(page.locator('.card[data-code]')).toHaveCount(0)
  const hash = await page.locator('[data-hash]').innerText()
  const timeline = page.getByRole('slider', { name: 'Timeline' })
  await page.getByRole('button', { name: 'Step back' }).click()
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await timeline.focus()
  await page.keyboard.press('Home')
  await expect(timeline).toHaveAttribute('aria-valuenow', '0')
  await page.keyboard.press('End')
  await expect(page.locator('[data-code="RUN_REMEMBERS_SOMEWHERE"]')).toContainText('Look for what functions change')
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await expect(notebook.status).toHaveAttribute('data-state', 'finished')
  await expect(page.locator('[data-hash]')).toHaveText(hash)
  expect(notebook.complaints).toEqual([])
})
