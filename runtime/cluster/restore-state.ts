// How a job starts from a savepoint: which of its operators gets which state, and what is refused. State is matched by
// operator id, and where there is none by the uid hash that stands for an earlier one. What no operator claims is refused
// unless the start allows it; an operator without state begins with none. The number of key groups is that of the
// savepoint: where the job doesn't say one it's adopted, and where it says another the start is refused. Flink's
// Checkpoints and StateAssignmentOperation.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/savepoints/#restoring-savepoints

import { LearnerError } from '../base/diagnostic.ts'
import { createJobGraph, displayName, type JobGraph, type JobVertex } from '../graph/job-graph.ts'
import { withMaxParallelism, type Plan, type PlanNode } from '../graph/plan.ts'
import type { ChannelPlace, InFlight } from '../network/in-flight.ts'
import { RECORD } from '../record/buffer.ts'
import type { CompletedCheckpoint, OperatorCheckpoint } from './completed-checkpoint.ts'
import { edgeName, mayHoldOvertaken } from './in-flight-state.ts'
import type { KeyedSnapshot } from '../state/keyed-snapshot.ts'
import { hasState, type Savepoint, type SavepointOperator } from './savepoint.ts'

/** What a job starts with. */
export interface RestoredJob {
  /** The plan, with the savepoint's max parallelism where it had none of its own. */
  readonly plan: Plan
  readonly checkpoint: CompletedCheckpoint
  /** Operators of the savepoint whose state nobody claimed. */
  readonly unclaimed: readonly SavepointOperator[]
}

/** Throws LearnerError, at the operator where there is one, if the job can't start from the savepoint. */
export function restoreState(
  plan: Plan,
  savepoint: Savepoint,
  { allowsNonRestoredState }: { readonly allowsNonRestoredState: boolean },
): RestoredJob {
  if (plan.config.runtimeMode === 'BATCH') throw new LearnerError('RESTORE_BATCH')
  const graph = createJobGraph(plan)
  const { vertices } = graph
  const operators = new Map<string, OperatorCheckpoint>()
  const maxParallelism = new Map<string, number>()
  const unclaimed: SavepointOperator[] = []
  for (const operator of savepoint.operators) {
    const claim = claimOf(vertices, operator)
    if (claim === null) {
      if (!hasState(operator)) continue
      if (!allowsNonRestoredState) throw nobodyClaims(operator)
      unclaimed.push(operator)
      continue
    }
    requireKeyGroups(claim, operator)
    requireSameSource(claim.node, operator)
    requireKeyType(claim.node, operator)
    const keyed = keyedFor(claim.node, operator)
    const isFinished = operator.isFinished === true
    operators.set(claim.node.operatorId, { operator: operator.operator, keyed, isFinished })
    if (claim.vertex.maxParallelism !== null || !hasState(operator)) continue
    for (const { id } of claim.vertex.nodes) maxParallelism.set(id, operator.maxParallelism)
  }
  const { checkpointId: id, takenUs, inFlight = [] } = savepoint
  if (!allowsNonRestoredState) requireEdges(graph, inFlight, savepoint)
  requireFinished(vertices, operators)
  const checkpoint = { id, triggeredUs: takenUs, completedUs: takenUs, operators, inFlight }
  return { plan: withMaxParallelism(plan, maxParallelism), checkpoint, unclaimed }
}

interface Claim {
  readonly vertex: JobVertex
  readonly node: PlanNode
}

/** The operator that claims the state: by a uid hash that was given to it first of all, as in Flink. */
function claimOf(vertices: readonly JobVertex[], { operatorId }: SavepointOperator): Claim | null {
  for (const vertex of vertices) {
    for (const node of vertex.nodes) if ((node.uidHash ?? node.operatorId) === operatorId) return { vertex, node }
  }
  return null
}

function nobodyClaims({ name, uid, operatorId }: SavepointOperator): LearnerError {
  if (uid === null) return new LearnerError('RESTORE_NO_OPERATOR', { operator: name, id: operatorId })
  return new LearnerError('RESTORE_NO_UID', { operator: name, uid })
}

function requireKeyGroups({ vertex, node }: Claim, operator: SavepointOperator): void {
  const { maxParallelism: before } = operator
  const name = displayName(node)
  const { maxParallelism: now, parallelism } = vertex
  if (now !== null && now !== before) throw at(node, 'RESTORE_MAX_PARALLELISM', { operator: name, before, now })
  if (hasState(operator) && parallelism > before) {
    throw at(node, 'RESTORE_PARALLELISM', { operator: name, parallelism, maxParallelism: before })
  }
}

/** A source's positions mean nothing to another kind of source. */
function requireSameSource(node: PlanNode, { source: before }: SavepointOperator): void {
  const now = node.spec.kind === 'source' ? node.spec.source.kind : null
  if (now === before) return
  const none = 'none'
  throw at(node, 'RESTORE_SOURCE', { operator: displayName(node), before: before ?? none, now: now ?? none })
}

/** Types that a key shows by itself. */
const SHOWN = /^(LONG|DOUBLE|STRING|BOOLEAN|TUPLE|[(),])+$/

function requireKeyType(node: PlanNode, { keyed }: SavepointOperator): void {
  const before = keyed.find(({ keyType }) => keyType !== null)?.keyType ?? null
  const now = node.inputs.find(({ isKeyed, key }) => isKeyed && key !== null)?.key ?? null
  if (before === null || now === null || now === before) return
  if (now === 'infer' && SHOWN.test(before)) return
  throw at(node, 'RESTORE_KEY_TYPE', { operator: displayName(node), before, now })
}

/**
 * What barriers overtook goes back into its channels, which operators that are chained now don't have. An edge that has
 * become pointwise or broadcast since has others: Flink's subtask mapper refuses that as well. Differs from Flink: it looks
 * for such records at the heads of chains only, and loses those of an operator that has been chained since.
 */
function requireEdges(graph: JobGraph, inFlight: readonly InFlight[], { operators }: Savepoint): void {
  const edges = new Map(
    graph.vertices.flatMap((to) => to.inputs.map((edge) => [edgeName(edge, graph), { edge, to }] as const)),
  )
  for (const { edge, elements, ...place } of inFlight) {
    const now = edges.get(edge)
    const hasChannel = now !== undefined && (mayHoldOvertaken(now.edge) || isStraight(place, now.to))
    if (hasChannel || !elements.some(({ kind }) => kind === RECORD)) continue
    const [from = '', to = ''] = edge
      .split(' ')
      .map((id) => operators.find(({ operatorId }) => operatorId === id)?.name ?? id)
    throw new LearnerError('RESTORE_IN_FLIGHT', { from, to })
  }
}

/** From a subtask to the one of the same number, of as many as there are now. */
function isStraight({ sender, receiver, senders, receivers }: Omit<ChannelPlace, 'edge'>, to: JobVertex): boolean {
  return sender === receiver && senders === receivers && receivers === to.parallelism
}

/** Operators that had finished don't run again, so those that run on can't be in one task with them, or before them. */
function requireFinished(vertices: readonly JobVertex[], operators: ReadonlyMap<string, OperatorCheckpoint>): void {
  const isFinished = ({ operatorId }: PlanNode): boolean => operators.get(operatorId)?.isFinished === true
  const nodes = vertices.flatMap((vertex) => vertex.nodes)
  for (const { nodes: chained, inputs } of vertices) {
    const finished = chained.find(isFinished)
    if (finished === undefined) continue
    const before = inputs.map(({ from }) => nodes.find(({ id }) => id === from) as PlanNode)
    const running = [...chained, ...before].find((node) => !isFinished(node))
    if (running === undefined) continue
    const about = { finished: displayName(finished), running: displayName(running) }
    throw at(finished, chained.includes(running) ? 'RESTORE_FINISHED_MIXED' : 'RESTORE_FINISHED_AFTER', about)
  }
}

/** Timers are of the kind of operator that set them: another kind leaves them unclaimed, as Flink does by their names. */
function keyedFor(node: PlanNode, { kind, keyed }: SavepointOperator): readonly KeyedSnapshot[] {
  return timersOf(kind) === timersOf(node.kind) ? keyed : keyed.map(withoutTimers)
}

function timersOf(kind: PlanNode['kind']): string {
  return kind === 'keyedProcess' || kind === 'keyedCoProcess' || kind === 'keyedBroadcastProcess' ? 'user' : kind
}

function withoutTimers(snapshot: KeyedSnapshot): KeyedSnapshot {
  const none = { eventTimers: [], processingTimers: [] }
  const groups = snapshot.groups.map(({ keyGroup, keys }) => ({
    keyGroup,
    keys: keys.map((key) => {
      const namespaces = key.namespaces?.map((namespace) => ({ ...namespace, ...none }))
      return { ...key, ...none, ...(namespaces === undefined ? {} : { namespaces }) }
    }),
  }))
  return { ...snapshot, groups }
}

function at(node: PlanNode, code: string, params: Readonly<Record<string, string | number>>): LearnerError {
  const error = new LearnerError(code, params)
  error.nodeId = node.id
  return error
}
