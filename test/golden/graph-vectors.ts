// graph: a topology made with the public API, then its execution plan and its job vertices. Functions are any functions;
// names, ids, strategies and chains matter.

import { Evaluation, evaluateIn } from '../../runtime/api/evaluation.ts'
import {
  createJobGraph,
  displayName,
  vertexDescription,
  type JobGraph,
  type JobVertex,
} from '../../runtime/graph/job-graph.ts'
import { createPlan } from '../../runtime/graph/plan.ts'
import { StreamExecutionEnvironment } from '../../runtime/index.ts'
import type { DataStream, DataStreamSink, SingleOutputStreamOperator } from '../../runtime/index.ts'
import { PARTITIONER_PROPERTIES } from '../../runtime/record/partitioner.ts'
import { applyOperator } from './graph-operators.ts'
import { failed, notYetRun, PASSED, type Vector, type Verdict } from './format.ts'

interface TopologyStep {
  readonly id: string
  readonly op: string
  readonly from?: string
  readonly with?: string
  readonly name?: string
  readonly uid?: string
  readonly uidHash?: string
  readonly description?: string
  readonly parallelism?: number
  readonly maxParallelism?: number
  readonly slotSharingGroup?: string
  readonly disableChaining?: boolean
  readonly startNewChain?: boolean
}

type Numbers = DataStream<number>

/** Thrown for an operator that can't be built yet. */
class NotYet extends Error {}

export function runGraph(vector: Vector): Verdict {
  const { parallelism, maxParallelism, mode, chaining, steps, error } = vector as unknown as {
    parallelism: number
    maxParallelism?: number
    mode: 'STREAMING' | 'BATCH'
    chaining: boolean
    steps: readonly TopologyStep[]
    error?: unknown
  }
  let got: unknown
  try {
    const evaluation = new Evaluation({ parallelism, keepsPositions: false, result: new Promise(() => undefined) })
    const executionPlan = evaluateIn(evaluation, () => {
      const env = StreamExecutionEnvironment.getExecutionEnvironment()
      env.setRuntimeMode(mode)
      if (maxParallelism !== undefined) env.setMaxParallelism(maxParallelism)
      if (!chaining) env.disableOperatorChaining()
      build(env, steps)
      return JSON.parse(env.getExecutionPlan()) as unknown
    })
    const graph = createJobGraph(createPlan(evaluation.graph))
    got = {
      ...(vector['plan'] === undefined ? {} : { plan: executionPlan }),
      jobType: graph.config.runtimeMode,
      vertices: graph.vertices.map((vertex) => vertexView(vertex, graph)),
    }
  } catch (thrown) {
    if (thrown instanceof NotYet) return notYetRun(thrown.message)
    if (error !== undefined) return PASSED
    throw thrown
  }
  if (error !== undefined) return failed('no error')
  const want = {
    ...(vector['plan'] === undefined ? {} : { plan: vector['plan'] }),
    jobType: vector['jobType'],
    vertices: vector['vertices'],
  }
  return canonical(got) === canonical(want) ? PASSED : failed(`expected ${canonical(want)}\n     got ${canonical(got)}`)
}

function build(env: StreamExecutionEnvironment, steps: readonly TopologyStep[]): void {
  const streams = new Map<string, Numbers>()
  for (const step of steps) {
    const made = applyOperator(env, step.op, streams.get(step.from ?? ''), streams.get(step.with ?? ''))
    if (made === null) throw new NotYet(`operator ${step.op}`)
    if (isOperator(made)) place(made, step)
    streams.set(step.id, made)
  }
}

type Operator = SingleOutputStreamOperator<number> | DataStreamSink<number>

function isOperator(stream: Numbers): stream is Operator {
  return 'setParallelism' in stream
}

function place(operator: Operator, step: TopologyStep): void {
  if (step.parallelism !== undefined) operator.setParallelism(step.parallelism)
  if (step.maxParallelism !== undefined) operator.setMaxParallelism(step.maxParallelism)
  if (step.name !== undefined) operator.name(step.name)
  if (step.uid !== undefined) operator.uid(step.uid)
  if (step.uidHash !== undefined) operator.setUidHash(step.uidHash)
  if (step.description !== undefined) operator.setDescription(step.description)
  if (step.slotSharingGroup !== undefined) operator.slotSharingGroup(step.slotSharingGroup)
  if (step.disableChaining === true) operator.disableChaining()
  if (step.startNewChain === true) (operator as SingleOutputStreamOperator<number>).startNewChain()
}

function vertexView(vertex: JobVertex, graph: JobGraph): unknown {
  const { id, name, parallelism, isParallelismChosen, maxParallelism, nodes, chained, connected } = vertex
  const tailFirst = (head: string): typeof nodes => [
    ...chained.filter((job) => job.from === head).flatMap((job) => tailFirst(job.to)),
    ...nodes.filter((node) => node.id === head),
  ]
  const nameOf = (node: string): string | undefined =>
    graph.vertices.find((other) => other.nodes.some((candidate) => candidate.id === node))?.name
  return {
    id,
    name,
    description: vertexDescription(vertex),
    parallelism: isParallelismChosen ? parallelism : -1,
    maxParallelism: maxParallelism ?? -1,
    operators: tailFirst(nodes[0]?.id ?? '').map((node) => ({
      id: node.operatorId,
      name: displayName(node),
      uid: node.uid,
    })),
    inputs: connected.map(({ edge }) => ({
      from: nameOf(edge.node),
      ship: edge.partitioner,
      pattern: PARTITIONER_PROPERTIES[edge.partitioner].isPointwise ? 'POINTWISE' : 'ALL_TO_ALL',
      result: graph.config.runtimeMode === 'BATCH' ? 'BLOCKING' : 'PIPELINED_BOUNDED',
    })),
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}
