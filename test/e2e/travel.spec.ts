// Back in time with one's own code: step back, take the hand of the timeline, go on; also after the run has ended.
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './fixture.ts'
import { NotebookPage, oneFile } from './notebook-page.ts'

const REMEMBER = './#/fraud-detection/remember'

function stage(page: Page): { status: Locator; told: Locator; back: Locator; timeline: Locator; hash: Locator } {
  return {
    status: page.locator('footer[data-state]'),
    told: page.locator('[data-told]'),
    back: page.getByRole('button', { name: 'Step back' }),
    timeline: page.getByRole('slider', { name: 'Timeline' }),
    hash: page.locator('[data-hash]'),
  }
}

async function runToEnd(page: Page): Promise<string> {
  await page.goto(REMEMBER)
  await page.getByLabel('Pace').selectOption('full speed')
  await page.locator('[data-run="member-own"] .start').click()
  await expect(stage(page).status).toHaveAttribute('data-state', 'finished')
  return stage(page).hash.innerText()
}

test('a run that has ended is taken back step by step, and goes on to the same end', async ({ page }) => {
  const hash = await runToEnd(page)
  const { status, told, back, hash: shown } = stage(page)
  await back.click()
  await expect(status).toHaveAttribute('data-paused', 'true')
  await expect(told).not.toHaveText('')
  const sentences = [await told.innerText()]
  for (let i = 0; i < 3; i++) {
    await back.click()
    await expect(told).not.toHaveText(sentences[i] ?? '')
    sentences.push(await told.innerText())
  }
  // Forward they come again, in the other order.
  for (const sentence of sentences.slice(0, -1).reverse()) {
    await page.getByRole('button', { name: 'Step', exact: true }).click()
    await expect(told).toHaveText(sentence)
  }
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await expect(status).toHaveAttribute('data-state', 'finished')
  await expect(shown).toHaveText(hash)
})

test('the hand of the timeline is taken anywhere the run has been', async ({ page }) => {
  await runToEnd(page)
  const { status, timeline } = stage(page)
  const rows = page.getByRole('tab', { name: /^Results/ })
  await expect(rows).toHaveText('Results1')
  const { x, y, width, height } = (await timeline.boundingBox()) as NonNullable<
    Awaited<ReturnType<Locator['boundingBox']>>
  >
  await page.mouse.move(x + width * 0.5, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x + width * 0.2, y + height / 2, { steps: 6 })
  await page.mouse.up()
  await expect(status).toHaveAttribute('data-paused', 'true')
  await expect(rows).toHaveText('Results')
  const known = Number(await timeline.getAttribute('aria-valuemax'))
  await expect.poll(async () => Number(await timeline.getAttribute('aria-valuenow')) / known).toBeLessThan(0.4)
  // A mark is where its output came.
  await page.locator('.mark.output').first().click({ force: true })
  await expect(rows).toHaveText('Results1')
})

test('by keyboard: start, steps, end', async ({ page }) => {
  await runToEnd(page)
  const { status, told, timeline } = stage(page)
  await timeline.focus()
  await page.keyboard.press('Home')
  await expect(timeline).toHaveAttribute('aria-valuenow', '0')
  await page.keyboard.press('ArrowRight')
  await expect(told).not.toHaveText('')
  const first = await told.innerText()
  await page.keyboard.press('ArrowRight')
  await expect(told).not.toHaveText(first)
  await page.keyboard.press(',')
  await expect(told).toHaveText(first)
  await page.keyboard.press('End')
  await expect(timeline).toHaveAttribute('aria-valuenow', (await timeline.getAttribute('aria-valuemax')) ?? '')
  await expect(status).not.toHaveAttribute('data-state', 'failed')
})

test('from a failure back to what led to it', async ({ page }) => {
  const notebook = new NotebookPage(page)
  await notebook.openWith(
    oneFile(`import { StreamExecutionEnvironment } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromElements(1, 2, 3).map((n) => { if (n === 3) throw new Error('three'); return n }).print('numbers')
await env.execute('fails')
`),
  )
  await notebook.run.click()
  await expect(notebook.status).toHaveAttribute('data-state', 'failed')
  await stage(page).back.click()
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await expect(page.locator('.card[data-code]')).toHaveCount(0)
  await expect(stage(page).told).toContainText('2')
  await page.getByRole('button', { name: 'Step', exact: true }).click()
  await expect(stage(page).told).toContainText('3')
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await expect(notebook.status).toHaveAttribute('data-state', 'failed')
})

test('a link is a moment: opened elsewhere it asks first, then shows the same, and what was there is kept', async ({
  page,
  browser,
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(REMEMBER)
  const cell = page.locator('[data-file="MemberDetector.ts"]')
  await cell.locator('pre, .monaco-editor .view-lines').first().click()
  await expect(cell.locator('.monaco-editor .view-line').first()).toBeVisible({ timeout: 30_000 })
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.insertText('\n// shared')
  await page.locator('[data-run="member-own"] .start').click()
  await expect(stage(page).status).toHaveAttribute('data-state', 'finished')
  await stage(page).back.click()
  await expect(stage(page).told).not.toHaveText('')
  const told = await stage(page).told.innerText()
  await page.getByRole('button', { name: 'Copy link to this moment' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  const link = await page.evaluate(() => navigator.clipboard.readText())

  const other = await (await browser.newContext({ locale: 'en-US' })).newPage()
  await other.goto(link)
  const offer = other.locator('[data-offer="fine"]')
  await expect(offer).toContainText('with changes in MemberDetector.ts')
  await expect(stage(other).status).toHaveAttribute('data-state', 'idle')
  await offer.getByRole('button', { name: 'Show the moment' }).click()
  await expect(stage(other).told).toHaveText(told)
  await expect(other.locator('[data-file="MemberDetector.ts"]')).toContainText('// shared')
  await expect(other.getByText('The files are those of the link.')).toBeVisible()
  expect(new URL(other.url()).hash).toBe('#/fraud-detection/remember')
  await other.getByRole('button', { name: 'Undo' }).click()
  await expect(other.locator('[data-file="MemberDetector.ts"]')).not.toContainText('// shared')

  await other.goto(link.slice(0, -20))
  await expect(other.locator('[data-offer="damaged"]')).toContainText('Nothing was changed')
  await other.context().close()
})
