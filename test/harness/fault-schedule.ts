// One seed draws all of a schedule: a job on a cluster, how it takes checkpoints and starts again, and what is done to it
// while it runs: before some event, or right when something has happened to it. Whatever was done is a list of plain
// interventions in the end, so the smallest schedule that fails is a command with fewer of them.

import { RandomStream } from '../../runtime/base/random.ts'
import type { ClusterAction } from '../../runtime/cluster/cluster-action.ts'
import type { RunIntervention } from '../../runtime/host/protocol.ts'
import { CheckpointingMode } from '../../runtime/index.ts'
import type { Moment } from './cluster-observer.ts'
import { drawFaults, drawStrokes, type Stroke } from './draw-faults.ts'
import type { JobNode, RandomJob } from './job-nodes.ts'
import { END_KINDS, needsCheckpoints } from './random-ends.ts'
import { drawJob } from './random-job.ts'

/** How a job takes checkpoints. */
export interface CheckpointPlan {
  readonly intervalMs: number
  readonly mode: CheckpointingMode
  readonly minPauseMs: number
  readonly timeoutMs: number
  readonly maxConcurrent: number
  /** How many checkpoints in a row may fail before the job does. */
  readonly tolerated: number
  /** Whether barriers overtake records, once they have been aligned for so long; null for never. */
  readonly overtakesAfterMs: number | null
}

/** Flink's restart strategies. With `limit` so many failures are one too many at some time, and somebody starts the job anew. */
export interface RestartPlan {
  readonly kind: 'none' | 'fixed-delay' | 'exponential-delay' | 'failure-rate'
  readonly delayMs: number
  readonly limit: number
}

export interface FaultSchedule {
  readonly seed: number
  readonly job: RandomJob
  /** Null for a job that begins with nothing after a failure. */
  readonly checkpoints: CheckpointPlan | null
  readonly restart: RestartPlan
  /** The parallelism of a job that goes on from a savepoint, or from a checkpoint that was kept. */
  readonly nextParallelism: number
  readonly interventions: readonly RunIntervention[]
  readonly strokes: readonly Stroke[]
}

export type { Moment }

/** Everything that the seed says. */
export function drawSchedule(seed: number): FaultSchedule {
  const random = new RandomStream(seed, 'schedule')
  const below = (bound: number): number => random.nextBelow(bound)
  const pick = <T>(...options: readonly T[]): T => options[below(options.length)] as T
  const drawn = onCluster(drawJob(seed), pick)
  const checkpoints = below(10) === 0 ? null : drawCheckpoints(drawn, pick)
  const doesDrain = checkpoints !== null && below(8) === 0
  const job = withEnds(drawn, { random, hasCheckpoints: checkpoints !== null, doesDrain })
  const restart = drawRestart(pick)
  const about = { job, hasCheckpoints: checkpoints !== null, doesDrain }
  const nextParallelism = 1 + below(4)
  const [faults, strokes] = [drawFaults(random, about), drawStrokes(random, about)]
  const isResumed = restart.limit <= 1 || [faults, ...strokes.map(({ actions }) => actions)].some(movesSplits)
  // Another job, and a subtask that takes over another's splits, read them in their own order and know nothing of that.
  const interventions = isResumed ? faults.filter(({ action }) => action.kind !== 'reorder-source') : faults
  return { seed, job, checkpoints, restart, nextParallelism, interventions, strokes }
}

function movesSplits(actions: readonly { readonly action: ClusterAction }[]): boolean {
  return actions.some(({ action }) => {
    return action.kind === 'rescale' || (action.kind === 'savepoint' && action.stop === 'suspend')
  })
}

type Pick = <T>(...options: readonly T[]) => T

function drawCheckpoints(job: RandomJob, pick: Pick): CheckpointPlan {
  const { EXACTLY_ONCE, AT_LEAST_ONCE } = CheckpointingMode
  const mode = pick(EXACTLY_ONCE, EXACTLY_ONCE, EXACTLY_ONCE, AT_LEAST_ONCE)
  // Where a checkpoint takes seconds, it must be given the time.
  const isSlow = job.cluster.latencyUs >= 30_000 || job.cluster.recordUs >= 700
  const overtakesAfterMs = mode === EXACTLY_ONCE ? pick(null, null, 0, 0, 5, 40) : null
  const [interval, minPauseMs] = [pick(10, 20, 50, 200), pick(0, 0, 15)]
  const timeoutMs = isSlow ? pick(20_000, 60_000) : pick(4_000, 20_000)
  const tolerated = pick(0, 2, 1000)
  return {
    // Barriers come to nothing if they come faster than a checkpoint takes.
    intervalMs: Math.max(interval, job.cluster.latencyUs / 150),
    mode,
    minPauseMs,
    timeoutMs,
    // Where some inputs are aligned and others aren't, a checkpoint can wait for itself until it expires, as in Flink.
    tolerated: overtakesAfterMs === null ? tolerated : 1000,
    // Barriers that overtake allow one at a time.
    maxConcurrent: overtakesAfterMs === null ? pick(1, 1, 2, 3) : 1,
    overtakesAfterMs,
  }
}

function drawRestart(pick: Pick): RestartPlan {
  const [kind, limit] = pick<readonly [RestartPlan['kind'], number]>(
    ['fixed-delay', 1000],
    ['fixed-delay', 1000],
    ['fixed-delay', 1],
    ['exponential-delay', 1000],
    ['exponential-delay', 1000],
    ['failure-rate', 1000],
    ['failure-rate', 1],
    ['none', 0],
  )
  return { kind, limit, delayMs: pick(1, 1, 100, 1000) }
}

/** Sources take their time, so that there is something to interrupt; some clusters have TaskManagers to lose. */
function onCluster(job: RandomJob, pick: Pick): RandomJob {
  const nodes = job.nodes.map((node): JobNode => {
    if (node.op !== 'source') return node
    const source = { ...node, rate: node.rate ?? pick(null, 300, 1000), partitions: pick(0, 0, 1, 3) }
    return pick(true, false, false) ? { ...source, watermarks: 'wild' } : source
  })
  const highest = Math.max(4, job.parallelism, ...job.nodes.map(({ parallelism }) => parallelism))
  const [taskManagers, slotsPerTaskManager] = pick<readonly [number, number]>(
    [1, 0],
    [2, highest],
    [highest, 1],
    [3, highest],
  )
  const cluster = { ...job.cluster, taskManagers, slotsPerTaskManager, slotRequestTimeoutMs: 5000 }
  // A probe each ms would make up most of a wait for a lost acknowledgement.
  return { ...job, nodes, cluster, intervalMs: job.intervalMs === 1 ? 5 : job.intervalMs }
}

/** Most of what is collected goes out of the job as well. Where the job may be drained, what its sources have read does. */
function withEnds(
  job: RandomJob,
  about: { readonly random: RandomStream; readonly hasCheckpoints: boolean; readonly doesDrain: boolean },
): RandomJob {
  const { random, hasCheckpoints, doesDrain } = about
  const kinds = END_KINDS.filter((kind) => hasCheckpoints || !needsCheckpoints(kind))
  const nodes = job.nodes.map((node): JobNode => {
    if (node.op !== 'collect' && node.op !== 'sum') return node
    const end = kinds[random.nextBelow(kinds.length + 1)]
    return end === undefined ? node : { ...node, end }
  })
  if (!doesDrain) return { ...job, nodes }
  const read = job.nodes.flatMap((node, from): JobNode[] => {
    if (node.op !== 'source') return []
    return [{ op: 'collect', from, name: readName(from), parallelism: 0, chaining: 'always', end: 'ledger' }]
  })
  return { ...job, nodes: [...nodes, ...read] }
}

/** Where the records of a source are found that it had read when it was drained. */
export function readName(source: number): string {
  return `read of ${source}`
}
