// Options of a job as a whole do in the plan what they say; of checkpoints and restarts other tests hold it.

import { describe, expect, test } from 'vitest'
import { Configuration, type StreamExecutionEnvironment } from '../../../runtime/index.ts'
import { createJobGraph } from '../../../runtime/graph/job-graph.ts'
import { planOf } from '../../harness/run-job.ts'

const planWith = (values: Readonly<Record<string, unknown>>, more: (env: StreamExecutionEnvironment) => void = plain) =>
  planOf((env) => {
    const configuration = new Configuration()
    for (const [key, value] of Object.entries(values)) configuration.set(key, value)
    env.configure(configuration)
    more(env)
  })

function plain(env: StreamExecutionEnvironment): void {
  const numbers = env.fromSequence(1, 3).uid('numbers')
  numbers
    .map((n) => n)
    .uid('map')
    .print()
    .uid('print')
}

describe('options', () => {
  test('parallelism.default', () => {
    expect(planWith({ 'parallelism.default': 3 }).nodes.map(({ parallelism }) => parallelism)).toEqual([3, 3, 3])
  })

  test('pipeline.max-parallelism, and -1 for none', () => {
    expect(planWith({ 'pipeline.max-parallelism': '64' }).config.maxParallelism).toBe(64)
    expect(planWith({ 'pipeline.max-parallelism': -1 }).config.maxParallelism).toBeNull()
    expect(() => planWith({ 'pipeline.max-parallelism': 0 })).toThrow('OPTION_VALUE')
  })

  test('pipeline.auto-generate-uids: without it every operator must have one', () => {
    expect(() => planWith({ 'pipeline.auto-generate-uids': false })).not.toThrow()
    const without = (env: StreamExecutionEnvironment) => void env.fromSequence(1, 3).print()
    expect(() => planWith({ 'pipeline.auto-generate-uids': false }, without)).toThrow('UID_MISSING')
    expect(() => planWith({}, without)).not.toThrow()
  })

  test('operators of different max parallelism stay apart if asked to', () => {
    const different = (env: StreamExecutionEnvironment) =>
      void env
        .fromSequence(1, 3)
        .map((n) => n)
        .setMaxParallelism(64)
        .print()
    const option = 'pipeline.operator-chaining.chain-operators-with-different-max-parallelism'
    const vertices = (isOn: boolean) =>
      createJobGraph(planWith({ [option]: isOn }, different)).vertices.map(({ nodes }) => nodes.map(({ kind }) => kind))
    expect(vertices(true)).toEqual([['source', 'map', 'sink']])
    expect(vertices(false)).toEqual([['source'], ['map'], ['sink']])
  })

  test('what a job leaves and starts from stands in the plan only where it’s said', () => {
    expect(planWith({}).config).not.toHaveProperty('recovery')
    expect(planWith({}).config).not.toHaveProperty('retention')
    const plan = planWith({
      'execution.state-recovery.path': '/kept',
      'execution.state-recovery.claim-mode': 'claim',
      'state.savepoints.dir': '/savepoints',
    })
    expect(plan.config.recovery).toEqual({ path: '/kept', allowsNonRestoredState: false, claimMode: 'CLAIM' })
    expect(plan.config.retention).toMatchObject({ savepointDirectory: '/savepoints', numRetained: 1 })
  })
})
