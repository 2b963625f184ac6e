import { fraudDetector, fraudWith, mapJob } from './jobs.ts'
import { expect, test } from './fixture.ts'

test('an error thrown in a file is marked on its line, in that file, in words', async ({ notebook, page }) => {
  const broken = fraudDetector.replace('this.#flag.clear()', `throw new Error('the flag is stuck')`)
  const line = broken.split('\n').findIndex((text) => text.includes('the flag is stuck')) + 1
  await notebook.openWith(fraudWith(broken), { speed: null })
  await notebook.show('FraudDetectionJob.ts')
  await notebook.run.click()
  await notebook.expectState('failed')
  await expect(page.locator('.card')).toContainText('the flag is stuck')
  await expect(page.locator('.card').getByRole('button')).toHaveText(`FraudDetector.ts:${line}`)
  await expect(notebook.problems).toContainText(`FraudDetector.ts:${line}`)

  await page.locator('.card').getByRole('button').click()
  await expect(page.getByRole('tab', { name: 'FraudDetector.ts' })).toHaveAttribute('aria-selected', 'true')
  await expect(page.locator('.monaco-editor .failed-line')).toBeVisible()
  await expect(page.locator('.monaco-editor .squiggly-error')).toBeVisible()
  await expect(page.locator('.monaco-editor .active-line-number')).toHaveText(String(line))
})

const mistakes: { what: string; map: string; says: RegExp }[] = [
  { what: 'a promise returned from a map', map: 'async (n) => n', says: /promise/i },
  {
    what: 'recursion without end',
    map: `(n) => { const f = (k: number): number => f(k + 1) + 1; return f(n) }`,
    says: /./,
  },
  { what: 'a timer of the browser', map: `(n) => { setTimeout(() => {}, 10); return n }`, says: /timer/i },
]

for (const { what, map, says } of mistakes) {
  test(`${what} is answered in words, and the page goes on`, async ({ notebook, page }) => {
    await notebook.openWith(mapJob(map), { speed: null })
    await notebook.run.click()
    await expect(notebook.problems.or(page.locator('.card')).first()).toContainText(says)
    await notebook.write(mapJob('(n) => n + 1').files[0]!.text)
    await notebook.run.click()
    await notebook.expectState('finished')
    await expect(notebook.rows).toHaveCount(3)
  })
}

test('a value of 100 MB neither freezes the page nor ends it', async ({ notebook }) => {
  await notebook.openWith(mapJob(`(n) => 'x'.repeat(100_000_000)`), { speed: null })
  await notebook.run.click()
  await notebook.expectState(/finished|failed|lost/)
  await notebook.write(mapJob('(n) => n + 1').files[0]!.text)
  await notebook.run.click()
  await notebook.expectState('finished')
  await expect(notebook.rows).toHaveCount(3)
})

test('a problem is gone to with the keyboard from the list', async ({ notebook, page }) => {
  await notebook.openWith(mapJob('(n) => n.nothing'), {})
  await notebook.run.click()
  await expect(notebook.problems).toContainText("Property 'nothing' does not exist")
  await notebook.problems.getByRole('button').first().focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('.monaco-editor.focused')).toBeVisible()
  await expect(page.locator('.monaco-editor .active-line-number')).toHaveText('6')
})
