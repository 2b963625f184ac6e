// What is wrong with an action on the cluster, as diagnostics. Actions come from a page, a command line or a link that
// somebody was sent, so nothing about them is taken for granted.

import type { Diagnostic, DiagnosticParams } from '../base/diagnostic.ts'
import { createJobGraph, displayName, type JobGraph } from '../graph/job-graph.ts'
import type { SourceSpec } from '../connectors/source.ts'
import type { Plan, PlanNode } from '../graph/plan.ts'
import type { ClusterAction, ClusterActionKind } from './cluster-action.ts'
import { isNamed } from './faults.ts'
import { canMoveArrivals, canMoveRecords } from './record-moves.ts'
import { canReorder } from './source-faults.ts'

type Rule = (value: unknown) => boolean

const name: Rule = (value) => typeof value === 'string'
const index: Rule = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const positive: Rule = (value) => Number.isSafeInteger(value) && (value as number) > 0
const whole: Rule = (value) => Number.isSafeInteger(value)
const factor: Rule = (value) => typeof value === 'number' && value >= 1 && value <= 1_000_000
const times: Rule = (value) => value === 'once' || value === 'always'
const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined || rule(value)

const JOB = { job: optional(positive) }
const OPERATOR = { ...JOB, operator: name, subtask: optional(index) }
const CHANNEL = { ...JOB, from: name, to: name, fromSubtask: optional(index), toSubtask: optional(index) }

/** By kind: the fields of an action, and what each may hold. */
const FIELDS: Readonly<Record<ClusterActionKind, Readonly<Record<string, Rule>>>> = {
  throw: { ...OPERATOR, record: optional(positive), times: optional(times) },
  'slow-operator': { ...OPERATOR, byMs: index },
  'kill-task-manager': { taskManager: positive },
  'add-task-manager': { slots: optional(positive) },
  'disconnect-task-manager': { taskManager: positive, forMs: positive },
  'slow-task-manager': { taskManager: positive, factor },
  'skew-clock': { taskManager: positive, byMs: whole },
  'partition-channel': { ...CHANNEL, forMs: positive },
  'delay-channel': { ...CHANNEL, byMs: index },
  'pause-source': { ...OPERATOR, forMs: positive },
  'delay-source': { ...OPERATOR, byMs: index },
  'reorder-source': { ...OPERATOR, within: positive },
  'move-record': { ...OPERATOR, split: name, record: whole, atMs: optional(index), timestamp: optional(whole) },
  'lose-acknowledgement': OPERATOR,
  'delay-acknowledgement': { ...OPERATOR, byMs: positive },
  'fail-upload': OPERATOR,
  rescale: { ...JOB, parallelism: positive },
  'cancel-job': { job: positive },
  'disconnect-database': { forMs: positive },
  savepoint: { ...JOB, stop: (value) => value === 'none' || value === 'suspend' || value === 'drain' },
}

/** The jobs and the cluster that actions are for. */
export interface ActedOn {
  /** In the order of submission. */
  readonly plans: readonly Plan[]
  /** How many TaskManagers have ever been started. */
  readonly taskManagers: number
  /** How many subtasks an operator of a job has, counted from 1, which may have been rescaled; as planned unless given. */
  readonly parallelismOf?: (job: number, node: PlanNode) => number
}

/** A cluster as it is now. */
export function actedOn(
  jobs: readonly { readonly plan: Plan; readonly graph: JobGraph }[],
  taskManagers: number,
): ActedOn {
  const parallelismOf = (job: number, { id, parallelism }: PlanNode): number => {
    const vertex = jobs[job - 1]?.graph.vertices.find(({ nodes }) => nodes.some((node) => node.id === id))
    return vertex?.parallelism ?? parallelism
  }
  return { plans: jobs.map(({ plan }) => plan), taskManagers, parallelismOf }
}

/** Empty if the action can be carried out. */
export function actionDiagnostics(action: ClusterAction, on: ActedOn): Diagnostic[] {
  const found = shapeDiagnostics(action)
  return found.length > 0 ? found : aimDiagnostics(action, on)
}

function shapeDiagnostics(action: ClusterAction): Diagnostic[] {
  const { kind } = (action as ClusterAction | null | undefined) ?? { kind: 'null' as ClusterActionKind }
  const rules = Object.hasOwn(FIELDS, kind) ? FIELDS[kind] : undefined
  if (rules === undefined)
    return [diagnostic('ACTION_KIND', { kind: String(kind), kinds: Object.keys(FIELDS).join(', ') })]
  const fields = Object.entries(action).filter(([field]) => field !== 'kind')
  const unknown = fields.filter(([field]) => rules[field] === undefined)
  const bad = Object.entries(rules).filter(([field, rule]) => !rule((action as Record<string, unknown>)[field]))
  return [
    ...unknown.map(([field]) =>
      diagnostic('ACTION_FIELD', { action: kind, field, fields: Object.keys(rules).join(', ') }),
    ),
    ...bad.map(([field]) => {
      const value = (action as Record<string, unknown>)[field]
      return diagnostic('ACTION_VALUE', { action: kind, field, value: JSON.stringify(value) ?? 'undefined' })
    }),
  ]
}

/** Whether what it names is there. */
function aimDiagnostics(action: ClusterAction, on: ActedOn): Diagnostic[] {
  const { kind } = action
  const { plans, taskManagers } = on
  if ('taskManager' in action && action.taskManager > taskManagers) {
    return [diagnostic('ACTION_TASK_MANAGER', { taskManager: action.taskManager, count: taskManagers })]
  }
  const { job = 1 } = action as { readonly job?: number }
  const plan = plans[job - 1]
  if (plan === undefined) return [diagnostic('ACTION_JOB', { job, count: plans.length })]
  const parallelismOf = (node: PlanNode): number => on.parallelismOf?.(job, node) ?? node.parallelism
  if ('from' in action) {
    const found = [
      ...operatorDiagnostics(plan, { kind, operator: action.from, subtask: action.fromSubtask }, parallelismOf),
      ...operatorDiagnostics(plan, { kind, operator: action.to, subtask: action.toSubtask }, parallelismOf),
    ]
    return found.length > 0 ? found : channelDiagnostics(plan, action)
  }
  if (!('operator' in action)) return []
  const found = operatorDiagnostics(plan, { kind, operator: action.operator, subtask: action.subtask }, parallelismOf)
  if (found.length > 0) return found
  const needsSource =
    kind === 'pause-source' || kind === 'delay-source' || kind === 'reorder-source' || kind === 'move-record'
  const node = nodeOf(plan, action.operator)
  // It may have been named by its id, which says nothing to anybody.
  const operator = node === undefined ? action.operator : nameOf(node)
  if (needsSource && node?.kind !== 'source') {
    const names = namesOf(plan.nodes.filter((other) => other.kind === 'source'))
    return [diagnostic('ACTION_NOT_SOURCE', { action: kind, operator, names })]
  }
  if (kind === 'reorder-source' && node?.spec.kind === 'source' && !canReorder(node.spec.source)) {
    return [diagnostic('ACTION_NOT_REORDERED', { operator, source: node.spec.source.kind })]
  }
  if (action.kind === 'move-record' && node?.spec.kind === 'source') {
    return moveDiagnostics(action, operator, node.spec.source)
  }
  const needsCheckpoints = kind.endsWith('acknowledgement') || kind === 'fail-upload'
  return needsCheckpoints && plan.config.checkpoints === undefined
    ? [diagnostic('ACTION_NO_CHECKPOINTS', { action: kind })]
    : []
}

/** Whether channels lead from the one's tasks to the other's. */
function channelDiagnostics(plan: Plan, { from, to }: { readonly from: string; readonly to: string }): Diagnostic[] {
  const { vertices } = createJobGraph(plan)
  const senderOf = (id: string) => vertices.find(({ nodes }) => nodes.some((node) => node.id === id))
  const all = vertices.flatMap((receiver) =>
    receiver.inputs.flatMap((job) => {
      const sender = senderOf(job.from)
      return sender === undefined ? [] : [{ sender: sender.nodes, receiver: receiver.nodes }]
    }),
  )
  const has = (nodes: readonly PlanNode[], operator: string): boolean => nodes.some((node) => isNamed(node, operator))
  if (all.some(({ sender, receiver }) => has(sender, from) && has(receiver, to))) return []
  const channels = all.map(({ sender, receiver }) => `${nameOf(sender.at(-1))} → ${nameOf(receiver[0])}`).join(', ')
  const called = (operator: string): string => nameOf(nodeOf(plan, operator))
  const others: DiagnosticParams = all.length > 0 ? { channels } : {}
  return [diagnostic('ACTION_NO_CHANNEL', { from: called(from), to: called(to), ...others })]
}

function moveDiagnostics(
  { atMs, timestamp }: ClusterAction & { readonly kind: 'move-record' },
  operator: string,
  source: SourceSpec,
): Diagnostic[] {
  if (atMs === undefined && timestamp === undefined) return [diagnostic('ACTION_MOVES_NOTHING', { operator })]
  if (!canMoveRecords(source)) return [diagnostic('ACTION_NOT_MOVED', { operator, source: source.kind })]
  const isArrivalWanted = atMs !== undefined && !canMoveArrivals(source)
  return isArrivalWanted ? [diagnostic('ACTION_ARRIVAL_NOT_MOVED', { operator, source: source.kind })] : []
}

function operatorDiagnostics(
  plan: Plan,
  {
    kind,
    operator,
    subtask = 0,
  }: { readonly kind: string; readonly operator: string; readonly subtask?: number | undefined },
  parallelismOf: (node: PlanNode) => number,
): Diagnostic[] {
  const node = nodeOf(plan, operator)
  if (node === undefined) return [diagnostic('ACTION_OPERATOR', { action: kind, operator, names: namesOf(plan.nodes) })]
  const parallelism = parallelismOf(node)
  if (subtask < parallelism) return []
  return [diagnostic('ACTION_SUBTASK', { action: kind, operator: nameOf(node), subtask, parallelism })]
}

function nodeOf(plan: Plan, operator: string): PlanNode | undefined {
  return plan.nodes.find((node) => isNamed(node, operator))
}

function namesOf(nodes: readonly PlanNode[]): string {
  return nodes.map(nameOf).join(', ')
}

function nameOf(node: PlanNode | undefined): string {
  return node === undefined ? '' : (node.uid ?? displayName(node))
}

function diagnostic(code: string, params: DiagnosticParams): Diagnostic {
  return { code, params, span: null }
}
