// The time view as a person uses it: records, windows and a late one with its inequality are seen, and keys go through all
// that happened, each to its moment.
import type { Locator, Page } from '@playwright/test'
import { expect, test } from './fixture.ts'
import { oneFile } from './notebook-page.ts'

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
