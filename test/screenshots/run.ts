// npm run screenshots: every page and view of the built site, light and dark, wide and narrow, in both languages, into
// docs/screenshots. To be looked at by whoever changed what is to be seen: no test can say whether a page is good.
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { openSite } from '../bench/page/site.ts'

const folder = path.resolve('docs/screenshots')
const WIDTHS = [
  { name: 'wide', width: 1440, height: 900 },
  { name: 'narrow', width: 390, height: 844 },
]
const LANGUAGES = { en: 'en-US', zh: 'zh-CN' }

/** The lesson whose run is looked at in every view, and how far into it. */
const WATCHED = { page: 'fraud-detection/forget', run: 'silence', steps: 3 }
const VIEWS = {
  dataflow: /^(Dataflow|数据流)$/,
  time: /^(Time|时间)$/,
  state: /^(State|状态)$/,
  checkpoints: /^(Checkpoints|检查点)$/,
  results: /^(Results|结果)/,
  log: /^(Log|日志)/,
}

/** What lies beside the views. */
const PANELS = { palette: /^(Break something|制造故障)/, why: /^(Why\?|为什么？)$/ }

if (process.argv.length > 2) {
  console.error('Usage: npm run screenshots, which takes no arguments')
  process.exit(2)
}
const { browser, address } = await openSite()
/** An exercise whose starter fails. */
const CHECKED = 'exercise/fraud-flag'

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const colorScheme of ['light', 'dark'] as const) {
  for (const [language, locale] of Object.entries(LANGUAGES)) {
    for (const { name, width, height } of WIDTHS) {
      const context = await browser.newContext({
        colorScheme,
        locale,
        viewport: { width, height },
        reducedMotion: 'reduce',
      })
      await takeAll(await context.newPage(), `${name}-${language}-${colorScheme}`)
      await context.close()
    }
  }
}
await (browser as Browser).close()
process.exit()

async function takeAll(page: Page, suffix: string): Promise<void> {
  const take = async (name: string): Promise<void> => {
    await page.screenshot({ path: path.join(folder, `${name}-${suffix}.jpg`), type: 'jpeg', quality: 45 })
  }
  for (const id of await pagesOf(page)) {
    await open(page, id)
    await page.locator('h1').waitFor()
    await take(`page-${id.replaceAll('/', '-')}`)
  }
  await open(page, CHECKED)
  await page.locator('.check .start').click()
  await page.locator('.check [data-check-hash]').waitFor({ timeout: 60_000 })
  await page.locator('.check').evaluate((card) => card.scrollIntoView())
  await take('check-failed')
  await watch(page)
  for (const [view, tab] of Object.entries(VIEWS)) {
    await page.getByRole('tab', { name: tab }).click()
    await take(`view-${view}`)
  }
  await page.getByRole('tab', { name: VIEWS.dataflow }).click()
  const cluster = page.getByRole('tab', { name: /^(Cluster|集群)$/ })
  await cluster.click()
  await take('console')
  await cluster.click()
  for (const [shot, button] of Object.entries(PANELS)) {
    const opens = page.getByRole('button', { name: button })
    await opens.click()
    await take(shot)
    await opens.click()
  }
  await takeCharts(page, take)
  for (const [mode, radio] of [
    ['logical', /^(logical|逻辑)$/],
    ['table', /^(table|表格)$/],
  ] as const) {
    await page.getByRole('radio', { name: radio }).focus()
    await page.keyboard.press('Space')
    await take(`view-${mode}`)
  }
}

/** Charts of whatever rows the run has by then: it's shown at its end. */
async function takeCharts(page: Page, take: (name: string) => Promise<void>): Promise<void> {
  await page.getByRole('button', { name: /^(Play|播放)$/ }).click()
  await page.locator('footer[data-state="finished"]').waitFor({ timeout: 120_000 })
  await page.getByRole('tab', { name: VIEWS.results }).click()
  // By keys: on narrow pages the stage is low, and the pointer may meet the transport.
  await page.getByRole('radio', { name: /^(charts|图表)$/ }).focus()
  await page.keyboard.press('Space')
  await page.locator('.plot').first().waitFor()
  await take('view-charts')
  await page.getByRole('radio', { name: /^(table|表格)$/ }).focus()
  await page.keyboard.press('Space')
  await page.getByRole('tab', { name: VIEWS.dataflow }).click()
}

/** Ids of all pages, as the outline lists them. */
async function pagesOf(page: Page): Promise<string[]> {
  await page.goto(address)
  await page.locator('.outline > button').click()
  return page
    .locator('.outline nav a')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href')?.slice(2) ?? ''))
}

/** Another address in the same page would make the page load itself anew, at any moment. */
async function open(page: Page, id: string): Promise<void> {
  await page.goto('about:blank')
  await page.goto(`${address}#/${id}`)
}

/** Runs the lesson, pauses it and goes on by steps. */
async function watch(page: Page): Promise<void> {
  const status = page.locator('footer[data-state]')
  await open(page, WATCHED.page)
  await page.locator(`[data-run="${WATCHED.run}"] .start`).click()
  await page.locator('footer[data-state="running"]').waitFor({ timeout: 60_000 })
  await page.getByRole('button', { name: /^(Pause|暂停)$/ }).click()
  await page.locator('footer[data-paused="true"]').waitFor()
  for (let i = 0; i < WATCHED.steps; i++) {
    const before = await status.innerText()
    await page.getByRole('button', { name: /^(Step|单步)$/ }).click()
    await page.waitForFunction(
      (text) => document.querySelector<HTMLElement>('footer[data-state]')?.innerText !== text,
      before,
    )
  }
}
