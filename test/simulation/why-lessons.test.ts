// The lessons' own jobs, asked at many places: every answer names steps that are there when one goes to them, also where a
// failure has undone others, and what was asked changes nothing.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readInputFile } from '../../runtime/host/input-file.ts'
import type {
  Destination,
  Explanation,
  Frame,
  KeyLane,
  RunQuestion,
  RunSettings,
  StepView,
} from '../../runtime/host/protocol.ts'
import type { CompiledJob } from '../../runtime/sandbox/compile.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'
import { inspected, jobOf } from '../harness/inspected-run.ts'

function load(...paths: string[]): CompiledJob {
  const files = paths.map((path) => ({ name: path.slice(path.lastIndexOf('/') + 1), text: readFileSync(path, 'utf8') }))
  const { job, diagnostics } = compiled(files, files.at(-1)?.name)
  return job ?? expect.fail(JSON.stringify(diagnostics))
}

const FARES = readInputFile('thirty', readFileSync('exercises/05-hourly-tips/inputs/thirty.jsonl', 'utf8'), '').input
const throwAt = (event: number, operator: string) => [{ event, action: { kind: 'throw', operator } as const }]

const JOBS: readonly (readonly [string, CompiledJob, RunSettings, readonly number[]])[] = [
  [
    'hourly tips',
    load('exercises/05-hourly-tips/solution/HourlyTips.ts', 'exercises/05-hourly-tips/start/HourlyTipsJob.ts'),
    { inputs: { [FARES.source]: FARES.records }, parallelism: 2 },
    [0, 60, 120, 145.3],
  ],
  [
    'fraud detection',
    load('exercises/02-fraud-timer/solution/FraudDetector.ts', 'exercises/02-fraud-timer/start/FraudDetectionJob.ts'),
    { untilMs: 15_000 },
    [0, 2600, 7400, 12_000],
  ],
  [
    'click events, with a failure',
    load('test/jobs/click-event-count.ts'),
    { untilMs: 14_000, parallelism: 2, interventions: throwAt(7000, 'ClickEvent Counter') },
    [2000, 6000, 13_000],
  ],
]

test.each(JOBS)('%s', { timeout: 60_000 }, async (_name, job, settings, places) => {
  const alone = await newSession().run(job, settings, () => undefined)
  const steps = new Map<string, StepView>()
  for (const atMs of places) {
    const { outcome } = await inspected(
      job,
      settings,
      async (session, rows) => {
        for (const question of questionsAt(rows.length)) {
          const answer = await session.explain(question)
          expect(answer).not.toBeNull()
          for (const step of stepsOf(answer)) steps.set(`${step.place.event}.${step.place.record}`, step)
        }
      },
      { kind: 'time', atMs },
    )
    expect(outcome.hash).toBe(alone.hash)
  }
  const records = [...steps.values()].filter(({ kind }) => kind === 'record')
  expect(records.length).toBeGreaterThan(8)
  const some = records.filter((_step, i) => i % Math.ceil(records.length / 8) === 0)
  for (const step of some) {
    const seen = async (
      _session: unknown,
      _rows: unknown,
      { moment }: { moment: { hand: { text: string } | null } | null },
    ) => Promise.resolve(expect(moment?.hand?.text).toBe(step.text))
    await inspected(job, settings, seen as never, { kind: 'place', ...step.place })
  }
})

function questionsAt(rows: number): RunQuestion[] {
  const waiting: RunQuestion[] = [
    { kind: 'waiting', target: null },
    { kind: 'key', key: null },
  ]
  return rows === 0 ? waiting : [...waiting, { kind: 'row', row: rows - 1 }]
}

function stepsOf(answer: Explanation | null): readonly StepView[] {
  if (answer?.kind === 'row') return answer.steps
  return answer?.kind === 'key' ? answer.lanes.flatMap((lane) => lane.steps) : []
}

const LOGGING = `
import { DataGeneratorSource, RateLimiterStrategy, RestartStrategies, RichMapFunction, StreamExecutionEnvironment, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.enableCheckpointing(50)
console.log('built')
class Tell extends RichMapFunction {
  open() { console.log('opened') }
  map(n) { if (n % 4 === 3) console.log('fourth', n); return n }
}
env.fromSource(new DataGeneratorSource((i) => i, 30, RateLimiterStrategy.perSecond(100)), WatermarkStrategy.noWatermarks(), 'numbers')
  .keyBy((n) => n % 2).map(new Tell()).name('tell').print()
await env.execute()`

test('a line of the log leads back to its record; what no record wrote says so', async () => {
  const settings: RunSettings = { interventions: throwAt(80, 'tell') }
  const job = jobOf(LOGGING)
  const lines: string[] = []
  await newSession().run(job, settings, ({ logs }) => void lines.push(...logs.map(({ text }) => text)))
  expect(lines.filter((text) => text === 'opened')).toHaveLength(2)
  const places = new Map<number, StepView['place']>()
  await inspected(job, settings, async (session) => {
    for (const [line, text] of lines.entries()) {
      const answer = await session.explain({ kind: 'log', line })
      if (text === 'built' || text === 'opened')
        expect(answer).toMatchObject({ diagnostic: { code: 'WHY_LOG_NO_STEP' } })
      // What the cluster says of a failure may have been written in a step, too.
      else if (!text.startsWith('fourth')) continue
      else if (answer?.kind === 'log') {
        const last = answer.steps.at(-1) ?? expect.fail(text)
        expect(last.text).toBe(text.split(' ')[1])
        places.set(line, last.place)
      } else expect.fail(`${line} ${text}: ${JSON.stringify(answer)}`)
    }
  })
  // There the line is the last one, and what is at hand has written it.
  expect(places.size).toBeGreaterThan(1)
  for (const [line, place] of places) {
    const shown = async (_session: unknown, _rows: unknown, { moment, logs, logsFirst }: Frame): Promise<void> => {
      expect(moment?.hand?.logs).toContain(line)
      expect(logs.length === 0 ? line : logsFirst + logs.length - 1).toBe(line)
      return Promise.resolve()
    }
    await inspected(job, settings, shown, { kind: 'place', ...place })
  }
})

async function laneOf(job: CompiledJob, settings: RunSettings, key: string, at?: Destination): Promise<KeyLane> {
  let answer: Explanation | null = null
  await inspected(job, settings, async (session) => void (answer = await session.explain({ kind: 'key', key })), at)
  const { lanes } = answer as unknown as Extract<Explanation, { kind: 'key' }>
  return lanes[0] ?? expect.fail(`no lane of ${key}`)
}

test('what a restart has undone is counted, and listed where it was taken back', async () => {
  const job = jobOf(LOGGING)
  const ask = async (settings: RunSettings): Promise<{ texts: string[]; undone: number }> => {
    const { steps, undone, restarts } = await laneOf(job, settings, '1')
    // Every step that was taken back was taken back by one restart, before which it stands.
    for (const { atMs, steps: taken } of restarts) for (const step of taken) expect(step.atMs).toBeLessThanOrEqual(atMs)
    expect(restarts.reduce((sum, { steps: taken, left }) => sum + taken.length + left, 0)).toBe(undone)
    expect(restarts).toHaveLength(settings.interventions?.length ?? 0)
    return { texts: steps.map(({ text }) => text), undone }
  }
  const [plain, failed] = [await ask({}), await ask({ interventions: throwAt(80, 'tell') })]
  expect(failed.texts).toEqual(plain.texts)
  expect(plain.undone).toBe(0)
  expect(failed.undone).toBeGreaterThan(0)
})

const WINDOWS = `
import { DataGeneratorSource, Duration, RateLimiterStrategy, StreamExecutionEnvironment, TumblingEventTimeWindows, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.enableCheckpointing(100)
const strategy = WatermarkStrategy.forMonotonousTimestamps().withTimestampAssigner((n) => n * 10)
env.fromSource(new DataGeneratorSource((i) => i, 60, RateLimiterStrategy.perSecond(100)), strategy, 'numbers')
  .keyBy((n) => n % 2).window(TumblingEventTimeWindows.of(Duration.ofMillis(100)))
  WINDOWED
  .name('sums').print()
await env.execute()`

/** Numbers of a key come in twenties: those of key 1 in the window from 100 on are 11, 13, …, 19. */
const KEPT: readonly (readonly [string, string, readonly (string | null)[]])[] = [
  ['a sum', '.reduce((a, b) => a + b)', ['11', '24', '39', '56', '75', null]],
  [
    'an accumulator',
    '.aggregate({ createAccumulator: () => [], add: (n, all) => [...all, n], getResult: (all) => all.length, merge: (a, b) => [...a, ...b] })',
    ['(11)', '(11,13)', '(11,13,15)', '(11,13,15,17)', '(11,13,15,17,19)', null],
  ],
  [
    'the records',
    '.process({ process(key, context, all, out) { out.collect([...all].length) } })',
    ['(11)', '(11,13)', '(11,13,15)', '(11,13,15,17)', '(11,13,15,17,19)', null],
  ],
]

test.each(KEPT)('what windows keep of a key is on its lane: %s', async (_name, windowed, expected) => {
  const job = jobOf(WINDOWS.replace('WINDOWED', windowed))
  for (const settings of [{}, { interventions: throwAt(160, 'sums') }] as RunSettings[]) {
    const { states, steps, restarts } = await laneOf(job, settings, '1')
    const windows = states.filter(({ window }) => window?.start === 100 && window.end === 200)
    expect(windows).toHaveLength(1)
    const segments = windows[0]?.segments ?? []
    expect(segments.map(({ text }) => text)).toEqual(expected)
    // Each value stands there since one of the steps that are listed.
    for (const { step } of segments) expect(steps.map(({ number }) => number)).toContain(step)
    expect(restarts).toHaveLength(settings.interventions?.length ?? 0)
  }
  // Half-way through the window there's half of it, and it isn't gone.
  const half = await laneOf(job, {}, '1', { kind: 'time', atMs: 165 })
  const open = half.states.find(({ window }) => window?.start === 100)?.segments ?? []
  expect(open.map(({ text }) => text)).toEqual(expected.slice(0, open.length))
  expect(open.length).toBeGreaterThan(1)
  expect(open.length).toBeLessThan(expected.length)
})
