import { expect, test } from './fixture.ts'
import { mapJob } from './jobs.ts'

test('everything from the first look to the result with the keyboard alone', async ({ notebook, page }) => {
  await notebook.openWith(mapJob('(n) => n'), { speed: null })
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the code' })).toBeFocused()
  await page.keyboard.press('Enter')
  // From the cell, Tab comes to the files, their actions, Run, and the text.
  await page.keyboard.press('Tab')
  await expect(page.getByRole('tab', { name: 'Job.ts' })).toBeFocused()
  for (const name of ['Add a file', 'File and notebook actions', 'Run']) {
    await page.keyboard.press('Tab')
    await expect(page.getByRole('button', { name, exact: true })).toBeFocused()
  }
  await page.keyboard.press('Tab')
  await expect(page.locator('#code-pane pre')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.locator('.monaco-editor.focused')).toBeVisible()

  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.insertText('// written without a mouse\n')
  await expect.poll(() => notebook.shownText()).toContain('// written without a mouse')
  await page.keyboard.press('ControlOrMeta+Enter')
  await notebook.expectState('finished')
  await expect(notebook.rows).toHaveCount(3)

  // The editor lets go: Esc, then Tab.
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  await expect(page.getByLabel('Parallelism')).toBeFocused()
})

test('the files are walked with the arrow keys, the menu opened and closed', async ({ notebook, page }) => {
  await notebook.open()
  await page.getByRole('tab', { name: 'FraudDetector.ts' }).focus()
  await page.keyboard.press('ArrowLeft')
  const job = page.getByRole('tab', { name: 'FraudDetectionJob.ts' })
  await expect(job).toBeFocused()
  await expect(job).toHaveAttribute('aria-selected', 'true')
  await page.getByRole('button', { name: 'File and notebook actions' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('menuitem').first()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'File and notebook actions' })).toBeFocused()
})

test('the stage from its views to a step, with the keyboard alone', async ({ page }) => {
  await page.goto('./#/fraud-detection/remember')
  await page.locator('[data-run="flag-own"] .start').focus()
  await page.keyboard.press('Enter')
  await page.locator('footer[data-state="running"]').waitFor()
  await page.getByRole('button', { name: 'Pause' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('footer[data-state]')).toHaveAttribute('data-paused', 'true')

  await page.getByRole('tab', { name: 'State' }).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('tab', { name: 'Time' })).toBeFocused()
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByRole('tab', { name: 'Dataflow' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('radio', { name: 'physical' })).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('radio', { name: 'table' })).toBeChecked()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Break something' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Why?' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('region', { name: 'table' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('group', { name: 'The last step' })).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('slider', { name: 'Timeline' })).toBeFocused()
  for (const name of ['Restart', 'Play', 'Step back', 'Step']) {
    await page.keyboard.press('Tab')
    await expect(page.getByRole('button', { name, exact: true })).toBeFocused()
  }
  const told = page.locator('[data-told]')
  const before = await told.innerText()
  await page.keyboard.press('Enter')
  await expect(told).not.toHaveText(before)
})

test('who walks by with Tab changes nothing, and a button keeps the focus of whoever pressed it', async ({ page }) => {
  await page.goto('./#/fraud-detection/remember')
  const start = page.locator('[data-run="flag-own"] button')
  await start.focus()
  await page.keyboard.press('Enter')
  await page.locator('footer[data-state="running"]').waitFor()
  await expect(start).toBeFocused()
  await expect(start).toHaveText('Stop')
  await page.keyboard.press('Enter')
  // On a busy machine an engine is taken away before it has answered.
  await page.locator('footer:is([data-state="stopped"], [data-state="removed"])').waitFor()
  await expect(start).toBeFocused()

  // All cells are editors by now. Tab passes through them until something is typed.
  const cell = page.locator('[data-file="FraudDetectionJob.ts"]')
  await expect(cell.locator('.monaco-editor .view-line').first()).toBeVisible()
  await page.locator('[data-predict="right"] input').first().focus()
  await page.keyboard.press('Shift+Tab')
  await expect(cell.locator('.monaco-editor.focused')).toBeVisible()
  await page.keyboard.press('Shift+Tab')
  await expect(page.locator('[data-file="FraudDetector.ts"] .monaco-editor.focused')).toBeVisible()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(page.locator('[data-predict="right"] input').first()).toBeFocused()
  await expect(page.getByRole('button', { name: 'Reset this file' })).toHaveCount(0)

  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.press('Tab')
  await expect(cell.getByRole('button', { name: 'Reset this file' })).toBeVisible()
})
