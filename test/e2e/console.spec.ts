// The console: the cluster's figures, a topic's records, the database asked in SQL; by mouse and by keys alone.
import type { Page } from '@playwright/test'
import { violations } from './axe.ts'
import { expect, test } from './fixture.ts'
import { mapJob } from './jobs.ts'
import { oneFile, type NotebookPage } from './notebook-page.ts'

const writing = oneFile(`import {
  JdbcSink,
  KafkaRecordSerializationSchema,
  KafkaSink,
  KafkaSource,
  NewTopic,
  OffsetsInitializer,
  StreamExecutionEnvironment,
  WatermarkStrategy,
} from 'streambed'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.enableCheckpointing(200)
env.createDatabaseTable('CREATE TABLE words (word VARCHAR(20) PRIMARY KEY, length BIGINT)')
env.createTopic(new NewTopic('in', 2).withRecords(...['tea', 'milk', 'sugar'].map((value) => ({ value }))))
env.createTopic('out', 1)
const words = env.fromSource(
  KafkaSource.builder<string>()
    .setTopics('in')
    .setGroupId('readers')
    .setStartingOffsets(OffsetsInitializer.earliest())
    .setBounded(OffsetsInitializer.latest())
    .build(),
  WatermarkStrategy.noWatermarks(),
  'words',
)
words.sinkTo(
  KafkaSink.builder<string>()
    .setRecordSerializer(KafkaRecordSerializationSchema.builder<string>().setTopic('out').build())
    .build(),
)
words.sinkTo(
  JdbcSink.builder<string>()
    .withQueryStatement('INSERT INTO words (word, length) VALUES (?, ?)', (statement, word) => {
      statement.setString(1, word)
      statement.setLong(2, word.length)
    })
    .buildAtLeastOnce(),
)
await env.execute('words')
`)

async function finished(notebook: NotebookPage, page: Page): Promise<void> {
  await notebook.openWith(writing, { speed: null })
  await notebook.run.click()
  await notebook.expectState('finished')
  await expect(page.getByRole('tab', { name: 'Database' })).toBeVisible()
}

test('figures, topics and tables after a run', async ({ notebook, page }) => {
  test.slow()
  await finished(notebook, page)
  const panel = page.getByRole('region', { name: 'Console' }).getByRole('tabpanel')
  await page.getByRole('tab', { name: 'Cluster' }).click()
  await expect(panel.getByRole('row', { name: /words.*FINISHED/ })).toBeVisible()
  expect(await violations(page)).toEqual([])

  await page.getByRole('tab', { name: 'Topics' }).click()
  await panel.getByRole('button', { name: 'out' }).click()
  await expect(panel.getByRole('region', { name: 'out, Partition 1' })).toHaveCount(0)
  await expect(panel.getByRole('region', { name: 'out, Partition 0' }).locator('tbody tr')).toHaveCount(3)
  await expect(panel).toContainText('readers')
  expect(await violations(page)).toEqual([])

  await page.getByRole('tab', { name: 'Database' }).click()
  await panel.getByRole('button', { name: 'words, 3 rows' }).click()
  await expect(panel.locator('tbody tr')).toHaveCount(3)
  await panel.getByLabel('SQL query').fill('SELECT word FROM words WHERE length > 3 ORDER BY word')
  await panel.getByRole('button', { name: 'Ask' }).click()
  await expect(panel.locator('tbody td')).toHaveText(['milk', 'sugar'])
  await panel.getByLabel('SQL query').fill('DELETE FROM words')
  await panel.getByRole('button', { name: 'Ask' }).click()
  await expect(panel.locator('.problem')).toContainText('DELETE')
  expect(await violations(page)).toEqual([])
})

test('all of it with keys alone, and Escape closes', async ({ notebook, page }) => {
  await finished(notebook, page)
  await page.getByRole('tab', { name: 'Cluster' }).focus()
  await page.keyboard.press('End')
  const query = page.getByLabel('SQL query')
  await expect(query).toBeVisible()
  for (let i = 0; i < 6 && !(await query.evaluate((element) => element === document.activeElement)); i++) {
    await page.keyboard.press('Tab')
  }
  await page.keyboard.type('SELECT COUNT(*) FROM words')
  await page.keyboard.press('Enter')
  const panel = page.getByRole('region', { name: 'Console' }).getByRole('tabpanel')
  await expect(panel.locator('tbody td')).toHaveText(['3'])
  await query.fill('')
  await page.keyboard.press('ArrowUp')
  await expect(query).toHaveValue('SELECT COUNT(*) FROM words')
  const handle = page.getByRole('separator', { name: 'Height of the console' })
  const before = Number(await handle.getAttribute('aria-valuenow'))
  await handle.focus()
  await page.keyboard.press('ArrowUp')
  await expect(handle).toHaveAttribute('aria-valuenow', String(before + 24))
  await page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)
  await expect(page.getByRole('tab', { name: 'Cluster' })).toBeFocused()
})

test('a job without log and tables has no tabs for them', async ({ notebook, page }) => {
  await notebook.openWith(mapJob('(n) => n'), { speed: null })
  await notebook.run.click()
  await notebook.expectState('finished')
  await expect(page.getByRole('tab', { name: 'Cluster' })).toBeVisible()
  await expect(page.getByRole('tab', { name: /^(Topics|Database)$/ })).toHaveCount(0)
})

test.describe('320 wide, forced colours', () => {
  test.use({ viewport: { width: 320, height: 640 }, contextOptions: { forcedColors: 'active' } })
  test('stays inside the page', async ({ notebook, page }) => {
    await notebook.openWith(writing, { speed: null })
    await notebook.run.click()
    await notebook.expectState('finished')
    const open = page.getByRole('button', { name: 'Show the stage' })
    if (await open.isVisible()) await open.click()
    await page.getByRole('tab', { name: 'Topics' }).click()
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  })
})
