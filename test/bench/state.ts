// What state costs: pipeline C with a hundred thousand keys against the loop by hand, the pause that taking a snapshot of
// as many keys makes, and the memory of a million counters. Part of npm run bench.

import { deployJob } from '../harness/run-job.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { Types, ValueStateDescriptor } from '../../runtime/index.ts'
import { KeyedStateBackend } from '../../runtime/state/keyed-backend.ts'
import { KeyedStates } from '../../runtime/state/keyed-states.ts'
import { handLoopC, pipelineJob, thriftyLoopC, type Sums } from './pipelines.ts'

const RECORDS = 1_000_000
const KEYS = 100_000
const ROUNDS = 7
const LOWEST_RATIO = 0.6
const LONGEST_PAUSE_MS = 1
const COUNTERS = 1_000_000
const MOST_MEGABYTES = 120

/** Prints the figures. False if one misses its target. */
export function benchState(): boolean {
  return [benchManyKeys(), benchSnapshot(), benchMemory()].every(Boolean)
}

function benchManyKeys(): boolean {
  const contenders = [
    measured(() => handLoopC(RECORDS, KEYS)),
    measured(() => thriftyLoopC(RECORDS, KEYS)),
    measured(() => engineC()),
  ] as const
  if (new Set(contenders.map((one) => one.checksum())).size !== 1)
    throw new Error('the contenders of C at 100k keys disagree')
  for (let round = 0; round < ROUNDS; round++) for (const contender of contenders) contender.run()
  const [hand, thrifty, engine] = contenders.map(({ times }) => median(times)) as [number, number, number]
  const ratio = hand / engine
  console.log(
    `C with 100k keys against a loop that keeps flagged keys only: ${(thrifty / engine).toFixed(2)} (no target)`,
  )
  return report('C with 100k keys against the hand loop', ratio, LOWEST_RATIO, 'at least', '')
}

function engineC(): Sums {
  const sums = { count: 0, sum: 0 }
  const job = deployJob(pipelineJob('C', RECORDS, KEYS, sums), { isHashed: false, observes: false })
  job.simulation.run(NO_LIMIT)
  if (job.execution.state !== 'FINISHED') throw job.execution.failure?.error ?? new Error('not finished')
  return sums
}

/** Two states and a timer per key, as the fraud detector has them. */
function benchSnapshot(): boolean {
  const backend = new KeyedStateBackend(Types.LONG as never, 128)
  const states = new KeyedStates(backend, () => 0)
  const flag = states.getState(new ValueStateDescriptor('flag', Types.BOOLEAN))
  const timer = states.getState(new ValueStateDescriptor('timer', Types.LONG))
  for (let key = 0; key < KEYS; key++) {
    backend.setCurrentKey(key)
    flag.update(true)
    timer.update(key)
    backend.registerTimer(backend.eventTimers, key)
  }
  const pauses: number[] = []
  for (let round = 0; round < ROUNDS * 3; round++) {
    const started = performance.now()
    const pending = backend.beginSnapshot()
    pauses.push(performance.now() - started)
    // Somebody writes while the snapshot is being written.
    for (let key = 0; key < KEYS; key += 100) {
      backend.setCurrentKey(key)
      timer.update(round)
    }
    pending.abandon()
  }
  const started = performance.now()
  const { groups } = backend.snapshot()
  const written = performance.now() - started
  if (groups.reduce((sum, { keys }) => sum + keys.length, 0) !== KEYS) throw new Error('the snapshot misses keys')
  console.log(`writing a snapshot of 100k keys: ${written.toFixed(0)} ms`)
  return report('taking a snapshot of 100k keys', median(pauses), LONGEST_PAUSE_MS, 'at most', ' ms')
}

function benchMemory(): boolean {
  const before = usedMegabytes()
  const backend = new KeyedStateBackend(Types.LONG as never, 128)
  const count = new KeyedStates(backend, () => 0).getState(new ValueStateDescriptor('count', Types.LONG))
  for (let key = 0; key < COUNTERS; key++) {
    backend.setCurrentKey(key)
    count.update((count.value() ?? 0) + 1)
  }
  const used = usedMegabytes() - before
  if (backend.entryCount() !== COUNTERS) throw new Error('counters are missing')
  return report('a counter for each of a million keys', used, MOST_MEGABYTES, 'at most', ' MB')
}

function measured(work: () => Sums): { readonly times: number[]; run(): void; checksum(): string } {
  const times: number[] = []
  return {
    times,
    run() {
      const started = performance.now()
      work()
      times.push(performance.now() - started)
    },
    checksum: () => JSON.stringify(work()),
  }
}

function usedMegabytes(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 2 ** 20
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] as number
}

function report(name: string, figure: number, limit: number, word: 'at least' | 'at most', unit: string): boolean {
  const isMet = word === 'at least' ? figure >= limit : figure <= limit
  console.log(`${name}: ${figure.toFixed(2)}${unit} (${word} ${limit}${unit})${isMet ? '' : '  MISSED'}`)
  return isMet
}
