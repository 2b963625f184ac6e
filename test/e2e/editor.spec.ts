import { expect, test } from './fixture.ts'
import { mapJob } from './jobs.ts'

test('completion and hover know what the learner can import', async ({ notebook, page }) => {
  await notebook.openWith(mapJob('(n) => n'), {})
  await notebook.wakeEditor()
  await page.locator('.monaco-editor .view-lines').click()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.type('env.fromEl')
  await page.keyboard.press('ControlOrMeta+Space')
  await expect(page.locator('.suggest-widget')).toContainText('fromElements')
  await page.keyboard.press('Escape')

  await page
    .locator('.monaco-editor .view-line span', { hasText: /^StreamExecutionEnvironment$/ })
    .first()
    .hover()
  await expect(page.locator('.monaco-hover').first()).toContainText('class StreamExecutionEnvironment')
})

test('a file sees what another exports', async ({ notebook, page }) => {
  await notebook.open()
  await notebook.write('export class FraudDetector {}\n')
  await expect(notebook.problems).toContainText('FraudDetectionJob.ts')
  await expect(page.getByRole('tab', { name: /FraudDetectionJob\.ts/ })).toContainText('Error')
})

test('the editor is fetched when it is asked for, and the page fetches from nobody else', async ({
  notebook,
  page,
}) => {
  const addresses: string[] = []
  page.on('request', (request) => addresses.push(request.url()))
  await notebook.open()
  expect(addresses.filter((address) => /editor|monaco|worker|engine/.test(address))).toEqual([])
  await notebook.wakeEditor()
  expect(addresses.some((address) => /editor-service/.test(address))).toBe(true)
  const { origin } = new URL(page.url())
  const foreign = addresses.filter((address) => !/^(data|blob|about):/.test(address) && !address.startsWith(origin))
  expect(foreign).toEqual([])
})

test('nothing moves when the editor takes the place of the text', async ({ notebook, page }) => {
  await notebook.open()
  const settings = page.getByRole('form', { name: 'Run settings' })
  const before = await settings.boundingBox()
  await page.locator('#code-pane pre').focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('.monaco-editor.focused')).toBeVisible()
  const after = await settings.boundingBox()
  expect(Math.abs((after?.height ?? 0) - (before?.height ?? 0))).toBeLessThan(1)
  const cell = await page.locator('#code-pane').boundingBox()
  expect(Math.abs((after?.y ?? 0) - (cell?.y ?? 0) - (cell?.height ?? 0))).toBeLessThan(3)
})
