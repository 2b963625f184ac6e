// A cluster at work for long, and a large one: a day of clicks in the log, 64 subtasks of eight operators apart, and a thousand
// restarts. Part of npm run bench.

import { execFileSync } from 'node:child_process'
import { Configuration, DataGeneratorSource, RateLimiterStrategy, WatermarkStrategy } from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, type Build, type DeployedJob } from '../harness/run-job.ts'

const LONGEST_DAY_S = 20

const PARALLELISM = 64
const RECORDS = 2_000_000
const LEAST_RECORDS_PER_S = 1_000_000

const RESTARTS = 1000
/** Heap after so many restarts and after all of them; measuring itself takes some. */
const MOST_GROWTH_BYTES = 2_000_000

/** Prints the figures. False if one misses its target. */
export function benchCluster(): boolean {
  return [benchDay(), benchParallel(), benchRestarts()].every(Boolean)
}

function benchDay(): boolean {
  const output = execFileSync(process.execPath, ['bin/run-ts.mjs', 'test/bench/day.ts'], { encoding: 'utf8' })
  const { seconds, events } = JSON.parse(output) as { readonly seconds: number; readonly events: number }
  return told(
    `24 h of clicks: ${seconds.toFixed(1)} s, ${(events / 1e6).toFixed(1)} M events (at most ${LONGEST_DAY_S} s)`,
    seconds <= LONGEST_DAY_S,
  )
}

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

function benchParallel(): boolean {
  const job = deploy(keyedCount, PARALLELISM, { taskManagers: 16, slotsPerTaskManager: 4 })
  const seconds = timed(() => job.simulation.run(NO_LIMIT))
  requireRunning(job, 'FINISHED')
  const perSecond = RECORDS / seconds
  const text = `16 TaskManagers × 4 slots, 8 operators × ${PARALLELISM}: ${(perSecond / 1e6).toFixed(2)} M records/s`
  return told(`${text} (at least ${LEAST_RECORDS_PER_S / 1e6})`, perSecond >= LEAST_RECORDS_PER_S)
}

/** A job that fails and starts again, over and over: what is left of the attempts. */
function benchRestarts(): boolean {
  const job = deploy((env) => {
    env.enableCheckpointing(50)
    env.configure(
      new Configuration()
        .set('restart-strategy.type', 'fixed-delay')
        .set('restart-strategy.fixed-delay.attempts', RESTARTS + 1)
        .set('restart-strategy.fixed-delay.delay', '10 ms'),
    )
    const numbers = new DataGeneratorSource((i: number) => i, 10_000_000, RateLimiterStrategy.perSecond(1000))
    env
      .fromSource(numbers, WatermarkStrategy.noWatermarks(), 'numbers')
      .keyBy((n) => n % 100)
      .reduce((a, b) => a + b)
      .addSink(() => undefined)
  }, 2)
  const heapAfter = (restarts: number): number => {
    while (job.execution.attempt < restarts) {
      const { simulation, execution } = job
      simulation.run({ ...NO_LIMIT, untilUs: simulation.nowUs + 200_000 })
      const task = execution.tasks[execution.attempt % execution.tasks.length]
      if (task?.state === 'RUNNING') execution.taskFailed(task, new Error('lost'))
    }
    globalThis.gc?.()
    return process.memoryUsage().heapUsed
  }
  const [first, last] = [heapAfter(RESTARTS / 10), heapAfter(RESTARTS)]
  requireRunning(job, 'RUNNING')
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
  const text = `heap after ${RESTARTS / 10} restarts ${mb(first)}, after ${RESTARTS} ${mb(last)}`
  return told(`${text} (at most ${mb(MOST_GROWTH_BYTES)} more)`, last - first <= MOST_GROWTH_BYTES)
}

function deploy(build: Build, parallelism: number, cluster = {}): DeployedJob {
  return deployJob(build, { parallelism, cluster, isHashed: false, observes: false })
}

function requireRunning({ execution }: DeployedJob, state: string): void {
  if (execution.state !== state && execution.state !== 'RESTARTING')
    throw execution.failure?.error ?? new Error(execution.state)
}

function timed(run: () => unknown): number {
  const started = performance.now()
  run()
  return (performance.now() - started) / 1000
}

function told(text: string, isMet: boolean): boolean {
  console.log(`${text}${isMet ? '' : '  MISSED'}`)
  return isMet
}
