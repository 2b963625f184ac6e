import { mapJob } from './jobs.ts'
import { expect, test } from './fixture.ts'

test('a switch of language keeps everything in place', async ({ notebook, page }) => {
  await notebook.openWith(mapJob('(n) => n'), { speed: null })
  await notebook.run.click()
  await notebook.expectState('finished')
  const text = await notebook.shownText()
  await page.getByRole('radio', { name: '中文' }).check()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await expect(notebook.status).toContainText('已完成')
  await expect(notebook.rows).toHaveCount(3)
  expect(await notebook.shownText()).toBe(text)
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
})

test('TypeScript speaks the language of the page, also after a switch', async ({ notebook, page }) => {
  await notebook.openWith(mapJob('(n): string => n'), {})
  await notebook.wakeEditor()
  await expect(notebook.problems).toContainText("Type 'number' is not assignable to type 'string'")
  await page.getByRole('radio', { name: '中文' }).check()
  await expect(notebook.problems).toContainText('不能将类型“number”分配给类型“string”')
})

test.describe('in Chinese from the start', () => {
  test.use({ locale: 'zh-CN' })

  test('page, editor and messages are Chinese', async ({ notebook, page }) => {
    await notebook.openWith(mapJob(`(n) => { if (n === 2) throw new Error('zwei'); return n }`), { speed: null })
    await expect(page.getByRole('button', { name: '运行', exact: true })).toBeVisible()
    await notebook.wakeEditor()
    await expect(page.locator('.monaco-editor [aria-roledescription="编辑器"]').first()).toBeAttached()
    await notebook.run.click()
    await notebook.expectState('failed')
    await expect(page.locator('.card')).toContainText(/[\u4e00-\u9fff]/)
    await expect(page.locator('.card')).toContainText('zwei')
  })
})
