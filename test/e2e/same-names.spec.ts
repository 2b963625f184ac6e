// Operators that have one name, as those that nobody has named do, and steps that do the same twice: no view and no answer
// takes one for the other.
import { expect, test } from './fixture.ts'
import { oneFile } from './notebook-page.ts'

const job = oneFile(`import {
  DataGeneratorSource, DeliveryGuarantee, KafkaRecordSerializationSchema, KafkaSink, RateLimiterStrategy,
  StreamExecutionEnvironment, WatermarkStrategy,
} from 'streambed'

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.enableCheckpointing(500)
for (const topic of ['first', 'second']) {
  env.createTopic(topic, 1)
  const source = new DataGeneratorSource((i: number) => i, 20, RateLimiterStrategy.perSecond(10))
  const strategy = WatermarkStrategy.forMonotonousTimestamps<number>().withTimestampAssigner((n) => n * 100)
  const sink = KafkaSink.builder<number>()
    .setRecordSerializer(KafkaRecordSerializationSchema.builder<number>().setTopic(topic).build())
    .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
    .setTransactionalIdPrefix(topic)
    .build()
  env
    .fromSource(source, strategy, 'numbers')
    .keyBy((n) => n % 2)
    .reduce((a, b) => a + b)
    .flatMap<number>((n, out) => [n, n].forEach((one) => out.collect(one)))
    .sinkTo(sink)
}
await env.execute('twins')
`)

test('operators of one name are in every view and in every answer', async ({ page, notebook }) => {
  await notebook.openWith(job, { parallelism: 1, speed: null })
  await notebook.run.click()
  await notebook.expectState('finished')
  await page.getByRole('tab', { name: 'Time', exact: true }).click()
  await expect(page.getByText('Event time at numbers')).toHaveCount(2)
  await page.getByRole('tab', { name: 'State', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Source: numbers, subtask 1' })).toHaveCount(2)
  await page.getByRole('tab', { name: 'Checkpoints', exact: true }).click()
  await expect(page.getByRole('heading', { name: /^Two-phase commit/ })).toHaveCount(2)

  await page.getByRole('tab', { name: /^Results/ }).click()
  await page
    .getByRole('button', { name: /^why\?/ })
    .last()
    .click()
  const panel = page.locator('section[data-why]')
  await expect(panel.locator('li').last()).toContainText('gave')
  await panel.getByRole('radio', { name: 'A key’s life' }).check({ force: true })
  await expect(panel.getByRole('heading', { level: 3 })).toHaveCount(2)
})
