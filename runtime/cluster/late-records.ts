// What operators dropped because it came too late, for whoever ran the job: Flink's metric numLateRecordsDropped, of all
// subtasks together.

import type { Span } from '../base/diagnostic.ts'
import { displayName } from '../graph/job-graph.ts'
import type { Task } from '../task/task.ts'
import { spanOf } from './topology.ts'

/** An operator that dropped late records. */
export interface LateRecords {
  /** As graphs show it. */
  readonly operator: string
  readonly dropped: number
  /** Where the learner's code made it; null if that isn't known. */
  readonly at: Span | null
}

/** The operators that dropped any, in the order of the graph. */
export function lateRecords(tasks: readonly Task[]): LateRecords[] {
  const byNode = new Map<string, LateRecords>()
  for (const { chain } of tasks) {
    chain.nodes.forEach((node, i) => {
      const dropped = chain.operators[i]?.numLateRecordsDropped ?? 0
      if (dropped === 0) return
      const before = byNode.get(node.id)?.dropped ?? 0
      byNode.set(node.id, { operator: displayName(node), dropped: before + dropped, at: spanOf(node.at) })
    })
  }
  return Array.from(byNode.values())
}
