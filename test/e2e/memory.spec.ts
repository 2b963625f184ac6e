import { expect, test } from './fixture.ts'
import { mapJob } from './jobs.ts'

test('a job that uses up its memory ends in words, the page lives on, and the next job runs', async ({
  notebook,
  page,
}) => {
  test.setTimeout(150_000)
  const greedy = `(n) => { const all: number[][] = []; for (;;) all.push(new Array<number>(5_000_000).fill(n)) }`
  await notebook.openWith(mapJob(greedy), { speed: null })
  // Playwright takes the end of the sandbox's process for the end of the page and refuses to look at it from then on. So
  // the page that is tried is another window, seen through this one.
  await page.evaluate(() => void Object.assign(window, { tried: window.open('./#/playground') }))
  const tried = <T>(look: (document: Document) => T): Promise<T> =>
    page.evaluate(`(${look.toString()})(window.tried.document)`) as Promise<T>
  const state = (): Promise<string> =>
    tried((document) => document.querySelector<HTMLElement>('footer[data-state]')?.dataset.state ?? '')
  const card = (): Promise<string> => tried((document) => document.querySelector('.card')?.textContent ?? '')

  await expect.poll(state).toBe('idle')
  await tried((document) => document.querySelector<HTMLElement>('button.start')?.click())
  await expect.poll(state, { timeout: 20_000 }).toBe('running')
  await expect.poll(state, { timeout: 120_000, intervals: [500] }).toMatch(/^(lost|failed)$/)
  expect(await card()).toMatch(/memory|too long/)

  // The same window again: a fresh engine answers.
  await tried((document) => document.querySelector<HTMLElement>('button.start')?.click())
  await expect.poll(state, { timeout: 20_000 }).toBe('running')
  await tried((document) => document.querySelector<HTMLElement>('button.stop')?.click())
  await expect.poll(state).toMatch(/^(removed|stopped)$/)
})
