// From the plan to what is deployed: nodes that can share a task become one vertex. Flink's JobGraph. Made from the plan
// document and nothing else, so there's no second path from a job to its run.

import { present } from '../base/assert.ts'
import { isChained, type Plan, type PlanEdge, type PlanNode } from './plan.ts'

/** An edge between vertices: from a node of one chain to the head of another. */
export interface JobEdge {
  readonly edge: PlanEdge
  /** Which input of `to` it is, from 0: the learner's functions on it are found by this number. */
  readonly input: number
  readonly from: string
  readonly to: string
}

/** A chain of nodes that run in one task, the head first. */
export interface JobVertex {
  /** Operator id of the head: Flink's JobVertexID. */
  readonly id: string
  readonly name: string
  readonly parallelism: number
  readonly maxParallelism: number | null
  readonly nodes: readonly PlanNode[]
  /** Edges into the head, in the order of its inputs. */
  readonly inputs: readonly JobEdge[]
  /** Chained edges, each from a node to a later one of this vertex. */
  readonly chained: readonly JobEdge[]
}

export interface JobGraph {
  readonly name: string
  readonly config: Plan['config']
  /** Producers before consumers. */
  readonly vertices: readonly JobVertex[]
}

export function createJobGraph(plan: Plan): JobGraph {
  const byId = new Map(plan.nodes.map((node) => [node.id, node]))
  const edges = plan.nodes.flatMap((to) =>
    to.inputs.map((edge, input): JobEdge => ({ edge, input, from: edge.node, to: to.id })),
  )
  const isInChain = (job: JobEdge): boolean =>
    isChained(nodeOf(byId, job.from), nodeOf(byId, job.to), job.edge, plan.config.isChainingEnabled)
  const chainedInto = new Set(edges.filter(isInChain).map((job) => job.to))
  const vertices = plan.nodes
    .filter((node) => !chainedInto.has(node.id))
    .map((head): JobVertex => {
      const nodes = chainFrom(head, edges.filter(isInChain), byId)
      const ids = new Set(nodes.map((node) => node.id))
      return {
        id: head.operatorId,
        name: chainName(head, edges.filter(isInChain), byId),
        parallelism: head.parallelism,
        maxParallelism: head.maxParallelism,
        nodes,
        inputs: edges.filter((job) => job.to === head.id),
        chained: edges.filter((job) => isInChain(job) && ids.has(job.from)),
      }
    })
  return { name: plan.name, config: plan.config, vertices }
}

/** The node as graphs show it: sources and sinks say what they are. */
export function displayName(node: PlanNode): string {
  if (node.kind === 'source') return `Source: ${node.name}`
  return node.kind === 'sink' ? `Sink: ${node.name}` : node.name
}

function nodeOf(byId: ReadonlyMap<string, PlanNode>, id: string): PlanNode {
  return present(byId.get(id), `node ${id} of the plan`)
}

function chainFrom(head: PlanNode, chained: readonly JobEdge[], byId: ReadonlyMap<string, PlanNode>): PlanNode[] {
  const next = chained.filter((job) => job.from === head.id)
  return [head, ...next.flatMap((job) => chainFrom(nodeOf(byId, job.to), chained, byId))]
}

function chainName(head: PlanNode, chained: readonly JobEdge[], byId: ReadonlyMap<string, PlanNode>): string {
  const next = chained
    .filter((job) => job.from === head.id)
    .map((job) => chainName(nodeOf(byId, job.to), chained, byId))
  if (next.length === 0) return displayName(head)
  return `${displayName(head)} -> ${next.length === 1 ? next[0] : `(${next.join(', ')})`}`
}
