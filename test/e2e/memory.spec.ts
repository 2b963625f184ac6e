import { expect, test } from './fixture.ts'
import { mapJob } from './jobs.ts'

test('a job that uses up its memory ends in words, and the next one runs', async ({ notebook, page }) => {
  test.setTimeout(120_000)
  const greedy = `(n) => { const all: number[][] = []; for (;;) all.push(new Array<number>(5_000_000).fill(n)) }`
  await notebook.openWith(mapJob(greedy), { speed: null })
  await notebook.run.click()
  await expect(notebook.status).toHaveAttribute('data-state', /lost|failed/, { timeout: 90_000 })
  await expect(page.locator('.card')).toContainText(/your text is kept|\S/)
  await notebook.write(mapJob('(n) => n + 1').files[0]!.text)
  await notebook.run.click()
  await notebook.expectState('finished')
  await expect(notebook.rows).toHaveCount(3)
})
