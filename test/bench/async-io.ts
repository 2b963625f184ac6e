// Async I/O with virtual requests: how many records a second of real time go through an operator of capacity 100 whose
// service takes 1 to 20 ms of virtual time.

import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { AsyncDataStream, Duration, SimulatedService, type StreamExecutionEnvironment } from '../../runtime/index.ts'
import { deployJob } from '../harness/run-job.ts'

const RECORDS = 200_000
const LOWEST = 200_000

function job(env: StreamExecutionEnvironment, call: 'orderedWait' | 'unorderedWait', seen: { count: number }): void {
  const service = new SimulatedService((n: number) => n + 1, { latency: [Duration.ofMillis(1), Duration.ofMillis(20)] })
  AsyncDataStream[call]<number, number>(
    env.fromSequence(1, RECORDS),
    (n, resultFuture) => void service.query(n).thenAccept((answer) => resultFuture.complete([answer])),
    Duration.ofSeconds(10),
    100,
  ).addSink(() => void seen.count++)
}

/** Prints records a second of either mode; false if one is below the target. */
export function benchAsync(): boolean {
  return (['orderedWait', 'unorderedWait'] as const)
    .map((call) => {
      const speeds = Array.from({ length: 5 }, () => {
        const seen = { count: 0 }
        const { simulation, execution } = deployJob((env) => job(env, call, seen), { isHashed: false, observes: false })
        const started = performance.now()
        simulation.run(NO_LIMIT)
        if (execution.state !== 'FINISHED' || seen.count !== RECORDS) throw new Error(`${call}: not all came out`)
        return RECORDS / ((performance.now() - started) / 1000)
      })
      const speed = speeds.sort((a, b) => a - b)[2] as number
      const isMet = speed >= LOWEST
      const thousands = (records: number): string => `${Math.round(records / 1000)} k`
      console.log(
        `async ${call}, capacity 100: ${thousands(speed)} records/s (at least ${thousands(LOWEST)})${isMet ? '' : '  MISSED'}`,
      )
      return isMet
    })
    .every(Boolean)
}
