// Pattern `a b+ c` among the events of 1,000 keys, as a job: once with nothing between the events, as a regular expression
// reads, and once with other events between them and a time limit.

import {
  AfterMatchSkipStrategy,
  CEP,
  DataGeneratorSource,
  Duration,
  Pattern,
  WatermarkStrategy,
  type StreamExecutionEnvironment,
  type WatermarkGenerator,
} from '../../runtime/index.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { deployJob } from '../harness/run-job.ts'
import { makeEvent, type Sums } from './pipelines.ts'

const RECORDS = 300_000
const KEYS = 1000
const ROUNDS = 7
/** Records per second, with nothing between the events. */
const TARGET = 300_000

interface Letter {
  readonly key: number
  readonly letter: 'a' | 'b' | 'c' | 'd'
  readonly ts: number
}

const LETTERS = ['a', 'b', 'b', 'c', 'd'] as const

function makeLetter(i: number, keys: number): Letter {
  const { key, amount, ts } = makeEvent(i, keys)
  return { key, letter: LETTERS[amount % LETTERS.length] ?? 'd', ts }
}

const strict = (): Pattern<Letter> =>
  Pattern.begin<Letter>('a')
    .where((event) => event.letter === 'a')
    .next('b')
    .where((event) => event.letter === 'b')
    .oneOrMore()
    .consecutive()
    .next('c')
    .where((event) => event.letter === 'c')

const relaxed = (): Pattern<Letter> =>
  Pattern.begin<Letter>('a', AfterMatchSkipStrategy.skipPastLastEvent())
    .where((event) => event.letter === 'a')
    .followedBy('b')
    .where((event) => event.letter === 'b')
    .oneOrMore()
    .followedBy('c')
    .where((event) => event.letter === 'c')
    .within(Duration.ofSeconds(60))

/** A watermark after every 1,000 records. */
function everyThousandth(): WatermarkGenerator<Letter> {
  let seen = 0
  return {
    onEvent(_event, timestampMs, output) {
      if (++seen % 1000 === 0) output.emitWatermark(timestampMs - 1)
    },
    onPeriodicEmit() {},
  }
}

/** A job; `sums` counts its matches and the events in them. */
function cepJob(name: 'strict' | 'relaxed', records: number, keys: number, sums: Sums) {
  return (env: StreamExecutionEnvironment): void => {
    const strategy = WatermarkStrategy.forGenerator<Letter>(everyThousandth).withTimestampAssigner((event) => event.ts)
    const events = env.fromSource(new DataGeneratorSource((i) => makeLetter(i, keys), records), strategy, 'letters')
    const pattern = name === 'strict' ? strict() : relaxed()
    CEP.pattern(
      events.keyBy((event) => event.key),
      pattern,
    )
      .select((match) => match.get('b')?.length ?? 0)
      .addSink((count) => {
        sums.count++
        sums.sum += count
      })
  }
}

/** Prints the speed of both; false if the first misses its target. */
export function benchCep(): boolean {
  const strictly = recordsPerSecond('strict')
  console.log(`a b+ c in a row: ${strictly} records/s (at least ${TARGET})${strictly < TARGET ? '  MISSED' : ''}`)
  console.log(`a b+ c among others: ${recordsPerSecond('relaxed')} records/s`)
  return strictly >= TARGET
}

function recordsPerSecond(name: 'strict' | 'relaxed'): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const sums = { count: 0, sum: 0 }
    const job = deployJob(cepJob(name, RECORDS, KEYS, sums), { isHashed: false, observes: false })
    const started = performance.now()
    job.simulation.run(NO_LIMIT)
    if (sums.count === 0) throw new Error('the pattern was not found')
    return performance.now() - started
  }).sort((a, b) => a - b)
  return Math.round((RECORDS / (times[ROUNDS >> 1] as number)) * 1000)
}
