// What is done to a cluster while somebody watches is told in frames, and is all it takes to have the same run again, from
// any place of it on.

import { expect, test } from 'vitest'
import type { ClusterAction, RunIntervention, RunSettings } from '../../runtime/host/protocol.ts'
import type { CompiledJob } from '../../runtime/sandbox/compile.ts'
import { compiled, newSession } from '../harness/compiled-job.ts'

const JOB = `
import { DataGeneratorSource, RateLimiterStrategy, StreamExecutionEnvironment, WatermarkStrategy } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.enableCheckpointing(100)
env.fromSource(new DataGeneratorSource((i) => i, 200, RateLimiterStrategy.perSecond(200)), WatermarkStrategy.noWatermarks(), 'numbers')
  .keyBy((n) => n % 5).reduce((a, b) => a + b).print()
await env.execute()`

const WATCHED: RunSettings = { parallelism: 2, isWatched: true, startsPaused: true }

async function run(settings: RunSettings, actions: readonly (ClusterAction | null)[] = []) {
  const { job } = compiled([{ name: 'job.ts', text: JOB }])
  const session = newSession()
  const told: (readonly RunIntervention[])[] = []
  const diagnostics: unknown[] = []
  let next = 0
  const outcome = await session.run(job as CompiledJob, settings, async ({ interventions, isPaused, isPassing }) => {
    if (interventions !== null) told.push(interventions)
    if (!isPaused || isPassing) return
    // What is refused changes nothing, so no frame comes of it.
    let action = actions[next++]
    for (; action; action = actions[next++]) {
      const found = await session.intervene(action)
      diagnostics.push(...found)
      if (found.length === 0) return
    }
    if (action === null) for (let i = 0; i < 40; i++) await session.step('turn')
    else await session.play(null)
  })
  return { outcome, told, diagnostics }
}

const KILL: ClusterAction = { kind: 'kill-task-manager', taskManager: 1 }
const THROW: ClusterAction = { kind: 'throw', operator: 'numbers' }

test('frames tell what is done once, and settings with it give the same run', async () => {
  const undisturbed = await run(WATCHED)
  const first = await run(WATCHED, [THROW, null, { kind: 'add-task-manager' }, KILL])
  expect(first.diagnostics).toEqual([])
  expect(first.told.at(-1)?.map(({ action }) => action.kind)).toEqual([
    'throw',
    'add-task-manager',
    'kill-task-manager',
  ])
  expect(first.told.length).toBeLessThanOrEqual(3)
  expect(first.outcome.hash).not.toBe(undisturbed.outcome.hash)
  const interventions = first.told.at(-1) ?? []
  const again = await run({ ...WATCHED, interventions })
  expect(again.outcome.hash).toBe(first.outcome.hash)
  const elsewhere = await run({ ...WATCHED, interventions, startsAt: { kind: 'time', atMs: 400 } })
  expect(elsewhere.outcome.hash).toBe(first.outcome.hash)
  expect(elsewhere.told).toEqual([interventions])
})

test('an action that cannot be carried out is refused with what is wrong, and nothing was done', async () => {
  const undisturbed = await run(WATCHED)
  const refused = await run(WATCHED, [
    { kind: 'kill-task-manager', taskManager: 9 },
    { kind: 'throw', operator: 'nobody' },
    { kind: 'slow-operator', operator: 'numbers', byMs: -1 },
    { kind: 'burn' } as unknown as ClusterAction,
  ])
  expect(refused.diagnostics.map((one) => (one as { code: string }).code)).toEqual([
    'ACTION_TASK_MANAGER',
    'ACTION_OPERATOR',
    'ACTION_VALUE',
    'ACTION_KIND',
  ])
  expect(refused.told).toEqual([])
  expect(refused.outcome.hash).toBe(undisturbed.outcome.hash)
})
