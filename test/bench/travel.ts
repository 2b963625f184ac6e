// Travel (engine study §4): a lesson of 100,000 records, one to a buffer, watched. What keyframes cost while it runs, how
// much they hold, and how long it takes to be anywhere else in it, with everything that is shown there; and the same
// without them, by executing the run again from its start.

import { RandomStream } from '../../runtime/base/random.ts'
import { ClusterWatcher } from '../../runtime/cluster/cluster-watcher.ts'
import { NO_LIMIT } from '../../runtime/kernel/simulation.ts'
import type { WatchedRun } from '../../runtime/travel/steps.ts'
import { Traveller, type TravelPort } from '../../runtime/travel/traveller.ts'
import { deployJob } from '../harness/run-job.ts'
import { pipelineJob } from './pipelines.ts'

const RECORDS = 100_000
/** Of a run whose speed is measured: enough for the engine to be warm. */
const MANY_RECORDS = 500_000
const PLACES = 100
const ROUNDS = 5
const REEXECUTED = 6
const MOST_MS = 10
const MOST_MIB = 16
const FEWEST_RECORDS = 1_000_000
/** What keyframes may cost a run that is watched, at full speed. */
const MOST_COST = 1.1
const CASES = [
  { name: 'A', keys: 100 },
  { name: 'A', keys: 10_000 },
  { name: 'C', keys: 1000 },
] as const

type Open = (bufferRecords?: number, records?: number) => WatchedRun

/** Prints the figures. False if one misses its target. */
export async function benchTravel(): Promise<boolean> {
  let isMet = true
  for (const { name, keys } of CASES) {
    const open: Open = (bufferRecords = 1, records = RECORDS) => {
      const watcher = new ClusterWatcher(() => null)
      const options = { parallelism: 2, cluster: { bufferRecords }, observes: false, trace: true, watcher }
      const { execution } = deployJob(pipelineJob(name, records, keys, { count: 0, sum: 0 }), options)
      watcher.attach(execution)
      watcher.isDetailed = false
      return { execution, watcher }
    }
    const traveller = new Traveller(open(), { untilUs: Infinity }, portOf(open))
    traveller.advance(NO_LIMIT)
    const mebibytes = traveller.keyframes.bytes / 2 ** 20
    const { length } = traveller.keyframes.frames
    const [p50, p95] = await seekTimes(traveller)
    const again = await reexecutionTimes(open)
    const [without, withThem] = runTimes(open)
    const speed = (MANY_RECORDS / withThem) * 1000
    const isFine = p95 <= MOST_MS && mebibytes <= MOST_MIB && speed >= FEWEST_RECORDS && withThem / without <= MOST_COST
    isMet &&= isFine
    console.log(
      `travel ${name}, ${keys} keys: seek p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms (at most ${MOST_MS}), ` +
        `${length} keyframes, ${mebibytes.toFixed(1)} MiB (at most ${MOST_MIB}); without them ${again.toFixed(0)} ms; ` +
        `watched ${(speed / 1e6).toFixed(2)} M records/s (at least ${FEWEST_RECORDS / 1e6}), ` +
        `${(withThem / without).toFixed(2)} of the time without them (at most ${MOST_COST})${isFine ? '' : '  MISSED'}`,
    )
  }
  return isMet
}

/** Of each place the fastest of a few seeks that come from everywhere; the half and 95 of 100 take no longer than these ms. */
async function seekTimes(traveller: Traveller): Promise<[p50: number, p95: number]> {
  const random = new RandomStream(7, 'seeks')
  const last = traveller.place().event
  const places = Array.from({ length: PLACES }, () => 1 + random.nextBelow(last - 1))
  const fastest = places.map(() => Infinity)
  // The first of a stretch proves it, which happens once.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, event] of places.entries()) {
      const startMs = performance.now()
      await traveller.go({ kind: 'place', event, record: 0 })
      const ms = performance.now() - startMs
      if (round > 0) fastest[i] = Math.min(fastest[i] as number, ms)
    }
  }
  fastest.sort((a, b) => a - b)
  return [fastest[PLACES >> 1] as number, fastest[Math.floor(PLACES * 0.95)] as number]
}

/** How long it takes, in the mean, to be somewhere else without keyframes. */
async function reexecutionTimes(open: Open): Promise<number> {
  const traveller = new Traveller(open(), { untilUs: Infinity, keepsKeyframes: false }, portOf(open))
  traveller.advance(NO_LIMIT)
  const last = traveller.place().event
  let sum = 0
  for (let i = 1; i <= REEXECUTED; i++) {
    const event = last - Math.floor((last * i) / (REEXECUTED + 1))
    const startMs = performance.now()
    await traveller.go({ kind: 'place', event, record: 0 })
    sum += performance.now() - startMs
  }
  return sum / REEXECUTED
}

/** In ms, from start to end, with buffers as they are unless asked for. */
function runTimes(open: Open): [without: number, withThem: number] {
  const fastest: [number, number] = [Infinity, Infinity]
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, keepsKeyframes] of [false, true].entries()) {
      const run = open(64, MANY_RECORDS)
      const startMs = performance.now()
      new Traveller(run, { untilUs: Infinity, keepsKeyframes }, portOf(open)).advance(NO_LIMIT)
      fastest[i] = Math.min(fastest[i] as number, performance.now() - startMs)
    }
  }
  return fastest
}

function portOf(open: Open): TravelPort {
  return {
    restart: () => open(),
    rest: () => Promise.resolve(),
    needsRest: () => false,
    isRecalled: () => false,
    said: () => ({ rows: 0, logs: 0 }),
    isRemembered: () => true,
    flush: () => Promise.resolve(),
    jumped: () => undefined,
    mute: () => undefined,
    foundImpure: () => console.log('travel: not repeatable'),
  }
}
