// Two courses of one job side by side: the first difference of each kind, and that recovery makes none where it promises so.

import { describe, expect, test } from 'vitest'
import type { ComparedCourses, RunComparison, RunIntervention, RunSettings } from '../../runtime/host/protocol.ts'
import type { CompiledJob } from '../../runtime/sandbox/compile.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'

const JOB = `
import { DataGeneratorSource, KeyedProcessFunction, RateLimiterStrategy, StreamExecutionEnvironment, Types, ValueStateDescriptor, WatermarkStrategy } from 'streambed'
class Count extends KeyedProcessFunction {
  open() { this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG)) }
  processElement(n, context, out) {
    const count = (this.count.value() ?? 0) + 1
    this.count.update(count)
    if (count === 10) context.timerService().registerProcessingTimeTimer(context.timerService().currentProcessingTime() + 50)
    out.collect(context.getCurrentKey() + ':' + count)
  }
  onTimer(at, context, out) { out.collect(context.getCurrentKey() + ' rang') }
}
const env = StreamExecutionEnvironment.getExecutionEnvironment()
SETUP
env.fromSource(new DataGeneratorSource((i) => i, 120, RateLimiterStrategy.perSecond(200)), WatermarkStrategy.noWatermarks(), 'numbers')
  .keyBy((n) => n % 3).process(new Count()).print()
await env.execute()`

const PLAIN = JOB.replace('SETUP', '')
// Without timers of processing time, which recovery does change.
const CHECKPOINTED = JOB.replace('SETUP', 'env.enableCheckpointing(100)').replace('count === 10', 'count < 0')

function jobOf(text: string): CompiledJob {
  const { job, diagnostics } = compiled([{ name: 'job.ts', text }])
  expect(diagnostics).toEqual([])
  return job as CompiledJob
}

async function compared(text: string, courses: Partial<ComparedCourses>, settings: RunSettings = {}) {
  const all = { here: [], there: [], untilMs: 60_000, ...courses }
  return (await newSession().compare(jobOf(text), { parallelism: 2, ...settings }, all)) as RunComparison
}

const atEvent = (event: number, action: RunIntervention['action']): RunIntervention => ({ event, action })
const THROWN = [atEvent(90, { kind: 'throw', operator: 'numbers' })]
const SLOW = [atEvent(10, { kind: 'slow-operator', operator: 'KeyedProcess', byMs: 5 })]

describe('two courses of a run', () => {
  test('that are the same differ in nothing', async () => {
    const { differences, counts, untilMs, isCut } = await compared(PLAIN, {})
    expect(differences).toEqual([])
    expect(counts.record).toEqual({ here: 240, there: 240, different: 0 })
    expect(counts.state).toEqual({ here: 120, there: 120, different: 0 })
    expect(counts.timer).toEqual({ here: 3, there: 3, different: 0 })
    expect(counts.output).toEqual({ here: 123, there: 123, different: 0 })
    expect([untilMs, isCut]).toEqual([Infinity, false])
  })

  test('recovery from a checkpoint changes nothing but outputs, which come twice', async () => {
    const { differences, counts } = await compared(CHECKPOINTED, { there: THROWN })
    expect(counts).toMatchObject({ record: { different: 0 }, state: { different: 0 }, timer: { different: 0 } })
    expect(counts.output.there).toBeGreaterThan(counts.output.here)
    const [difference] = differences
    expect(difference).toMatchObject({ kind: 'output', key: null, state: null, here: null })
    expect(difference?.there?.text).toMatch(/^\d:\d+$/)
  })

  test('without one the job ends, and all that comes later is missing; each kind says what is first', async () => {
    const { differences, counts } = await compared(PLAIN, { there: THROWN })
    expect(differences.map(({ kind }) => kind).sort()).toEqual(['output', 'record', 'state', 'timer'])
    expect(differences.every(({ here, there }) => here !== null && there === null)).toBe(true)
    expect(counts.state.different).toBe(counts.state.here - counts.state.there)
    const state = differences.find(({ kind }) => kind === 'state')
    expect(state).toMatchObject({ state: 'count', here: { text: String((state?.index ?? 0) + 1) } })
    // Of all that are missing it's the earliest.
    const record = differences.find(({ kind }) => kind === 'record')
    expect(record?.here?.atMs).toBeLessThanOrEqual(state?.here?.atMs ?? 0)
  })

  test('what only comes later is no difference in records, but in when a timer is set for', async () => {
    const { differences, counts } = await compared(PLAIN, { there: SLOW })
    expect(counts).toMatchObject({ record: { different: 0 }, state: { different: 0 }, output: { different: 0 } })
    expect(differences.map(({ kind }) => kind)).toEqual(['timer'])
  })

  test('a record at another event time is another record, and says so', async () => {
    const timed = `
import { DataGeneratorSource, RateLimiterStrategy, StreamExecutionEnvironment, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
const strategy = WatermarkStrategy.forMonotonousTimestamps().withTimestampAssigner((n) => n * 10)
env.fromSource(new DataGeneratorSource((i) => i, 20, RateLimiterStrategy.perSecond(100)), strategy, 'numbers').print()
await env.execute()`
    const move = { kind: 'move-record', operator: 'numbers', split: '0', record: 5, timestamp: 43 } as const
    const { differences, counts } = await compared(timed, { there: [atEvent(3, move)] }, { parallelism: 1 })
    expect(counts.record).toEqual({ here: 20, there: 20, different: 2 })
    expect(differences).toMatchObject([{ kind: 'record', here: { text: '5', timestamp: 50 } }])
  })

  const WINDOWS = `
import { DataGeneratorSource, Duration, ProcessWindowFunction, RateLimiterStrategy, StreamExecutionEnvironment, TumblingEventTimeWindows, WatermarkStrategy } from 'streambed'
class Count extends ProcessWindowFunction {
  process(key, context, elements, out) { out.collect(key + ':' + Array.from(elements).length) }
}
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.enableCheckpointing(100)
const strategy = WatermarkStrategy.forBoundedOutOfOrderness(Duration.ofMillis(500)).withTimestampAssigner((n) => n * 10)
env.fromSource(new DataGeneratorSource((i) => i, 60, RateLimiterStrategy.perSecond(100)), strategy, 'numbers')
  .keyBy((n) => n % 2).window(TumblingEventTimeWindows.of(Duration.ofMillis(200))).process(new Count()).print()
await env.execute()`

  test('state that the operator itself keeps is compared: what windows hold, and in which order', async () => {
    const alone = { parallelism: 1 }
    const shuffled = [atEvent(3, { kind: 'reorder-source', operator: 'numbers', within: 6 })]
    const same = await compared(WINDOWS, {}, alone)
    expect([same.differences, same.counts.state]).toEqual([[], { here: 66, there: 66, different: 0 }])
    const { differences, counts } = await compared(WINDOWS, { there: shuffled }, alone)
    expect(counts).toMatchObject({ record: { different: 0 }, timer: { different: 0 }, output: { different: 0 } })
    expect(differences).toMatchObject([{ kind: 'state', state: expect.stringMatching(/^window-contents \[0, 200\)$/) }])
    expect(differences[0]?.here?.text).not.toBe(differences[0]?.there?.text)
  })

  test('after a recovery windows hold what they held without a failure', async () => {
    const { counts } = await compared(WINDOWS, { there: [atEvent(90, { kind: 'throw', operator: 'numbers' })] })
    expect(counts).toMatchObject({ record: { different: 0 }, state: { different: 0 }, timer: { different: 0 } })
    expect(counts.state.here).toBe(66)
  })

  test('buffers of a join are compared, with the event times of their records', async () => {
    const joined = `
import { DataGeneratorSource, Duration, ProcessJoinFunction, RateLimiterStrategy, StreamExecutionEnvironment, WatermarkStrategy } from 'streambed'
class Pair extends ProcessJoinFunction { processElement(a, b, context, out) { out.collect(a + '+' + b) } }
const env = StreamExecutionEnvironment.getExecutionEnvironment()
const strategy = WatermarkStrategy.forMonotonousTimestamps().withTimestampAssigner((n) => n * 10)
const source = (name) => env.fromSource(new DataGeneratorSource((i) => i, 20, RateLimiterStrategy.perSecond(100)), strategy, name).keyBy((n) => n % 2)
source('left').intervalJoin(source('right')).between(Duration.ofMillis(0), Duration.ofMillis(0)).process(new Pair()).print()
await env.execute()`
    const shuffled = [atEvent(3, { kind: 'reorder-source', operator: 'left', within: 6 })]
    const same = await compared(joined, {}, { parallelism: 1 })
    expect(same.differences).toEqual([])
    expect(same.counts.state.here).toBeGreaterThan(40)
    const { differences } = await compared(joined, { there: shuffled }, { parallelism: 1 })
    expect(differences.find(({ kind }) => kind === 'state')?.state).toMatch(/_BUFFER$/)
  })

  test('looked at up to a time, the later one lacks what it has not come to', async () => {
    const { untilMs, counts } = await compared(PLAIN, { there: SLOW, untilMs: 400 })
    expect(untilMs).toBe(400)
    expect(counts.record.there).toBeLessThan(counts.record.here)
  })

  test('the run that is shown goes on beside it, undisturbed', async () => {
    const settings: RunSettings = { parallelism: 2, isWatched: true }
    const alone = await newSession().run(jobOf(PLAIN), settings, () => undefined)
    const session = newSession()
    let asked: Promise<RunComparison | null> | null = null
    const watched = await session.run(jobOf(PLAIN), settings, () => {
      asked ??= session.compare(jobOf(PLAIN), { parallelism: 2 }, { here: [], there: THROWN, untilMs: 60_000 })
    })
    expect(watched.hash).toBe(alone.hash)
    expect((await (asked as Promise<RunComparison | null> | null))?.differences.length).toBe(4)
  })

  test('a job that cannot run is compared with nothing', async () => {
    const broken = PLAIN.replace("'numbers')", "'numbers'").replace('await', ')\nawait')
    expect(await compared(broken, {}, { parallelism: 0 })).toBeNull()
  })
})
