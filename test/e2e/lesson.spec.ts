// A lesson as somebody goes through it: read, predict, run, watch, step, change, come back.
import { expect, test } from './fixture.ts'

const REMEMBER = './#/fraud-detection/remember'

test('a lesson is readable before the editor, and says whose data a run reads', async ({ page }) => {
  await page.goto(REMEMBER)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Remember one small purchase')
  await expect(page.locator('[data-file="MemberDetector.ts"] pre .keyword').first()).toBeVisible()
  await expect(page.locator('.monaco-editor')).toHaveCount(0)
  await expect(page.locator('[data-run="member"]')).toContainText('the tutorial’s 50 transactions')
  await expect(page.locator('[data-run="member-own"]')).toContainText('our own four purchases')
  await page.getByRole('button', { name: 'keyed state' }).click()
  // Below the sentence, not in it.
  const meaning = page.getByText('A value that Flink keeps for each key')
  await expect(meaning).toBeVisible()
  const sentence = await page.locator('p', { has: page.getByRole('button', { name: 'keyed state' }) }).boundingBox()
  const below = await meaning.boundingBox()
  expect(below?.y).toBeGreaterThanOrEqual((sentence?.y ?? 0) + (sentence?.height ?? 0))
})

test('a prediction is scored by the record that decides it, and kept', async ({ page }) => {
  await page.goto(REMEMBER)
  const prediction = page.locator('[data-predict="false-alarm"]')
  await prediction.getByText('0', { exact: true }).click()
  await expect(prediction).toContainText('You said 0. Now run it.')
  await page.getByLabel('Pace').selectOption('full speed')
  await page.locator('[data-run="member-own"] .start').click()
  await expect(prediction).toHaveAttribute('data-verdict', 'wrong')
  await expect(prediction).toContainText('Decided by Alert{id=2} at 00:02.300.')
  await expect(page.locator('footer[data-state]')).toHaveAttribute('data-state', 'finished')

  await prediction.getByText('1', { exact: true }).click()
  await expect(prediction).toHaveAttribute('data-verdict', 'open')
  await page.locator('[data-run="member-own"] .start').click()
  await expect(prediction).toHaveAttribute('data-verdict', 'right')
  await page.reload()
  await expect(prediction).toHaveAttribute('data-verdict', 'right')
  await expect(prediction.locator('input').nth(1)).toBeChecked()
})

test('pause, step, and the record is followed from its channel into code, state and result', async ({ page }) => {
  await page.goto(REMEMBER)
  const status = page.locator('footer[data-state]')
  await page.locator('[data-run="flag-own"] .start').click()
  await expect(status).toHaveAttribute('data-state', 'running')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(status).toHaveAttribute('data-paused', 'true')
  await page.getByRole('tab', { name: 'State' }).click()
  const step = page.getByRole('button', { name: 'Step', exact: true })
  const changed = page.locator('td.changed')
  for (let i = 0; i < 8 && (await changed.count()) === 0; i++) {
    const before = await status.innerText()
    await step.click()
    await expect.poll(() => status.innerText()).not.toBe(before)
  }
  await expect(changed.first()).toContainText('true')
  await expect(changed.first()).toContainText('was empty')
  // The same in words, for whoever listens.
  await expect(page.locator('[data-told]')).toContainText(
    /fraud-detector took \{accountId=1.*key 1\. flag: from empty to true\./,
  )
  // The line that wrote it says so in its margin.
  const line = page.locator('[data-file="FraudDetector.ts"] .monaco-editor .view-line', { hasText: 'update(true)' })
  await expect(line).toContainText('→ true')

  await page.getByRole('tab', { name: 'Dataflow' }).click()
  await expect(page.locator('[data-task="1"].hand')).toBeVisible()
  await page.getByRole('radio', { name: 'table' }).click()
  await expect(page.getByRole('row', { name: /transactions/ }).first()).toBeVisible()
  await page.getByRole('button', { name: 'Play' }).click()
  await expect(status).toHaveAttribute('data-state', 'finished')
})

test('a silence is passed over and said so, and the timer fires in it', async ({ page }) => {
  await page.goto('./#/fraud-detection/forget')
  await page.locator('[data-run="silence"] .start').click()
  await expect(page.getByText(/\d\d s without events passed over/)).toBeVisible({ timeout: 20_000 })
  await expect(page.locator('footer[data-state]')).toHaveAttribute('data-state', 'finished', { timeout: 20_000 })
  await expect(page.locator('.mark.timer')).toHaveCount(1)
  await page.getByRole('tab', { name: /^Results/ }).click()
  await expect(page.locator('tbody tr[aria-rowindex]')).toHaveCount(1)
  await expect(page.locator('tbody tr[aria-rowindex]')).toContainText('Alert{id=2}')
})

test('an operator leads to its line, and the line to its operator', async ({ page }) => {
  await page.goto(REMEMBER)
  await page.locator('[data-run="flag"] .start').click()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.locator('[data-task="0"] button').click()
  const cell = page.locator('[data-file="FraudDetectionJob.ts"] .monaco-editor')
  await expect(cell.locator('.active-line-number')).toBeVisible()
  await expect(page.locator('[data-task="0"].caret')).toBeVisible()
})

test('an operator made in a file that the lesson doesn’t show says where that is', async ({ page }) => {
  await page.goto(REMEMBER)
  await page.locator('[data-run="member"] .start').click()
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.locator('[data-task="0"] button').click()
  await expect(page.getByText(/made in MemberJob.ts, line \d+/)).toBeVisible()
})

test('the pointer on an element in a channel gets its whole value', async ({ page }) => {
  await page.goto(REMEMBER)
  await page.locator('[data-run="flag"] .start').click()
  const canvas = page.locator('canvas[data-elements]')
  await expect(canvas).not.toHaveAttribute('data-elements', '0')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.locator('footer[data-state]')).toHaveAttribute('data-paused', 'true')
  const found = await page.locator('.drawing').evaluate((drawing) => {
    const { left, top, width, height } = drawing.getBoundingClientRect()
    const titles = new Set<string>()
    for (let x = 0; x < width; x += 8) {
      for (let y = 0; y < height; y += 8) {
        drawing.dispatchEvent(new PointerEvent('pointermove', { clientX: left + x, clientY: top + y, bubbles: true }))
        titles.add(drawing.getAttribute('title') ?? '')
      }
    }
    return [...titles]
  })
  expect(found.some((title) => title.includes('accountId='))).toBe(true)
  expect(found).toContain('')
})

test('an edit is kept over a reload and taken back; the outline is walked by keyboard', async ({ page, notebook }) => {
  await page.goto('./#/fraud-detection/alert-on-everything')
  const cell = page.locator('[data-file="FraudDetector.ts"]')
  await cell.locator('pre').click({ position: { x: 200, y: 10 } })
  await expect(cell.locator('.monaco-editor .view-line').first()).toBeVisible()
  await page.keyboard.press('ControlOrMeta+Home')
  await page.keyboard.insertText('// mine\n')
  await expect(cell.getByRole('button', { name: 'Reset this file' })).toBeVisible()
  await page.reload()
  await expect(cell).toContainText('// mine')
  await notebook.expectState('idle')
  await cell.getByRole('button', { name: 'Reset this file' }).click()
  await expect(cell).not.toContainText('// mine')

  await page.getByRole('button', { name: /Alert on everything/ }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('link', { name: /Remember one small purchase/ }).first()).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Remember one small purchase')
})

test('a switch of language keeps the place and the answers', async ({ page }) => {
  await page.goto(REMEMBER)
  const quiz = page.locator('[data-quiz="why-clear"]')
  await quiz.scrollIntoViewIfNeeded()
  await quiz.locator('input').nth(1).check()
  await expect(quiz).toContainText('Right.')
  const before = await quiz.boundingBox()
  await page.getByRole('radio', { name: '中文' }).check()
  await expect(quiz).toContainText('对。')
  const after = await quiz.boundingBox()
  // Within the screen still: the block at the top stays, and texts differ in length.
  expect(Math.abs((after?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(300)
  await page.reload()
  await expect(quiz).toContainText('对。')
  await expect(quiz).toBeInViewport()
})

test('an address that names nothing shows the first lesson and says so', async ({ page }) => {
  await page.goto('./#/no/such')
  await expect(page.getByText('There is no page at that address')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Alert on everything')
})

test('no window is too narrow or too low for the page, nor for the figure of two subtasks', async ({ page }) => {
  await page.goto(REMEMBER)
  await page.locator('[data-run="flag"] button').click()
  await page.locator('footer[data-state="running"]').waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  const clipped = (): Promise<number> =>
    page.locator('.scroller').evaluate((scroller) => scroller.scrollHeight - scroller.clientHeight)
  const unseenTabs = (): Promise<number> =>
    page.getByRole('tablist', { name: 'Views of the run' }).evaluate((tabs) => tabs.scrollWidth - tabs.clientWidth)
  for (const [width, height] of [
    [1440, 900],
    [1366, 800],
    [1280, 800],
    [1024, 900],
    [768, 1024],
  ] as const) {
    await page.setViewportSize({ width, height })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    await expect.poll(clipped).toBeLessThanOrEqual(1)
    if (width >= 1024) expect([width, await unseenTabs()]).toEqual([width, 0])
  }
})

test('before its first run the stage offers it, and every button runs it as the lesson says', async ({ page }) => {
  await page.goto('./#/fraud-detection/alert-on-everything')
  await page.getByLabel('Pace').selectOption('full speed')
  const status = page.locator('footer[data-state]')
  await page.locator('#view').getByRole('button', { name: 'Run for one round of 50' }).click()
  await expect(status).toHaveAttribute('data-state', 'until')
  await expect(page.locator('[data-task="1"]')).toContainText('50 in')
  await expect(page.locator('[data-task="1"]')).toContainText('→ Alert{id=5}')
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await expect(page.locator('[data-predict="how-many"]')).toHaveAttribute('data-verdict', 'open')
  await expect(status).toHaveAttribute('data-state', 'until')
})
