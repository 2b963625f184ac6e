// What was deployed, as data for whoever watches: chains, subtasks and channels. Said once per run: a
// job that is deployed anew keeps its places.

import type { Span } from '../base/diagnostic.ts'
import { displayName } from '../graph/job-graph.ts'
import { defaultMaxParallelism } from '../record/key-groups.ts'
import type { JobExecution } from './job-execution.ts'
import type { OperatorSpec } from '../graph/stream-graph.ts'
import type { Topology, VertexView, WindowsView } from './moment.ts'

/** Vertices, tasks and channels of a deployed job; indices are those of `execution.tasks` and `execution.channels`. */
export function topologyOf(execution: JobExecution): Topology {
  const { vertices } = execution.graph
  const vertexOfNode = new Map(vertices.flatMap(({ nodes }, i) => nodes.map((node) => [node.id, i] as const)))
  const views = vertices.map((vertex): VertexView => ({
    id: vertex.id,
    name: vertex.name,
    parallelism: vertex.parallelism,
    maxParallelism: vertex.maxParallelism ?? defaultMaxParallelism(vertex.parallelism),
    formerParallelism: execution.formerGraph?.vertices.find(({ id }) => id === vertex.id)?.parallelism ?? null,
    nodes: vertex.nodes.map((node) => ({
      id: node.id,
      name: displayName(node),
      kind: node.kind,
      isKeyed: node.keyed,
      ...windowsOf(node.spec),
      ...(node.spec.kind === 'sink' && node.spec.sink.kind === 'database' ? { isDatabaseSink: true } : {}),
      at: spanOf(node.at),
    })),
    inputs: vertex.inputs.map(({ edge, from }) => ({
      from: vertexOfNode.get(from) ?? 0,
      partitioner: edge.partitioner,
      keyedAt: spanOf(edge.at ?? null),
    })),
  }))
  const tasks = execution.tasks.map((task) => ({
    vertex: vertexOfNode.get(task.chain.nodes[0]?.id ?? '') ?? 0,
    subtask: task.subtask,
    traceId: task.id,
  }))
  const channels = execution.channels.map((channel) => {
    const from = execution.tasks.findIndex((task) => task === channel.producer)
    const to = execution.tasks.findIndex((task) => task === channel.consumer)
    return {
      from,
      to,
      partitioner: execution.deployment.edges.get(channel)?.edge.partitioner ?? '',
      traceId: channel.id,
    }
  })
  return { vertices: views, tasks, channels }
}

function windowsOf(spec: OperatorSpec): { readonly windows?: WindowsView } {
  if (spec.kind !== 'window' || spec.window.assigner.kind === 'global') return {}
  const { assigner } = spec.window
  const { kind, time } = assigner
  if (kind === 'session') return { windows: { kind, time, sizeMs: null, slideMs: null, offsetMs: 0 } }
  const { sizeMs, offsetMs } = assigner
  return { windows: { kind, time, sizeMs, slideMs: kind === 'sliding' ? assigner.slideMs : sizeMs, offsetMs } }
}

/** `job.ts:12:3` as a span. */
export function spanOf(at: string | null): Span | null {
  const match = /^(.*):(\d+):(\d+)$/.exec(at ?? '')
  if (match === null) return null
  return { file: match[1] as string, line: Number(match[2]), column: Number(match[3]) }
}
