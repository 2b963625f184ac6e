// The page on a phone, and on a laptop: after a run with a remark nothing lies over anything, nothing is scrolled sideways,
// and the views have room.
import type { Page } from '@playwright/test'
import { expect, test } from './fixture.ts'
import { oneFile, type NotebookPage } from './notebook-page.ts'

/** Remembers something unseen, so that there's a remark. */
const JOB = oneFile(`import { StreamExecutionEnvironment } from 'streambed'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
let seen = 0
const rows = Array.from({ length: 60 }, (_, i) => ({ place: 'p' + (i % 3), amount: (i * 37) % 50 }))
env.fromElements(...rows).keyBy((row) => row.place).map((row) => ({ ...row, seen: ++seen })).print('rows')
await env.execute('narrow')
`)

async function runJob(notebook: NotebookPage): Promise<void> {
  await notebook.openWith(JOB, { speed: null })
  await notebook.run.first().click()
  await notebook.expectState('finished')
}

/** Controls of the stage that are in sight after being scrolled to, and yet aren't what a finger there meets. */
async function coveredControls(page: Page): Promise<string[]> {
  return page.locator('.stage').evaluate((stage) => {
    const controls = stage.querySelectorAll<HTMLElement>('button, select, summary, [role="tab"], [role="slider"]')
    return Array.from(controls).flatMap((control) => {
      // What is folded away isn't there; rows have a scroller of their own, with a head that stays.
      if (!control.checkVisibility() || control.closest('tbody') !== null) return []
      control.scrollIntoView({ block: 'nearest', inline: 'nearest' })
      const { left, top, width, height } = control.getBoundingClientRect()
      if (width <= 1 || height <= 1) return []
      const met = document.elementFromPoint(left + width / 2, top + height / 2)
      const isMet = met !== null && (control.contains(met) || met.contains(control))
      return isMet ? [] : [`${control.textContent?.trim()} under ${met?.outerHTML.slice(0, 80)}`]
    })
  })
}

async function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => {
    const parts = [document.documentElement, document.querySelector('.stage') as HTMLElement]
    return Math.max(...parts.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))
  })
}

for (const [width, height] of [
  [360, 740],
  [320, 640],
] as const) {
  test.describe(`${width} wide`, () => {
    test.use({ viewport: { width, height }, hasTouch: true })

    test('a finished run leaves the views their room, and nothing covers a control', async ({ notebook, page }) => {
      await runJob(notebook)
      for (const tab of ['Dataflow', 'Time', 'State', 'Checkpoints', 'Log', 'Results']) {
        await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
        await expect(page.locator('#view > *').first()).toBeVisible()
        expect.soft(await coveredControls(page), tab).toEqual([])
        expect.soft(await sidewaysScroll(page), tab).toBe(0)
      }
      const view = await page.locator('#view').boundingBox()
      expect(view?.height).toBeGreaterThanOrEqual(340)
      await page.locator('label', { hasText: 'charts' }).click()
      await expect(page.locator('.dashboard .panel').first()).toBeVisible()
      const remark = page.locator('[data-code="RUN_REMEMBERS"]')
      await expect(remark).toBeHidden()
      await page.locator('summary', { hasText: 'seen changes' }).click()
      await expect(remark).toBeVisible()
    })

    test('the console opens into sight, above the transport', async ({ notebook, page }) => {
      await runJob(notebook)
      await page.getByRole('tab', { name: 'Cluster' }).click()
      const panel = await page.locator('.console .panel').boundingBox()
      const foot = await page.locator('footer').boundingBox()
      expect((panel?.y ?? 0) + (panel?.height ?? Infinity)).toBeLessThanOrEqual((foot?.y ?? 0) + 1)
    })
  })
}

for (const width of [1440, 1920]) {
  test(`${width} wide, tabs, modes and questions stand on one line`, async ({ notebook, page }) => {
    await page.setViewportSize({ width, height: 900 })
    await runJob(notebook)
    await page.getByRole('tab', { name: 'Dataflow' }).click()
    const bar = page.locator('.stage .bar').first()
    const tops = await bar.getByRole('tab').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top))
    expect(new Set(tops).size).toBe(1)
    expect((await bar.boundingBox())?.height).toBeLessThanOrEqual(42)
    const tabs = await bar.getByRole('tablist').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
    expect(tabs).toBe(0)
    for (const name of ['Break something', 'Why?']) {
      const box = await bar.getByRole('button', { name }).boundingBox()
      expect(box?.height, name).toBeLessThanOrEqual(32)
    }
  })
}
