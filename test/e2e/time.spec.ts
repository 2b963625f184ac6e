// The time view as a person uses it: records, windows and a late one with its inequality are seen, and keys go through all
// that happened, each to its moment.
import type { Locator, Page } from '@playwright/test'
import { violations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { oneFile, type NotebookPage } from './notebook-page.ts'

const SECONDS = [2, 4, 7, 12, 11, 22, 9, 24, 33]

/** A record a second; the one of second 9 comes when its window is over. */
const job = oneFile(`import {
  DataGeneratorSource, Duration, RateLimiterStrategy, StreamExecutionEnvironment, TumblingEventTimeWindows, WatermarkStrategy,
} from 'streambed'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const seconds = [${SECONDS.join(', ')}]
const source = new DataGeneratorSource((n: number) => seconds[n] ?? 0, seconds.length, RateLimiterStrategy.perSecond(1))
env
  .fromSource(
    source,
    WatermarkStrategy.forMonotonousTimestamps<number>()
      .withTimestampAssigner((second) => second * 1000)
      .withPerRecordWatermarks(),
    'ticks',
  )
  .keyBy(() => 'all')
  .window(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
  .reduce((a, b) => a + b)
  .print('sums')
await env.execute('sums')
`)

interface TimeView {
  readonly figure: Locator
  readonly pointed: Locator
}

async function openTime(page: Page): Promise<TimeView> {
  await page.getByRole('tab', { name: 'Time', exact: true }).click()
  const figure = page.getByRole('application', { name: 'Event time and processing time' })
  await expect(figure).toBeVisible()
  return {
    figure,
    pointed: page.locator('.pointed'),
  }
}

test.beforeEach(async ({ notebook }) => {
  await notebook.openWith(job, { speed: null, untilMs: null })
  await notebook.run.click()
  await notebook.expectState('finished')
})

test('shows records and windows, and of a late record the inequality by which it was dropped', async ({ page }) => {
  const { figure, pointed } = await openTime(page)
  await expect(figure).toHaveAttribute('data-records', String(SECONDS.length))
  await expect(figure.locator('[data-late]')).toContainText('late: [0, 10) is over, dropped')
  await expect(figure.locator('[data-late]')).toContainText('9.999 + 0 s ≤ watermark 21.999')
  await expect(figure.locator('.band').first()).toHaveText('[0, 10)')

  // By keys: the first that happened, and on to its moment.
  await figure.focus()
  await page.keyboard.press('Home')
  await expect(pointed).toContainText('2, event time 2.000, arrived at 00:00.000')
  await page.keyboard.press('Enter')
  await expect(page.locator('footer[data-paused="true"]')).toBeVisible()
})

/** To where three records have been read, the fourth not. */
async function toThirdRecord(page: Page, notebook: NotebookPage): Promise<void> {
  await page.getByRole('button', { name: 'Step back' }).click()
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await page.getByRole('button', { name: 'Run until …' }).click()
  const form = page.getByRole('form', { name: 'Run until' })
  await page.getByRole('slider', { name: 'Timeline' }).press('Home')
  await expect(page.getByRole('slider', { name: 'Timeline' })).toHaveAttribute('aria-valuenow', '0')
  await form.locator('[data-until]').selectOption('watermark')
  await form.getByLabel('timestamp, in ms').fill('6000')
  await form.getByRole('button', { name: 'Go', exact: true }).click()
  await expect(form.getByRole('status')).toHaveText(/^That’s so at/)
  await form.getByRole('button', { name: 'Close' }).click()
}

const panel = (page: Page): Locator => page.locator('section[data-why]')

for (const how of ['mouse', 'keys'] as const) {
  test(`a window that has not fired says why, by ${how}`, async ({ page, notebook }) => {
    await toThirdRecord(page, notebook)
    const { figure, pointed } = await openTime(page)
    const press = (button: Locator) => (how === 'mouse' ? button.click() : button.press('Enter'))
    await press(figure.getByRole('button', { name: 'Why hasn’t [0, 10) fired yet?' }))
    await expect(panel(page)).toHaveAttribute('data-why', 'waiting')
    await expect(panel(page)).toContainText('The window [0, 10000) of key all')
    await expect(panel(page)).toContainText('reaches 9999. It’s at 6999: 3000 ms short.')
    await expect(panel(page)).toContainText(
      'its highest timestamp is 7000, less 1. It needs a record of 10000 or later.',
    )
    await panel(page).getByRole('button', { name: 'Close', exact: true }).click()
    await press(figure.getByRole('button', { name: 'Why hasn’t [20, 30) fired yet?' }))
    await expect(pointed).toContainText('Nothing waits in [20, 30)')
    await expect(panel(page)).toHaveCount(0)

    // The same in the table.
    await page.locator('.tools').getByText('table', { exact: true }).click()
    const open = page.locator('[data-open]')
    await expect(open).toHaveCount(1)
    await expect(open).toContainText('[0, 10)')
    await expect(open).toContainText('Waits to fire, with 1 key.')
    await press(open.getByRole('button', { name: 'why not yet? [0, 10)' }))
    await expect(panel(page)).toContainText('3000 ms short')
  })
}

/** The record of this second, which hasn't been read. */
const coming = (figure: Locator, second: number): Locator => figure.locator(`.dot[data-timestamp="${second}000"]`)
const twelve = (figure: Locator): Locator => coming(figure, 12)

async function middleOf(dot: Locator): Promise<{ readonly x: number; readonly y: number }> {
  const box = await dot.boundingBox()
  return { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 }
}

const MOVES: readonly (readonly [string, (page: Page, dot: Locator) => Promise<void>])[] = [
  [
    'dragged to an earlier time of its own',
    async (page, dot) => {
      const { x, y } = await middleOf(dot)
      await page.mouse.move(x, y)
      await page.mouse.down()
      await page.mouse.move(x - 30, y, { steps: 4 })
      await page.mouse.move(x - 60, y, { steps: 4 })
      await page.mouse.up()
    },
  ],
  [
    'moved to an earlier time of its own with keys',
    async (page, dot) => {
      await dot.focus()
      for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('Enter')
    },
  ],
]

for (const [name, move] of MOVES) {
  test(`a record that isn’t read yet is ${name}, and the run forks`, async ({ page, notebook }) => {
    const hash = await notebook.hash()
    await toThirdRecord(page, notebook)
    const { figure, pointed } = await openTime(page)
    await expect(twelve(figure)).toBeVisible()
    await move(page, twelve(figure))
    await expect(page.getByRole('button', { name: '2 timelines' })).toBeVisible()
    await expect(pointed).not.toHaveText('')
    await expect(twelve(figure)).toHaveCount(0)
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await notebook.expectState('finished')
    await expect(page.locator('[data-hash]')).not.toHaveText(hash)
    // Before, the first window had the seconds 2, 4 and 7; now also the one that was second 12.
    await page.getByRole('tab', { name: /^Results/ }).click()
    await expect(notebook.rows.first()).toContainText('25')
  })
}

/** To the arrival of second 12, from before which nothing would be late. */
const ARRIVALS: readonly (readonly [string, (page: Page, dot: Locator, to: Locator) => Promise<void>])[] = [
  [
    'dragged to an earlier arrival',
    async (page, dot, to) => {
      const { x, y } = await middleOf(dot)
      const target = await middleOf(to)
      await page.mouse.move(x, y)
      await page.mouse.down()
      await page.mouse.move(x, (y + target.y) / 2, { steps: 4 })
      await page.mouse.move(x, target.y, { steps: 4 })
      await expect(page.locator('.pointed')).toContainText('event time 9.000, arrives at 00:03.')
      await page.mouse.up()
    },
  ],
  [
    'moved to an earlier arrival with keys',
    async (page, dot, to) => {
      const [{ y }, target] = [await middleOf(dot), await middleOf(to)]
      await dot.focus()
      const key = target.y > y ? 'ArrowDown' : 'ArrowUp'
      for (let i = 0; i < Math.round(Math.abs(target.y - y) / 6); i++) await page.keyboard.press(key)
      await expect(page.locator('.pointed')).toContainText(/event time 9\.000, arrives at 00:0(2\.9|3\.)/)
      await page.keyboard.press('Enter')
    },
  ],
]

for (const [name, move] of ARRIVALS) {
  test(`a record that comes too late is ${name}, and isn’t late any more`, async ({ page, notebook }) => {
    const hash = await notebook.hash()
    await toThirdRecord(page, notebook)
    const { figure, pointed } = await openTime(page)
    await expect(coming(figure, 9)).toBeVisible()
    await move(page, coming(figure, 9), twelve(figure))
    await expect(page.getByRole('button', { name: '2 timelines' })).toBeVisible()
    await expect(pointed).toContainText('The run goes another way from here.')
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await notebook.expectState('finished')
    await expect(page.locator('[data-hash]')).not.toHaveText(hash)
    await expect(figure.locator('[data-late]')).toHaveCount(0)
    await page.getByRole('tab', { name: /^Results/ }).click()
    await expect(notebook.rows.first()).toContainText('22')
  })
}

for (const scheme of ['light', 'dark'] as const) {
  test(`what is open, coming and late is accessible in ${scheme} colours`, async ({ page, notebook }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await toThirdRecord(page, notebook)
    const { figure } = await openTime(page)
    await expect(twelve(figure)).toBeVisible()
    expect(await violations(page, '.time')).toEqual([])
    await page.locator('.tools').getByText('table', { exact: true }).click()
    await expect(page.locator('[data-open]')).toHaveCount(1)
    expect(await violations(page, '.time')).toEqual([])
  })
}
