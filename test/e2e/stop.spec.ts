import { fraudWith, fraudDetector, mapJob } from './jobs.ts'
import { expect, test } from './fixture.ts'

/** Takes a time that no step budget sees: one call into the regular expression engine, and a billion years. */
const STUCK = `/(a+)+$/.test('a'.repeat(60) + 'b')`

test('code that never comes back is ended within a second, and the engine is ready again', async ({
  notebook,
  page,
}) => {
  const looping = fraudDetector.replace(
    'if (transaction.amount < SMALL',
    `${STUCK}\n    if (transaction.amount < SMALL`,
  )
  await notebook.openWith(fraudWith(looping), { speed: null })
  await notebook.run.click()
  await notebook.expectState('running')
  // The page isn't frozen: it answers while the code is stuck.
  await notebook.show('FraudDetectionJob.ts')
  await expect.poll(() => notebook.shownText()).toContain('getExecutionEnvironment')
  const pressedMs = Date.now()
  await notebook.stop.click()
  await notebook.expectState('removed')
  await expect(page.locator('.card')).toContainText('your text is kept')
  expect(Date.now() - pressedMs).toBeLessThan(1000)
  await notebook.show('FraudDetector.ts')
  await expect.poll(() => notebook.shownText()).toContain('(a+)+')

  await notebook.write(fraudDetector)
  await notebook.run.click()
  await notebook.expectState('finished')
  await expect(notebook.rows).toHaveCount(1)
  await expect(notebook.rows).toContainText('Alert{id=3}')
})

test('an endless loop ends by itself or by Stop, on its line', async ({ notebook, page }) => {
  const looping = fraudDetector.replace(
    'if (transaction.amount < SMALL',
    'while (transaction.amount > 0) {}\n    if (transaction.amount < SMALL',
  )
  const line = looping.split('\n').findIndex((text) => text.includes('while (')) + 1
  await notebook.openWith(fraudWith(looping), { speed: null })
  await notebook.run.click()
  await notebook.expectState('failed')
  await expect(page.locator('.card')).toContainText(`FraudDetector.ts:${line}`)
})

test('an endless loop while the job is built ends too', async ({ notebook }) => {
  const job = mapJob('(n) => n')
  const text = job.files[0]!.text.replace('const env', 'for (;;) {}\nconst env')
  await notebook.openWith({ entry: 'Job.ts', files: [{ name: 'Job.ts', text }] }, { speed: null })
  await notebook.run.click()
  await notebook.expectState('failed')
  await notebook.write(job.files[0]!.text)
  await notebook.run.click()
  await notebook.expectState('finished')
  await expect(notebook.rows).toHaveCount(3)
})

test('Esc stops an endless job, which keeps its rows', async ({ notebook, page }) => {
  await notebook.openWith(null, { untilMs: null, speed: 100 })
  await notebook.run.click()
  await expect(notebook.rows.first()).toBeVisible()
  await page.keyboard.press('Escape')
  await notebook.expectState('stopped')
  await expect(notebook.rows.first()).toContainText('Alert{id=3}')
  expect(await notebook.hash()).toMatch(/^[0-9a-f]{16}$/)
})
