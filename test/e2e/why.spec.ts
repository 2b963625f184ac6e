// Questions about a run, with the mouse and with keys alone: why a row is there, why a timer hasn't fired, what became of a
// key, what an expression was, and on to where something is so.
import type { Locator, Page } from '@playwright/test'
import { expectAccessible, runCounts } from './checkpointed-job.ts'
import { expect, test } from './fixture.ts'
import { oneFile, type NotebookPage } from './notebook-page.ts'

/** The third of a key is told; a timer that is set with the second waits for a watermark that never comes. */
const job = oneFile(`import {
  DataGeneratorSource, Duration, KeyedProcessFunction, RateLimiterStrategy, StreamExecutionEnvironment, Types,
  ValueStateDescriptor, WatermarkStrategy, type Collector, type Context, type ValueState,
} from 'streambed'

class Count extends KeyedProcessFunction<number, number, string> {
  #count!: ValueState<number>
  override open() {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG))
  }
  override processElement(value: number, ctx: Context<number>, out: Collector<string>) {
    const next = (this.#count.value() ?? 0) + 1
    this.#count.update(next)
    if (next === 2) ctx.timerService().registerEventTimeTimer(5000)
    if (next === 3) {
      console.log('three at', value)
      out.collect('three of ' + ctx.getCurrentKey())
    }
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
const strategy = WatermarkStrategy.forBoundedOutOfOrderness<number>(Duration.ofMillis(20))
env
  .fromSource(
    new DataGeneratorSource((i: number) => i, 30, RateLimiterStrategy.perSecond(100)),
    strategy.withTimestampAssigner((n) => n * 10),
    'numbers',
  )
  .keyBy((n) => n % 3)
  .process(new Count())
  .name('count')
  .print()
await env.execute('counting')
`)

async function runJob(notebook: NotebookPage): Promise<void> {
  await notebook.openWith(job, { speed: null })
  await notebook.run.click()
  await notebook.expectState('finished')
}

const panel = (page: Page): Locator => page.locator('section[data-why]')
const ask = (page: Page): Locator => page.getByRole('button', { name: 'Why?', exact: true })

/** The next button or field that has the focus as one goes on with Tab. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let i = 0; i < 60; i++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  await expect(wanted).toBeFocused()
}

async function expectAtStep(page: Page, notebook: NotebookPage, step: Locator): Promise<void> {
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await expect(step).toHaveClass(/here/)
  await expect(step.getByRole('button', { name: /^Go to/ })).toHaveAttribute('aria-current', 'step')
}

test('why a row is there: each step leads to its moment, and the run stays what it was', async ({ page, notebook }) => {
  await runJob(notebook)
  const hash = await notebook.hash()
  await page.getByRole('tab', { name: /^Results/ }).click()
  const why = page.getByRole('button', { name: /^why\?/ })
  await why.first().click()
  await expect(panel(page)).toHaveAttribute('data-why', 'row')
  await expect(panel(page).getByRole('heading', { name: 'What led to row 1' })).toBeVisible()
  const steps = panel(page).locator('li')
  await expect(steps.last()).toContainText('gave three of 0')
  await expect(steps.last()).toContainText('read count: 2')
  await expect(panel(page)).toContainText('numbers read 6')
  await expectAccessible(page, 'section[data-why]')
  await steps
    .first()
    .getByRole('button', { name: /^Go to/ })
    .click()
  await expectAtStep(page, notebook, steps.first())
  await panel(page).getByRole('button', { name: 'Close', exact: true }).click()
  await expect(panel(page)).toHaveCount(0)
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await notebook.expectState('finished')
  expect(await notebook.hash()).toBe(hash)

  // The same by keys.
  await why.nth(1).focus()
  await page.keyboard.press('Enter')
  await expect(panel(page).getByRole('heading', { name: 'What led to row 2' })).toBeVisible()
  await expect(panel(page).getByRole('heading', { name: 'Why?' })).toBeFocused()
  await tabTo(page, steps.nth(1).getByRole('button', { name: /^Go to/ }))
  await page.keyboard.press('Enter')
  await expectAtStep(page, notebook, steps.nth(1))
  await page.keyboard.press('Escape')
  await expect(panel(page)).toHaveCount(0)
})

test('why there is a line of the log', async ({ page, notebook }) => {
  await runJob(notebook)
  await page.getByRole('tab', { name: /^Log/ }).click()
  await page.getByRole('button', { name: /^why\? three at 7/ }).press('Enter')
  await expect(panel(page)).toHaveAttribute('data-why', 'log')
  await expect(panel(page).getByRole('heading', { name: 'What led to line 2 of the log' })).toBeVisible()
  const last = panel(page).locator('li').last()
  await expect(last).toContainText('count took 7')
  await last.getByRole('button', { name: /^Go to/ }).click()
  await expectAtStep(page, notebook, last)
})

test('one cursor: a line of the log leads to its step, and all views are there', async ({ page, notebook }) => {
  await runJob(notebook)
  await page.getByRole('tab', { name: /^Log/ }).click()
  const lines = page.getByRole('region', { name: 'Log' }).locator('li')
  await expect(lines).toHaveCount(3)
  await expect(lines.locator('[aria-current]')).toHaveCount(0)
  const time = lines.nth(1).getByRole('button', { name: /^Go to/ })
  const clock = /[\d:.]+$/.exec((await time.innerText()).trim())?.[0] ?? 'no clock'
  for (const choose of [() => time.click(), () => time.press('Enter')]) {
    await choose()
    await expect(notebook.status).toHaveAttribute('data-paused', 'true')
    // What was written later isn't there yet, and the line of this step stands out.
    await expect(lines).toHaveCount(2)
    await expect(page.locator('li[aria-current="step"]')).toHaveText(/three at 7/)
    await expect(page.locator('footer')).toContainText(clock)
    await expect(page.locator('footer .rows')).toContainText('2')
    await expectAccessible(page, '.log')
    await page.getByRole('tab', { name: /^Results/ }).click()
    await expect(page.locator('tr.lit')).toContainText('three of 1')
    await page.getByRole('tab', { name: /^Log/ }).click()
    // A step on, the line was written by the step before.
    await page.getByRole('button', { name: 'Step', exact: true }).click()
    await expect(page.locator('li[aria-current="step"]')).toHaveCount(0)
    await page.getByRole('button', { name: 'Step back' }).click()
    await expect(page.locator('li[aria-current="step"]')).toHaveText(/three at 7/)
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await notebook.expectState('finished')
    await expect(lines).toHaveCount(3)
  }
})

test('run until, why not yet and a key’s life, with the mouse', async ({ page, notebook }) => {
  await runJob(notebook)
  await page.getByRole('button', { name: 'Step back' }).click()
  const timeline = page.getByRole('slider', { name: 'Timeline' })
  await timeline.press('Home')
  await expect(timeline).toHaveAttribute('aria-valuenow', '0')
  await expect(page.getByRole('tab', { name: /^Results/ })).toHaveText(/^Results\s*0?$/)
  await page.getByRole('button', { name: 'Run until …' }).click()
  const form = page.getByRole('form', { name: 'Run until' })
  await form.getByLabel('results', { exact: true }).fill('2')
  await expectAccessible(page, 'form[aria-label="Run until"]')
  await form.getByRole('button', { name: 'Go', exact: true }).click()
  await expect(form.getByRole('status')).toHaveText(/^That’s so at/)
  await expect(page.getByRole('tab', { name: /^Results/ })).toHaveText(/2$/)
  await form.getByLabel('results', { exact: true }).fill('1')
  await form.getByRole('button', { name: 'Go', exact: true }).click()
  await expect(form.getByRole('status')).toHaveText(/^From here on it doesn’t come to that again/)
  await form.getByRole('button', { name: 'Go there' }).click()
  await expect(page.getByRole('tab', { name: /^Results/ })).toHaveText(/1$/)
  await form.getByRole('button', { name: 'Close' }).click()
  await expect(form).toHaveCount(0)

  await ask(page).click()
  await expect(panel(page)).toHaveAttribute('data-why', 'waiting')
  await expect(panel(page)).toContainText('fires when the watermark there reaches 5000')
  await expect(panel(page)).toContainText('less 20 ms out of order and 1')
  await expectAccessible(page, 'section[data-why]')
  await panel(page)
    .getByRole('button', { name: /^Go to/ })
    .first()
    .click()
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')

  await panel(page).getByText('A key’s life').click()
  await expect(panel(page)).toHaveAttribute('data-why', 'key')
  await panel(page).getByLabel('Key', { exact: true }).fill('0')
  await page.keyboard.press('Enter')
  await expect(panel(page).getByRole('heading', { name: /^Key 0 at/ })).toBeVisible()
  await expect(panel(page).locator('li').first()).toContainText('wrote count: 1')
  await expectAccessible(page, 'section[data-why]')
  await panel(page).locator('.lane .mark').first().click()
  await expectAtStep(page, notebook, panel(page).locator('li').first())
})

test('run until, why not yet and a key’s life, by keys alone', async ({ page, notebook }) => {
  await runJob(notebook)
  await page.getByRole('button', { name: 'Step back' }).focus()
  await page.keyboard.press('Enter')
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await page.getByRole('slider', { name: 'Timeline' }).focus()
  await page.keyboard.press('Home')
  await page.getByRole('button', { name: 'Run until …' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-until]')).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.type('2')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('form', { name: 'Run until' }).getByRole('status')).toHaveText(/^That’s so at/)
  await expect(page.getByRole('tab', { name: /^Results/ })).toHaveText(/2$/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('button', { name: 'Run until …' })).toBeFocused()

  await ask(page).focus()
  await page.keyboard.press('Enter')
  await expect(panel(page)).toHaveAttribute('data-why', 'waiting')
  await expect(panel(page)).toContainText('fires when the watermark there reaches 5000')
  await page.keyboard.press('Escape')
  await expect(panel(page)).toHaveCount(0)
  await expect(ask(page)).toBeFocused()

  await page.keyboard.press('Enter')
  await expect(panel(page)).toHaveAttribute('data-why', 'waiting')
  await panel(page).getByRole('radio', { name: 'A key’s life' }).focus()
  await page.keyboard.press('Space')
  await expect(panel(page)).toHaveAttribute('data-why', 'key')
  await tabTo(page, panel(page).getByLabel('Key', { exact: true }))
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('0')
  await page.keyboard.press('Enter')
  await expect(panel(page).getByRole('heading', { name: /^Key 0 at/ })).toBeVisible()
  const step = panel(page).locator('li').first()
  await tabTo(page, step.getByRole('button', { name: /^Go to/ }))
  await page.keyboard.press('Enter')
  await expectAtStep(page, notebook, step)
})

test('print after the fact: what an expression was at every passing of its line', async ({ page, notebook }) => {
  await runJob(notebook)
  await notebook.wakeEditor()
  await page.locator('.monaco-editor .view-line', { hasText: 'const next' }).click()
  await ask(page).click()
  await panel(page).getByText('Print', { exact: true }).first().click()
  await expect(panel(page).getByLabel('line', { exact: true })).toHaveValue('12')
  await page.locator('[data-print]').fill('next * 100 + value')
  await page.keyboard.press('Enter')
  await expect(panel(page)).toHaveAttribute('data-why', 'print')
  await expect(panel(page)).toContainText('The line was reached 30 times.')
  const fourth = panel(page).locator('tbody tr').nth(3)
  await expect(fourth).toContainText('203')
  await expectAccessible(page, 'section[data-why]')
  await fourth.getByRole('button').press('Enter')
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await expect(fourth).toHaveClass(/here/)
  await page.locator('[data-print]').fill("out.collect('more')")
  await page.keyboard.press('Enter')
  await expect(panel(page)).toContainText('With this expression the run would be another one')
  await page.locator('[data-print]').fill('next next')
  await page.keyboard.press('Enter')
  await expect(panel(page).getByRole('alert')).toContainText('isn’t one expression on one line')
})

test('print after the fact by keys, at a line that is typed', async ({ page, notebook }) => {
  await runJob(notebook)
  await ask(page).focus()
  await page.keyboard.press('Enter')
  await expect(panel(page)).toHaveAttribute('data-why', 'unexplained')
  await panel(page).getByRole('radio', { name: 'Print' }).focus()
  await page.keyboard.press('Space')
  await tabTo(page, page.locator('[data-print]'))
  await page.keyboard.type('value')
  await tabTo(page, panel(page).getByLabel('line', { exact: true }))
  await page.keyboard.type('15')
  await page.keyboard.press('Enter')
  await expect(panel(page)).toContainText('The line was reached 30 times.')
  const row = panel(page).locator('tbody tr').nth(5)
  await tabTo(page, row.getByRole('button'))
  await page.keyboard.press('Enter')
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await expect(row).toHaveClass(/here/)
})

test('on another timeline what was said of the first doesn’t hold, and is asked again', async ({ page, notebook }) => {
  await runCounts(notebook, 6500)
  await page.getByRole('slider', { name: 'Timeline' }).press('Home')
  await expect(notebook.status).toHaveAttribute('data-paused', 'true')
  await page.getByRole('button', { name: 'Run until …' }).click()
  const form = page.getByRole('form', { name: 'Run until' })
  await form.getByLabel('results', { exact: true }).fill('70')
  await form.getByRole('button', { name: 'Go', exact: true }).click()
  await expect(page.getByRole('tab', { name: /^Results/ })).toHaveText(/70$/)
  await form.getByRole('button', { name: 'Close' }).click()
  await ask(page).click()
  await panel(page).getByText('A key’s life').click()
  await expect(panel(page)).toHaveAttribute('data-why', 'key')
  await page.getByRole('button', { name: 'Break something' }).click()
  const palette = page.getByRole('region', { name: 'Break something' })
  await palette.locator('[data-fault="throw"]').click()
  await expect(page.getByRole('button', { name: '2 timelines' })).toBeVisible()
  await expect(panel(page)).toHaveCount(0)
  await ask(page).click()
  await expect(palette).toHaveCount(0)
  await expect(panel(page)).toContainText('The run has changed meanwhile.')
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await notebook.expectState('until')
  await panel(page).getByRole('button', { name: 'Ask again' }).click()
  await expect(panel(page)).toHaveAttribute('data-why', 'key')
  await expect(panel(page)).toContainText(/undone by a restart/)
  await panel(page)
    .getByRole('button', { name: /^Go to/ })
    .last()
    .click()
  await expect(panel(page).locator('li').last()).toHaveClass(/here/)
})
