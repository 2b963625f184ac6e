// What small cards and tables say is said in full: a task's fate, how many keys there are besides, why a checkpoint is gone.
import { COUNTS } from './checkpointed-job.ts'
import { expect, test } from './fixture.ts'
import { oneFile, type NotebookPage } from './notebook-page.ts'

const JOB = COUNTS.replace(
  'WatermarkStrategy.noWatermarks()',
  'WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n * 50)',
)

async function runAll(notebook: NotebookPage): Promise<void> {
  await notebook.openWith(oneFile(JOB), { parallelism: 4, seed: 1, speed: null })
  await notebook.run.first().click()
  await notebook.expectState('finished')
}

test('on small cards a task’s fate and the count of further keys are within the card', async ({ notebook, page }) => {
  await runAll(notebook)
  await page.getByRole('tab', { name: 'Dataflow' }).click()
  const cards = page.locator('[data-task]')
  await expect(cards).toHaveCount(8)
  await expect(cards.filter({ hasText: 'more key' })).not.toHaveCount(0)
  const cut = await cards.evaluateAll((all) =>
    all.flatMap((card) => {
      const { right, bottom } = card.getBoundingClientRect()
      const parts = [...card.querySelectorAll('.fate, table ~ p')]
      return parts.flatMap((part) => {
        const box = part.getBoundingClientRect()
        return box.right <= right && box.bottom <= bottom ? [] : [part.textContent]
      })
    }),
  )
  expect(cut).toEqual([])
})

test('beside the code, why a checkpoint is gone is in sight', async ({ notebook, page }) => {
  await runAll(notebook)
  await page.getByRole('tab', { name: 'Checkpoints' }).click()
  const history = page.getByRole('region', { name: 'The last ten' })
  await expect(history).toContainText('discarded')
  expect(await history.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0)
})

test.describe('on a phone', () => {
  test.use({ viewport: { width: 320, height: 700 } })

  test('the key that is followed can be read', async ({ notebook, page }) => {
    await runAll(notebook)
    await page.getByRole('tab', { name: 'Dataflow' }).click()
    const box = await page.locator('.tools select').boundingBox()
    expect(box?.width).toBeGreaterThanOrEqual(50)
  })
})
