// Whole pipelines against loops written by hand and against RxJS, in turns: medians and ratios. Those of one input and those
// of two are two groups of npm run bench.

import { deployJob, type Build } from '../harness/run-job.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import { handLoopA, handLoopC, pipelineJob, rxjsA, thriftyLoopC, type Sums } from './pipelines.ts'
import { handJoin, joinJob, rulesJob } from './two-inputs.ts'

const RECORDS = 1_000_000
const KEYS = 1_000
const JOIN_KEYS = 10_000
const ROUNDS = 7

interface Contender {
  readonly name: string
  readonly run: () => Sums
  readonly checksum: string
  readonly times: number[]
}

interface Target {
  readonly name: string
  readonly of: string
  readonly against: string
  readonly lowest: number
}

function engine(build: (sums: Sums) => Build): Sums {
  const sums = { count: 0, sum: 0 }
  const job = deployJob(build(sums), { isHashed: false, observes: false })
  job.simulation.run(NO_LIMIT)
  if (job.execution.state !== 'FINISHED') throw job.execution.failure?.error ?? new Error('not finished')
  return sums
}

function contender(name: string, run: () => Sums): Contender {
  return { name, run, checksum: JSON.stringify(run()), times: [] }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] as number
}

/** Pipelines of one input. Prints the figures; false if one misses its target. */
export function benchLoops(): boolean {
  return compare(
    [
      contender('hand A', () => handLoopA(RECORDS, KEYS)),
      contender('engine A', () => engine((sums) => pipelineJob('A', RECORDS, KEYS, sums))),
      contender('RxJS A', () => rxjsA(RECORDS, KEYS)),
      contender('hand C', () => handLoopC(RECORDS, KEYS)),
      contender('thrifty C', () => thriftyLoopC(RECORDS, KEYS)),
      contender('engine C', () => engine((sums) => pipelineJob('C', RECORDS, KEYS, sums))),
    ],
    [
      { name: 'A against the hand loop', of: 'engine A', against: 'hand A', lowest: 0.35 },
      { name: 'A against RxJS groupBy', of: 'engine A', against: 'RxJS A', lowest: 2.5 },
      { name: 'C against the hand loop', of: 'engine C', against: 'hand C', lowest: 0.35 },
      { name: 'C against a loop that keeps flagged keys only', of: 'engine C', against: 'thrifty C', lowest: 0.35 },
    ],
  )
}

/** The same of two inputs. */
export function benchInputs(): boolean {
  return compare(
    [
      contender('hand J', () => handJoin(RECORDS, JOIN_KEYS)),
      contender('engine J', () => engine((sums) => joinJob(RECORDS, JOIN_KEYS, sums))),
      contender('map B', () => engine((sums) => rulesJob('map', RECORDS, KEYS, sums))),
      contender('engine B', () => engine((sums) => rulesJob('broadcast', RECORDS, KEYS, sums))),
    ],
    [
      { name: 'J, an interval join, against the hand loop', of: 'engine J', against: 'hand J', lowest: 0.3 },
      // At most 1.3 times the cost of a map.
      { name: 'B, broadcast rules, against a map', of: 'engine B', against: 'map B', lowest: 1 / 1.3 },
    ],
  )
}

function compare(contenders: readonly Contender[], targets: readonly Target[]): boolean {
  for (const pipeline of new Set(contenders.map(({ name }) => name.at(-1) as string))) {
    const sums = new Set(contenders.filter(({ name }) => name.endsWith(pipeline)).map(({ checksum }) => checksum))
    if (sums.size !== 1) throw new Error(`the contenders of ${pipeline} disagree: ${[...sums].join(' ')}`)
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const { run, times } of contenders) {
      const started = performance.now()
      run()
      times.push(performance.now() - started)
    }
  }

  const speed = new Map(contenders.map(({ name, times }) => [name, RECORDS / median(times) / 1000]))
  for (const { name, times } of contenders) {
    const [fastest, slowest] = [RECORDS / Math.min(...times) / 1000, RECORDS / Math.max(...times) / 1000]
    console.log(
      `${name.padEnd(10)} ${(speed.get(name) as number).toFixed(1)} M records/s [${slowest.toFixed(1)}–${fastest.toFixed(1)}]`,
    )
  }
  let areMet = true
  for (const { name, of, against, lowest } of targets) {
    const ratio = (speed.get(of) as number) / (speed.get(against) as number)
    const isMet = ratio >= lowest
    console.log(`${name}: ${ratio.toFixed(2)} (at least ${lowest})${isMet ? '' : '  MISSED'}`)
    if (!isMet) areMet = false
  }
  return areMet
}
