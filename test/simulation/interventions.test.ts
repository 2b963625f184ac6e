// What is done to a run from outside, as a host does it: whoever looks on, with probes or step by step, the run is the same;
// done while it goes, it's the run that has it in its settings; and what can't be done is answered with why.

import { describe, expect, test } from 'vitest'
import type { ClusterAction, CompiledJob, Frame, RunSettings } from '../../runtime/host/protocol.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'
import { INTERVENED_RUNS, tellRun, WAYS, type IntervenedRun, type Told, type Way } from '../harness/intervened-runs.ts'

function jobOf(text: string): CompiledJob {
  const { job, diagnostics } = compiled([{ name: 'job.ts', text }])
  expect(diagnostics).toEqual([])
  return job as CompiledJob
}

function tell({ text, settings }: IntervenedRun, way: Way, more: RunSettings = {}): Promise<Told> {
  return tellRun(newSession(), { job: jobOf(text), settings: { ...settings, ...more }, way })
}

const named = (name: string): IntervenedRun => INTERVENED_RUNS.find((run) => run.name === name) as IntervenedRun

describe.each(INTERVENED_RUNS)('$name', (run) => {
  test('the run is the same, free, watched and stepped', async () => {
    const [free, ...others] = await Promise.all(WAYS.map((way) => tell(run, way)))
    expect(free).toMatchObject({ state: 'finished', codes: [], rows: expect.any(Number) })
    expect(free?.interventions).toEqual(run.settings.interventions)
    for (const other of others) expect(other).toEqual(free)
  })
})

test('each of these runs is another', async () => {
  const told = await Promise.all(INTERVENED_RUNS.map((run) => tell(run, 'free')))
  expect(new Set(told.map(({ hash }) => hash)).size).toBe(INTERVENED_RUNS.length)
  expect(told.at(-1)).toMatchObject({ rescales: 1 })
  expect(told.at(-1)?.files).toHaveLength(1)
})

test('a run from a savepoint is the same, free, watched and stepped', async () => {
  const { files } = await tell(named('a savepoint is taken'), 'free')
  const savepoint = { file: 'savepoint-1', text: files[0] as string }
  const [free, ...others] = await Promise.all(WAYS.map((way) => tell(named('an operator is slow'), way, { savepoint })))
  expect(free?.state).toBe('finished')
  for (const other of others) expect(other).toEqual(free)
})

/** Runs it paused, and at its first frame does this to it. */
async function intervened(action: unknown): Promise<{ readonly told: Told; readonly codes: readonly string[] }> {
  const session = newSession()
  const { text, settings } = named('checkpoints alone')
  let codes: readonly string[] | null = null
  let frames = 0
  const outcome = await session.run(
    jobOf(text),
    { ...settings, isWatched: true, startsPaused: true, startsAt: { kind: 'time', atMs: 300 } },
    async ({ isPassing }: Frame) => {
      if (isPassing || ++frames > 1) return
      codes = (await session.intervene(action as ClusterAction)).map(({ code }) => code)
      await session.play(null)
    },
  )
  const { state, hash, interventions } = outcome
  const told = { state, hash, interventions, events: outcome.position.event, rows: outcome.position.rows }
  return { told: { ...told, codes: [], files: [], rescales: 0 }, codes: codes ?? [] }
}

describe('while it goes', () => {
  test.each<ClusterAction>([
    { kind: 'kill-task-manager', taskManager: 2 },
    { kind: 'throw', operator: 'total' },
    { kind: 'disconnect-task-manager', taskManager: 1, forMs: 400 },
    { kind: 'delay-channel', from: 'numbers', to: 'same', byMs: 30 },
  ])('%o is the run that has it in its settings', async (action) => {
    const { told, codes } = await intervened(action)
    expect([codes, told.interventions.map((one) => one.action)]).toEqual([[], [action]])
    const { interventions } = told
    const { hash, events, rows } = await tell(named('checkpoints alone'), 'free', { interventions })
    expect({ hash, events, rows }).toEqual({ hash: told.hash, events: told.events, rows: told.rows })
  })

  test.each<[name: string, action: unknown, code: string]>([
    ['of a kind that there isn’t', { kind: 'explode' }, 'ACTION_KIND'],
    ['of a kind that every object has', { kind: 'constructor' }, 'ACTION_KIND'],
    ['that is nothing', null, 'ACTION_KIND'],
    ['with a field too many', { kind: 'throw', operator: 'total', loudly: true }, 'ACTION_FIELD'],
    ['with a value that can’t be', { kind: 'slow-operator', operator: 'total', byMs: -1 }, 'ACTION_VALUE'],
    ['without what it needs', { kind: 'kill-task-manager' }, 'ACTION_VALUE'],
    ['at an operator that there isn’t', { kind: 'throw', operator: 'nobody' }, 'ACTION_OPERATOR'],
    ['at a subtask that there isn’t', { kind: 'throw', operator: 'total', subtask: 2 }, 'ACTION_SUBTASK'],
    ['at a TaskManager that there isn’t', { kind: 'kill-task-manager', taskManager: 5 }, 'ACTION_TASK_MANAGER'],
    [
      'at a channel that there isn’t',
      { kind: 'delay-channel', from: 'total', to: 'same', byMs: 5 },
      'ACTION_NO_CHANNEL',
    ],
    ['at what reads nothing', { kind: 'pause-source', operator: 'total', forMs: 5 }, 'ACTION_NOT_SOURCE'],
  ])('one %s is refused, and changes nothing', async (_name, action, code) => {
    const { told, codes } = await intervened(action)
    const { hash } = await tell(named('checkpoints alone'), 'free')
    expect([codes, told.interventions, told.hash]).toEqual([[code], [], hash])
  })

  test('what is refused is told with the name of the operator, also where its id was given', async () => {
    const session = newSession()
    const { text, settings } = named('checkpoints alone')
    const told: unknown[] = []
    await session.run(jobOf(text), { ...settings, isWatched: true, startsPaused: true }, async () => {
      if (told.length > 0) return
      const { plan } = await session.plan(jobOf(text), settings)
      const id = plan?.nodes.find(({ name }) => name === 'total')?.id ?? ''
      for (const action of [
        { kind: 'pause-source', operator: id, forMs: 5 },
        { kind: 'throw', operator: id, subtask: 7 },
      ]) {
        told.push(...(await session.intervene(action as ClusterAction)).map(({ params }) => params['operator']))
      }
      await session.play(null)
    })
    expect(told).toEqual(['total', 'total'])
  })

  test('subtasks are those that there are: more or fewer once the parallelism has changed', async () => {
    const session = newSession()
    const { text, settings } = named('checkpoints alone')
    const throwAt = (subtask: number): ClusterAction => ({ kind: 'throw', operator: 'total', subtask })
    const codes: string[] = []
    const act = async (action: ClusterAction): Promise<void> => {
      codes.push(`${action.kind} ${(await session.intervene(action)).map(({ code }) => code).join()}`)
    }
    const places = [300, 900, 1500]
    const outcome = await session.run(
      jobOf(text),
      { ...settings, isWatched: true, startsPaused: true },
      async ({ isPassing, isPaused, position: { virtualMs } }: Frame) => {
        if (isPassing || !isPaused) return
        if (virtualMs === 300) await act({ kind: 'rescale', parallelism: 3 })
        if (virtualMs === 900) for (const subtask of [3, 2]) await act(throwAt(subtask))
        const atMs = places.find((place) => place > virtualMs)
        await (atMs === undefined ? session.play(null) : session.seek({ kind: 'time', atMs }))
      },
    )
    expect(codes).toEqual(['rescale ', 'throw ACTION_SUBTASK', 'throw '])
    const { interventions, hash } = outcome
    expect(interventions.map(({ action }) => action.kind)).toEqual(['rescale', 'throw'])
    expect(await tell(named('checkpoints alone'), 'free', { interventions })).toMatchObject({ hash, codes: [] })
  })

  test('of a job without checkpoints none can fail', async () => {
    const session = newSession()
    const text = named('checkpoints alone').text.replace('env.enableCheckpointing(100)', '')
    let codes: readonly string[] = []
    await session.run(jobOf(text), { isWatched: true, startsPaused: true }, async () => {
      if (codes.length > 0) return
      const found = await session.intervene({ kind: 'fail-upload', operator: 'total' })
      codes = found.map(({ code }) => code)
      await session.play(null)
    })
    expect(codes).toEqual(['ACTION_NO_CHECKPOINTS'])
  })

  test('where no job runs, nothing is done', async () => {
    const found = await newSession().intervene({ kind: 'kill-task-manager', taskManager: 1 })
    expect(found.map(({ code }) => code)).toEqual(['ACTION_NO_JOB'])
  })
})
