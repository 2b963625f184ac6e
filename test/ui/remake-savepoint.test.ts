// A savepoint told as the run that gave it is the same savepoint when that run is executed elsewhere.

import { expect, test } from 'vitest'
import type { RunSettings, SavepointFile } from '../../runtime/host/protocol.ts'
import { DEFAULT_SETTINGS } from '../../ui/kernel/run-settings.ts'
import { remakeSavepoint, type Remaker } from '../../ui/share/remake-savepoint.ts'
import { leftOf, sharedStart, type KeptSavepoint } from '../../ui/share/kept-savepoints.ts'
import type { SharedRun } from '../../ui/share/shared-run.ts'
import { newSession } from '../harness/compiled-job.ts'
import { inspected, jobOf } from '../harness/inspected-run.ts'

/** Endless, so that whoever makes it anew must know where to end. */
const counts = (step: number): string => `
import { DataGeneratorSource, KeyedProcessFunction, RateLimiterStrategy, StreamExecutionEnvironment, Types, ValueStateDescriptor, WatermarkStrategy } from 'streambed'
class Count extends KeyedProcessFunction {
  processElement(value, ctx, out) {
    const count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', Types.LONG))
    count.update((count.value() ?? 0) + ${step})
    out.collect(count.value())
  }
}
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromSource(new DataGeneratorSource((i) => i, 1_000_000_000, RateLimiterStrategy.perSecond(50)), WatermarkStrategy.noWatermarks(), 'n').uid('n')
  .keyBy((n) => n % 3).process(new Count()).uid('count').print().uid('out')
await env.execute()`

const RUN: SharedRun = {
  files: [{ name: 'job.ts', text: counts(1) }],
  entry: 'job.ts',
  run: null,
  inputs: null,
  settings: { ...DEFAULT_SETTINGS, parallelism: 2, untilMs: null },
  interventions: [],
  start: null,
}
const settingsOf = ({ settings }: SharedRun): RunSettings => settings

/** Takes one at the place where the run is at 2 s, or a second after that from which it starts. */
async function taken(run: SharedRun, settings: RunSettings = {}, atMs = 2000): Promise<SavepointFile> {
  let file: SavepointFile | null = null
  await inspected(
    jobOf(run.files[0]?.text ?? ''),
    { ...settingsOf(run), untilMs: atMs + 3000, speed: null, ...settings },
    async (session) => {
      const taking = session.savepoint('suspend')
      await session.play(null)
      file = (await taking).file
    },
    { kind: 'time', atMs },
  )
  return file ?? expect.fail('no savepoint')
}

function remaker(kept: string[], change = (text: string): string => text): Remaker {
  return {
    compile: ({ files }) => Promise.resolve({ job: jobOf(change(files[0]?.text ?? '')) }),
    settings: settingsOf,
    execute: async (job, settings) => ({
      kind: 'outcome',
      outcome: await newSession().run(job, settings, () => undefined),
    }),
    keep: ({ path, origin }) => kept.push(`${path} ${origin?.start?.path ?? ''}`.trim()),
  }
}

test('to the byte, also one of a run that started from another', async () => {
  const first = await taken(RUN)
  const of: SharedRun = { ...RUN, interventions: first.madeBy ?? [] }
  const start = { of, path: first.path, kind: 'savepoint', atMs: first.atMs, allowsLeftState: false } as const
  const kept: string[] = []
  expect(await remakeSavepoint(start, remaker(kept))).toEqual({ file: first.path, text: first.text })

  const changed: SharedRun = { ...RUN, files: [{ name: 'job.ts', text: counts(10) }], start }
  const second = await taken(changed, { savepoint: { file: first.path, text: first.text } }, first.atMs + 1000)
  expect(second.text).not.toBe(first.text)
  const again = {
    ...start,
    of: { ...changed, interventions: second.madeBy ?? [] },
    path: second.path,
    atMs: second.atMs,
  }
  expect(await remakeSavepoint({ ...again, allowsLeftState: true }, remaker(kept))).toEqual({
    file: second.path,
    text: second.text,
    allowNonRestoredState: true,
  })
  expect(kept).toEqual([first.path, first.path, `${second.path} ${first.path}`])
})

test('nothing comes of a run that doesn’t compile, or gives none', async () => {
  const { path, atMs, madeBy = [] } = await taken(RUN)
  const start = {
    of: { ...RUN, interventions: madeBy },
    path,
    kind: 'savepoint',
    atMs,
    allowsLeftState: false,
  } as const
  const refused: Remaker = { ...remaker([]), compile: () => Promise.resolve({ job: null }) }
  expect(await remakeSavepoint(start, refused)).toBeNull()
  expect(await remakeSavepoint({ ...start, of: RUN }, remaker([]))).toBeNull()
})

const CANCELED = counts(1)
  .replace('import { ', 'import { Configuration, ExternalizedCheckpointRetention, ')
  .replace(
    'env.from',
    `env.enableCheckpointing(700)
env.getCheckpointConfig().setExternalizedCheckpointRetention(ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION)
env.configure(new Configuration().set('restart-strategy.type', 'none'))
env.from`,
  )
const FAILED = CANCELED.replace('out.collect', `if (count.value() === 40) throw new Error('broken'); out.collect`)

/** What is left of the checkpoints of the run that was executed, as the page keeps it. */
async function left(run: SharedRun, stopAtMs: number | null): Promise<KeptSavepoint> {
  const settings = { ...settingsOf(run), speed: null }
  const [text = ''] = run.files.map((file) => file.text)
  const { outcome } = await inspected(
    jobOf(text),
    settings,
    (session) => (stopAtMs === null ? Promise.resolve() : session.stop()),
    { kind: 'time', atMs: stopAtMs ?? 0 },
  )
  return leftOf(outcome, run, [])[0] ?? expect.fail(`nothing left of ${outcome.state}`)
}

test.each([
  { end: 'its time is up', text: CANCELED, untilMs: 2500, stopAtMs: null },
  { end: 'somebody stops it', text: CANCELED, untilMs: null, stopAtMs: 1800 },
  { end: 'it fails', text: FAILED, untilMs: null, stopAtMs: null },
])('a checkpoint that outlived its run is made anew, also where $end', async ({ text, untilMs, stopAtMs }) => {
  const run = { ...RUN, files: [{ name: 'job.ts', text }], settings: { ...RUN.settings, untilMs } }
  const kept = await left(run, stopAtMs)
  expect(kept.kind).toBe('checkpoint')
  const start = sharedStart({ file: kept.path, text: kept.text }, [kept]) ?? expect.fail('no run that gives it')
  const keeps: string[] = []
  expect(await remakeSavepoint(start, remaker(keeps))).toEqual({ file: kept.path, text: kept.text })
  expect(keeps).toEqual([kept.path])
})

test('a file from a disk has no run that gives it', () => {
  const file = { path: 'a.json', kind: 'file', atMs: 5, text: '{}' } as const
  expect(sharedStart({ file: 'a.json', text: '{}' }, [file])).toBeNull()
})
