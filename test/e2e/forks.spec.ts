// Timelines: what a run did before something was done in its past is kept; one goes over to it, and sees where the two part.
import { expectAccessible, runCounts } from './checkpointed-job.ts'
import { expect, test } from './fixture.ts'

test('a run that is broken in its past keeps the course it took before, compares the two, and goes over to it', async ({
  page,
  notebook,
}) => {
  await runCounts(notebook, 6500)
  const slider = page.getByRole('slider', { name: 'Timeline' })
  await slider.focus()
  for (let i = 0; i < 4; i++) await page.keyboard.press('PageDown')
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await page.getByRole('button', { name: 'Break something' }).click()
  const panel = page.getByRole('region', { name: 'Break something' })
  await panel.locator('[data-task-manager="1"]').getByRole('button').first().click()
  // The plug is gone, and the focus still in the panel: Escape closes that, and stops no run.
  await expect(panel.locator('[data-deed]')).toHaveCount(1)
  await expect(panel.getByRole('group', { name: 'Break something' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')

  const timelines = page.getByRole('button', { name: '2 timelines' })
  await timelines.focus()
  await page.keyboard.press('Enter')
  const forks = page.getByRole('region', { name: 'Timelines' })
  await expect(forks).toContainText('Timeline 2, shown')
  // Escape closes what was opened, stops no run, and leads back.
  await expect(forks.getByRole('button', { name: 'Close' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(forks).toHaveCount(0)
  await expect(timelines).toBeFocused()
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await page.keyboard.press('Enter')
  await forks.getByRole('button', { name: 'Compare' }).click()
  await expect(forks.getByRole('row').filter({ hasText: 'record' })).toBeVisible()
  await expectAccessible(page, '.stage')
  await forks.getByRole('button', { name: 'Go over to it' }).click()
  await expect(forks).toContainText('Timeline 1, shown')
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
})
