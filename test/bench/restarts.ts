// A job that fails and starts again, over and over: what is left of the attempts. Part of npm run bench.

import { Configuration, DataGeneratorSource, RateLimiterStrategy, WatermarkStrategy } from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob, type Build } from '../harness/run-job.ts'

const RESTARTS = 1000
/** Heap after so many restarts and after all of them; measuring itself takes some. */
const MOST_GROWTH_BYTES = 2_000_000

/** Prints the figure. False if it misses its target. */
export function benchRestarts(): boolean {
  const build: Build = (env) => {
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
  }
  const job = deployJob(build, { parallelism: 2, isHashed: false, observes: false })
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
  const { state, failure } = job.execution
  if (state !== 'RUNNING' && state !== 'RESTARTING') throw failure?.error ?? new Error(state)
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
  const text = `heap after ${RESTARTS / 10} restarts ${mb(first)}, after ${RESTARTS} ${mb(last)}`
  const isMet = last - first <= MOST_GROWTH_BYTES
  console.log(`${text} (at most ${mb(MOST_GROWTH_BYTES)} more)${isMet ? '' : '  MISSED'}`)
  return isMet
}
