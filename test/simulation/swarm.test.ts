// One seed draws the graph, the data and the cluster; the engine runs it in slices of random length under the eyes of
// independent checkers, and what comes out must be what plain arrays say. A failing seed prints the command to run it
// again; put it into KEPT, for ever. `SEED=7 npx vitest run test/simulation/swarm.test.ts` runs one.

import { describe, expect, test } from 'vitest'
import { RandomStream } from '../../runtime/base/random.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { Invariants } from '../harness/invariants.ts'
import { buildJob } from '../harness/build-random-job.ts'
import type { RandomJob } from '../harness/job-nodes.ts'
import { drawJob } from '../harness/random-job.ts'
import { modelOf, rowText } from '../harness/random-model.ts'
import { deployJob } from '../harness/run-job.ts'
import type { Item } from '../harness/watching-functions.ts'

const KEPT: readonly number[] = []
const BLOCKS = 10
const SEEDS_PER_BLOCK = 20

const only = process.env['SEED']
if (only === undefined) {
  describe('random jobs on random clusters', () => {
    test.each(Array.from({ length: BLOCKS }, (_, block) => block * SEEDS_PER_BLOCK + 1))('seeds from %i', (first) => {
      for (let seed = first; seed < first + SEEDS_PER_BLOCK; seed++) runSeed(seed)
    })
    test.each(KEPT)('kept seed %i', runSeed)
  })
} else test(`seed ${only}`, () => runSeed(Number(only)))

test('the drawn jobs are of many kinds', () => {
  const jobs = Array.from({ length: 200 }, (_, seed) => drawJob(seed + 1))
  const operations = new Set(jobs.flatMap(({ nodes }) => nodes.map(({ op }) => op)))
  expect([...operations].sort().join(' ')).toBe(
    'broadcast collect connect filter flatMap global intervalJoin map process rebalance rescale shuffle side source sum union',
  )
  const loose = jobs.filter(({ isLoose }) => isLoose)
  expect(
    loose.filter(({ nodes }) => nodes.some(({ op }) => op === 'process' || op === 'connect')).length,
  ).toBeGreaterThan(20)
  expect(loose.some(({ nodes }) => nodes.some((node) => node.op === 'source' && node.idlenessMs !== null))).toBe(true)
  expect(jobs.filter(({ nodes }) => modelOf(nodes).timers > 20).length).toBeGreaterThan(40)
  expect(jobs.filter(({ nodes }) => [...modelOf(nodes).rows.values()].flat().length > 50).length).toBeGreaterThan(100)
})

function runSeed(seed: number): void {
  const job = drawJob(seed)
  try {
    expect(problemsOf(job, seed)).toEqual([])
  } catch (error) {
    const again = `SEED=${seed} npx vitest run test/simulation/swarm.test.ts`
    throw new Error(`${again}\n${JSON.stringify(job)}\n${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

function problemsOf(job: RandomJob, seed: number): string[] {
  const seen: string[] = []
  const { execution, simulation, rows } = deployJob(
    buildJob(job, (violation) => void seen.push(violation)),
    {
      parallelism: job.parallelism,
      seed,
      cluster: job.cluster,
      trace: true,
    },
  )
  const invariants = new Invariants(execution)
  const random = new RandomStream(seed, 'slices')
  const budget = eventBudget(job, execution.channels.length + execution.tasks.length)
  let result = 'paused'
  while (result === 'paused' && simulation.event < budget) {
    const untilEvent = simulation.event + 1 + random.nextBelow(100)
    result = simulation.run({ ...NO_LIMIT, untilEvent })
    invariants.look()
  }
  if (execution.failure !== null) throw execution.failure.error
  if (execution.state !== 'FINISHED')
    return [...seen, `${execution.state} after ${simulation.event} events of ${budget}: ${result}`]
  invariants.finish()
  const model = modelOf(job.nodes)
  const timers = execution.deployment.backends.reduce(
    // What was set on the clock for after the end of input never fires, as in Flink.
    (sum, { eventTimers, processingTimers }) => sum + eventTimers.count + (job.isLoose ? 0 : processingTimers.count),
    0,
  )
  const left = timers === 0 ? [] : [`${timers} timers are left`]
  return [...seen, ...invariants.violations, ...left, ...differences(model.rows, rows)].slice(0, 5)
}

/** A record needs a turn, a delivery and a credit on each channel at most, a probe as many again; idling must not add to it. */
function eventBudget({ records, cluster, nodes }: RandomJob, parts: number): number {
  const longestMs = 3_000 + (records * cluster.recordUs * nodes.length + cluster.latencyUs * 4 * records) / 1000
  return 1_000 + parts * (20 + longestMs) + records * 30
}

function differences(
  expected: ReadonlyMap<string, readonly string[]>,
  rows: readonly { sink: string; value: unknown; timestamp: number }[],
): string[] {
  return Array.from(expected).flatMap(([sink, wanted]) => {
    const own = rows.filter((row) => row.sink === sink)
    const got = sink.startsWith('sum')
      ? lastSums(own.map(({ value }) => value as Item))
      : own.map(({ value, timestamp }) => rowText(value, timestamp)).sort()
    return JSON.stringify(got) === JSON.stringify(wanted)
      ? []
      : [`${sink}: expected ${wanted.join()}, got ${got.join()}`]
  })
}

/** The highest sum of a key is its last: sinks may get a key's rows out of order only if they aren't on the key's subtask. */
function lastSums(items: readonly Item[]): string[] {
  const sums = new Map<number, number>()
  for (const { key, n } of items) sums.set(key, Math.max(n, sums.get(key) ?? -Infinity))
  return Array.from(sums, ([key, n]) => `${key}=${n}`).sort()
}
