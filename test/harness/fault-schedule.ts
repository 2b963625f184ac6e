// One seed draws all of a schedule: a job on a cluster, how it takes checkpoints and starts again, and what is done to it
// while it runs. The faults are plain interventions, so the smallest schedule that fails is a command with fewer of them.

import { RandomStream } from '../../runtime/base/random.ts'
import type { ClusterAction } from '../../runtime/cluster/cluster-action.ts'
import type { RunIntervention } from '../../runtime/host/protocol.ts'
import { CheckpointingMode } from '../../runtime/index.ts'
import { drawJob, nodeName, type RandomJob } from './random-job.ts'

export interface FaultSchedule {
  readonly seed: number
  readonly job: RandomJob
  /** Null for a job that begins with nothing after a failure. */
  readonly checkpoints: {
    readonly intervalMs: number
    readonly mode: CheckpointingMode
    readonly minPauseMs: number
    readonly timeoutMs: number
    readonly maxConcurrent: number
    /** How many checkpoints in a row may fail before the job does. */
    readonly tolerated: number
  } | null
  readonly restartMs: number
  readonly interventions: readonly RunIntervention[]
}

/** Everything that the seed says. */
export function drawSchedule(seed: number): FaultSchedule {
  const random = new RandomStream(seed, 'schedule')
  const below = (bound: number): number => random.nextBelow(bound)
  const pick = <T>(...options: readonly T[]): T => options[below(options.length)] as T
  const job = onCluster(drawJob(seed), pick)
  const checkpoints =
    below(10) === 0
      ? null
      : {
          // Barriers take credits, too: they mustn't come faster than these come back.
          intervalMs: Math.max(pick(10, 20, 50, 200), job.cluster.latencyUs / 150),
          mode: pick(CheckpointingMode.EXACTLY_ONCE, CheckpointingMode.EXACTLY_ONCE, CheckpointingMode.AT_LEAST_ONCE),
          minPauseMs: pick(0, 0, 15),
          timeoutMs: pick(20_000, 60_000),
          tolerated: pick(0, 2, 1000),
          maxConcurrent: pick(1, 1, 2, 3),
        }
  const drawn = { seed, job, checkpoints, restartMs: pick(0, 1, 100, 1000) }
  return { ...drawn, interventions: drawFaults(random, drawn) }
}

/** Sources take their time, so that there is something to interrupt; some clusters have TaskManagers to lose. */
function onCluster(job: RandomJob, pick: <T>(...options: readonly T[]) => T): RandomJob {
  const nodes = job.nodes.map((node) =>
    node.op === 'source' ? { ...node, rate: node.rate ?? pick(null, 300, 1000) } : node,
  )
  const highest = Math.max(job.parallelism, ...job.nodes.map(({ parallelism }) => parallelism))
  const [taskManagers, slotsPerTaskManager] = pick<readonly [number, number]>(
    [1, 0],
    [2, highest],
    [highest, 1],
    [3, highest],
  )
  const cluster = { ...job.cluster, taskManagers, slotsPerTaskManager, slotRequestTimeoutMs: 5000 }
  return { ...job, nodes, cluster }
}

function drawFaults(
  random: RandomStream,
  { job, checkpoints }: Pick<FaultSchedule, 'job' | 'checkpoints'>,
): RunIntervention[] {
  const below = (bound: number): number => random.nextBelow(bound)
  const span = [150, 600, 3000][below(3)] as number
  const faults: RunIntervention[] = []
  const count = below(5)
  for (let i = 0; i < count; i++) {
    const event = 1 + below(span)
    const action = drawAction(random, { job, hasCheckpoints: checkpoints !== null })
    faults.push({ event, action })
    // Who is killed is replaced, sooner or later.
    if (action.kind === 'kill-task-manager')
      faults.push({ event: event + 1 + below(300), action: { kind: 'add-task-manager' } })
  }
  faults.sort((a, b) => a.event - b.event)
  return [...faults, ...endsOf(faults)]
}

/** Then everything is as it should be again, and the job must come to its end. */
function endsOf(faults: readonly RunIntervention[]): RunIntervention[] {
  const event = (faults.at(-1)?.event ?? 0) + 400
  return faults.flatMap(({ action }): RunIntervention[] => {
    switch (action.kind) {
      case 'slow-operator':
      case 'delay-channel':
      case 'delay-source':
        return action.byMs === 0 ? [] : [{ event, action: { ...action, byMs: 0 } }]
      case 'slow-task-manager':
        return action.factor === 1 ? [] : [{ event, action: { ...action, factor: 1 } }]
      default:
        return []
    }
  })
}

interface Drawn {
  readonly job: RandomJob
  readonly hasCheckpoints: boolean
}

function drawAction(random: RandomStream, { job, hasCheckpoints }: Drawn): ClusterAction {
  const below = (bound: number): number => random.nextBelow(bound)
  const pick = <T>(...options: readonly T[]): T => options[below(options.length)] as T
  const operator = pick(...operatorsOf(job))
  const source = pick(...job.nodes.flatMap((node, i) => (node.op === 'source' ? [nodeName(job, i)] : [])))
  const subtask = 0
  const taskManager = 1 + below(job.cluster.taskManagers)
  const actions: ClusterAction[] = [
    { kind: 'throw', operator, record: 1 + below(20) },
    { kind: 'throw', operator, subtask, record: 1 + below(5) },
    { kind: 'throw', operator: source, record: 1 + below(30) },
    { kind: 'kill-task-manager', taskManager },
    { kind: 'disconnect-task-manager', taskManager, forMs: pick(5, 100, 70_000) },
    { kind: 'slow-task-manager', taskManager, factor: pick(1, 3, 20) },
    { kind: 'skew-clock', taskManager, byMs: 1 + below(500) },
    { kind: 'slow-operator', operator, byMs: pick(0, 1, 5) },
    { kind: 'pause-source', operator: source, forMs: pick(10, 300, 3000) },
    { kind: 'delay-source', operator: source, byMs: pick(5, 200) },
  ]
  if (hasCheckpoints) {
    actions.push(
      { kind: 'lose-acknowledgement', operator },
      { kind: 'delay-acknowledgement', operator, byMs: pick(1, 30, 500) },
      { kind: 'fail-upload', operator },
    )
  }
  // Records that come in another order may come late, and only loose jobs know how to take that.
  if (job.isLoose) actions.push({ kind: 'reorder-source', operator: source, within: 2 + below(10) })
  const pair = pick(...pairsOf(job))
  if (pair !== undefined) {
    actions.push({ kind: 'partition-channel', ...pair, forMs: pick(2, 50, 2000) })
    actions.push({ kind: 'delay-channel', ...pair, byMs: pick(0, 3, 40) })
  }
  return pick(...actions)
}

const NOT_OPERATORS = new Set(['rebalance', 'rescale', 'shuffle', 'global', 'union', 'side'])

function operatorsOf(job: RandomJob): string[] {
  return job.nodes.flatMap(({ op }, i) => (NOT_OPERATORS.has(op) ? [] : [nodeName(job, i)]))
}

/** Operators of which one reads the other directly. */
function pairsOf(job: RandomJob): { readonly from: string; readonly to: string }[] {
  return job.nodes.flatMap((node, i) => {
    if (!('from' in node) || NOT_OPERATORS.has(node.op)) return []
    const { op } = job.nodes[node.from] as RandomJob['nodes'][number]
    return NOT_OPERATORS.has(op) ? [] : [{ from: nodeName(job, node.from), to: nodeName(job, i) }]
  })
}
