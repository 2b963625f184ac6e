// Breaking a running job: with the mouse by pulling a plug, with keys only by a button; told before, marked on the timeline,
// and undone.
import type { Locator, Page } from '@playwright/test'
import { expectAccessible, runCounts } from './checkpointed-job.ts'
import { expect, test } from './fixture.ts'

function palette(page: Page): { panel: Locator; open: Locator; foreseen: Locator; deeds: Locator; machine: Locator } {
  const panel = page.getByRole('region', { name: 'Break something' })
  return {
    panel,
    open: page.getByRole('button', { name: 'Break something' }),
    foreseen: panel.locator('[data-foreseen]'),
    deeds: panel.locator('[data-deed]'),
    machine: panel.locator('[data-task-manager="1"]'),
  }
}

test('a plug is pulled with the mouse: told before, marked, and undone', async ({ page, notebook }) => {
  await runCounts(notebook, 4500)
  const { panel, open, foreseen, deeds, machine } = palette(page)
  await page.getByRole('button', { name: 'Step back' }).click()
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await open.click()
  const plug = panel.locator('[data-pull="1"]')
  await plug.hover()
  await expect(foreseen).toHaveAttribute('data-foreseen', 'shortage')
  await expect(foreseen).toContainText('checkpoint 4')
  const box = (await plug.boundingBox()) as NonNullable<Awaited<ReturnType<Locator['boundingBox']>>>
  const [x, y] = [box.x + 8, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 12, y, { steps: 3 })
  await page.mouse.up()
  await expect(deeds).toHaveCount(0)
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 60, y, { steps: 6 })
  await page.mouse.up()
  await expect(deeds).toHaveCount(1)
  await expect(machine).toHaveAttribute('data-state', 'KILLED')
  await expect(page.locator('.mark.deed')).toHaveCount(1)
  await expectAccessible(page, '.stage')
  await deeds.getByRole('button', { name: /^Undo/ }).click()
  await expect(deeds).toHaveCount(0)
  await expect(machine).toHaveAttribute('data-state', 'RUNNING')
  await expect(page.locator('.mark.deed')).toHaveCount(0)
})

test('with keys only: an operator is made to throw, and the job starts again from its checkpoint', async ({
  page,
  notebook,
}) => {
  await runCounts(notebook, 6500)
  const { panel, open, foreseen, deeds } = palette(page)
  await page.getByRole('slider', { name: 'Timeline' }).focus()
  await page.keyboard.press('Home')
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await expect(page.getByRole('slider', { name: 'Timeline' })).toHaveAttribute('aria-valuenow', '0')
  for (const known of [/^[1-9]\d\d/, /^1\d{3}/]) {
    await page.keyboard.press('PageUp')
    await expect(page.getByRole('slider', { name: 'Timeline' })).toHaveAttribute('aria-valuenow', known)
  }
  await open.focus()
  await page.keyboard.press('Enter')
  await expect(panel.getByRole('button', { name: 'Close' })).toBeFocused()
  await panel.locator('[data-fault="throw"]').focus()
  await expect(foreseen).toHaveAttribute('data-foreseen', 'restart')
  await page.keyboard.press('Enter')
  await expect(deeds).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)
  await expect(open).toBeFocused()
  await page.getByRole('button', { name: 'Play', exact: true }).focus()
  await page.keyboard.press('Enter')
  await notebook.expectState('until')
  await expect(page.locator('.mark.restart')).not.toHaveCount(0)
})
