// State seen closely: key groups, a key in full, a search, operator state; by mouse and by keys alone.
import type { Page } from '@playwright/test'
import { violations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { keeping } from './jobs.ts'
import type { NotebookPage } from './notebook-page.ts'

async function pausedAtState(notebook: NotebookPage, page: Page): Promise<void> {
  await notebook.openWith(keeping, { speed: 1, parallelism: 2, untilMs: 60_000 })
  await notebook.run.click()
  await notebook.expectState('running')
  const open = page.getByRole('button', { name: 'Show the stage' })
  if (await open.isVisible()) await open.click()
  await page.getByRole('tab', { name: 'State' }).click()
  await expect(page.getByRole('button', { name: 'key 7', exact: true })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Operator state' })).toBeVisible()
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.locator('footer[data-state]')).toHaveAttribute('data-paused', 'true')
}

test('key groups, a key in full, a search and operator state', async ({ notebook, page }) => {
  await pausedAtState(notebook, page)
  await expect(page.getByRole('heading', { name: 'Key groups of keeper' })).toBeVisible()
  await expect(page.getByText('Subtask 1: key groups 0–63')).toBeVisible()
  await expect(page.getByText('Subtask 2: key groups 64–127')).toBeVisible()
  await page.getByRole('button', { name: 'key 7', exact: true }).click()
  const opened = page.getByRole('region', { name: /^Key key 7: key group \d+, subtask [12]$/ })
  await expect(opened).toContainText('mod 1')
  await expect(opened).toContainText(/expires 00:\d\d/)
  expect(await violations(page)).toEqual([])
  await opened.getByRole('button', { name: 'Close' }).click()
  await expect(opened).toHaveCount(0)
  await page.getByLabel('Find a key').fill('KEY 1')
  await expect(page.getByText('3 keys found')).toBeVisible()
  await expect(page.getByRole('button', { name: /^key / })).toHaveCount(3)
})

test('all of it with keys alone', async ({ notebook, page }) => {
  await pausedAtState(notebook, page)
  await page.getByLabel('Find a key').focus()
  await page.keyboard.type('key 7')
  await expect(page.getByText('1 key found')).toBeVisible()
  const key = page.getByRole('button', { name: 'key 7', exact: true })
  for (let i = 0; i < 4 && !(await key.evaluate((element) => element === document.activeElement)); i++) {
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: /^Key key 7/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: /^Key key 7/ })).toHaveCount(0)
})

test.describe('320 wide, forced colours', () => {
  test.use({ viewport: { width: 320, height: 640 }, contextOptions: { forcedColors: 'active' } })
  test('stays inside the page', async ({ notebook, page }) => {
    await pausedAtState(notebook, page)
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  })
})
