// Several jobs as hosts run them: in a session, by its settings, and on the command line.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { CompiledJob, RunOutcome, RunSettings, SinkRow } from '../../runtime/host/protocol.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'

function counting(name: string, count: number, extra = ''): string {
  return `
import { Configuration, DataGeneratorSource, RateLimiterStrategy, StreamExecutionEnvironment, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.enableCheckpointing(100)
${extra}
env
  .fromSource(new DataGeneratorSource((i: number) => i, ${count}, RateLimiterStrategy.perSecond(100)), WatermarkStrategy.noWatermarks(), 'numbers')
  .map((n) => n * 2)
  .name('double')
  .print()
await env.execute('${name}')
`
}

function jobOf(text: string): CompiledJob {
  const { job, diagnostics } = compiled([{ name: 'job.ts', text }])
  expect(diagnostics).toEqual([])
  return job as CompiledJob
}

const [a, b] = [jobOf(counting('a', 30)), jobOf(counting('b', 50))]

interface Seen {
  readonly outcome: RunOutcome
  readonly rows: readonly SinkRow[]
  readonly logs: readonly string[]
}

async function run(settings: RunSettings): Promise<Seen> {
  const rows: SinkRow[] = []
  const logs: string[] = []
  const outcome = await newSession().run(a, settings, (frame) => {
    rows.push(...frame.rows)
    logs.push(...frame.logs.map(({ job = 1, text }) => `${job}: ${text}`))
  })
  return { outcome, rows, logs }
}

const told = ({ outcome }: Seen): string[] => outcome.jobs.map(({ id, name, state }) => `${id} ${name} ${state}`)

describe('in a session', () => {
  test('on one cluster there is one kind of database', async () => {
    const asked = jobOf(counting('b', 50, 'env.useSqlite()'))
    const { outcome } = await run({ jobs: [{ job: asked }] })
    expect(outcome.diagnostics.map(({ code, params }) => [code, params])).toEqual([['JOB_DATABASE', { job: 2 }]])
  })

  test('jobs are submitted at their times, and rows say whose they are', async () => {
    const seen = await run({ jobs: [{ job: b, atMs: 200, parallelism: 2 }] })
    expect([seen.outcome.state, told(seen)]).toEqual(['finished', ['1 a FINISHED', '2 b FINISHED']])
    const [own, others] = [1, 2].map((job) => seen.rows.filter((row) => (row.job ?? 1) === job))
    expect([own?.length, others?.length, seen.outcome.position.rows]).toEqual([30, 50, 80])
    expect(Math.min(...(others ?? []).map(({ at }) => at))).toBeGreaterThanOrEqual(200)
  })

  test('in the order of their times, whatever the order in which they were given', async () => {
    const seen = await run({
      jobs: [
        { job: b, atMs: 200 },
        { job: a, atMs: 100 },
      ],
    })
    expect(told(seen)).toEqual(['1 a FINISHED', '2 a FINISHED', '3 b FINISHED'])
  })

  test('watched or not it’s one run', async () => {
    const settings: RunSettings = {
      jobs: [{ job: b, atMs: 100 }],
      cluster: { taskManagers: 1, slotsPerTaskManager: 1 },
      interventions: [{ event: 40, action: { kind: 'throw', operator: 'double', job: 1 } }],
      untilMs: 100_000,
    }
    const free = await run(settings)
    const watched = await run({ ...settings, isWatched: true })
    expect(watched.outcome.hash).toBe(free.outcome.hash)
    expect(free.logs).toContain('2: Waiting for slots: 0 available, 1 needed')
    const twice = await run(settings)
    expect(twice.outcome.hash).toBe(free.outcome.hash)
    expect((await run({ ...settings, jobs: [{ job: b, atMs: 101 }] })).outcome.hash).not.toBe(free.outcome.hash)
  })

  test('savepoints of another job, and changes of its parallelism, are told with it', async () => {
    const settings: RunSettings = {
      jobs: [{ job: b }],
      interventions: [
        { event: 30, action: { kind: 'savepoint', stop: 'none', job: 2 } },
        { event: 60, action: { kind: 'rescale', parallelism: 2, job: 2 } },
      ],
    }
    const { outcome } = await run(settings)
    expect([outcome.savepoints, outcome.rescales]).toEqual([[], []])
    const { savepoints = [], rescales = [] } = outcome.jobs[1] ?? {}
    expect(rescales.map(({ parallelism, diagnostic }) => [parallelism, diagnostic])).toEqual([[2, null]])
    expect(savepoints.map(({ file }) => JSON.parse(file?.text ?? '{}').savepoint.job.name as string)).toEqual(['b'])
  })

  test('one that waits is let in by one that is cancelled', async () => {
    const endless = jobOf(counting('endless', 1_000_000))
    const session = newSession()
    const outcome = await session.run(
      endless,
      {
        jobs: [{ job: b }],
        cancelsAt: [{ atMs: 700, job: 1 }],
        cluster: { taskManagers: 1, slotsPerTaskManager: 1 },
      },
      () => undefined,
    )
    expect([outcome.state, told({ outcome, rows: [], logs: [] })]).toEqual([
      'stopped',
      ['1 endless CANCELED', '2 b FINISHED'],
    ])
  })

  test('one that fails says why, and the run has failed', async () => {
    const failing = jobOf(
      counting('failing', 50, "env.configure(new Configuration().set('restart-strategy.type', 'none'))"),
    )
    const settings: RunSettings = {
      jobs: [{ job: failing }],
      interventions: [{ event: 30, action: { kind: 'throw', operator: 'double', job: 2, times: 'always' } }],
      untilMs: 5_000,
    }
    const { outcome } = await run(settings)
    expect([outcome.state, told({ outcome, rows: [], logs: [] })]).toEqual([
      'failed',
      ['1 a FINISHED', '2 failing FAILED'],
    ])
    expect(outcome.diagnostics).toEqual(outcome.jobs[1]?.diagnostics)
    expect(outcome.diagnostics.map(({ code, params }) => [code, params['operator']])).toEqual([
      ['FAULT_THROWN', 'double'],
    ])
  })

  test.each<[name: string, settings: RunSettings, code: string]>([
    ['a job at no time', { jobs: [{ job: b, atMs: -1 }] }, 'SETTING'],
    ['an end of a job that there isn’t', { jobs: [{ job: b }], cancelsAt: [{ atMs: 5, job: 3 }] }, 'SETTING'],
    [
      'a fault of a job that there isn’t',
      { interventions: [{ event: 1, action: { kind: 'throw', operator: 'double', job: 2 } }] },
      'ACTION_JOB',
    ],
    ['an input for a source that it hasn’t', { jobs: [{ job: b, inputs: { nobody: [] } }] }, 'INPUT_SOURCE_UNKNOWN'],
  ])('%s is refused', async (_name, settings, code) => {
    const { outcome } = await run(settings)
    expect([outcome.state, outcome.diagnostics.map((diagnostic) => diagnostic.code)]).toEqual(['failed', [code]])
  })
})

describe('on the command line', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'streambed-jobs-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string): string => {
    const full = path.join(folder, name)
    writeFileSync(full, text)
    return full
  }
  const streambed = (...args: readonly string[]): string[] => {
    const text = execFileSync(process.execPath, ['bin/streambed.mjs', ...args], { encoding: 'utf8', stdio: 'pipe' })
    return text.trim().split('\n')
  }

  test('rows begin with the number of their job, and slots are shared', () => {
    const files = [file('a.ts', counting('a', 3)), file('b.ts', counting('b', 2))]
    expect(streambed('run', ...files, '--slots', '1')).toEqual(['1: 0', '1: 2', '1: 4', '2: 0', '2: 2'])
    const lines = streambed('run', ...files, '--json', '--submit-at', '5000').map((line) => JSON.parse(line) as SinkRow)
    expect(lines.map(({ job, value }) => [job, value])).toEqual([
      [1, 0],
      [1, 2],
      [1, 4],
      [2, 0],
      [2, 2],
    ])
  }, 180_000)

  test('a job alone looks as before', () => {
    expect(streambed('run', file('c.ts', counting('c', 2)))).toEqual(['0', '2'])
  }, 180_000)
})
