// A job with checkpoints, and looking for what axe finds.
import type { Page } from '@playwright/test'
import { violations } from './axe.ts'
import { expect } from './fixture.ts'
import { oneFile, type NotebookPage } from './notebook-page.ts'

/** Counts numbers by key, with a checkpoint a second, into a topic exactly once. */
export const COUNTS = `import {
  DataGeneratorSource, DeliveryGuarantee, KafkaRecordSerializationSchema, KafkaSink, KeyedProcessFunction,
  RateLimiterStrategy, StreamExecutionEnvironment, Types, ValueStateDescriptor, WatermarkStrategy,
  type Collector, type Context, type ValueState,
} from 'streambed'

class Count extends KeyedProcessFunction<number, number, string> {
  #count!: ValueState<number>
  override open() {
    this.#count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG))
  }
  override processElement(value: number, ctx: Context<number>, out: Collector<string>) {
    const count = (this.#count.value() ?? 0) + 1
    this.#count.update(count)
    out.collect(ctx.getCurrentKey() + ': ' + count)
  }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.enableCheckpointing(1000)
env.createTopic('counts', 1)
const numbers = new DataGeneratorSource((i: number) => i, 400, RateLimiterStrategy.perSecond(20))
const sink = KafkaSink.builder<string>()
  .setRecordSerializer(KafkaRecordSerializationSchema.builder<string>().setTopic('counts').build())
  .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
  .setTransactionalIdPrefix('counts')
  .build()
env
  .fromSource(numbers, WatermarkStrategy.noWatermarks(), 'numbers')
  .uid('numbers')
  .keyBy((n) => n % 7)
  .process(new Count())
  .name('count')
  .uid('count')
  .sinkTo(sink)
  .name('counts')
  .uid('counts')
await env.execute('counting')
`

/** Runs it as fast as possible up to this virtual time, where it is told that its time is up. */
export async function runCounts(notebook: NotebookPage, untilMs: number): Promise<void> {
  await notebook.openWith(oneFile(COUNTS), { parallelism: 2, seed: 1, untilMs, speed: null })
  await notebook.run.click()
  await notebook.expectState('until')
}

export async function expectAccessible(page: Page, selector: string): Promise<void> {
  expect(await violations(page, selector)).toEqual([])
}
