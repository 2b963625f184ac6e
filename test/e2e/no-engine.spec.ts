import { expect, test } from '@playwright/test'
import { mapJob } from './jobs.ts'
import { NotebookPage } from './notebook-page.ts'

test('a page that gets no engine says so and keeps the text', async ({ page }) => {
  const notebook = new NotebookPage(page)
  await page.route(/engine-code.*\.js/, (route) => route.abort())
  await notebook.openWith(mapJob('(n) => n'), { speed: null })
  await notebook.run.click()
  await notebook.expectState('absent')
  await expect(page.locator('.card')).toContainText('The engine could not be started.')
  expect(await notebook.shownText()).toContain('fromElements')
})
