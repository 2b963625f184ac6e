// The run that nobody sees: it comes to its end, shows what it should warm, can be stopped, and changes no other run.

import { expect, test } from 'vitest'
import { nodeHost } from '../../runtime/host/node.ts'
import { warmUp } from '../../runtime/host/warm-up.ts'
import { newSession, runText } from '../harness/compiled-job.ts'

const JOB = `
import { StreamExecutionEnvironment } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
env.fromElements(1, 2, 3).keyBy((value) => value % 2).reduce((a, b) => a + b).print()
await env.execute()`

async function hashOfRun(): Promise<string | undefined> {
  const { outcome, rows } = await runText(newSession(), JOB, { parallelism: 2 })
  expect(rows).toHaveLength(3)
  return outcome?.hash
}

test('finishes without a word, and the run after it is the run without it', async () => {
  const before = await hashOfRun()
  const outcome = await warmUp(nodeHost).done
  expect(outcome.diagnostics).toEqual([])
  expect(outcome.state).toBe('finished')
  expect(outcome.position.rows).toBe(4)
  expect(await hashOfRun()).toBe(before)
})

test('a run that comes at once, and stops it, is no other either', async () => {
  const alone = await hashOfRun()
  const warm = warmUp(nodeHost)
  warm.stop()
  const beside = await hashOfRun()
  expect(beside).toBe(alone)
  expect(['stopped', 'finished']).toContain((await warm.done).state)
})
