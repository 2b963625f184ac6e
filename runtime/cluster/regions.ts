// Which subtasks stand and fall together: those between which records flow, directly or through others. A failure brings
// down its region and no other. Flink's pipelined regions, and its failover strategy `region`.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/task_failure_recovery/#restart-pipelined-region-failover-strategy

import type { JobEdge } from '../graph/chains.ts'
import type { JobGraph, JobVertex } from '../graph/job-graph.ts'
import { connections } from '../network/exchange.ts'

/** A subtask of a vertex, by number. */
export interface Place {
  readonly vertex: JobVertex
  readonly subtask: number
  /** From 0, in the order of their first places. */
  readonly region: number
  /** Links into it and out of it, by their numbers. */
  readonly incoming: readonly number[]
  readonly outgoing: readonly number[]
}

/** A channel to be, between two places, by their numbers. */
export interface Link {
  readonly edge: JobEdge
  readonly from: number
  readonly to: number
}

/** Where the subtasks of a job go and what connects them. */
export interface Layout {
  readonly places: readonly Place[]
  readonly links: readonly Link[]
  readonly regions: number
}

/** Places by vertex and subtask, links by receiving vertex, edge and sender. */
export function layoutOf({ vertices }: JobGraph): Layout {
  const firstOf = new Map<JobVertex, number>()
  const byNode = new Map<string, JobVertex>()
  let count = 0
  for (const vertex of vertices) {
    firstOf.set(vertex, count)
    count += vertex.parallelism
    for (const node of vertex.nodes) byNode.set(node.id, vertex)
  }
  const links = vertices.flatMap((to) =>
    to.inputs.flatMap((edge) => {
      const from = byNode.get(edge.from) as JobVertex
      const [sender, receiver] = [firstOf.get(from) as number, firstOf.get(to) as number]
      const pairs = connections(edge.edge.partitioner, from.parallelism, to.parallelism)
      return pairs.map(([i, k]): Link => ({ edge, from: sender + i, to: receiver + k }))
    }),
  )
  const regions = numbered(components(count, links))
  const incoming: number[][] = regions.map(() => [])
  const outgoing: number[][] = regions.map(() => [])
  links.forEach(({ from, to }, i) => {
    incoming[to]?.push(i)
    outgoing[from]?.push(i)
  })
  const subtasks = vertices.flatMap((vertex) =>
    Array.from({ length: vertex.parallelism }, (_, subtask) => ({ vertex, subtask })),
  )
  const places = subtasks.map((place, i): Place => {
    return { ...place, region: regions[i] as number, incoming: incoming[i] ?? [], outgoing: outgoing[i] ?? [] }
  })
  return { places, links, regions: Math.max(...regions) + 1 }
}

/** Of every place one place of its component, the same for all. */
function components(count: number, links: readonly Link[]): number[] {
  const parents = Array.from({ length: count }, (_, i) => i)
  const rootOf = (place: number): number => {
    let root = place
    while (parents[root] !== root) root = parents[root] as number
    parents[place] = root
    return root
  }
  for (const { from, to } of links) parents[rootOf(from)] = rootOf(to)
  return parents.map((_, i) => rootOf(i))
}

function numbered(roots: readonly number[]): number[] {
  const numbers = new Map<number, number>()
  return roots.map((root) => {
    if (!numbers.has(root)) numbers.set(root, numbers.size)
    return numbers.get(root) as number
  })
}
