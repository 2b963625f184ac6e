// The execution plan: the graph before chaining, as JSON for plan visualizers. What env.getExecutionPlan() gives, as in
// Flink's JSONGenerator. Differs from Flink: ids count up from 1 in the order of calls, where Flink also counts what is no
// node (keyBy, union, partitioning).

import { displayDescription, displayName } from './job-graph.ts'
import type { Plan, PlanNode } from './plan.ts'

interface ExecutionPlanNode {
  readonly id: number
  readonly type: string
  readonly pact: 'Data Source' | 'Data Sink' | 'Operator'
  readonly contents: string
  readonly parallelism: number
  readonly predecessors?: readonly { readonly id: number; readonly ship_strategy: string; readonly side: 'second' }[]
}

/** The document, still as an object. */
export function executionPlan(plan: Plan): { readonly nodes: readonly ExecutionPlanNode[] } {
  // Writers are made when the graph is, after everything else; sinks of addSink are listed last.
  const isWriter = (node: PlanNode): boolean =>
    node.kind === 'committer' || (node.spec.kind === 'sink' && node.spec.isWriter)
  const isSink = (node: PlanNode): boolean => node.spec.kind === 'sink' && !node.spec.isWriter
  const inOrder = [...plan.nodes.filter((node) => !isWriter(node)), ...plan.nodes.filter(isWriter)]
  const numbers = new Map(inOrder.map((node, i) => [node.id, i + 1]))
  const listed = [...inOrder.filter((node) => !isSink(node)), ...inOrder.filter(isSink)]
  const nodes = listed.map((node): ExecutionPlanNode => {
    const predecessors = node.inputs.map((edge) => ({
      id: numbers.get(edge.node) as number,
      ship_strategy: edge.partitioner,
      side: 'second' as const,
    }))
    return {
      id: numbers.get(node.id) as number,
      type: displayName(node),
      pact: node.inputs.length === 0 ? 'Data Source' : isSink(node) ? 'Data Sink' : 'Operator',
      contents: displayDescription(node),
      parallelism: node.parallelism,
      ...(predecessors.length === 0 ? {} : { predecessors }),
    }
  })
  return { nodes }
}
