// A link is a moment, with what was asked there, the key that was open, and the savepoint that its run started from; and what a
// link can't carry is said before it's copied. Opening one runs nothing until the visitor says so.
import type { Locator, Page } from '@playwright/test'
import { COUNTS, expectAccessible } from './checkpointed-job.ts'
import { expect, test } from './fixture.ts'
import { oneFile, type NotebookPage } from './notebook-page.ts'

const SETTINGS = { parallelism: 2, seed: 1, untilMs: 4500, speed: null }
const savepoints = (page: Page) => page.getByRole('region', { name: 'Savepoints' })
const panel = (page: Page) => page.locator('section[data-why]')
const copy = (page: Page) => page.getByRole('button', { name: 'Copy link to this moment' })

async function copied(page: Page): Promise<string> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await copy(page).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  return page.evaluate(() => navigator.clipboard.readText())
}

/** Opened by somebody else; says whether any of the job has run before the visitor wanted it to. */
async function openedElsewhere(page: Page, link: string): Promise<Page> {
  const context = await page.context().browser()?.newContext({ locale: 'en-US' })
  const other = (await context?.newPage()) as Page
  await other.goto(link)
  await expect(other.locator('[data-offer="fine"]')).toBeVisible()
  await expect(other.locator('footer[data-state]')).toHaveAttribute('data-state', 'idle')
  await other.waitForLoadState('networkidle')
  await expect(other.locator('iframe')).toHaveCount(0)
  await expect(panel(other)).toHaveCount(0)
  return other
}

async function savepointOf(page: Page, notebook: NotebookPage): Promise<void> {
  await notebook.openWith(oneFile(COUNTS), SETTINGS)
  await notebook.run.click()
  await notebook.expectState('until')
  await page.getByRole('tab', { name: 'Checkpoints' }).click()
  await page.getByRole('button', { name: 'Step back' }).click()
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await page.getByRole('slider', { name: 'Timeline' }).focus()
  for (let i = 0; i < 3; i++) await page.keyboard.press('PageDown')
  await savepoints(page).getByRole('button', { name: 'Stop with one' }).click()
  await notebook.expectState('finished')
}

test('a link leads to the answer of a question and to the key that was open', async ({ page, notebook }) => {
  await notebook.openWith(oneFile(COUNTS), SETTINGS)
  await notebook.run.click()
  await notebook.expectState('until')
  await page.getByRole('button', { name: 'Step back' }).click()
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await page.getByRole('tab', { name: 'State', exact: true }).click()
  await page.getByRole('button', { name: '3', exact: true }).first().click()
  const opened = page.getByRole('region', { name: /^Key 3\b/ })
  await opened.getByRole('button', { name: /life/ }).click()
  await expect(panel(page)).toHaveAttribute('data-why', 'key')
  const heading = await panel(page)
    .getByRole('heading', { name: /^Key 3 at/ })
    .innerText()
  const link = await copied(page)
  expect(link.length).toBeLessThan(2000)

  const other = await openedElsewhere(page, link)
  await other.getByRole('button', { name: 'Show the moment' }).press('Enter')
  await expect(panel(other).getByRole('heading', { name: heading })).toBeVisible({ timeout: 30_000 })
  await expect(other.getByRole('region', { name: /^Key 3\b/ })).toBeVisible()
  await other.context().close()
})

/** Runs what starts from a savepoint of this name, goes a step back, and finds the same moment and the same end by its link. */
async function expectSameRunElsewhere(
  page: Page,
  notebook: NotebookPage,
  name: string,
  press: (button: Locator) => Promise<void>,
): Promise<void> {
  await notebook.run.click()
  await notebook.expectState('until')
  await page.getByRole('button', { name: 'Step back' }).click()
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  const event = await page.locator('footer .ticking').first().innerText()
  const link = await copied(page)
  expect(link.length).toBeLessThan(2000)
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await notebook.expectState('until')
  const hash = await notebook.hash()

  const other = await openedElsewhere(page, link)
  await expect(other.locator('[data-offer="fine"]')).toContainText(`The run starts from ${name}`)
  await press(other.getByRole('button', { name: 'Show the moment' }))
  const status = other.locator('footer[data-state]')
  await expect(status).toHaveAttribute('data-paused', 'true', { timeout: 30_000 })
  await expect(other.locator('footer .ticking').first()).toHaveText(event)
  await other.getByRole('button', { name: 'Play', exact: true }).click()
  await expect(status).toHaveAttribute('data-state', 'until')
  await expect(other.locator('[data-hash]')).toHaveText(hash)
  await other.context().close()
}

test('a run that started from a savepoint of this page is told as both runs', async ({ page, notebook }) => {
  await savepointOf(page, notebook)
  await savepoints(page)
    .getByRole('button', { name: /^Start from it/ })
    .click()
  await expectSameRunElsewhere(page, notebook, 'savepoint-', (button) => button.click())
})

for (const how of ['mouse', 'keys'] as const) {
  test(`a link leads to the expression that was printed, and to the file in front, by ${how}`, async ({
    page,
    notebook,
  }) => {
    const press = (button: Locator) => (how === 'mouse' ? button.click() : button.press('Enter'))
    const files = [...oneFile(COUNTS).files, { name: 'Notes.ts', text: 'export const note = 1\n' }]
    await notebook.openWith({ entry: 'Job.ts', files }, SETTINGS)
    await notebook.run.click()
    await notebook.expectState('until')
    await notebook.show('Notes.ts')
    await press(page.getByRole('button', { name: 'Why?', exact: true }))
    await panel(page).getByRole('radio', { name: 'Print' }).press('Space')
    await page.locator('[data-print]').fill('value * 1000')
    await panel(page).getByLabel('line', { exact: true }).fill('14')
    await page.locator('[data-print]').press('Enter')
    const found = panel(page).locator('p', { hasText: 'The line was reached' })
    await expect(found).toBeVisible()
    await press(panel(page).locator('tbody tr').nth(8).getByRole('button'))
    await expect(panel(page).locator('tbody tr').nth(8)).toHaveClass(/here/)
    // As of that moment, which is what the link leads to.
    await press(panel(page).getByRole('button', { name: 'Ask again' }))
    await expect(found).toHaveText('The line was reached 9 times.')
    const [said, row] = [await found.innerText(), await panel(page).locator('tr.here').innerText()]
    const link = await copied(page)
    expect(link.length).toBeLessThan(2000)

    const other = await openedElsewhere(page, link)
    await expect(other.locator('[data-offer="fine"]')).toContainText('The expression value * 1000 is printed')
    await press(other.getByRole('button', { name: 'Show the moment' }))
    await expect(panel(other)).toHaveAttribute('data-why', 'print', { timeout: 30_000 })
    await expect(panel(other)).toContainText(said)
    await expect(panel(other).locator('tr.here')).toHaveText(row.split(/\s*\t\s*/).join(''))
    await expect(other.locator('[data-print]')).toHaveValue('value * 1000')
    await expect(panel(other).getByLabel('line', { exact: true })).toHaveValue('14')
    await expect(other.getByRole('tab', { name: 'Notes.ts' })).toHaveAttribute('aria-selected', 'true')
    await other.context().close()
  })
}

test('a run that started from a checkpoint which outlived another is told as both runs', async ({ page, notebook }) => {
  const retaining = COUNTS.replace('Types, Value', 'Types, ExternalizedCheckpointRetention, Value').replace(
    'env.createTopic',
    `env.getCheckpointConfig().setExternalizedCheckpointRetention(ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION)
env.createTopic`,
  )
  await notebook.openWith(oneFile(retaining), SETTINGS)
  await notebook.run.click()
  await notebook.expectState('until')
  await page.getByRole('tab', { name: 'Checkpoints' }).click()
  const kept = savepoints(page).locator('[data-savepoint="chk-4"]')
  await kept.getByRole('button', { name: /^Start from it/ }).press('Enter')
  await expectSameRunElsewhere(page, notebook, 'chk-4', (button) => button.press('Enter'))
})

test('what a link can’t carry is said before it is copied', async ({ page, notebook }) => {
  await savepointOf(page, notebook)
  const downloading = page.waitForEvent('download')
  await savepoints(page)
    .getByRole('button', { name: /^Download/ })
    .click()
  await savepoints(page)
    .locator('input[type="file"]')
    .setInputFiles(await (await downloading).path())
  await savepoints(page)
    .locator('[data-savepoint]')
    .first()
    .getByRole('button', { name: /^Start from it/ })
    .click()
  await notebook.run.click()
  await notebook.expectState('until')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(() => navigator.clipboard.writeText('nothing yet'))
  await copy(page).focus()
  await page.keyboard.press('Enter')
  const note = page.locator('[data-missing="savepoint"]')
  await expect(note).toContainText('from which this run starts')
  await expectAccessible(page, '.notices')
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('nothing yet')
  await note.getByRole('button', { name: 'Copy the link all the same' }).press('Enter')
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  await expect(note).toHaveCount(0)
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('#/playground?moment=')
})
