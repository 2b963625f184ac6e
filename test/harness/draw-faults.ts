// What is done to a cluster in a schedule: some of it before events drawn at random, some of it right when something has
// happened that takes luck to hit, as the moment between a checkpoint's completion and what is done about it.

import type { RandomStream } from '../../runtime/base/random.ts'
import type { ClusterAction } from '../../runtime/cluster/cluster-action.ts'
import type { RunIntervention } from '../../runtime/host/protocol.ts'
import type { Moment } from './cluster-observer.ts'
import { nodeName, type JobNode, type RandomJob } from './job-nodes.ts'

/** What is done the `nth` time that something happens; then, so many events later, what puts it right. */
export interface Stroke {
  readonly at: Moment
  readonly nth: number
  readonly actions: readonly { readonly after: number; readonly action: ClusterAction }[]
}

/** What faults depend on. */
export interface Drawn {
  readonly job: RandomJob
  readonly hasCheckpoints: boolean
  readonly doesDrain: boolean
}

/** In the order of their events; at the end everything is as it should be again, and the job must come to its own end. */
export function drawFaults(random: RandomStream, drawn: Drawn): RunIntervention[] {
  const below = (bound: number): number => random.nextBelow(bound)
  const span = [150, 600, 3000][below(3)] as number
  const faults: RunIntervention[] = []
  const count = below(5)
  for (let i = 0; i < count; i++) {
    const event = 1 + below(span)
    const action = drawAction(random, drawn)
    faults.push({ event, action })
    // Who is killed is replaced, sooner or later.
    if (action.kind === 'kill-task-manager')
      faults.push({ event: event + 1 + below(60), action: { kind: 'add-task-manager' } })
  }
  if (drawn.doesDrain) faults.push({ event: 1 + below(span), action: { kind: 'savepoint', stop: 'drain' } })
  else if (below(3) === 0) faults.push({ event: 1 + below(span), action: drawOperation(random) })
  faults.sort((a, b) => a.event - b.event)
  return [...faults, ...endsOf(faults)]
}

/** At moments. */
export function drawStrokes(random: RandomStream, drawn: Drawn): Stroke[] {
  const below = (bound: number): number => random.nextBelow(bound)
  const pick = <T>(...options: readonly T[]): T => options[below(options.length)] as T
  if (!drawn.hasCheckpoints) return []
  return Array.from({ length: below(3) }, (): Stroke => {
    const at = pick<Moment>('checkpoint begun', 'checkpoint complete', 'checkpoint complete', 'deployed anew')
    const nth = 1 + below(at === 'deployed anew' ? 2 : 6)
    if (below(2) === 0) return { at, nth, actions: [{ after: below(3), action: drawOperation(random) }] }
    if (below(2) === 0) {
      const operator = pick(...operatorsOf(drawn.job))
      return { at, nth, actions: [{ after: below(4), action: { kind: 'throw', operator, record: 1 } }] }
    }
    const taskManager = 1 + below(drawn.job.cluster.taskManagers)
    const after = below(3)
    const kill = { after, action: { kind: 'kill-task-manager', taskManager } } as const
    return { at, nth, actions: [kill, { after: after + 1 + below(100), action: { kind: 'add-task-manager' } }] }
  })
}

/** What isn't a fault, and mustn't change what comes of the job either. */
function drawOperation(random: RandomStream): ClusterAction {
  const pick = <T>(...options: readonly T[]): T => options[random.nextBelow(options.length)] as T
  return pick<ClusterAction>(
    { kind: 'savepoint', stop: 'none' },
    { kind: 'savepoint', stop: 'suspend' },
    { kind: 'savepoint', stop: 'suspend' },
    { kind: 'rescale', parallelism: 1 + random.nextBelow(4) },
    { kind: 'rescale', parallelism: 1 + random.nextBelow(4) },
  )
}

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
    // Always the same for one TaskManager: its clock doesn't go back.
    { kind: 'skew-clock', taskManager, byMs: 70 * taskManager },
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
  if (job.nodes.some(hasTable)) actions.push({ kind: 'disconnect-database', forMs: pick(5, 20, 60) })
  // Records that come in another order may come late, and only loose jobs know how to take that.
  const reordered = job.nodes.findIndex((node) => node.op === 'source' && (node.partitions ?? 0) === 0)
  if (job.isLoose && reordered >= 0) {
    actions.push({ kind: 'reorder-source', operator: nodeName(job, reordered), within: 2 + below(10) })
  }
  const pair = pick(...pairsOf(job))
  if (pair !== undefined) {
    actions.push({ kind: 'partition-channel', ...pair, forMs: pick(2, 50, 2000) })
    actions.push({ kind: 'delay-channel', ...pair, byMs: pick(0, 3, 40) })
  }
  return pick(...actions)
}

function hasTable(node: JobNode): boolean {
  return 'end' in node && (node.op === 'sum' || node.end === 'table' || node.end === 'upsert')
}

const NOT_OPERATORS = new Set(['rebalance', 'rescale', 'shuffle', 'global', 'union', 'side'])

function operatorsOf(job: RandomJob): string[] {
  return job.nodes.flatMap((node, i) => {
    if (NOT_OPERATORS.has(node.op)) return []
    return 'end' in node ? [nodeName(job, i), `end of ${nodeName(job, i)}`] : [nodeName(job, i)]
  })
}

/** Operators of which one reads the other directly. */
function pairsOf(job: RandomJob): { readonly from: string; readonly to: string }[] {
  return job.nodes.flatMap((node, i) => {
    if (!('from' in node) || NOT_OPERATORS.has(node.op)) return []
    const { op } = job.nodes[node.from] as RandomJob['nodes'][number]
    return NOT_OPERATORS.has(op) ? [] : [{ from: nodeName(job, node.from), to: nodeName(job, i) }]
  })
}
