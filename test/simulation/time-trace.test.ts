// What the trace of a watched run says of event time: when records got theirs, which came too late and by which rule with
// which numbers, which windows fired. The rules are Flink's.

import { describe, expect, test } from 'vitest'
import type { Frame, RunSettings } from '../../runtime/host/protocol.ts'
import { Thinning } from '../../runtime/cluster/time-tracer.ts'
import * as layout from '../../runtime/trace/trace-layout.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'

interface Entry {
  readonly number: number
  readonly timeUs: number
  readonly kind: number
  readonly task: number
  readonly a: number
  readonly b: number
}

interface Told {
  readonly entries: readonly Entry[]
  readonly texts: ReadonlyMap<number, string>
}

const STRATEGY = `WatermarkStrategy.forMonotonousTimestamps()
  .withTimestampAssigner(([, at]) => at).withPerRecordWatermarks()`

/** A job over pairs of key and timestamp, whose watermark follows each record at one ms less. */
function jobOf(pairs: readonly (readonly [string, number])[], rest: string): string {
  return `
import { CEP, Duration, OutputTag, Pattern, StreamExecutionEnvironment, WatermarkStrategy } from 'streambed'
import { TumblingEventTimeWindows, SlidingEventTimeWindows, EventTimeSessionWindows, CountTrigger } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
const strategy = ${STRATEGY}
const stream = env.fromData(${JSON.stringify(pairs)}).assignTimestampsAndWatermarks(strategy)
const keyed = stream.keyBy(([key]) => key)
${rest}
await env.execute()`
}

async function told(text: string, settings: RunSettings = { isWatched: true }): Promise<Told & { hash: string }> {
  const { job, diagnostics } = compiled([{ name: 'job.ts', text }])
  expect(diagnostics).toEqual([])
  const frames: Frame[] = []
  const outcome = await newSession().run(job as NonNullable<typeof job>, settings, (frame) => void frames.push(frame))
  expect(outcome.diagnostics).toEqual([])
  return { ...readFrames(frames), hash: outcome.hash }
}

function readFrames(frames: readonly Frame[]): Told {
  const entries: Entry[] = []
  for (const { trace, traceFirst } of frames) {
    for (let i = 0; i < trace.length; i += layout.TRACE_STRIDE) {
      const [, timeUs, kind, task, a, b] = trace.subarray(i, i + layout.TRACE_STRIDE) as unknown as number[]
      entries.push({ number: traceFirst + i / layout.TRACE_STRIDE, timeUs, kind, task, a, b } as Entry)
    }
  }
  const texts = frames.flatMap(({ traced }) => traced.map(({ entry, text }) => [entry, text] as const))
  return { entries, texts: new Map(texts) }
}

/** `(timestamp) rule: numbers`, as the view writes them. */
function lates({ entries, texts }: Told): string[] {
  return entries.flatMap(({ kind, a, b, number }, i) => {
    if (kind !== layout.TRACE_LATE) return []
    const [rule, window] = [entries[i + 1] as Entry, entries[i + 2]]
    expect(rule.kind).toBe(layout.TRACE_LATE_RULE)
    const isWindow = window?.kind === layout.TRACE_LATE_WINDOW
    const numbers = isWindow ? `${window.a} + ${window.b} ≤ ${b}` : String(b)
    return [`${texts.get(number)}@${a} ${layout.LATE_RULES[rule.a]}: ${numbers}${rule.b === 1 ? ' kept' : ''}`]
  })
}

function panes({ entries }: Told): string[] {
  return entries.flatMap(({ kind, a, b }, i) => {
    if (kind !== layout.TRACE_PANE) return []
    const size = entries[i + 1] as Entry
    expect(size.kind).toBe(layout.TRACE_PANE_SIZE)
    return [`[${a},${b}) ${size.a} of ${size.b}`]
  })
}

const PAIRS = [
  ['a', 1000],
  ['b', 12_000],
  ['a', 4000],
] as const

describe('a late record says its rule with its numbers', () => {
  const windows = 'TumblingEventTimeWindows.of(Duration.ofSeconds(10))'
  const tag = "const late = new OutputTag('late')"
  test.each<[name: string, rest: string, expected: string[]]>([
    ['windows', `keyed.window(${windows}).sum(1).print()`, ['(a,4000)@4000 window: 9999 + 0 ≤ 11999']],
    [
      'windows with lateness that is too short',
      `keyed.window(${windows}).allowedLateness(Duration.ofSeconds(2)).sum(1).print()`,
      ['(a,4000)@4000 window: 9999 + 2000 ≤ 11999'],
    ],
    [
      'windows with lateness that is just enough',
      `keyed.window(${windows}).allowedLateness(Duration.ofMillis(2001)).sum(1).print()`,
      [],
    ],
    [
      'the last of several windows',
      `keyed.window(SlidingEventTimeWindows.of(Duration.ofSeconds(4), Duration.ofSeconds(2))).sum(1).print()`,
      ['(a,4000)@4000 window: 7999 + 0 ≤ 11999'],
    ],
    [
      'sessions',
      `keyed.window(EventTimeSessionWindows.withGap(Duration.ofSeconds(3))).sum(1).print()`,
      ['(a,4000)@4000 window: 6999 + 0 ≤ 11999'],
    ],
    [
      'a side output',
      `${tag}
       keyed.window(${windows}).sideOutputLateData(late).sum(1).getSideOutput(late).print()`,
      ['(a,4000)@4000 window: 9999 + 0 ≤ 11999 kept'],
    ],
    [
      'interval joins',
      `keyed.intervalJoin(keyed).between(Duration.ofSeconds(-1), Duration.ofSeconds(1))
        .process({ processElement: (left, right, context, out) => out.collect(1) }).print()`,
      ['(a,4000)@4000 interval-join: 11999'],
    ],
    ['patterns', `CEP.pattern(keyed, Pattern.begin('one')).select(() => 1).print()`, ['(a,4000)@4000 pattern: 11999']],
  ])('%s', async (_name, rest, expected) => {
    expect(lates(await told(jobOf(PAIRS, rest)))).toEqual(expected)
  })
})

describe('a window that fires says its bounds and what was in it', () => {
  test.each<[name: string, call: string, expected: string[]]>([
    ['folded, all keys at once', '.sum(1)', ['[0,10000) 1 of NaN', '[10000,20000) 2 of NaN']],
    [
      'whole lists',
      '.process((key, context, all, out) => out.collect(1))',
      ['[0,10000) 1 of 2', '[10000,20000) 2 of 2'],
    ],
    ['key by key', '.trigger(CountTrigger.of(2)).sum(1)', ['[0,10000) 1 of NaN']],
  ])('%s', async (_name, call, expected) => {
    const pairs = [
      ['a', 1000],
      ['a', 4000],
      ['b', 12_000],
      ['c', 12_000],
    ] as const
    const rest = `keyed.window(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))${call}.print()`
    expect(panes(await told(jobOf(pairs, rest)))).toEqual(expected)
  })
})

describe('records and watermarks', () => {
  test('have their event time where it is assigned, and the watermark that follows', async () => {
    const { entries, texts } = await told(jobOf(PAIRS, 'keyed.print()'))
    const seen = entries.filter(({ kind }) => kind === layout.TRACE_EVENT || kind === layout.TRACE_EMITTED)
    expect(seen.map(({ kind, a }) => (kind === layout.TRACE_EVENT ? a : `W${a}`))).toEqual([
      ...[1000, 'W999', 12_000, 'W11999', 4000, 'WInfinity'],
    ])
    const events = seen.filter(({ kind }) => kind === layout.TRACE_EVENT)
    expect(events.map(({ number }) => texts.get(number))).toEqual(['(a,1000)', '(b,12000)', '(a,4000)'])
    expect(events.map(({ b }) => Math.floor(b / layout.EVENT_TURN))).toEqual([0, 1, 2])
    const times = seen.map(({ timeUs }) => timeUs)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  test('nothing of it where nobody watches, and the same run', async () => {
    const text = jobOf(PAIRS, 'keyed.window(TumblingEventTimeWindows.of(Duration.ofSeconds(10))).sum(1).print()')
    const [watched, alone] = [await told(text), await told(text, {})]
    expect(alone.hash).toBe(watched.hash)
    expect(watched.entries.filter(({ kind }) => kind >= layout.TRACE_EVENT)).not.toEqual([])
    expect(alone.entries.filter(({ kind }) => kind >= layout.TRACE_EVENT)).toEqual([])
    expect(alone.texts.size).toBe(0)
  })

  test('of many only every so many-th is kept, by its number alone', () => {
    const thinning = new Thinning()
    const kept = Array.from({ length: 100_000 }, (_, i) => (thinning.take() ? i : -1)).filter((i) => i >= 0)
    expect(kept.slice(0, 2048)).toEqual(Array.from({ length: 2048 }, (_, i) => i))
    expect(kept.length).toBeLessThan(10_000)
    const steps = new Set(kept.slice(1).map((i, at) => i - (kept[at] as number)))
    expect(Array.from(steps).sort((a, b) => a - b)).toEqual([1, 2, 4, 8, 16, 32, 64])
  })
})
