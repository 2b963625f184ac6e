// A large cluster at work: 64 subtasks of eight operators apart. Part of npm run bench.

import { DataGeneratorSource, WatermarkStrategy } from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, type Build } from '../harness/run-job.ts'

const PARALLELISM = 64
const CLUSTER = { taskManagers: 16, slotsPerTaskManager: 4 }
const RECORDS = 2_000_000
const ROUNDS = 3
const LEAST_RECORDS_PER_S = 1_000_000

/** The keyed count as eight operators that nothing chains. */
const keyedCount: Build = (env) => {
  env.disableOperatorChaining()
  env
    .fromSource(new DataGeneratorSource((i: number) => i, RECORDS), WatermarkStrategy.noWatermarks(), 'numbers')
    .map((n) => ({ key: (n * 7919) % 10_007, count: 1 }))
    .filter(({ key }) => key >= 0)
    .map((event) => event)
    .keyBy(({ key }) => key)
    .sum('count')
    .map((event) => event)
    .filter(({ count }) => count > 0)
    .addSink(() => undefined)
}

/** Prints the figure, the median of a few runs. False if it misses its target. */
export function benchParallel(): boolean {
  const speeds = Array.from({ length: ROUNDS }, () => {
    const settings = { parallelism: PARALLELISM, cluster: CLUSTER, isHashed: false, observes: false }
    const { simulation, execution } = deployJob(keyedCount, settings)
    const started = performance.now()
    simulation.run(NO_LIMIT)
    if (execution.state !== 'FINISHED') throw execution.failure?.error ?? new Error(execution.state)
    return RECORDS / ((performance.now() - started) / 1000)
  })
  const speed = speeds.sort((a, b) => a - b)[ROUNDS >> 1] as number
  const isMet = speed >= LEAST_RECORDS_PER_S
  const text = `16 TaskManagers × 4 slots, 8 operators × ${PARALLELISM}: ${(speed / 1e6).toFixed(2)} M records/s`
  console.log(`${text} (at least ${LEAST_RECORDS_PER_S / 1e6})${isMet ? '' : '  MISSED'}`)
  return isMet
}
