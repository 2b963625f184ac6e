// Why is there this row? The steps that led to it are those that a reader of the job would name, each stands where a seek
// leads, and the run that is shown goes on as if nobody had asked.

import { describe, expect, test } from 'vitest'
import type { RowExplanation, RunSettings, StepView } from '../../runtime/host/protocol.ts'
import type { EngineSession } from '../../runtime/host/session.ts'
import type { CompiledJob } from '../../runtime/sandbox/compile.ts'
import { newSession } from '../harness/compiled-job.ts'
import { inspected, jobOf } from '../harness/inspected-run.ts'

const SLOW = { bufferRecords: 2, sourceRecords: 4, credits: 4, latencyUs: 20_000, bufferTimeoutUs: 5000 }

const FRAUD = `
import { KeyedProcessFunction, StreamExecutionEnvironment, TransactionSource, ValueStateDescriptor, WatermarkStrategy } from 'streambed'
class Detector extends KeyedProcessFunction {
  processElement(transaction, context, out) {
    const flag = this.getRuntimeContext().getState(new ValueStateDescriptor('flag'))
    if (flag.value() && transaction.amount > 500) out.collect({ id: transaction.accountId })
    flag.clear()
    if (transaction.amount < 1) flag.update(true)
  }
}
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromSource(TransactionSource.bounded(), WatermarkStrategy.noWatermarks(), 'transactions')
  .keyBy((transaction) => transaction.accountId).process(new Detector()).name('detector').print()
await env.execute()`

const windowsOf = (windows: string, more = ''): string => `
import { DataGeneratorSource, Duration, RateLimiterStrategy, RestartStrategies, SlidingEventTimeWindows, StreamExecutionEnvironment, TumblingEventTimeWindows, EventTimeSessionWindows, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
${more}
const strategy = WatermarkStrategy.forBoundedOutOfOrderness(Duration.ofMillis(40)).withTimestampAssigner((n) => n * 10 - (n % 3) * 30)
env.fromSource(new DataGeneratorSource((i) => i, 60, RateLimiterStrategy.perSecond(100)), strategy, 'numbers')
  .keyBy((n) => n % 2).window(${windows}).aggregate({
    createAccumulator: () => [], add: (n, list) => [...list, n], getResult: (list) => list, merge: (a, b) => [...a, ...b] })
  .print()
await env.execute()`

const JOIN = `
import { StreamExecutionEnvironment, Duration, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
const strategy = WatermarkStrategy.forMonotonousTimestamps().withTimestampAssigner((r) => r.t)
const left = env.fromData(...[1, 2, 3, 4].map((n) => ({ side: 'l', n, t: n * 100 }))).assignTimestampsAndWatermarks(strategy)
const right = env.fromData(...[1, 2, 3, 4].map((n) => ({ side: 'r', n, t: n * 100 + 30 }))).assignTimestampsAndWatermarks(strategy)
left.keyBy((r) => r.n % 2).intervalJoin(right.keyBy((r) => r.n % 2)).between(Duration.ofMillis(0), Duration.ofMillis(50))
  .process({ processElement(l, r, context, out) { out.collect(l.n * 10 + r.n) } }).print()
await env.execute()`

/** Asks for every row, at the end of the run. */
async function whys(job: CompiledJob, settings: RunSettings = {}): Promise<Map<string, RowExplanation>> {
  const found = new Map<string, RowExplanation>()
  const { outcome, rows } = await inspected(job, settings, async (session, shown) => {
    for (const [number, { text }] of shown.entries()) {
      const answer = await session.explain({ kind: 'row', row: number })
      if (answer?.kind !== 'row') throw new Error(`no answer for row ${number}: ${JSON.stringify(answer)}`)
      found.set(`${number} ${text}`, answer)
    }
  })
  const alone = await newSession().run(job, settings, () => undefined)
  expect({ ...outcome, hash: outcome.hash }).toEqual(alone)
  expect(found.size).toBeGreaterThan(0)
  expect(found.size).toBeLessThanOrEqual(rows.length)
  return found
}

const last = ({ steps }: RowExplanation): StepView => steps.at(-1) as StepView
const stepOf = ({ steps }: RowExplanation, number: number): StepView =>
  steps.find((step) => step.number === number) as StepView
const causes = (why: RowExplanation, step: StepView, kind: string): StepView[] =>
  step.causes.filter((cause) => cause.kind === kind).map((cause) => stepOf(why, cause.step))

/** The window's row lists its records. */
function expectMembers(row: string, why: RowExplanation): void {
  const members = causes(why, last(why), 'member')
  const listed = row
    .slice(row.indexOf(' ') + 1)
    .replace(/[()]/g, '')
    .split(',')
  expect(members.map(({ text }) => text).sort()).toEqual(listed.sort())
}

describe('fraud detection', () => {
  test.each([{}, { parallelism: 3, seed: 5, cluster: SLOW }])(
    'an alert comes of a small transaction and a big one: %o',
    async (settings) => {
      for (const why of (await whys(jobOf(FRAUD), settings)).values()) {
        const alert = last(why)
        expect(alert.rows).toContain(why.row)
        const [source] = causes(why, alert, 'sent')
        expect(source).toMatchObject({ isSource: true, kind: 'record', text: alert.text })
        const [write] = causes(why, alert, 'read')
        expect(write?.key).toBe(alert.key)
        expect(Number(/amount=([\d.]+)/.exec(write?.text ?? '')?.[1])).toBeLessThan(1)
        expect(Number(/amount=([\d.]+)/.exec(alert.text)?.[1])).toBeGreaterThan(500)
        expect(alert.calls.map(({ kind }) => kind)).toEqual(['read', 'collect', 'clear'])
        // The line that collected it.
        expect(alert.at?.line).toBe(6)
        expect(alert.calls[0]?.at?.line).toBe(6)
      }
    },
  )
})

describe('windows', () => {
  const cases: [string, string][] = [
    ['tumbling', 'TumblingEventTimeWindows.of(Duration.ofMillis(100))'],
    ['sliding', 'SlidingEventTimeWindows.of(Duration.ofMillis(100), Duration.ofMillis(50))'],
    ['sessions', 'EventTimeSessionWindows.withGap(Duration.ofMillis(25))'],
  ]
  test.each(cases)(
    'a %s window comes of exactly its records, and of the watermark that ended it',
    async (_, windows) => {
      for (const [row, why] of await whys(jobOf(windowsOf(windows)), { cluster: SLOW, parallelism: 2 })) {
        const fired = last(why)
        expectMembers(row, why)
        const [watermark] = causes(why, fired, 'watermark')
        expect(watermark?.kind).toBe('watermark')
        const { timestamp, watermark: before } = watermark as StepView
        expect(timestamp).toBeGreaterThanOrEqual(fired.timestamp as number)
        expect(before ?? -Infinity).toBeLessThan(fired.timestamp as number)
      }
    },
  )

  test('a watermark leads back to the record that made it', async () => {
    const job = jobOf(windowsOf('TumblingEventTimeWindows.of(Duration.ofMillis(100))'))
    const [why] = [...(await whys(job, { cluster: SLOW })).values()] as [RowExplanation]
    const watermark = causes(why, last(why), 'watermark')[0] as StepView
    const atSource = causes(why, watermark, 'watermark')[0] as StepView
    const record = causes(why, atSource, 'highest')[0] as StepView
    expect(record.isSource).toBe(true)
    expect((record.timestamp as number) - 40 - 1).toBe(atSource.timestamp)
  })

  test('after a failure a window has the records from before the checkpoint, and none twice', async () => {
    const job = jobOf(windowsOf('TumblingEventTimeWindows.of(Duration.ofMillis(200))', 'env.enableCheckpointing(100)'))
    const thrown = { kind: 'throw', operator: 'numbers' } as const
    const settings: RunSettings = { cluster: SLOW, parallelism: 2, interventions: [{ event: 150, action: thrown }] }
    const found = await whys(job, settings)
    for (const [row, why] of found) expectMembers(row, why)
    const earliest = Math.min(
      ...Array.from(found.values()).flatMap(({ steps }) => steps.map(({ place }) => place.event)),
    )
    expect(earliest).toBeLessThan(150)
    const logs: string[] = []
    await newSession().run(job, settings, (frame) => void logs.push(...frame.logs.map(({ text }) => text)))
    expect(logs.some((text) => text.startsWith('Restoring job from checkpoint'))).toBe(true)
    expect(Math.max(...Array.from(found.values(), (why) => last(why).place.event))).toBeGreaterThan(150)
  })
})

describe('batch mode', () => {
  const batch = (text: string): CompiledJob =>
    jobOf(
      text
        .replace('import {', 'import { RuntimeExecutionMode,')
        .replace(/(const env = .*)/, '$1\nenv.setRuntimeMode(RuntimeExecutionMode.BATCH)'),
    )

  test.each([{}, { parallelism: 3, seed: 5, cluster: SLOW }])(
    'a record that is read in another order still leads to the one that was sent: %o',
    async (settings) => {
      for (const why of (await whys(batch(FRAUD), settings)).values()) {
        const alert = last(why)
        const [source] = causes(why, alert, 'sent')
        expect(source).toMatchObject({ isSource: true, kind: 'record', text: alert.text })
        const [write] = causes(why, alert, 'read')
        expect(write?.key).toBe(alert.key)
        const [writeSource] = causes(why, write as StepView, 'sent')
        expect(writeSource).toMatchObject({ isSource: true, text: write?.text })
      }
    },
  )

  test('a window has its records, each from its source, through two exchanges', async () => {
    const text = windowsOf('TumblingEventTimeWindows.of(Duration.ofMillis(100))').replace(
      '.keyBy(',
      '.rebalance().map((n) => n).keyBy(',
    )
    for (const settings of [{}, { parallelism: 2, seed: 3, cluster: SLOW }]) {
      for (const [row, why] of await whys(batch(text), settings)) {
        expectMembers(row, why)
        for (const member of causes(why, last(why), 'member')) {
          const [mapped] = causes(why, member, 'sent')
          const [source] = mapped?.isSource === true ? [mapped] : causes(why, mapped as StepView, 'sent')
          expect(source).toMatchObject({ isSource: true, text: member.text })
        }
      }
    }
  })

  test('nothing waits for a watermark there, which is said; a key has its life', async () => {
    const job = batch(windowsOf('TumblingEventTimeWindows.of(Duration.ofMillis(100))'))
    await inspected(job, {}, async (session) => {
      const waiting = await session.explain({ kind: 'waiting', target: null })
      expect(waiting).toMatchObject({ kind: 'unexplained', diagnostic: { code: 'WHY_BATCH' } })
      const life = await session.explain({ kind: 'key', key: '1' })
      if (life?.kind !== 'key') throw new Error(JSON.stringify(life))
      const texts = life.lanes[0]?.steps.filter(({ kind }) => kind === 'record').map(({ text }) => text) ?? []
      expect(texts.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i * 2 + 1))
    })
  })
})

describe('joins', () => {
  test('a pair comes of both its records', async () => {
    for (const [row, why] of await whys(jobOf(JOIN))) {
      const pair = last(why)
      const [partner, ...others] = causes(why, pair, 'partner')
      expect(others).toEqual([])
      const n = row.split(' ')[1]?.[0] as string
      expect(pair.text).toContain(`n=${n}`)
      expect(partner?.text).toContain(`n=${n}`)
      expect(partner?.text).not.toBe(pair.text)
    }
  })
})

test('every step stands where a seek leads', async () => {
  const job = jobOf(windowsOf('TumblingEventTimeWindows.of(Duration.ofMillis(100))'))
  const steps = new Map<number, StepView>()
  for (const { steps: own } of (await whys(job, { cluster: SLOW })).values())
    for (const step of own) steps.set(step.number, step)
  for (const step of [...steps.values()].filter(({ kind }) => kind === 'record').slice(0, 12)) {
    const place = { kind: 'place', ...step.place } as const
    await inspected(
      job,
      { cluster: SLOW },
      (_session, _rows, frame) => {
        expect(frame.moment?.hand?.text).toBe(step.text)
        return Promise.resolve()
      },
      place,
    )
  }
})

test('a newer question takes the place of an older one', async () => {
  const job = jobOf(windowsOf('TumblingEventTimeWindows.of(Duration.ofMillis(100))').replace('60, Rate', '8000, Rate'))
  await inspected(job, {}, async (session: EngineSession) => {
    const [first, second] = await Promise.all([
      session.explain({ kind: 'row', row: 99_999 }),
      session.explain({ kind: 'row', row: 0 }),
    ])
    expect([first?.kind ?? null, second?.kind]).toEqual([null, 'row'])
  })
})

test('a question asked on the way to another place is about that place', async () => {
  const job = jobOf(windowsOf('TumblingEventTimeWindows.of(Duration.ofMillis(100))').replace('60, Rate', '2000, Rate'))
  const lane = { kind: 'key', key: '1' } as const
  await inspected(job, {}, async (session: EngineSession) => {
    const ask = async (): Promise<[number, number]> => {
      const answer = await session.explain(lane)
      if (answer?.kind !== 'key') throw new Error(JSON.stringify(answer))
      return [answer.atMs, answer.lanes[0]?.steps.at(-1)?.atMs ?? Infinity]
    }
    for (const atMs of [10_000, 5000, 15_000]) {
      await session.seek({ kind: 'time', atMs: atMs / 2 })
      await session.seek({ kind: 'time', atMs })
      const onTheWay = await ask()
      expect(onTheWay).toEqual(await ask())
      expect(onTheWay[0]).toBeGreaterThan(atMs - 20)
      expect(Math.max(...onTheWay)).toBeLessThanOrEqual(atMs)
    }
    // Steps are short ways, and a deed that is undone sends the run to where it was.
    await session.step('watermark')
    await session.step('watermark')
    expect((await ask())[0]).toBeGreaterThan(15_000)
    await session.intervene({ kind: 'add-task-manager' })
    await session.seek({ kind: 'time', atMs: 16_000 })
    const withdrawn = session.withdraw(0)
    expect((await ask())[0]).toBeGreaterThan(15_900)
    expect(await withdrawn).toEqual([])
  })
})
