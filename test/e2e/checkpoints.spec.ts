// The view of checkpoints: any of the last ten, with every time a place to go to; savepoints taken, looked into, started
// from.
import { readFileSync } from 'node:fs'
import { COUNTS, expectAccessible, runCounts } from './checkpointed-job.ts'
import { expect, test } from './fixture.ts'
import { oneFile } from './notebook-page.ts'

test('checkpoints: an older one is chosen, every time is a place to go to, and the commit is a sequence', async ({
  page,
  notebook,
}) => {
  await runCounts(notebook, 4500)
  await page.getByRole('tab', { name: 'Checkpoints' }).focus()
  await page.keyboard.press('Enter')
  const view = page.getByRole('region', { name: 'Checkpoints', exact: true })
  await expect(view.getByRole('heading', { name: 'Checkpoint 4', exact: true })).toBeVisible()
  await expect(view.locator('[data-step]')).toHaveCount(5)
  await expect(view.locator('[data-step="commit"]')).toHaveAttribute('data-state', 'done')
  await page.getByRole('button', { name: 'Step back' }).click()
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await view.getByRole('button', { name: 'Show 2' }).focus()
  await page.keyboard.press('Enter')
  await expect(view.getByRole('heading', { name: 'Checkpoint 2' })).toBeVisible()
  await view.getByText('As a table').click()
  await expectAccessible(page, '.checkpoints')
  await view.locator('.figure .barrier').last().click()
  await expect(view.locator('[data-step="commit"]')).toHaveAttribute('data-state', 'waiting')
  await expect(view.locator('[data-checkpoint="2"]')).toHaveAttribute('data-status', 'IN_PROGRESS')
})

test('a job without checkpoints says how to turn them on', async ({ page, notebook }) => {
  await notebook.openWith(oneFile(COUNTS.replace(/env\.enableCheckpointing.*/, '')), { untilMs: 500, speed: null })
  await notebook.run.click()
  await notebook.expectState('until')
  await page.getByRole('tab', { name: 'Checkpoints' }).click()
  await expect(page.getByText('env.enableCheckpointing(1000)', { exact: true }).last()).toBeVisible()
})

test('a savepoint is taken of a paused run, looked into, downloaded, opened again and started from', async ({
  page,
  notebook,
}) => {
  await runCounts(notebook, 4500)
  await page.getByRole('tab', { name: 'Checkpoints' }).click()
  await page.getByRole('button', { name: 'Step back' }).click()
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await page.getByRole('slider', { name: 'Timeline' }).focus()
  for (let i = 0; i < 3; i++) await page.keyboard.press('PageDown')
  const tools = page.getByRole('region', { name: 'Savepoints' })
  await tools.getByRole('button', { name: 'Stop with one' }).focus()
  await page.keyboard.press('Enter')
  const taken = tools.locator('[data-savepoint]')
  await expect(taken).toHaveCount(1)
  await notebook.expectState('finished')
  await taken.getByRole('button', { name: /^Look into it/ }).click()
  await expect(tools.locator('[data-operator="count"] tbody tr')).toHaveCount(7)
  const downloading = page.waitForEvent('download')
  await taken.getByRole('button', { name: /^Download/ }).click()
  const file = await (await downloading).path()
  await expectAccessible(page, '.checkpoints')
  await tools
    .locator('input[type="file"]')
    .setInputFiles({ name: 'mine.json', mimeType: 'application/json', buffer: readFileSync(file) })
  await expect(taken).toHaveCount(2)
  await tools
    .locator('[data-savepoint="mine.json"]')
    .getByRole('button', { name: /^Start from it/ })
    .click()
  await expect(tools.locator('[data-starts-from]')).toContainText('mine.json')
  await notebook.run.click()
  await notebook.expectState('until')
  // Virtual time goes on from where the savepoint was taken, and so do checkpoints.
  await expect(page.locator('[data-checkpoint="1"]')).toHaveCount(0)
})

test('asked for while the run is still on its way back to its last step, a savepoint is taken there', async ({
  page,
  notebook,
}) => {
  const burst = '.flatMap<number>((n, out) => { for (let i = 0; i < 200; i++) out.collect(n + i) })'
  const long = COUNTS.replace('.keyBy((n) => n % 7)', `${burst}.keyBy((n) => n % 7)`)
  await notebook.openWith(oneFile(long), { parallelism: 2, seed: 1, untilMs: 9940, speed: null })
  await notebook.run.click()
  await notebook.expectState('until')
  await page.getByRole('tab', { name: 'Checkpoints' }).click()
  await page.getByRole('button', { name: 'Step back' }).click()
  const tools = page.getByRole('region', { name: 'Savepoints' })
  await tools.getByRole('button', { name: 'Stop with one' }).click()
  await notebook.expectState('finished')
  await expect(tools.locator('[data-savepoint]')).toContainText('00:09.9')
})

test('a file that is no savepoint is refused with what to do, and nothing is lost', async ({ page, notebook }) => {
  await runCounts(notebook, 500)
  await page.getByRole('tab', { name: 'Checkpoints' }).click()
  const tools = page.getByRole('region', { name: 'Savepoints' })
  await tools
    .locator('input[type="file"]')
    .setInputFiles({ name: 'bad.json', mimeType: 'application/json', buffer: Buffer.from('{"format":') })
  await expect(tools.getByRole('alert')).toHaveAttribute('data-code', 'SAVEPOINT_NONE')
  await expect(tools.locator('[data-savepoint]')).toHaveCount(0)
})
