// The operator of a job, alone in the harness: as the plan has it, with the functions of a fresh evaluation.

import { createPlan } from '../../runtime/graph/plan.ts'
import type { OperatorSpec } from '../../runtime/graph/stream-graph.ts'
import { parseType } from '../../runtime/record/type-info.ts'
import { createOperator } from '../../runtime/task/operator-factory.ts'
import type { OperatorUnderTest } from './operator-harness.ts'
import { evaluateJob, type Build } from './run-job.ts'

/** The first operator of this kind. Its input is keyed by a plain function. */
export function operatorOf(
  build: Build,
  kind: OperatorSpec['kind'],
  sideOutputs: readonly string[] = [],
): OperatorUnderTest {
  const evaluation = evaluateJob(build)
  const plan = createPlan(evaluation.graph)
  const node = plan.nodes.find((candidate) => candidate.kind === kind)
  if (node === undefined) throw new Error(`the job has no ${kind}`)
  const select = evaluation.graph.registry.get(node.id, 'keySelector:0') as (value: unknown) => unknown
  const keyType = node.inputs[0]?.key ?? 'infer'
  return {
    create: () => createOperator(node, plan.config),
    functions: () => {
      const { registry } = evaluateJob(build).graph
      return Object.fromEntries(node.functions.map((role) => [role, registry.get(node.id, role)]))
    },
    key: { select, type: keyType === 'infer' ? null : parseType(keyType) },
    sideOutputs,
  }
}
