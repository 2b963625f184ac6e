// Pipeline B: the front of A and C, then sums per key and window of 10 s of event time. Against a loop written by hand,
// with few keys and with many; and what sliding windows and sessions cost in proportion to tumbling ones.

import {
  DataGeneratorSource,
  Duration,
  EventTimeSessionWindows,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type Collector,
  type StreamExecutionEnvironment,
  type TimeWindow,
  type WindowAssigner,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob } from '../harness/run-job.ts'
import { makeEvent, type Sums } from './pipelines.ts'

const RECORDS = 500_000
const ROUNDS = 7
const SIZE_MS = 10_000
const LATENESS = Duration.ofMillis(511)

type Event = ReturnType<typeof makeEvent>

/** One record a millisecond, up to 511 ms late. */
function makeLate(i: number, keys: number): Event {
  const { key, amount } = makeEvent(i, keys)
  return { key, amount, ts: i - (amount & 511) }
}
interface Result {
  readonly key: number
  readonly sum: number
}

const seconds = (n: number): Duration => Duration.ofSeconds(n)
const tumbling = TumblingEventTimeWindows.of(seconds(10))
const sliding = SlidingEventTimeWindows.of(seconds(10), seconds(1))
const sessions = EventTimeSessionWindows.withGap(seconds(10))

/** Order doesn't count: a window's keys may fire in any. */
function take(sums: Sums, { key, sum }: Result): void {
  sums.count++
  sums.sum = (sums.sum + Math.imul(key + 1, sum)) | 0
}

function job(assigner: WindowAssigner<unknown, TimeWindow>, keys: number, sums: Sums) {
  return (env: StreamExecutionEnvironment): void => {
    // At 1 µs a record, a watermark every 1,000 records.
    env.getConfig().setAutoWatermarkInterval(1)
    const strategy = WatermarkStrategy.forBoundedOutOfOrderness<Event>(LATENESS).withTimestampAssigner(
      (event) => event.ts,
    )
    env
      .fromSource(new DataGeneratorSource((i) => makeLate(i, keys), RECORDS), strategy, 'events')
      .map((event) => ({ key: event.key, amount: event.amount, ts: event.ts }))
      .filter((event) => event.amount % 3 !== 0)
      .keyBy((event) => event.key)
      .window(assigner)
      .aggregate(
        {
          createAccumulator: () => 0,
          add: (event, sum) => sum + event.amount,
          getResult: (sum) => sum,
          merge: (a, b) => a + b,
        },
        (key: number, _window: TimeWindow, [sum = 0]: Iterable<number>, out: Collector<Result>) =>
          out.collect({ key, sum }),
      )
      .addSink((result) => take(sums, result))
  }
}

function engine(assigner: WindowAssigner<unknown, TimeWindow>, keys: number): Sums {
  const sums = { count: 0, sum: 0 }
  const { simulation, execution } = deployJob(job(assigner, keys, sums), { isHashed: false, observes: false })
  simulation.run(NO_LIMIT)
  if (execution.state !== 'FINISHED') throw execution.failure?.error ?? new Error('not finished')
  return sums
}

function handLoop(keys: number): Sums {
  const sums = { count: 0, sum: 0 }
  const windows = new Map<number, Map<number, number>>()
  const fire = (watermark: number): void => {
    for (const [start, byKey] of windows) {
      if (start + SIZE_MS - 1 > watermark) continue
      for (const [key, sum] of byKey) take(sums, { key, sum })
      windows.delete(start)
    }
  }
  let maxTs = -Infinity
  for (let i = 0; i < RECORDS; i++) {
    const made = makeLate(i, keys)
    if (made.ts > maxTs) maxTs = made.ts
    const event = { key: made.key, amount: made.amount, ts: made.ts }
    if (event.amount % 3 !== 0) {
      const start = Math.floor(event.ts / SIZE_MS) * SIZE_MS
      let byKey = windows.get(start)
      if (byKey === undefined) windows.set(start, (byKey = new Map()))
      byKey.set(event.key, (byKey.get(event.key) ?? 0) + event.amount)
    }
    if (i % 1000 === 999) fire(maxTs - 512)
  }
  fire(Infinity)
  return sums
}

export function windowRuns() {
  return {
    hand1k: () => handLoop(1_000),
    tumbling1k: () => engine(tumbling, 1_000),
    hand100k: () => handLoop(100_000),
    tumbling100k: () => engine(tumbling, 100_000),
    sliding1k: () => engine(sliding, 1_000),
    sessions1k: () => engine(sessions, 1_000),
  }
}

/** Prints the ratios; false if one misses its target. */
export function benchWindows(): boolean {
  const runs = windowRuns()
  for (const keys of ['1k', '100k'] as const) {
    const [hand, own] = [runs[`hand${keys}`](), runs[`tumbling${keys}`]()]
    if (JSON.stringify(hand) !== JSON.stringify(own)) throw new Error(`B with ${keys} keys: the two disagree`)
  }
  const times = new Map<string, number[]>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(runs)) {
      const started = performance.now()
      run()
      times.set(name, [...(times.get(name) ?? []), performance.now() - started])
    }
  }
  const timeOf = (name: keyof typeof runs): number =>
    [...(times.get(name) as number[])].sort((a, b) => a - b)[ROUNDS >> 1] as number
  for (const name of Object.keys(runs) as (keyof typeof runs)[]) {
    console.log(`B ${name.padEnd(12)} ${(RECORDS / timeOf(name) / 1000).toFixed(1)} M records/s`)
  }
  return [
    report('B against the hand loop, 1k keys', timeOf('hand1k') / timeOf('tumbling1k'), { atLeast: 0.35 }),
    report('B against the hand loop, 100k keys', timeOf('hand100k') / timeOf('tumbling100k'), { atLeast: 0.6 }),
    report('sliding in 10 panes, cost of tumbling', timeOf('sliding1k') / timeOf('tumbling1k'), { atMost: 6 }),
    report('sessions, cost of tumbling', timeOf('sessions1k') / timeOf('tumbling1k'), { atMost: 4 }),
  ].every(Boolean)
}

function report(name: string, ratio: number, target: { readonly atLeast?: number; readonly atMost?: number }): boolean {
  const { atLeast = -Infinity, atMost = Infinity } = target
  const isMet = ratio >= atLeast && ratio <= atMost
  const wanted = atMost === Infinity ? `at least ${atLeast}` : `at most ${atMost}`
  console.log(`${name}: ${ratio.toFixed(2)} (${wanted})${isMet ? '' : '  MISSED'}`)
  return isMet
}
