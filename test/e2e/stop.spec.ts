import { fraudWith, fraudDetector, mapJob } from './jobs.ts'
import { expect, test } from './fixture.ts'

test('an endless loop is ended within a second, the text is kept, and the engine is ready again', async ({ notebook, page }) => {
  const looping = fraudDetector.replace('if (transaction.amount < SMALL', 'while (transaction.amount > 0) {}\n    if (transaction.amount < SMALL')
  await notebook.openWith(fraudWith(looping), { speed: null })
  await notebook.run.click()
  await notebook.expectState(/running|failed/)
  // Either the engine's own step budget ends the loop, or the page does; the learner may always press Stop.
  if (await notebook.stop.isVisible()) {
    // The page isn't frozen: it answers while the loop runs.
    await notebook.show('FraudDetectionJob.ts')
    expect(await notebook.shownText()).toContain('getExecutionEnvironment')
    const pressedMs = Date.now()
    await notebook.stop.click()
    await notebook.expectState(/removed|stopped|failed/)
    expect(Date.now() - pressedMs).toBeLessThan(1000)
  }
  await notebook.show('FraudDetector.ts')
  await notebook.wakeEditor()
  expect(await notebook.shownText()).toContain('while (transaction.amount > 0) {}')

  await notebook.write(fraudDetector)
  const againMs = Date.now()
  await notebook.run.click()
  await notebook.expectState('finished')
  expect(Date.now() - againMs).toBeLessThan(5000)
  await expect(notebook.rows).toHaveCount(1)
  await expect(page.getByText('Alert{id=3}')).toBeVisible()
})

test('an endless loop while the job is built is ended too', async ({ notebook }) => {
  const job = mapJob('(n) => n')
  const text = job.files[0]!.text.replace('const env', 'for (;;) {}\nconst env')
  await notebook.openWith({ entry: 'Job.ts', files: [{ name: 'Job.ts', text }] }, { speed: null })
  await notebook.run.click()
  await notebook.expectState(/running|failed/)
  if (await notebook.stop.isVisible()) await notebook.stop.click()
  await notebook.expectState(/removed|stopped|failed/)
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
