// Which nodes form a chain, and in which order Flink finds the chains: a walk from every source, the consumers of a node
// in the order in which they were added, and a topological sort of what the walk made. StreamingJobGraphGenerator and
// JobGraph in Flink. The order decides how vertices and their inputs are listed, and nothing else.

import { present } from '../base/assert.ts'
import type { PlanEdge, PlanNode } from './plan.ts'

/** An edge between vertices: from a node of one chain to the head of another. */
export interface JobEdge {
  readonly edge: PlanEdge
  /** Its place among the edges into `to`, from 0: the learner's functions on it are found by this number. */
  readonly index: number
  readonly from: string
  readonly to: string
}

/** Nodes, their edges, and which of these are chained. */
export interface ChainedGraph {
  readonly nodes: readonly PlanNode[]
  readonly edges: readonly JobEdge[]
  readonly chained: ReadonlySet<JobEdge>
  readonly isBatch: boolean
}

/** The nodes of one task. */
export interface Chain {
  readonly head: PlanNode
  /** A node comes after those chained to it: how Flink lists the operators of a vertex. */
  readonly tailFirst: readonly PlanNode[]
  /** Edges into the head, in the order in which Flink connects them. */
  readonly connected: readonly JobEdge[]
}

interface DraftChain {
  readonly head: PlanNode
  readonly tailFirst: PlanNode[]
  readonly connected: JobEdge[]
  /** Edges to the heads of other chains. */
  readonly leaving: JobEdge[]
}

/** The chains of a graph, producers before consumers. */
export function chainsOf(graph: ChainedGraph): readonly Chain[] {
  const found = walk(graph)
  for (const chain of found.values()) {
    for (const edge of chain.leaving) chainAt(found, edge.to).connected.push(edge)
  }
  return sort(found, graph.isBatch)
}

/** By the id of the head, each after those it was the first to reach. */
function walk({ nodes, edges, chained }: ChainedGraph): Map<string, DraftChain> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const found = new Map<string, DraftChain>()
  const visit = (node: PlanNode, chain: DraftChain): void => {
    const outgoing = edges.filter((edge) => edge.from === node.id)
    for (const edge of outgoing) if (chained.has(edge)) visit(present(byId.get(edge.to), edge.to), chain)
    for (const edge of outgoing) {
      if (chained.has(edge)) continue
      chain.leaving.push(edge)
      begin(present(byId.get(edge.to), edge.to))
    }
    chain.tailFirst.push(node)
  }
  const begin = (head: PlanNode): void => {
    if (found.has(head.id)) return
    const chain: DraftChain = { head, tailFirst: [], connected: [], leaving: [] }
    visit(head, chain)
    found.set(head.id, chain)
  }
  for (const node of nodes) if (node.inputs.length === 0) begin(node)
  return found
}

/** Sources first; then, of the sorted ones in turn, each consumer as soon as it waits for nobody else. */
function sort(found: ReadonlyMap<string, DraftChain>, isBatch: boolean): Chain[] {
  const remaining = new Set(found.values())
  const producer = new Map<JobEdge, DraftChain>()
  for (const chain of found.values()) for (const edge of chain.leaving) producer.set(edge, chain)
  const sorted = Array.from(remaining).filter((chain) => chain.connected.length === 0)
  for (const chain of sorted) remaining.delete(chain)
  const addConsumers = (chain: DraftChain): void => {
    for (const edge of inResults(chain.leaving, found, isBatch)) {
      const target = chainAt(found, edge.to)
      if (!remaining.has(target)) continue
      const others = target.connected.filter((other) => other !== edge)
      if (others.some((other) => remaining.has(present(producer.get(other), other.from)))) continue
      sorted.push(target)
      remaining.delete(target)
      addConsumers(target)
    }
  }
  for (let i = 0; remaining.size > 0; i++) addConsumers(present(sorted[i], 'a vertex after which others come'))
  return sorted
}

/** In batch mode edges that would carry the same data share one result; so its consumers come together. */
function inResults(
  edges: readonly JobEdge[],
  found: ReadonlyMap<string, DraftChain>,
  isBatch: boolean,
): readonly JobEdge[] {
  if (!isBatch) return edges
  const results = new Map<string, JobEdge[]>()
  for (const job of edges) {
    const { partitioner, selector, tag } = job.edge
    const { head, tailFirst } = chainAt(found, job.to)
    const isChosen = tailFirst.some((node) => node.isParallelismChosen)
    const consumer = [isChosen ? head.parallelism : null, head.maxParallelism]
    const result = JSON.stringify([job.from, partitioner, selector, tag, ...consumer])
    results.set(result, [...(results.get(result) ?? []), job])
  }
  return Array.from(results.values()).flat()
}

function chainAt(found: ReadonlyMap<string, DraftChain>, head: string): DraftChain {
  return present(found.get(head), `the chain of node ${head}`)
}
