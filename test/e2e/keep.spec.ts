import { expect, test } from './fixture.ts'
import { NotebookPage } from './notebook-page.ts'

test('an edit survives a reload, and nothing runs by itself', async ({ notebook, page }) => {
  await notebook.open()
  await notebook.write('export const kept = 42\n')
  await page.reload()
  expect(await notebook.shownText()).toContain('export const kept = 42')
  await notebook.expectState('idle')
  // The engine isn't even there before somebody touches the page.
  await expect(page.locator('iframe')).toHaveCount(0)
  await expect(page.locator('.monaco-editor')).toHaveCount(0)
})

test('the original can be brought back, and that can be taken back', async ({ notebook, page }) => {
  await notebook.open()
  await notebook.write('export const mine = 1\n')
  await page.getByRole('button', { name: 'File and notebook actions' }).click()
  await page.getByRole('menuitem', { name: 'Reset to the original' }).click()
  await expect.poll(() => notebook.shownText()).toContain('class FraudDetector')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => notebook.shownText()).toContain('export const mine = 1')
  await page.reload()
  expect(await notebook.shownText()).toContain('export const mine = 1')
})

test('files are added, renamed with their imports, and deleted', async ({ notebook, page }) => {
  await notebook.open()
  await page.getByRole('button', { name: 'Add a file' }).click()
  await page.getByLabel('File name').fill('FraudDetector')
  await expect(page.getByText('There is already a file named FraudDetector.ts')).toBeVisible()
  await page.getByLabel('File name').fill('Rules')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('tab', { name: 'Rules.ts' })).toHaveAttribute('aria-selected', 'true')

  await notebook.show('FraudDetector.ts')
  await page.keyboard.press('F2')
  await page.getByLabel('File name').fill('Detector.ts')
  await page.keyboard.press('Enter')
  await notebook.show('FraudDetectionJob.ts')
  expect(await notebook.shownText()).toContain(`from './Detector'`)

  await notebook.show('Rules.ts')
  await page.getByRole('button', { name: 'File and notebook actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await expect(page.getByRole('tab', { name: 'Rules.ts' })).toHaveCount(0)
  await expect(page.getByText('Rules.ts was deleted.')).toBeVisible()
})

test('two tabs show the same notebook and never overwrite each other', async ({ notebook, page, context }) => {
  await notebook.open()
  const otherPage = await context.newPage()
  const other = new NotebookPage(otherPage)
  await other.open()
  await other.write('export const fromTheOther = 2\n')
  await expect.poll(() => notebook.shownText()).toContain('fromTheOther')

  // A tab that missed the other's edit (it slept) must notice when it saves.
  await page.evaluate(() => {
    const key = 'streambed.notebook.playground'
    const record = JSON.parse(localStorage.getItem(key) ?? '{}') as {
      version: number
      job: { files: { text: string }[] }
    }
    record.version += 5
    record.job.files[1]!.text = 'export const newest = 3\n'
    localStorage.setItem(key, JSON.stringify(record))
  })
  await notebook.write('export const mine = 4\n')
  await expect(page.getByText('changed in another tab, too')).toBeVisible()
  await page.getByRole('button', { name: 'Use the other tab’s version' }).click()
  await expect.poll(() => notebook.shownText()).toContain('newest')
})

test('the divider is moved with the keyboard and stays where it was put', async ({ notebook, page }) => {
  await notebook.open()
  const divider = page.getByRole('separator', { name: 'Divide notebook and stage' })
  await divider.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await expect(divider).toHaveAttribute('aria-valuenow', '46')
  await page.reload()
  await expect(divider).toHaveAttribute('aria-valuenow', '46')
})
