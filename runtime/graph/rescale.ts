// The job graph at another parallelism, while the job runs: the same vertices and chains, each with more subtasks or fewer
// and with as many key groups as before. What the job has set a parallelism for keeps it. As Flink's adaptive scheduler
// changes a running job; a new start, from a savepoint, makes chains anew.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/elastic_scaling/

import { LearnerError } from '../base/diagnostic.ts'
import type { JobEdge } from './chains.ts'
import { maxParallelismOf, type JobGraph, type JobVertex } from './job-graph.ts'

/** Throws LearnerError for a parallelism that an operator can't have, or that changes nothing. */
export function rescaledGraph(graph: JobGraph, parallelism: number): JobGraph {
  const scaled = new Set(graph.vertices.filter(isScalable))
  for (const vertex of scaled) {
    const maxParallelism = maxParallelismOf(vertex)
    if (parallelism > maxParallelism) {
      throw new LearnerError('RESCALE_MAX', { operator: vertex.name, parallelism, maxParallelism })
    }
  }
  if (!Array.from(scaled).some((vertex) => vertex.parallelism !== parallelism)) {
    throw new LearnerError('RESCALE_NOTHING', { parallelism })
  }
  const parallelismOf = new Map<string, number>()
  for (const vertex of graph.vertices) {
    for (const { id } of vertex.nodes) parallelismOf.set(id, scaled.has(vertex) ? parallelism : vertex.parallelism)
  }
  const edges = new Map<JobEdge, JobEdge>()
  for (const { inputs } of graph.vertices) for (const job of inputs) edges.set(job, rescaledEdge(job, parallelismOf))
  const edgeOf = (job: JobEdge): JobEdge => edges.get(job) ?? job
  const vertices = graph.vertices.map((vertex): JobVertex => ({
    ...vertex,
    parallelism: scaled.has(vertex) ? parallelism : vertex.parallelism,
    maxParallelism: maxParallelismOf(vertex),
    inputs: vertex.inputs.map(edgeOf),
    connected: vertex.connected.map(edgeOf),
  }))
  return { ...graph, vertices }
}

function isScalable({ nodes }: JobVertex): boolean {
  return nodes.every((node) => !node.isParallelismChosen)
}

/** Between unlike numbers of subtasks nothing can go straight on: it's dealt out within groups. */
function rescaledEdge(job: JobEdge, parallelismOf: ReadonlyMap<string, number>): JobEdge {
  const isStraight = job.edge.partitioner === 'FORWARD'
  if (!isStraight || parallelismOf.get(job.from) === parallelismOf.get(job.to)) return job
  return { ...job, edge: { ...job.edge, partitioner: 'RESCALE' } }
}
