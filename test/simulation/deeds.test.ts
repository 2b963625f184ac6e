// What is done to a run while one watches, and undone again: the run without it is the run that never had it, later deeds
// happen at their times, and what a deed would do is what it does.

import { expect, test } from 'vitest'
import type { ClusterAction, Deed, Diagnostic, Frame, RunOutcome, RunSettings } from '../../runtime/host/protocol.ts'
import type { EngineSession } from '../../runtime/host/session.ts'
import type { CompiledJob } from '../../runtime/sandbox/compile.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'

const COUNTING = `
import { DataGeneratorSource, RateLimiterStrategy, StreamExecutionEnvironment, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
CHECKPOINTS
env.fromSource(new DataGeneratorSource((i) => i, 200, RateLimiterStrategy.perSecond(50)), WatermarkStrategy.noWatermarks(), 'numbers')
  .map((n) => n).name('map')
  .keyBy((n) => n % 3)
  .reduce((a, b) => a + b).name('sum')
  .print()
await env.execute()`

const SETTINGS: RunSettings = {
  parallelism: 2,
  isWatched: true,
  startsPaused: true,
  cluster: { taskManagers: 3, slotsPerTaskManager: 1 },
}

function jobOf(checkpoints: string): CompiledJob {
  const { job, diagnostics } = compiled([{ name: 'job.ts', text: COUNTING.replace('CHECKPOINTS', checkpoints) }])
  expect(diagnostics).toEqual([])
  return job as CompiledJob
}

const CHECKPOINTED = jobOf('env.enableCheckpointing(500)')

type Command = (session: EngineSession, frame: Frame) => Promise<unknown>

/** Gives one command after the other, each once the run stands still. */
async function act(
  job: CompiledJob,
  commands: readonly Command[],
  settings: RunSettings = SETTINGS,
): Promise<{ readonly outcome: RunOutcome; readonly frames: readonly Frame[] }> {
  const session = newSession()
  const frames: Frame[] = []
  let next = 0
  const outcome = await session.run(job, settings, async (frame) => {
    if (!frame.isPassing) frames.push(frame)
    if (frame.isPassing || !frame.isPaused) return
    const command = commands[next++]
    if (command === undefined) await session.play(null)
    // The answer may come only once the run goes on.
    else void command(session, frame)
  })
  return { outcome, frames }
}

const seek =
  (atMs: number): Command =>
  (session) =>
    session.seek({ kind: 'time', atMs })
const doTo =
  (action: ClusterAction): Command =>
  (session) =>
    session.intervene(action)

const KILL: ClusterAction = { kind: 'kill-task-manager', taskManager: 1 }
const ADD: ClusterAction = { kind: 'add-task-manager', slots: 1 }
const kinds = (deeds: readonly Deed[] | undefined): string[] => (deeds ?? []).map(({ action }) => action.kind)

test('a run of which everything was taken back is the one to which nothing was done', async () => {
  const plain = await act(CHECKPOINTED, [])
  const killed = await act(CHECKPOINTED, [seek(1200), doTo(KILL), seek(2000)])
  expect(killed.outcome.hash).not.toBe(plain.outcome.hash)
  const undone = await act(CHECKPOINTED, [seek(1200), doTo(KILL), seek(2000), (session) => session.withdraw(0)])
  expect(undone.outcome.hash).toBe(plain.outcome.hash)
  expect(undone.outcome.interventions).toEqual([])
  // It stands where it stood.
  expect(undone.frames.at(-2)?.position.virtualMs).toBeGreaterThanOrEqual(2000)
  expect(undone.frames.find(({ deeds }) => deeds.length > 0)?.deeds).toMatchObject([
    { action: KILL, atMs: 1200, isDone: true },
  ])
})

test('later deeds happen at their times again, also where one stands before them', async () => {
  const slow: ClusterAction = { kind: 'slow-operator', operator: 'map', byMs: 20 }
  const expected = await act(CHECKPOINTED, [seek(1500), doTo(slow), seek(2000)])
  const commands = [seek(1000), doTo(KILL), seek(1500), doTo(slow)]
  const after = await act(CHECKPOINTED, [...commands, seek(2000), (session) => session.withdraw(0), seek(2500)])
  expect(kinds(after.frames.at(-2)?.deeds)).toEqual(['slow-operator'])
  const before = await act(CHECKPOINTED, [...commands, seek(2000), seek(700), (session) => session.withdraw(0)])
  const shown = before.frames.filter(({ isPaused }) => isPaused).at(-1)
  expect(shown?.position.virtualMs).toBeLessThanOrEqual(700)
  expect(shown?.deeds).toMatchObject([{ atMs: expect.closeTo(1500, -1) as number, isDone: false }])
  for (const { outcome } of [after, before]) {
    expect(outcome.state).toBe('finished')
    expect(outcome.position.rows).toBe(expected.outcome.position.rows)
  }
})

test('a later deed that has lost its target is left out, with the reason', async () => {
  let refused: readonly Diagnostic[] = []
  const { outcome } = await act(CHECKPOINTED, [
    seek(500),
    doTo(ADD),
    seek(1000),
    doTo({ kind: 'kill-task-manager', taskManager: 4 }),
    seek(1500),
    async (session) => (refused = await session.withdraw(0)),
  ])
  expect(refused).toEqual([{ code: 'ACTION_TASK_MANAGER', params: { taskManager: 4, count: 3 }, span: null }])
  expect(outcome.interventions).toEqual([])
})

test('what a deed would do: who falls, what is read again, from which checkpoint, and whether there are slots', async () => {
  const seen: unknown[] = []
  const look =
    (action: ClusterAction): Command =>
    async (session) => {
      seen.push(await session.foresee(action))
      await session.step('record')
    }
  const { frames } = await act(CHECKPOINTED, [seek(1300), look(KILL), look({ kind: 'throw', operator: 'nobody' })])
  expect(seen[0]).toMatchObject({ outcome: 'restart', checkpoint: { id: 2 }, slots: { needed: 2, available: 2 } })
  expect(seen[1]).toMatchObject({ outcome: 'none', diagnostics: [{ code: 'ACTION_OPERATOR' }] })
  const { lost, hit, replayed } = seen[0] as { lost: number[]; hit: number[]; replayed: number }
  expect(hit.length).toBeGreaterThan(0)
  expect(lost.length).toBe(frames[0]?.topology?.tasks.length)
  // 50 a second, and 300 ms since the checkpoint.
  expect(replayed).toBeGreaterThan(5)
  expect(replayed).toBeLessThan(25)
})

test('a checkpoint that fails takes the whole job with it where none may fail, and nothing where one may', async () => {
  const actions: readonly ClusterAction[] = [
    { kind: 'fail-upload', operator: 'numbers' },
    { kind: 'lose-acknowledgement', operator: 'numbers' },
    { kind: 'delay-acknowledgement', operator: 'numbers', byMs: 700_000 },
    { kind: 'delay-acknowledgement', operator: 'numbers', byMs: 1000 },
  ]
  const seenOf = async (configure: string): Promise<unknown[]> => {
    const seen: unknown[] = []
    const look: Command = async (session) => {
      for (const action of actions) seen.push((await session.foresee(action))?.outcome)
      await session.step('record')
    }
    await act(jobOf(configure), [seek(1300), look])
    return seen
  }
  const every = 'env.enableCheckpointing(500)'
  expect(await seenOf(every)).toEqual(['restart', 'restart', 'restart', 'none'])
  const tolerant = `${every}.getCheckpointConfig().setTolerableCheckpointFailureNumber(1)`
  expect(await seenOf(tolerant)).toEqual(['checkpoint', 'checkpoint', 'none', 'none'])
})

test('without a restart strategy a failure is the end, and without slots a wait', async () => {
  const seen: unknown[] = []
  const look: Command = async (session) => {
    seen.push(await session.foresee(KILL))
    await session.step('record')
  }
  const one = { ...SETTINGS, cluster: { taskManagers: 1, slotsPerTaskManager: 2 } }
  await act(jobOf(''), [seek(300), look], one)
  await act(CHECKPOINTED, [seek(300), look], one)
  expect(seen).toMatchObject([{ outcome: 'failure', checkpoint: null }, { outcome: 'shortage' }])
})
