// Going to any place of a run, forward and back: what is shown there, what the run has said by then, and how it goes on
// are to the byte those of a run that nobody took anywhere.

import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../runtime/base/random.ts'
import type { Destination, Frame, RunOutcome, RunSettings, StepUnit } from '../../runtime/host/protocol.ts'
import type { EngineSession } from '../../runtime/host/session.ts'
import type { CompiledJob } from '../../runtime/sandbox/compile.ts'
import { TRACE_CHECKPOINT, TRACE_WATERMARK } from '../../runtime/trace/trace-layout.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'

const SLOW = { bufferRecords: 2, sourceRecords: 4, credits: 4, latencyUs: 20_000, bufferTimeoutUs: 5000 }

const FRAUD = `
import { Duration, KeyedProcessFunction, StreamExecutionEnvironment, TransactionSource, ValueStateDescriptor, WatermarkStrategy } from 'streambed'
class Detector extends KeyedProcessFunction {
  seen = 0
  processElement(transaction, context, out) {
    const flag = this.getRuntimeContext().getState(new ValueStateDescriptor('flag'))
    if (flag.value() && transaction.amount > 500) out.collect('alert ' + transaction.accountId + ' after ' + this.seen)
    flag.clear()
    if (transaction.amount < 1) {
      flag.update(true)
      context.timerService().registerProcessingTimeTimer(context.timerService().currentProcessingTime() + 700)
    }
    console.log(transaction.accountId, Math.random())
    this.seen++
  }
  onTimer(timestamp, context, out) {
    out.collect('silence of ' + context.getCurrentKey())
  }
}
console.log('built')
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromSource(TransactionSource.bounded(), WatermarkStrategy.noWatermarks(), 'transactions')
  .keyBy((transaction) => transaction.accountId).process(new Detector()).print()
await env.execute()`

const WINDOWS = `
import { DataGeneratorSource, Duration, RateLimiterStrategy, RestartStrategies, StreamExecutionEnvironment, TumblingEventTimeWindows, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.enableCheckpointing(150)
const strategy = WatermarkStrategy.forBoundedOutOfOrderness(Duration.ofMillis(40)).withTimestampAssigner((n) => n * 10 - (n % 3) * 30)
let failed = 0
env.fromSource(new DataGeneratorSource((i) => i, 120, RateLimiterStrategy.perSecond(100)), strategy, 'numbers')
  .map((n) => { if (FAILS && n === 70) throw new Error('seventy'); return n })
  .keyBy((n) => n % 3)
  .window(TumblingEventTimeWindows.of(Duration.ofMillis(200)))
  .reduce((a, b) => a + b)
  .print()
await env.execute()`

const FAILING = WINDOWS.replace('FAILS && n', 'n').replace('env.enableCheckpointing(150)', '')

function jobOf(text: string): CompiledJob {
  const { job, diagnostics } = compiled([{ name: 'job.ts', text }])
  expect(diagnostics).toEqual([])
  return job as CompiledJob
}

/** What one sees at a place: everything but real time. */
interface Sight {
  readonly position: Frame['position']
  readonly moment: string
  readonly rows: readonly string[]
  readonly logs: readonly string[]
}

/** What a run says, one after the other: remembered also while the run is where it hadn't said it. */
class Said {
  known: string[] = []
  shown = 0

  take(first: number, said: readonly unknown[], isFork: boolean): void {
    said.forEach((one, i) => (this.known[first + i] = JSON.stringify(one)))
    this.shown = first + said.length
    if (isFork) this.known.length = this.shown
  }

  get texts(): string[] {
    return this.known.slice(0, this.shown)
  }
}

/** Collects what frames say, as a page does. */
class Page {
  readonly said = { rows: new Said(), logs: new Said() }
  entries: string[] = []
  sights: Sight[] = []

  get rows(): string[] {
    return this.said.rows.texts
  }

  take({ position, moment, isFork, isPassing, isPaused, trace, traceFirst, ...frame }: Frame): void {
    this.said.rows.take(frame.rowsFirst, frame.rows, isFork)
    this.said.logs.take(frame.logsFirst, frame.logs, isFork)
    if (isFork) this.entries.length = traceFirst
    for (let i = 0; i < trace.length / 6; i++) {
      const entry = trace.subarray(i * 6, i * 6 + 6).join(' ')
      this.entries[traceFirst + i] ??= entry
      expect(entry).toBe(this.entries[traceFirst + i])
    }
    if (isPassing || !isPaused) return
    const { rows, logs } = this.said
    // Nobody asks for state in full: only the last frame of a run has it all the same.
    const seen = JSON.stringify(moment === null ? null : { ...moment, state: null })
    this.sights.push({ position, moment: seen, rows: rows.texts, logs: logs.texts })
  }
}

const UNITS: readonly StepUnit[] = ['record', 'turn', 'watermark', 'checkpoint']
const WATCHED = { isWatched: true, startsPaused: true }
const key = ({ event, record }: { readonly event: number; readonly record: number }): string => `${event}.${record}`

/** Step by step to the end. */
async function stepThrough(job: CompiledJob, settings: RunSettings): Promise<{ page: Page; outcome: RunOutcome }> {
  const session = newSession()
  const page = new Page()
  const outcome = await session.run(job, { ...settings, ...WATCHED }, async (frame) => {
    page.take(frame)
    if (frame.isPaused) await session.step('record')
  })
  return { page, outcome }
}

/** Gives one command after the other, each once the one before was carried out. */
async function wander(
  job: CompiledJob,
  settings: RunSettings,
  commands: readonly ((session: EngineSession) => Promise<void>)[],
): Promise<{ page: Page; outcome: RunOutcome }> {
  const session = newSession()
  const page = new Page()
  let next = 0
  const outcome = await session.run(job, { ...settings, ...WATCHED }, async (frame) => {
    page.take(frame)
    if (!frame.isPassing && frame.isPaused) await (commands[next++] ?? (() => session.play(null)))(session)
  })
  return { page, outcome }
}

test.each([
  ['back from keyframes', WINDOWS.replace('FAILS', 'false')],
  ['executed again from its start', WINDOWS.replace('if (FAILS && n === 70)', 'failed++; if (failed < 0)')],
])('what a run says while it’s deployed it has said wherever one goes: %s', async (_, text) => {
  const cluster = { taskManagers: 1, slotsPerTaskManager: 1 }
  const interventions = [{ event: 0, action: { kind: 'add-task-manager' } }] as const
  const at = (atMs: number) => (session: EngineSession) => session.seek({ kind: 'time', atMs })
  const places = [at(900), at(200), at(700), at(0), at(500)]
  const { page, outcome } = await wander(jobOf(text), { parallelism: 2, cluster, interventions }, places)
  expect([outcome.state, page.sights.length]).toEqual(['finished', places.length + 1])
  for (const { logs } of page.sights) expect(logs[0]).toContain('Waiting for slots: 1 available, 2 needed')
})

describe.each([
  ['fraud detection', FRAUD, {}],
  ['fraud detection on a slow network', FRAUD, { parallelism: 3, seed: 5, cluster: SLOW }],
  ['windows with checkpoints', WINDOWS.replace('FAILS', 'false'), { parallelism: 2, cluster: SLOW }],
  ['a job that fails', FAILING, { cluster: SLOW }],
] as [string, string, RunSettings][])('%s', (_, text, settings) => {
  const job = jobOf(text)

  test('random seeks show what steps show there, and the run ends as ever', async () => {
    const reference = await stepThrough(job, settings)
    const { sights } = reference.page
    expect(sights.length).toBeGreaterThan(80)
    const byKey = new Map(sights.map((sight) => [key(sight.position), sight]))
    const random = new RandomStream(11, 'seeks')
    const targets = Array.from({ length: 250 }, () => sights[Math.floor(random.nextDouble() * sights.length)] as Sight)
    const { page, outcome } = await wander(
      job,
      settings,
      targets.map(
        ({ position: { event, record } }) =>
          (session) =>
            session.seek({ kind: 'place', event, record }),
      ),
    )
    expect(page.sights.slice(1).map(({ position }) => key(position))).toEqual(
      targets.map(({ position }) => key(position)),
    )
    for (const sight of page.sights.slice(1)) expect(sight).toEqual(byKey.get(key(sight.position)))
    expect(outcome).toEqual(reference.outcome)
    expect(page.rows).toEqual(reference.page.rows)
    expect(page.entries).toEqual(reference.page.entries)
  })

  test.each(UNITS)('steps back by %s are steps forward, backwards', async (unit) => {
    const session = newSession()
    const forward = new Page()
    await session.run(job, { ...settings, ...WATCHED }, async (frame) => {
      forward.take(frame)
      if (frame.isPaused) await session.step(unit)
    })
    const steps = forward.sights.slice(0, -1).slice(-25)
    expect(steps.length).toBeGreaterThan(text === FRAUD || unit === 'checkpoint' ? 0 : 5)
    const last = steps.at(-1) as Sight
    const to: Destination = { kind: 'place', event: last.position.event, record: last.position.record }
    const back = steps.slice(0, -1).map(() => (there: EngineSession) => there.seek({ kind: 'back', unit }))
    const { page } = await wander(job, settings, [(there) => there.seek(to), ...back])
    expect(page.sights.slice(1)).toEqual([...steps].reverse())
  })

  test('a run that has ended is entered at its last step', async () => {
    const { page } = await stepThrough(job, settings)
    const end = new Page()
    const session = newSession()
    await session.run(job, { ...settings, isWatched: true, startsAt: { kind: 'end' } }, async (frame) => {
      end.take(frame)
      if (!frame.isPassing && frame.isPaused) await session.play(null)
    })
    const [shown] = end.sights
    const known = page.sights.find(({ position }) => key(position) === key(shown?.position ?? { event: 0, record: 0 }))
    expect(shown).toEqual(known)
    expect(page.sights.length - 1 - page.sights.indexOf(known as Sight)).toBeLessThan(3)
  })
})

test('whoever begins elsewhere hears with the first place what runs where, and what was done', async () => {
  const session = newSession()
  const interventions = [{ event: 40, action: { kind: 'add-task-manager' } }] as const
  const startsAt = { kind: 'place', event: 60, record: 0 } as const
  const shown: unknown[] = []
  await session.run(jobOf(FRAUD), { isWatched: true, startsAt, interventions }, async (frame) => {
    if (frame.isPassing || !frame.isPaused) return
    shown.push([frame.position.event, frame.topology?.tasks.length, frame.interventions])
    await session.play(null)
  })
  expect(shown).toEqual([[60, 2, interventions]])
})

test('a time is reached when everything up to it has happened, and nothing after', async () => {
  const job = jobOf(FRAUD)
  const times = [2550, 1250, 1250, 3150.5, 50, 4050]
  const { page } = await wander(
    job,
    {},
    times.map((atMs) => (session) => session.seek({ kind: 'time', atMs })),
  )
  const shown = page.sights.slice(1)
  expect(shown.map(({ position }) => position.virtualMs)).toEqual(times.map(Math.floor))
  // Ten transactions a second, the first at once; each logs a line.
  expect(shown.map(({ logs }) => logs.length - 1)).toEqual(times.map((atMs) => Math.floor(atMs / 100) + 1))
  expect(shown[1]).toEqual(shown[2])
})

test('back from the first step is the start, and back from there too', async () => {
  const back = (session: EngineSession): Promise<void> => session.seek({ kind: 'back', unit: 'record' })
  const { page } = await wander(jobOf(FRAUD), {}, [(session) => session.step('record'), back, back])
  const [start, , first, again] = page.sights
  expect([first, again].map((sight) => sight?.moment)).toEqual([start?.moment, start?.moment])
  expect(first?.position).toEqual({ virtualMs: 0, event: 0, record: 0, rows: 0 })
})

test('a step by watermark ends where one has risen, by checkpoint where one is complete', async () => {
  const job = jobOf(WINDOWS.replace('FAILS', 'false'))
  const session = newSession()
  const seen: string[] = []
  let entries: string[] = []
  const units: StepUnit[] = ['watermark', 'watermark', 'checkpoint', 'watermark', 'checkpoint', 'checkpoint']
  let unit: StepUnit | null = null
  await session.run(job, { cluster: SLOW, ...WATCHED }, async ({ trace, isPaused, isPassing }) => {
    for (let i = 0; i < trace.length; i += 6) {
      const [, , kind, , value, outcome] = trace.subarray(i, i + 6)
      if (kind === TRACE_WATERMARK) entries.push(`watermark ${value}`)
      if (kind === TRACE_CHECKPOINT && outcome === 1) entries.push(`checkpoint ${value}`)
    }
    if (isPassing || !isPaused) return
    if (unit !== null) seen.push([unit, ...entries].join(': '))
    entries = []
    unit = units.shift() ?? null
    await (unit === null ? session.play(null) : session.step(unit))
  })
  // A source's watermark rises before it's sent, which the trace doesn't say.
  expect(seen).toEqual([
    'watermark: checkpoint 1',
    'watermark: watermark 139',
    'checkpoint: checkpoint 2',
    'watermark',
    'checkpoint: watermark 349: checkpoint 3',
    'checkpoint: watermark 529: checkpoint 4',
  ])
})

test('whoever asks for another place on the way is taken there', async () => {
  const session = newSession()
  const page = new Page()
  await session.run(jobOf(FRAUD), WATCHED, async (frame) => {
    page.take(frame)
    if (page.sights.length > 1) await session.play(null)
    else if (frame.isPaused) {
      void session.seek({ kind: 'time', atMs: 4000 })
      void session.seek({ kind: 'time', atMs: 1000 })
    }
  })
  expect(page.sights.map(({ position }) => position.virtualMs)).toEqual([0, 1000])
})

test('a job that keeps something where all runs share it is found out', async () => {
  const impure = FRAUD.replace('this.seen++', 'Array.prototype.count = (Array.prototype.count ?? 0) + 1').replace(
    'this.seen)',
    'Array.prototype.count)',
  )
  const seek = (session: EngineSession): Promise<void> => session.seek({ kind: 'time', atMs: 100 })
  const forward = (session: EngineSession): Promise<void> => session.seek({ kind: 'time', atMs: 4900 })
  try {
    const { outcome } = await wander(jobOf(impure), {}, [forward, seek, forward])
    expect(outcome.diagnostics.map(({ code }) => code)).toEqual(['RUN_NOT_PURE'])
  } finally {
    delete (Array.prototype as { count?: number }).count
  }
})

describe('what functions remember unseen', () => {
  const LONG = WINDOWS.replace('120,', '400,').replace('FAILS && n === 70', 'false')
  const visit = async (text: string): Promise<{ sights: readonly Sight[]; isImpure: boolean; hash: string }> => {
    const job = jobOf(text)
    const random = new RandomStream(3, 'unseen')
    const places = Array.from({ length: 40 }, () => 50 + random.nextBelow(3500))
    const seeks = places.map((atMs) => (session: EngineSession) => session.seek({ kind: 'time', atMs }))
    let isImpure = false
    const session = newSession()
    const page = new Page()
    let next = 0
    const { hash } = await session.run(job, WATCHED, async (frame) => {
      page.take(frame)
      isImpure ||= frame.isImpure
      if (!frame.isPassing && frame.isPaused) await (seeks[next++] ?? (() => session.play(null)))(session)
    })
    return { sights: page.sights.slice(1), isImpure, hash }
  }

  test.each([
    ['is read from the text', 'let count = 0', 'count++; return n + count', false],
    [
      'or shows when the run is repeated',
      'const all = []\nconst add = (list, n) => list.push(n)',
      'return n + add(all, n)',
      true,
    ],
  ])('%s', async (_, declared, changed, isFound) => {
    const members = LONG.replace(
      ".map((n) => { if (false) throw new Error('seventy'); return n })",
      '.map(new Adding())',
    )
    const own = `class Adding { count = 0; map(n) { this.count++; return n + this.count } }\nconst env =`
    const seen = await visit(members.replace('const env =', own))
    const unseen = await visit(
      LONG.replace('let failed = 0', declared).replace("if (false) throw new Error('seventy'); return n", changed),
    )
    expect(unseen.sights.map(({ position, rows }) => [position, rows])).toEqual(
      seen.sights.map(({ position, rows }) => [position, rows]),
    )
    expect([seen.isImpure, unseen.isImpure]).toEqual([false, isFound])
    expect(unseen.hash).toBe(seen.hash)
  })
})

test.each([
  { kind: 'time', atMs: -1 },
  { kind: 'place', event: 1.5, record: 0 },
  { kind: 'elsewhere' },
] as Destination[])('%j is no place to start at', async (startsAt) => {
  const outcome = await newSession().run(jobOf(FRAUD), { isWatched: true, startsAt }, () => undefined)
  expect(outcome.diagnostics.map(({ code, params }) => [code, params['setting']])).toEqual([['SETTING', 'startsAt']])
})

test('what is done to the cluster in the past makes another run, which can be taken back as well', async () => {
  const job = jobOf(WINDOWS.replace('FAILS', 'false'))
  const to = (atMs: number) => (session: EngineSession) => session.seek({ kind: 'time', atMs })
  const fail = async (session: EngineSession): Promise<void> => {
    expect(await session.intervene({ kind: 'throw', operator: 'Map' })).toEqual([])
  }
  const { page, outcome } = await wander(job, {}, [to(900), to(505), fail, to(900), to(300), to(505.5), to(900)])
  expect(outcome.diagnostics).toEqual([])
  expect(outcome.interventions.map(({ action }) => action.kind)).toEqual(['throw'])
  const [, undisturbed, , intervened, disturbed, before, , again] = page.sights
  expect(disturbed?.moment).not.toBe(undisturbed?.moment)
  expect(disturbed).toEqual(again)
  expect(before?.position.virtualMs).toBe(300)
  // The same from the start, with the intervention given beforehand.
  const event = intervened?.position.event ?? 0
  const interventions = [{ event, action: { kind: 'throw', operator: 'Map' } as const }]
  const alone = await newSession().run(job, { interventions }, () => undefined)
  expect(alone.hash).toBe(outcome.hash)
  expect(alone.hash).not.toBe((await newSession().run(job, {}, () => undefined)).hash)
})
