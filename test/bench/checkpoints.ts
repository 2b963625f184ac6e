// What checkpoints cost: the pause that taking one of a hundred thousand keys makes, for each state, and the share of the
// run time that goes into one per hundred thousand records. Part of npm run bench.

import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { Types, ValueStateDescriptor } from '../../runtime/index.ts'
import { KeyedStateBackend } from '../../runtime/state/keyed-backend.ts'
import { KeyedStates } from '../../runtime/state/keyed-states.ts'
import { deployJob, type Build } from '../harness/run-job.ts'
import { pipelineJob, type Sums } from './pipelines.ts'

const RECORDS = 1_000_000
const KEYS = 100_000
const ROUNDS = 15
/** Of runs with and without in turns. */
const PAIRS = 41
const STATES = 8
const LONGEST_PAUSE_US = 50
/** At most 5 % more than without. */
const LOWEST_RATIO = 0.95
/** A source makes a record in a virtual µs. */
const INTERVAL_MS = 100

/** Prints the figures. False if one misses its target. */
export function benchCheckpoints(): boolean {
  return [benchShare('A'), benchShare('C'), benchPause()].every(Boolean)
}

function benchPause(): boolean {
  const backend = new KeyedStateBackend(Types.LONG as never, 128)
  const states = new KeyedStates(backend, () => 0)
  const all = Array.from({ length: STATES }, (_, i) => states.getState(new ValueStateDescriptor(`s${i}`, Types.LONG)))
  for (let key = 0; key < KEYS; key++) {
    backend.setCurrentKey(key)
    for (const state of all) state.update(key)
  }
  const pauses: number[] = []
  for (let round = 0; round < ROUNDS * 3; round++) {
    const started = performance.now()
    const pending = backend.beginSnapshot()
    pauses.push((performance.now() - started) * 1000)
    for (let key = 0; key < KEYS; key += 100) {
      backend.setCurrentKey(key)
      for (const state of all) state.update(round)
    }
    pending.abandon()
  }
  const pause = median(pauses) / STATES
  const isMet = pause <= LONGEST_PAUSE_US
  console.log(
    `taking a checkpoint of 100k keys, per state: ${pause.toFixed(1)} µs (at most ${LONGEST_PAUSE_US} µs)${isMet ? '' : '  MISSED'}`,
  )
  return isMet
}

/** With and without, in turns: what one costs is the median of what neighbours say. */
function benchShare(pipeline: 'A' | 'C'): boolean {
  const plain: number[] = []
  const checkpointed: number[] = []
  const build = (sums: Sums): Build => pipelineJob(pipeline, RECORDS, KEYS, sums)
  const measure = (times: number[], isCheckpointed: boolean): void => {
    const sums = { count: 0, sum: 0 }
    const job = deployJob(
      (env) => {
        if (isCheckpointed) env.enableCheckpointing(INTERVAL_MS)
        build(sums)(env)
      },
      { isHashed: false, observes: false },
    )
    const started = performance.now()
    job.simulation.run(NO_LIMIT)
    times.push(performance.now() - started)
    const completed = job.execution.checkpoints?.history.completed ?? 0
    if (isCheckpointed && completed < RECORDS / 100_000) throw new Error(`only ${completed} checkpoints`)
  }
  for (let pair = -1; pair < PAIRS; pair++) {
    measure(pair < 0 ? [] : plain, false)
    measure(pair < 0 ? [] : checkpointed, true)
  }
  const ratio = median(plain.map((ms, i) => ms / (checkpointed[i] as number)))
  const isMet = ratio >= LOWEST_RATIO
  console.log(
    `${pipeline} with a checkpoint per 100k records against without: ${ratio.toFixed(2)} (at least ${LOWEST_RATIO})${isMet ? '' : '  MISSED'}`,
  )
  return isMet
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] as number
}
