// Why hasn't it fired? What holds the watermark back is named with its numbers, whatever the reason. And where something
// comes to be so next, what became of a key, what an expression was at every passing of a line.

import { describe, expect, test } from 'vitest'
import ts from 'typescript'
import { blankSourceFile } from 'ts-blank-space'
import type {
  Explanation,
  InputRecord,
  KeyLaneExplanation,
  RunQuestion,
  RunSettings,
  UntilCondition,
  WaitingExplanation,
} from '../../runtime/host/protocol.ts'
import { compileJob, type CompiledJob } from '../../runtime/sandbox/compile.ts'
import { withPrint } from '../../runtime/sandbox/print-probe.ts'
import { newSession } from '../harness/compiled-job.ts'
import { inspected, jobOf } from '../harness/inspected-run.ts'

const tools = { ts, blankSourceFile }

const jobWith = (strategy: string): string => `
import { DataGeneratorSource, Duration, RateLimiterStrategy, StreamExecutionEnvironment, TumblingEventTimeWindows, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
const strategy = ${strategy}
const source = (name) => env.fromSource(new DataGeneratorSource((i) => i, 9, RateLimiterStrategy.perSecond(100)), strategy, name)
source('a').union(source('b')).keyBy((n) => n % 2)
  .window(TumblingEventTimeWindows.of(Duration.ofMillis(200)))
  .reduce((a, b) => a + b).name('sums').print()
await env.execute()`

const BOUNDED = 'WatermarkStrategy.forBoundedOutOfOrderness(Duration.ofMillis(40))'
const at = (atMs: number, timestamp: number, split?: string): InputRecord =>
  split === undefined ? { value: timestamp, atMs, timestamp } : { value: timestamp, atMs, timestamp, split }
const MUCH = [100, 300, 500, 700].map((ms) => at(ms, ms))

async function asked(
  job: CompiledJob,
  settings: RunSettings,
  question: RunQuestion,
  atMs = 2000,
): Promise<Explanation> {
  let answer: Explanation | null = null
  const { outcome } = await inspected(
    job,
    settings,
    async (session) => void (answer = await session.explain(question)),
    { kind: 'time', atMs },
  )
  expect(outcome.hash).toBe((await newSession().run(job, settings, () => undefined)).hash)
  return answer ?? expect.fail('no answer')
}

async function waiting(strategy: string, inputs: Record<string, InputRecord[]>): Promise<WaitingExplanation> {
  const answer = await asked(jobOf(jobWith(strategy)), { inputs }, { kind: 'waiting', target: null })
  return answer.kind === 'waiting' ? answer : expect.fail(JSON.stringify(answer))
}

describe('a window that has not fired', () => {
  test('waits for a source that gives nothing', async () => {
    const answer = await waiting(BOUNDED, { a: MUCH, b: [at(60_000, 1000)] })
    expect(answer).toMatchObject({ reason: 'held', reached: null, atMs: expect.closeTo(2000, -2) as number })
    expect(answer.target).toMatchObject({ window: { start: 0, end: 200 }, at: 199, isEventTime: true })
    expect(answer.holders).toMatchObject([
      { vertex: 'Source: b', state: 'untimed', records: 0, last: null, highest: null },
    ])
  })

  test('waits for a source that has stopped giving, with its numbers', async () => {
    const answer = await waiting(BOUNDED, { a: MUCH, b: [at(250, 190), at(60_000, 1000)] })
    expect(answer.reached).toBe(149)
    expect(answer.holders).toMatchObject([
      {
        vertex: 'Source: b',
        state: 'behind',
        watermark: 149,
        highest: 190,
        outOfOrdernessMs: 40,
        records: 1,
        idlenessMs: null,
      },
    ])
    const [{ last, silentMs }] = answer.holders as [WaitingExplanation['holders'][number]]
    expect(last?.atMs).toBeCloseTo(250, -1)
    expect(silentMs).toBeGreaterThan(1500)
  })

  test('waits for the slow split of a source', async () => {
    const split = [at(100, 100, 'quick'), at(150, 90, 'slow'), at(300, 900, 'quick'), at(60_000, 1000, 'slow')]
    const answer = await waiting(BOUNDED, { a: split, b: [at(100, 5000), at(60_000, 6000)] })
    expect(answer.reached).toBe(49)
    expect(answer.holders).toMatchObject([
      { vertex: 'Source: a', split: 'slow', state: 'behind', highest: 90, records: 1 },
    ])
  })

  test('waits for ever without watermarks', async () => {
    const answer = await waiting('WatermarkStrategy.noWatermarks()', {
      a: [...MUCH, at(60_000, 9000)],
      b: [at(60_000, 1)],
    })
    expect(answer.holders.map(({ state }) => state)).toEqual(['none', 'none'])
  })

  test('an idle source holds nobody back; when all are idle that is said', async () => {
    const idle = `${BOUNDED}.withIdleness(Duration.ofMillis(300))`
    const one = await waiting(idle, {
      a: [...MUCH, ...[900, 1100, 1300, 1500, 1700, 1900].map((ms) => at(ms, 700)), at(60_000, 1)],
      b: [at(100, 10), at(60_000, 1000)],
    })
    expect(one.holders).toMatchObject([{ vertex: 'Source: a', state: 'behind', highest: 700 }])
    const all = await waiting(idle, { a: [...MUCH, at(60_000, 1)], b: [at(100, 10), at(60_000, 1000)] })
    expect(all.reason).toBe('idle')
    expect(all.holders.map(({ state }) => state)).toEqual(['idle', 'idle'])
    const since = Object.fromEntries(all.holders.map(({ vertex, idleSince }) => [vertex, idleSince?.atMs ?? 0]))
    // After a probe without records and 300 ms more, by probes that are 200 ms apart.
    expect(since['Source: b']).toBeCloseTo(800, -1)
    expect(since['Source: a']).toBeCloseTo(1400, -1)
  })

  test('all that waits is listed, what is due first in front', async () => {
    const { waiting: all } = await waiting(BOUNDED, { a: MUCH, b: [at(60_000, 1000)] })
    expect(all.map(({ window }) => window?.start)).toEqual([0, 200, 400, 600])
    const answer = await asked(
      jobOf(jobWith(BOUNDED)),
      { inputs: { a: MUCH, b: [at(60_000, 1000)] } },
      { kind: 'waiting', target: all[2] ?? null },
    )
    expect(answer).toMatchObject({ kind: 'waiting', target: all[2] })
  })

  test('a window that counts waits for records', async () => {
    const counting = jobWith(BOUNDED).replace(
      '.window(TumblingEventTimeWindows.of(Duration.ofMillis(200)))',
      '.countWindow(3)',
    )
    const inputs = { a: MUCH, b: [at(60_000, 1001)] }
    const answer = await asked(jobOf(counting), { inputs }, { kind: 'waiting', target: null })
    expect(answer).toMatchObject({
      kind: 'waiting',
      reason: 'count',
      reached: 1,
      target: { key: '0', at: 3, count: 1 },
    })
  })

  test('nothing waits before the job has begun', async () => {
    const session = newSession()
    const answers: (Explanation | null)[] = []
    let isAsked = false
    const ask = async (): Promise<void> => {
      answers.push(await session.explain({ kind: 'waiting', target: null }))
      await session.play(null)
    }
    const inputs = { a: MUCH, b: MUCH }
    const settings: RunSettings = { inputs, isWatched: true, startsAt: { kind: 'place', event: 0, record: 0 } }
    const outcome = await session.run(jobOf(jobWith(BOUNDED)), settings, async ({ isPaused, isPassing, moment }) => {
      if (isAsked || !isPaused || isPassing || moment === null) return
      isAsked = true
      // Not in the frame itself: the driver waits for that.
      void ask()
    })
    expect(outcome.diagnostics).toEqual([])
    expect(answers).toMatchObject([{ kind: 'unexplained', diagnostic: { code: 'WHY_NOTHING_WAITS' } }])
  })

  test('nothing waits where nothing has come', async () => {
    const answer = await asked(
      jobOf(jobWith(BOUNDED)),
      { inputs: { a: [at(60_000, 1)], b: [at(60_000, 1)] } },
      { kind: 'waiting', target: null },
    )
    expect(answer).toMatchObject({ kind: 'unexplained', diagnostic: { code: 'WHY_NOTHING_WAITS' } })
  })
})

const COUNTS = `
import { KeyedProcessFunction, StreamExecutionEnvironment, ValueStateDescriptor, WatermarkStrategy, DataGeneratorSource, RateLimiterStrategy } from 'streambed'
class Count extends KeyedProcessFunction {
  seen = 0
  processElement(n, context, out) {
    const count = this.getRuntimeContext().getState(new ValueStateDescriptor('count'))
    const next = (count.value() ?? 0) + 1
    count.update(next)
    this.seen++
    if (next === 3) context.timerService().registerProcessingTimeTimer(context.timerService().currentProcessingTime() + 40)
    if (next === 5) out.collect('five of ' + n % 3)
  }
  onTimer(timestamp, context, out) {
    out.collect('timer of ' + context.getCurrentKey())
  }
}
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromSource(new DataGeneratorSource((i) => i, 30, RateLimiterStrategy.perSecond(100)), WatermarkStrategy.noWatermarks(), 'numbers')
  .map((n) => n * 1)
  .keyBy((n) => n % 3)
  .process(new Count()).name('count')
  .print()
await env.execute()`

describe('run until', () => {
  const find = async (condition: UntilCondition, atMs = 50): Promise<Explanation> =>
    asked(jobOf(COUNTS), { cluster: { bufferRecords: 2 } }, { kind: 'until', condition }, atMs)
  const shown = async (answer: Explanation) => {
    if (answer.kind !== 'found') return expect.fail(JSON.stringify(answer))
    let text = ''
    let count = 0
    await inspected(
      jobOf(COUNTS),
      { cluster: { bufferRecords: 2 } },
      (_session, rows, frame) => {
        text = frame.moment?.hand?.text ?? ''
        count = rows.length
        return Promise.resolve()
      },
      { kind: 'place', ...answer.place },
    )
    return { text, count }
  }

  test('a key, a value of state, an output and a text are found where they come first', async () => {
    const vertex = await vertexOf('count')
    expect(await shown(await find({ kind: 'key', vertex, key: '2' }))).toMatchObject({ text: '5' })
    const state = { kind: 'state', vertex, state: 'count', key: '1' } as const
    expect(await shown(await find({ ...state, value: '4' }))).toMatchObject({ text: '10' })
    expect(await shown(await find({ kind: 'output', number: 2 }))).toMatchObject({ count: 2 })
    expect(await shown(await find({ kind: 'text', text: 'five of 2' }))).toMatchObject({ text: '14' })
  })

  test('what never comes is said with the end', async () => {
    const answer = await find({ kind: 'text', text: 'six' })
    expect(answer).toMatchObject({ kind: 'never' })
    expect(answer.kind === 'never' && answer.endMs).toBeGreaterThan(250)
    const key = { kind: 'key', vertex: await vertexOf('count'), key: '0' } as const
    const past = await find(key, 285)
    expect(past).toMatchObject({ kind: 'never', earlier: await find(key, 0) })
  })

  test('a watermark and a window', async () => {
    const job = jobOf(jobWith(BOUNDED))
    const inputs = { a: [...MUCH, at(900, 950)], b: MUCH }
    const until = async (condition: UntilCondition): Promise<Explanation> =>
      asked(job, { inputs }, { kind: 'until', condition }, 50)
    const vertex = await vertexOf('sums', job, { inputs })
    const window = await until({ kind: 'window', vertex, start: 0, end: 200 })
    const watermark = await until({ kind: 'watermark', vertex, atLeast: 199 })
    expect(window).toMatchObject({ kind: 'found' })
    expect(watermark).toMatchObject({ kind: 'found' })
    expect(window.kind === 'found' && watermark.kind === 'found' && window.place).toEqual(
      watermark.kind === 'found' && watermark.place,
    )
  })
})

/** The id of the chain whose head has this name. */
async function vertexOf(name: string, job = jobOf(COUNTS), settings: RunSettings = {}): Promise<string> {
  const { frames } = await inspected(job, settings, () => Promise.resolve(), { kind: 'time', atMs: 1 })
  const vertices = frames.flatMap(({ topology }) => topology?.vertices ?? [])
  return vertices.find((vertex) => vertex.name.startsWith(name))?.id ?? expect.fail(JSON.stringify(vertices))
}

describe('a key', () => {
  test('its records, values, timers and results', async () => {
    const answer = (await asked(jobOf(COUNTS), {}, { kind: 'key', key: '1' }, 288)) as KeyLaneExplanation
    expect(answer.keys).toEqual(['0', '1', '2'])
    expect(await asked(jobOf(COUNTS), {}, { kind: 'key', key: null }, 275)).toMatchObject({ key: '0' })
    const [lane] = answer.lanes as [KeyLaneExplanation['lanes'][number]]
    expect(lane.steps.filter(({ kind }) => kind === 'record').map(({ text }) => text)).toEqual(
      Array.from({ length: 10 }, (_, i) => String(i * 3 + 1)),
    )
    expect(lane.states).toMatchObject(
      [{ name: 'count', segments: [{ text: '1' }, { text: '2' }, { text: '3' }] }].map(({ name }) => ({ name })),
    )
    expect(lane.states[0]?.segments.map(({ text }) => text)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
      '10',
    ])
    expect(lane.timers).toMatchObject([{ how: 'fired', isEventTime: false }])
    expect(lane.steps.filter(({ rows }) => rows.length > 0)).toHaveLength(2)
  })
})

describe('print after the fact', () => {
  function printing(line: number, expression: string): CompiledJob {
    const probed = withPrint([{ name: 'job.ts', text: COUNTS }], { file: 'job.ts', line, expression }, tools)
    if (probed.files === null) return expect.fail(JSON.stringify(probed.diagnostic))
    return compileJob(probed.files, 'job.ts', tools).job ?? expect.fail('not compiled')
  }
  const print = async (line: number, expression: string): Promise<Explanation> =>
    asked(jobOf(COUNTS), {}, { kind: 'print', job: printing(line, expression) }, 285)

  test('a value at every passing of its line, each with its place', async () => {
    const answer = await print(7, 'next * 100 + n')
    if (answer.kind !== 'print') return expect.fail(JSON.stringify(answer))
    expect(answer.total).toBe(29)
    expect(answer.values.slice(0, 4).map(({ text, key }) => [key, text])).toEqual([
      ['0', '100'],
      ['1', '101'],
      ['2', '102'],
      ['0', '203'],
    ])
    const places = answer.values.map(({ place }) => `${place.event}.${place.record}`)
    expect(new Set(places).size).toBe(29)
  })

  test('within a function that is only an expression', async () => {
    const answer = await print(19, 'n > 26 ? null.x : n')
    if (answer.kind !== 'print') return expect.fail(JSON.stringify(answer))
    expect(answer.values.map(({ text }) => text).slice(0, 3)).toEqual(['0', '1', '2'])
    expect(answer.values.slice(-2).map(({ isError }) => isError)).toEqual([true, true])
  })

  test('what changes the run is refused, and what only looks is not', async () => {
    const refused = { kind: 'unexplained', diagnostic: { code: 'PRINT_CHANGES_RUN' } }
    expect(await print(8, 'count.update(99)')).toMatchObject(refused)
    expect(await print(9, 'out.collect(1)')).toMatchObject(refused)
    expect(await print(9, 'this.seen')).toMatchObject({ kind: 'print', total: 29 })
  })

  test.each([
    [7, 'a b', 'PRINT_EXPRESSION'],
    [7, 'await x', 'PRINT_EXPRESSION'],
    [7, '1) + (2', 'PRINT_EXPRESSION'],
    [7, '1 // one', 'PRINT_EXPRESSION'],
    [1, 'n', 'PRINT_NO_PLACE'],
    [99, 'n', 'PRINT_NO_PLACE'],
  ])('line %i, %s: %s', (line, expression, code) => {
    const probed = withPrint([{ name: 'job.ts', text: COUNTS }], { file: 'job.ts', line, expression }, tools)
    expect(probed.diagnostic?.code).toBe(code)
  })
})
