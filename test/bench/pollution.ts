// Six other jobs, with other functions and other shapes of records, so that the engine's inline caches have seen what a
// page sees in which one lesson follows another.

import {
  KeyedProcessFunction,
  Types,
  ValueStateDescriptor,
  type Collector,
  type Context,
  type ValueState,
} from '../../runtime/index.ts'
import { runJob, type Build } from '../harness/run-job.ts'

class Last extends KeyedProcessFunction<string, { name: string; at: number }, string> {
  last!: ValueState<{ at: number }>

  override open(): void {
    this.last = this.getRuntimeContext().getState(new ValueStateDescriptor('last', Types.GENERIC<{ at: number }>()))
  }

  override processElement(value: { name: string; at: number }, context: Context<string>, out: Collector<string>): void {
    const before = this.last.value()
    this.last.update({ at: value.at })
    context.timerService().registerProcessingTimeTimer(value.at)
    if (before !== null) out.collect(`${value.name} ${before.at}`)
  }
}

export const JOBS: readonly Build[] = [
  (env) =>
    env
      .fromSequence(1, 20_000)
      .map((n) => n * 2)
      .filter((n) => n % 3 === 0)
      .print(),
  (env) =>
    env
      .fromSequence(1, 20_000)
      .map((n) => ({ word: `w${n % 50}`, n: 1 }))
      .keyBy((e) => e.word)
      .sum('n')
      .print(),
  (env) =>
    env
      .fromSequence(1, 20_000)
      .flatMap<[string, number]>((n, out) => {
        out.collect([`k${n % 10}`, n])
        if (n % 2 === 0) out.collect([`l${n % 7}`, -n])
      })
      .keyBy(([word]) => word)
      .reduce((a, b) => [a[0], a[1] + b[1]])
      .print(),
  (env) =>
    env
      .fromSequence(1, 20_000)
      .map((n) => ({ name: `n${n % 99}`, at: n }))
      .keyBy((e) => e.name)
      .process(new Last())
      .print(),
  (env) =>
    env
      .fromSequence(1, 20_000)
      .map((n) => ({ a: n, b: n * 0.5, c: String(n), d: n % 2 === 0 }))
      .keyBy((e) => e.d)
      .maxBy('b')
      .map((e) => e.c.length)
      .print(),
  (env) => {
    const numbers = env.fromSequence(1, 10_000)
    numbers
      .union(env.fromSequence(5, 9_000))
      .map((n) => [n, n % 4] as const)
      .keyBy(([, rest]) => rest)
      .min(0)
      .print()
  },
]

export function pollute(): void {
  for (const job of JOBS) {
    runJob(job, { parallelism: 1 })
    runJob(job, { parallelism: 2 })
  }
}
