// The dataflow's tools: zoom by buttons, wheel, keys and fingers, moving it by its ground, and the path of a key.
import type { Page } from '@playwright/test'
import { violations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { keeping } from './jobs.ts'
import type { NotebookPage } from './notebook-page.ts'

const KEYED = { parallelism: 2, untilMs: 60_000 }

async function pausedAtFlow(notebook: NotebookPage, page: Page): Promise<void> {
  await notebook.openWith(keeping, { speed: 1, ...KEYED })
  await notebook.run.click()
  await notebook.expectState('running')
  const open = page.getByRole('button', { name: 'Show the stage' })
  if (await open.isVisible()) await open.click()
  await page.getByRole('tab', { name: 'Dataflow' }).click()
  await expect(flowOf(page)).toContainText('key ')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.locator('footer[data-state]')).toHaveAttribute('data-paused', 'true')
}

const flowOf = (page: Page) => page.getByRole('region', { name: 'Dataflow of the job' })
const zoomOf = (page: Page) => page.getByRole('group', { name: 'Zoom' })

async function scaleOf(page: Page): Promise<number> {
  const text = await zoomOf(page)
    .getByRole('button', { name: /Whole job$/ })
    .innerText()
  return Number(text.replace(/\D/g, ''))
}

/** The place of the source's card in the page. */
async function cardX(page: Page): Promise<number> {
  return (await page.locator('[data-task="0"]').boundingBox())?.x ?? NaN
}

test('zoom by buttons and wheel, and moving it by its ground', async ({ notebook, page }) => {
  await pausedAtFlow(notebook, page)
  const first = await scaleOf(page)
  for (let i = 0; i < 3; i++) await zoomOf(page).getByRole('button', { name: 'Larger' }).click()
  const large = await scaleOf(page)
  expect(large).toBeGreaterThan(first * 1.8)
  // Dragged to the left, the card goes along; a card's own text isn't what it is dragged by.
  const box = await flowOf(page).boundingBox()
  const ground = { x: (box?.x ?? 0) + 100, y: (box?.y ?? 0) + 12 }
  const before = await cardX(page)
  await page.mouse.move(ground.x, ground.y)
  await page.mouse.down()
  await page.mouse.move(ground.x - 60, ground.y, { steps: 4 })
  await page.mouse.up()
  await expect.poll(() => cardX(page)).toBeCloseTo(before - 60, 0)

  await page.keyboard.down('Control')
  await page.mouse.wheel(0, 200)
  await page.keyboard.up('Control')
  await expect.poll(() => scaleOf(page)).toBeLessThan(large)
  await zoomOf(page)
    .getByRole('button', { name: /Whole job$/ })
    .click()
  await expect.poll(() => flowOf(page).evaluate((flow) => flow.scrollWidth - flow.clientWidth)).toBe(0)
})

test('the path of one key: the subtask that doesn’t own it steps back', async ({ notebook, page }) => {
  await pausedAtFlow(notebook, page)
  const follow = page.getByRole('combobox', { name: 'Follow a key' })
  await follow.hover()
  await follow.selectOption('key 7')
  const dim = page.locator('.place.dim')
  await expect(dim).toHaveCount(1)
  await expect(dim).not.toContainText('key 7')
  expect(await violations(page)).toEqual([])
  await follow.selectOption('every key')
  await expect(dim).toHaveCount(0)
})

test('all of it with keys alone', async ({ notebook, page }) => {
  await pausedAtFlow(notebook, page)
  await flowOf(page).focus()
  await page.keyboard.press('+')
  await page.keyboard.press('+')
  await expect.poll(() => scaleOf(page)).toBeGreaterThan(140)
  await page.keyboard.press('-')
  await page.keyboard.press('0')
  await expect.poll(() => scaleOf(page)).toBeLessThanOrEqual(100)
  const follow = page.getByRole('combobox', { name: 'Follow a key' })
  for (let i = 0; i < 16 && !(await follow.evaluate((element) => element === document.activeElement)); i++) {
    await page.keyboard.press('Tab')
  }
  await expect(follow).toBeFocused()
  await page.keyboard.type('key 7')
  await expect(page.locator('.place.dim')).toHaveCount(1)
})

test('by TaskManager: who sits where, on the cards, in lanes and in the table', async ({ notebook, page }) => {
  await pausedAtFlow(notebook, page)
  await page.getByRole('button', { name: 'By TaskManager' }).click()
  const lane = (number: number) => page.locator(`[data-lane="${number}"]`)
  await expect(lane(1)).toContainText('TaskManager 1 2 slots in use')
  await expect(page.locator('[data-task="2"]')).toContainText('TM 1:2')
  await page.getByRole('button', { name: 'Break something' }).click()
  await page.getByRole('button', { name: 'Add a TaskManager' }).click()
  await expect(lane(2)).toContainText('0 slots in use')
  await page.keyboard.press('Escape')
  expect(await violations(page)).toEqual([])
  await page.getByRole('radio', { name: 'table' }).click()
  const tables = page.getByRole('region', { name: 'table' })
  await expect(tables.getByRole('row', { name: /^numbers 1\/1/ }).first()).toContainText('TaskManager 1, slot 1')
  await expect(tables.getByRole('columnheader', { name: 'Credits left' })).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('at full speed channels say rates; paused, their buffers again', async ({ notebook, page }) => {
  await notebook.openWith(keeping, { speed: null, parallelism: 2, untilMs: 100_000_000 })
  await notebook.run.click()
  await notebook.expectState('running')
  await page.getByRole('tab', { name: 'Dataflow' }).click()
  await expect(flowOf(page).locator('svg.bands')).toContainText(/\d+(\.\dk)?\/s/)
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(flowOf(page).locator('svg.bands')).not.toContainText('/s')
  await expect(flowOf(page).locator('svg.bands')).toContainText(/\d\/\d/)
})

test.describe('by touch, 360 wide', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true })
  test('two fingers zoom, one moves; all stays inside the page', async ({ notebook, page }) => {
    await pausedAtFlow(notebook, page)
    const before = await scaleOf(page)
    const box = await flowOf(page).boundingBox()
    const middle = { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 }
    const client = await page.context().newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number | null): Promise<unknown> =>
      client.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: apart === null ? [] : [-1, 1].map((side, id) => ({ x: middle.x + side * apart, y: middle.y, id })),
      })
    await touch('touchStart', 20)
    for (const apart of [26, 32, 40]) await touch('touchMove', apart)
    await touch('touchEnd', null)
    await expect.poll(() => scaleOf(page)).toBeGreaterThan(before * 1.7)
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360)
  })
})
