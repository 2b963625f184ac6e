// From the plan to what is deployed: nodes that can share a task become one vertex. Flink's JobGraph. Made from the plan
// document and nothing else, so there's no second path from a job to its run. Vertices, and the inputs of each, come in
// Flink's order (chains.ts). Held to golden/datastream/graph.json.

import { present } from '../base/assert.ts'
import { defaultMaxParallelism } from '../record/key-groups.ts'
import { chainsOf, type Chain, type ChainedGraph, type JobEdge } from './chains.ts'
import { isChained, type Plan, type PlanNode } from './plan.ts'

/** A chain of nodes that run in one task, the head first. */
export interface JobVertex {
  /** Operator id of the head: Flink's JobVertexID. */
  readonly id: string
  readonly name: string
  readonly parallelism: number
  /** False in batch mode where the job leaves it to the scheduler: then Flink shows −1. */
  readonly isParallelismChosen: boolean
  readonly maxParallelism: number | null
  readonly nodes: readonly PlanNode[]
  /** Edges into the head, in the order of its inputs. */
  readonly inputs: readonly JobEdge[]
  /** The same in the order in which Flink connects vertices: how graphs list them. */
  readonly connected: readonly JobEdge[]
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
  const isBatch = plan.config.runtimeMode === 'BATCH'
  const chained = new Set<JobEdge>()
  const edges = plan.nodes.flatMap((to) =>
    to.inputs.map((edge, index): JobEdge => {
      const job = { edge, index, from: edge.node, to: to.id }
      if (!isChained(nodeOf(byId, job.from), to, edge, plan.config)) return physicalEdge(job, isBatch)
      chained.add(job)
      return job
    }),
  )
  const graph: ChainedGraph = { nodes: plan.nodes, edges, chained, isBatch }
  const vertices: JobVertex[] = []
  for (const chain of chainsOf(graph)) vertices.push(createVertex(chain, graph, vertices))
  return { name: plan.name, config: plan.config, vertices }
}

/** How many key groups its operators have. */
export function maxParallelismOf({ maxParallelism, parallelism }: JobVertex): number {
  return maxParallelism ?? defaultMaxParallelism(parallelism)
}

/** The node as graphs show it: sources and sinks say what they are. */
export function displayName(node: PlanNode): string {
  if (node.kind === 'source') return `Source: ${node.name}`
  if (node.spec.kind === 'committer') return partOfSink(node, 'Committer')
  if (node.spec.kind !== 'sink') return node.name
  // Flink makes a sink of `sinkTo` into a writer and puts the sink's name before it.
  if (!node.spec.isWriter) return `Sink: ${node.name}`
  return partOfSink(node, 'Writer')
}

function partOfSink({ name }: PlanNode, part: string): string {
  return `${name === 'Writer' ? 'Sink' : name}: ${part}`
}

/** What graphs say of the node at more length. */
export function displayDescription(node: PlanNode): string {
  // In Flink what describes a sink of `sinkTo` doesn't get to its parts.
  if (node.spec.kind === 'committer' || (node.spec.kind === 'sink' && node.spec.isWriter)) return displayName(node)
  return node.description ?? displayName(node)
}

/** Names of a vertex's operators, each with those chained to it below: as Flink's web page shows a vertex. */
export function vertexDescription({ nodes, chained }: Pick<JobVertex, 'nodes' | 'chained'>): string {
  const lines = (node: PlanNode, first: string, rest: string): string[] => {
    const next = nextOf(node, nodes, chained)
    return [
      `${first}${displayDescription(node)}`,
      ...next.flatMap((other, i) =>
        i === next.length - 1 ? lines(other, `${rest}+- `, `${rest}   `) : lines(other, `${rest}:- `, `${rest}:  `),
      ),
    ]
  }
  return `${lines(nodes[0] as PlanNode, '', '').join('\n')}\n`
}

/** In batch mode a default edge that couldn't be chained has nothing to keep together. */
function physicalEdge(job: JobEdge, isBatch: boolean): JobEdge {
  const { edge } = job
  if (!isBatch || edge.isChosen || edge.partitioner !== 'FORWARD') return job
  return { ...job, edge: { ...edge, partitioner: 'RESCALE' } }
}

function createVertex(chain: Chain, graph: ChainedGraph, producers: readonly JobVertex[]): JobVertex {
  const { head, tailFirst, connected } = chain
  const ids = new Set(tailFirst.map((node) => node.id))
  const chained = Array.from(graph.chained).filter((job) => ids.has(job.from))
  const nodes = headFirst(head, tailFirst, chained)
  const inputs = graph.edges.filter((job) => job.to === head.id)
  return {
    id: head.operatorId,
    name: chainName(head, nodes, chained),
    ...parallelismOf(nodes, inputs, graph.isBatch, producers),
    maxParallelism: head.maxParallelism,
    nodes,
    inputs,
    connected,
    chained,
  }
}

/**
 * In streaming mode what the nodes say. In batch mode, unless the job chose it, the scheduler decides by the amount of
 * data: our jobs' is always that of one subtask. Sources alone get the job's parallelism. Flink's adaptive batch
 * scheduler.
 */
function parallelismOf(
  nodes: readonly PlanNode[],
  inputs: readonly JobEdge[],
  isBatch: boolean,
  producers: readonly JobVertex[],
): Pick<JobVertex, 'parallelism' | 'isParallelismChosen'> {
  const { parallelism } = nodes[0] as PlanNode
  if (!isBatch || nodes.some((node) => node.isParallelismChosen)) return { parallelism, isParallelismChosen: true }
  const forward = inputs.find(({ edge }) => edge.partitioner === 'FORWARD')
  if (forward !== undefined) {
    const from = producers.find((vertex) => vertex.nodes.some((node) => node.id === forward.from))
    const { parallelism, isParallelismChosen } = present(from, `the vertex of node ${forward.from}`)
    return { parallelism, isParallelismChosen }
  }
  return { parallelism: inputs.length === 0 ? parallelism : 1, isParallelismChosen: false }
}

function nodeOf(byId: ReadonlyMap<string, PlanNode>, id: string): PlanNode {
  return present(byId.get(id), `node ${id} of the plan`)
}

function nextOf(node: PlanNode, nodes: readonly PlanNode[], chained: readonly JobEdge[]): PlanNode[] {
  return chained.filter((job) => job.from === node.id).map((job) => nodes.find(({ id }) => id === job.to) as PlanNode)
}

function headFirst(head: PlanNode, nodes: readonly PlanNode[], chained: readonly JobEdge[]): PlanNode[] {
  return [head, ...nextOf(head, nodes, chained).flatMap((node) => headFirst(node, nodes, chained))]
}

function chainName(head: PlanNode, nodes: readonly PlanNode[], chained: readonly JobEdge[]): string {
  const next = nextOf(head, nodes, chained).map((node) => chainName(node, nodes, chained))
  if (next.length === 0) return displayName(head)
  return `${displayName(head)} -> ${next.length === 1 ? next[0] : `(${next.join(', ')})`}`
}
