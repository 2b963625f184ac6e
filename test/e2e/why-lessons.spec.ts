// The jobs of the tutorials, asked: why a result is there, what holds the next one back and at which number, when something
// is so, what became of a key, what an expression was. Each with the mouse, and again with keys alone.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from '@playwright/test'
import { expectAccessible } from './checkpointed-job.ts'
import { expect, test } from './fixture.ts'
import type { JobText, NotebookPage } from './notebook-page.ts'

/** What one does on the page, with one hand or the other. */
interface Hand {
  press(target: Locator): Promise<void>
  write(field: Locator, text: string): Promise<void>
  /** One of several. */
  pick(name: string | RegExp): Promise<void>
  choose(list: Locator, option: string): Promise<void>
}

interface Case {
  readonly name: string
  readonly job: JobText
  readonly settings: { readonly parallelism: number; readonly untilMs: number | null }
  readonly end: 'finished' | 'until'
  /** What the last step that led to the first row says. */
  readonly why: readonly string[]
  /** Where it's gone to before it's asked what hasn't happened. */
  readonly until: readonly (readonly [field: string, text: string])[]
  readonly waiting: readonly RegExp[]
  readonly key: string
  readonly life: string
  readonly print: { readonly file: string; readonly line: string; readonly expression: string }
  readonly printed: { readonly times: RegExp; readonly first: string }
}

const root = fileURLToPath(new URL('../../', import.meta.url))

function job(...paths: string[]): JobText {
  const files = paths.map((path) => ({
    name: path.slice(path.lastIndexOf('/') + 1),
    text: readFileSync(root + path, 'utf8').replace('.unbounded()', '.bounded()'),
  }))
  return { entry: files.at(-1)?.name ?? '', files }
}

const CASES: readonly Case[] = [
  {
    name: 'fraud detection, version 2',
    job: job(
      'exercises/02-fraud-timer/solution/FraudDetector.ts',
      'exercises/02-fraud-timer/start/FraudDetectionJob.ts',
    ),
    settings: { parallelism: 1, untilMs: null },
    end: 'finished',
    why: ['took {accountId=3, timestamp=1546310520000, amount=871.15}', 'read flag: true', 'gave Alert{id=3}'],
    until: [
      ['Run until', 'a state is'],
      ['key', '3'],
      ['state', 'flag'],
      ['value', 'true'],
    ],
    // By the clock: a minute after the small purchase, which was at 1.7 s.
    waiting: [/timer of key 3 at fraud-detector is set for 01:01\.\d+ on the clock/, /: 60000 ms to go/],
    key: '3',
    life: 'set a timer for 01:0',
    print: { file: 'FraudDetector.ts', line: 'if (this.#flag.value() !== null) {', expression: 'transaction.amount' },
    printed: { times: /reached 50 times/, first: '188.23' },
  },
  {
    name: 'hourly tips',
    job: job('exercises/05-hourly-tips/solution/HourlyTips.ts', 'exercises/05-hourly-tips/start/HourlyTipsJob.ts'),
    settings: { parallelism: 2, untilMs: 5000 },
    end: 'until',
    why: ['fired the window [2020-01-01 12:00:00.000, 2020-01-01 13:00:00.000)', 'gave (1577883600000,2013000089,76)'],
    until: [['results', '1']],
    waiting: [
      /The window \[2020-01-01 13:00:00\.000, 2020-01-01 14:00:00\.000\) of key \d+ .* reaches 2020-01-01 13:59:59\.999/,
      /fares is at 2020-01-01 1[23]:\d\d:\d\d: its highest timestamp is 2020-01-01 13:00:20\.000, less 1\. It needs a record of 2020-01-01 14:00:00\.000/,
    ],
    key: '2013000089',
    life: ', key 2013000089',
    print: { file: 'HourlyTips.ts', line: 'let tips = 0', expression: 'driverId' },
    printed: { times: /reached \d{2,} times/, first: '2013000185' },
  },
  {
    name: 'click events of the operations playground',
    job: job('test/jobs/click-event-count.ts'),
    settings: { parallelism: 2, untilMs: 13_500 },
    end: 'until',
    why: ['fired the window [0, 15000)', 'count=1000'],
    until: [['results', '6']],
    waiting: [
      /The window \[15000, 30000\) of key \/\w+ .* reaches 29999\. It’s at 15039: 14960 ms short/,
      /split input-\d is at 15039: its highest timestamp is 15240, less 200 ms out of order and 1\. It needs a record of 30200 or later/,
    ],
    key: '/shop',
    life: 'took ClickEvent',
    print: { file: 'click-event-count.ts', line: 'for (const count of counts)', expression: 'page' },
    printed: { times: /reached 6 times/, first: '/index' },
  },
]

const panel = (page: Page): Locator => page.locator('section[data-why]')

function mouse(page: Page): Hand {
  return {
    press: (target) => target.click(),
    write: (field, text) => field.fill(text),
    pick: (name) => panel(page).getByText(name, { exact: true }).first().click(),
    choose: async (list, option) => void (await list.selectOption({ label: option })),
  }
}

function keys(page: Page): Hand {
  const press = async (target: Locator, key: string): Promise<void> => {
    await target.focus()
    await page.keyboard.press(key)
  }
  return {
    press: (target) => press(target, 'Enter'),
    async write(field, text) {
      await press(field, 'ControlOrMeta+A')
      await page.keyboard.type(text)
    },
    pick: (name) => press(panel(page).getByRole('radio', { name }), 'Space'),
    async choose(list, option) {
      await list.focus()
      // Typing chooses the option that begins so.
      await page.keyboard.type(option)
      await expect(list.locator('option:checked')).toHaveText(option)
    },
  }
}

function lineOf({ job: { files } }: Case, file: string, text: string): number {
  const lines = files.find(({ name }) => name === file)?.text.split('\n') ?? []
  return lines.findIndex((line) => line.includes(text)) + 1
}

async function expectAt(notebook: NotebookPage, step: Locator): Promise<void> {
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await expect(step).toHaveClass(/here/)
}

async function whyARow({ page, notebook, hand, one }: Scene): Promise<void> {
  await hand.press(page.getByRole('tab', { name: /^Results/ }))
  await hand.press(page.getByRole('button', { name: /^why\?/ }).first())
  await expect(panel(page).getByRole('heading', { name: 'What led to row 1' })).toBeVisible()
  const steps = panel(page).locator('li')
  for (const text of one.why) await expect(steps.filter({ hasText: text }).last()).toBeVisible()
  await expectAccessible(page, 'section[data-why]')
  await hand.press(steps.first().getByRole('button', { name: /^Go to/ }))
  await expectAt(notebook, steps.first())
}

async function runUntil({ page, hand, one }: Scene): Promise<void> {
  const timeline = page.getByRole('slider', { name: 'Timeline' })
  await timeline.press('Home')
  await expect(timeline).toHaveAttribute('aria-valuenow', '0')
  await hand.press(page.getByRole('button', { name: 'Run until …' }))
  const form = page.getByRole('form', { name: 'Run until' })
  for (const [field, text] of one.until) {
    if (field === 'Run until') await hand.choose(form.locator('[data-until]'), text)
    else await hand.write(form.getByLabel(field, { exact: true }), text)
  }
  await hand.press(form.getByRole('button', { name: 'Go', exact: true }))
  await expect(form.getByRole('status')).toHaveText(/^That’s so at/)
  await hand.press(form.getByRole('button', { name: 'Close' }))
}

async function whyNotYet({ page, hand, one }: Scene): Promise<void> {
  await hand.pick('Why not yet')
  await expect(panel(page)).toHaveAttribute('data-why', 'waiting')
  for (const text of one.waiting) await expect(panel(page)).toContainText(text)
  await expectAccessible(page, 'section[data-why]')
}

async function aKeysLife({ page, notebook, hand, one }: Scene): Promise<void> {
  await hand.pick('A key’s life')
  await expect(panel(page)).toHaveAttribute('data-why', 'key')
  await hand.write(panel(page).getByLabel('Key', { exact: true }), one.key)
  await page.keyboard.press('Enter')
  await expect(
    panel(page)
      .getByRole('heading', { name: `Key ${one.key} at` })
      .first(),
  ).toBeVisible()
  const step = panel(page).locator('li').filter({ hasText: one.life }).first()
  await hand.press(step.getByRole('button', { name: /^Go to/ }))
  await expectAt(notebook, step)
}

async function printed({ page, notebook, hand, one }: Scene): Promise<void> {
  await hand.press(page.getByRole('button', { name: 'Play', exact: true }))
  await notebook.expectState(one.end)
  await hand.pick('Print')
  const { file, line, expression } = one.print
  await hand.write(page.locator('[data-print]'), expression)
  if (one.job.files.length > 1) await hand.choose(panel(page).locator('form select'), file)
  await hand.write(panel(page).getByLabel('line', { exact: true }), String(lineOf(one, file, line)))
  await page.keyboard.press('Enter')
  await expect(panel(page)).toHaveAttribute('data-why', 'print', { timeout: 30_000 })
  await expect(panel(page)).toContainText(one.printed.times)
  const row = panel(page).locator('tbody tr').first()
  await expect(row).toContainText(one.printed.first)
  await hand.press(row.getByRole('button'))
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  // All windows that one watermark fires are one place of the run.
  await expect(panel(page).locator('tbody tr.here')).toHaveCount(1)
}

interface Scene {
  readonly page: Page
  readonly notebook: NotebookPage
  readonly hand: Hand
  readonly one: Case
}

for (const one of CASES) {
  for (const [how, handOn] of [
    ['with the mouse', mouse],
    ['with keys alone', keys],
  ] as const) {
    test(`${one.name}, ${how}`, async ({ page, notebook }) => {
      test.setTimeout(120_000)
      const scene = { page, notebook, hand: handOn(page), one }
      await notebook.openWith(one.job, { seed: 1, speed: null, ...one.settings })
      await scene.hand.press(notebook.run)
      await notebook.expectState(one.end)
      const hash = await notebook.hash()
      await whyARow(scene)
      await runUntil(scene)
      await whyNotYet(scene)
      await aKeysLife(scene)
      await printed(scene)
      await scene.hand.press(page.getByRole('button', { name: 'Play', exact: true }))
      await notebook.expectState(one.end)
      expect(await notebook.hash()).toBe(hash)
    })
  }
}
