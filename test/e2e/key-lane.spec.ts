// One key's lane keeps whole what its strip cuts to its width: each state unfolds to all that stood there, with mouse or keys,
// in both languages, and each value leads to its moment.
import { violations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { oneFile } from './notebook-page.ts'

/** Windows that keep long lists: far more than fits onto a strip. */
const job = oneFile(`import {
  DataGeneratorSource, Duration, RateLimiterStrategy, StreamExecutionEnvironment, TumblingEventTimeWindows, WatermarkStrategy,
  type Collector,
} from 'streambed'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const source = new DataGeneratorSource(
  (n: number) => ({ reading: 'sensor-' + n, second: n * 2 }), 20, RateLimiterStrategy.perSecond(10),
)
const strategy = WatermarkStrategy.forMonotonousTimestamps<{ reading: string; second: number }>()
env
  .fromSource(source, strategy.withTimestampAssigner(({ second }) => second * 1000).withPerRecordWatermarks(), 'readings')
  .keyBy(() => 'all')
  .window(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
  .apply((key, window, all, out: Collector<number>) => out.collect(Array.from(all).length))
  .print('counts')
await env.execute('readings')
`)

const LAST = 'sensor-4'

for (const [hand, how, words] of [
  ['mouse', 'English', { why: 'Why?', life: 'A key’s life', whole: 'All values in full' }],
  ['keys', 'Chinese', { why: '为什么？', life: '一个键的经历', whole: '完整显示所有值' }],
] as const) {
  test(`what a window kept is read whole, by ${hand}, in ${how}`, async ({ page, notebook }) => {
    await page.setViewportSize({ width: 1024, height: 768 })
    await notebook.openWith(job, { speed: null, untilMs: null })
    if (how === 'Chinese') await page.locator('label', { hasText: '中文' }).first().click()
    await notebook.run.click()
    await notebook.expectState('finished')
    await page.getByRole('button', { name: words.why, exact: true }).click()
    const panel = page.locator('section[data-why]')
    await panel.getByRole('radio', { name: words.life }).press('Space')
    await expect(panel).toHaveAttribute('data-why', 'key')
    const name = panel.locator('.state-name').first()
    await expect(name).toHaveAttribute('aria-expanded', 'false')
    await (hand === 'mouse' ? name.click() : name.press('Enter'))
    await expect(name).toHaveAttribute('aria-expanded', 'true')
    const contents = panel.locator('table')
    const full = contents.locator('tr', { hasText: LAST })
    await expect(full).toHaveCount(1)
    const [value, frame] = await Promise.all([full.locator('.value').boundingBox(), panel.boundingBox()])
    expect((value?.x ?? 0) + (value?.width ?? 0)).toBeLessThanOrEqual((frame?.x ?? 0) + (frame?.width ?? 0))
    expect(await violations(page, 'section[data-why]')).toEqual([])

    const whole = panel.getByRole('button', { name: words.whole })
    await (hand === 'mouse' ? whole.click() : whole.press('Space'))
    await expect(whole).toHaveAttribute('aria-pressed', 'true')
    await expect(contents).toHaveCount(await panel.locator('.state-name').count())
    const jump = full.getByRole('button')
    await (hand === 'mouse' ? jump.click() : jump.press('Enter'))
    await expect(notebook.status).toHaveAttribute('data-paused', 'true')
    await expect(full).toHaveAttribute('aria-current', 'step')
    await (hand === 'mouse' ? whole.click() : whole.press('Space'))
    await expect(contents).toHaveCount(0)
  })
}
