// One subtask made ready to run: the learner's job evaluated once more for it, its chain wired between the channels that
// are there already, its state restored. Flink's TaskDeploymentDescriptor, and what a TaskExecutor makes of it.

import { present } from '../base/assert.ts'
import type { RandomStream } from '../base/random.ts'
import type { JobEdge } from '../graph/chains.ts'
import { displayName, maxParallelismOf, type JobGraph, type JobVertex } from '../graph/job-graph.ts'
import type { PlanNode } from '../graph/plan.ts'
import type { Simulation } from '../kernel/simulation.ts'
import { BarrierAlignment } from '../network/barrier-alignment.ts'
import type { Channel } from '../network/channel.ts'
import type { InFlight } from '../network/in-flight.ts'
import { InputGate } from '../network/input-gate.ts'
import { createSelector } from '../network/partitioner.ts'
import { RecordWriter } from '../network/record-writer.ts'
import type { OperatorContext } from '../operators/operator.ts'
import type { Outside } from '../operators/outside.ts'
import { asCall } from '../operators/rich-function.ts'
import type { BufferPool } from '../record/buffer.ts'
import { keyGroupRange } from '../record/key-groups.ts'
import { KeyReader } from '../record/key.ts'
import { parseType, type TypeInformation } from '../record/type-info.ts'
import { KeyedStateBackend } from '../state/keyed-backend.ts'
import { OperatorStateBackend, redistribute, type OperatorSnapshot } from '../state/operator-state.ts'
import type { Instantiate, JobInstance } from '../task/job-instance.ts'
import type { KeyContext } from '../task/key-context.ts'
import { OperatorChain, type OutgoingWriter } from '../task/operator-chain.ts'
import { Task } from '../task/task.ts'
import type { TaskListener } from '../task/task-contract.ts'
import { TRACE_ROW } from '../trace/trace-layout.ts'
import type { CommitHistory } from './commit-history.ts'
import type { OperatorCheckpoint } from './completed-checkpoint.ts'
import type { ClusterSettings } from './cluster-settings.ts'
import { mayOvertakeInto } from './in-flight-state.ts'
import { rowKindOf, sinkName, type JobObserver, type JobWatcher, type Row } from './job-observer.ts'

/** What deploying asks of the job, which also hears what becomes of its tasks. */
export interface DeployableJob extends TaskListener<Task> {
  readonly graph: JobGraph
  readonly simulation: Simulation
  /** The stream of this name, which no other job has. */
  random(name: string): RandomStream
  readonly settings: ClusterSettings
  readonly isBatch: boolean
  readonly observer: JobObserver | null
  readonly watcher: JobWatcher | null
  readonly instantiate: Instantiate
  readonly outside: Outside
  readonly commits: CommitHistory
  readonly pool: BufferPool
  /** Rows that sinks have got. */
  rows: number
  /** What the operator begins with, and from which checkpoint; null where it begins with nothing. */
  restoredOf(node: PlanNode): OperatorCheckpoint | null
  restoredCheckpointId(): number | null
  /** Its operators are open. */
  taskOpened(task: Task): void
  /** Records that were on their way. */
  restoredInFlight(): readonly InFlight[]
}

/** Where the task goes, and the channels it goes between. */
interface TaskPlace {
  readonly job: DeployableJob
  readonly vertex: JobVertex
  readonly subtask: number
  /** How often it has been deployed before. */
  readonly attempt: number
  readonly incoming: readonly Channel[]
  /** Of each incoming channel the input it feeds, from 0. */
  readonly inputs: readonly number[]
  readonly outgoing: readonly { readonly edge: JobEdge; readonly channels: readonly Channel[] }[]
}

/** The task, wired, and not yet open. */
export function createTask(place: TaskPlace): Task {
  const { job, vertex, subtask, incoming } = place
  const { simulation, graph } = job
  const late: { task: Task | null } = { task: null }
  const nowMs = (): number => late.task?.nowMs() ?? simulation.settings.startMs
  const random = job.random(`user ${vertex.id} ${subtask} ${place.attempt}`)
  const instance = job.instantiate({
    nowMs,
    random: () => random.nextDouble(),
    log: (level, text) => job.observer?.log(level, text, subtask, nowMs()),
  })
  const outgoing = createWriters(place, instance)
  const task = new Task({
    name: vertex.name,
    subtask,
    simulation,
    costs: job.settings,
    gate: vertex.inputs.length === 0 ? null : createGate(place),
    chain: new OperatorChain(vertex, graph.config, outgoing),
    writers: outgoing.map(({ writer }) => writer),
    keyContext: createKeyContext(place, instance),
    listener: job,
    waitsForLast: graph.config.checkpoints?.afterTasksFinish === true,
  })
  if (vertex.nodes.every((node) => job.restoredOf(node)?.isFinished)) task.chain.restoreFinished()
  late.task = task
  task.watcher = job.watcher
  for (const channel of incoming) channel.consumer = task
  if (mayOvertakeInto(vertex, graph)) task.checkpoints.letOvertake(graph.config.checkpoints?.unaligned?.afterMs === 0)
  for (const { writer } of outgoing) for (const channel of writer.channels) channel.producer = task
  task.instance = instance
  task.beginTurn = () => instance.beginTurn()
  task.tick = () => instance.tick()
  task.openChain = () => {
    task.chain.open((node) => contextOf(node, place, task, instance))
    job.taskOpened(task)
  }
  return task
}

/** The vertex in which a node of the plan runs. */
export function vertexOf(graph: JobGraph, nodeId: string): JobVertex {
  const vertex = graph.vertices.find(({ nodes }) => nodes.some((node) => node.id === nodeId))
  return present(vertex, `the vertex of node ${nodeId}`)
}

function createGate({ job, incoming, inputs }: TaskPlace): InputGate {
  const mode = job.graph.config.checkpoints?.mode ?? 'EXACTLY_ONCE'
  const alignment = job.isBatch ? null : new BarrierAlignment(incoming.length, mode === 'EXACTLY_ONCE')
  return new InputGate(incoming, inputs, { isBlocking: job.isBatch, alignment })
}

function createKeyContext({ job, vertex, subtask }: TaskPlace, instance: JobInstance): KeyContext | null {
  const head = vertex.nodes[0] as PlanNode
  const keyed = head.inputs.find(({ isKeyed }) => isKeyed)
  if (keyed === undefined || keyed.key === null) return null
  const backend = new KeyedStateBackend(declaredKey(keyed.key), maxParallelismOf(vertex), head.id)
  backend.isBatch = job.isBatch
  backend.isByValue = job.graph.config.stateBackend === 'rocksdb'
  const range = keyGroupRange(subtask, vertex.parallelism, maxParallelismOf(vertex))
  for (const snapshot of job.restoredOf(head)?.keyed ?? []) backend.restore(snapshot, range)
  const selectKeys = [1, 2].map((input) => {
    const first = head.inputs.findIndex((edge) => edge.input === input && edge.isKeyed)
    if (first < 0) return null
    return asCall<(value: unknown) => unknown>(instance.registry.get(head.id, `keySelector:${first}`), 'getKey')
  })
  return { backend, selectKeys }
}

function createWriters({ job, outgoing }: TaskPlace, instance: JobInstance): OutgoingWriter[] {
  return outgoing.map(({ edge, channels }) => {
    return { from: edge.from, tag: edge.edge.tag, writer: createWriter(job, edge, channels, instance) }
  })
}

function createWriter(
  job: DeployableJob,
  edge: JobEdge,
  channels: readonly Channel[],
  { registry }: JobInstance,
): RecordWriter {
  const { graph } = job
  const { partitioner, key } = edge.edge
  if (partitioner === 'BROADCAST') return new RecordWriter(channels, null)
  const selector = createSelector(partitioner, {
    channels: channels.length,
    random: () => job.random('net'),
    key:
      key === null
        ? null
        : {
            select: asCall(registry.get(edge.to, `keySelector:${edge.index}`), 'getKey'),
            reader: new KeyReader(declaredKey(key), edge.to),
          },
    maxParallelism: maxParallelismOf(vertexOf(graph, edge.to)),
    choose: partitioner === 'CUSTOM' ? customChoice(edge, registry) : null,
    receiver: edge.to,
  })
  return new RecordWriter(channels, selector)
}

function contextOf(
  node: PlanNode,
  { job, vertex, attempt }: TaskPlace,
  task: Task,
  { registry }: JobInstance,
): OperatorContext {
  const { simulation } = job
  const { subtask } = task
  const operatorState = new OperatorStateBackend()
  const restored = job.restoredOf(node)
  if (restored !== null) {
    operatorState.restore(redistribute(restored.operator, vertex.parallelism)[subtask] as OperatorSnapshot)
  }
  const sink = node.spec.kind === 'sink' ? sinkName(node, node.spec.sink) : ''
  const kind = node.spec.kind === 'sink' ? rowKindOf(node.spec.sink) : '+I'
  return {
    name: displayName(node),
    nodeId: node.id,
    subtask,
    parallelism: vertex.parallelism,
    maxParallelism: maxParallelismOf(vertex),
    attempt,
    seed: simulation.settings.seed,
    activity: task.activity,
    probe: job.watcher?.probeOf(task, node.at) ?? null,
    timeProbe: job.watcher?.timeProbeOf?.(task) ?? null,
    outside: job.outside,
    keyed: node === vertex.nodes[0] ? (task.keyContext?.backend ?? null) : null,
    operatorState,
    restoredCheckpointId: restored === null ? null : job.restoredCheckpointId(),
    checkpointed: [],
    listeners: [],
    runtimeContexts: [],
    userFunction: (role) => present(registry.get(node.id, role), `function ${role} of ${node.name}`),
    nowMs: () => task.nowMs(),
    alarmChanged: () => task.alarmChanged(),
    log: (level, text) => job.observer?.log(level, text, subtask, task.nowMs()),
    inputArrived: () => task.inputArrived(),
    random: (purpose) => job.random(`${purpose} ${node.id} ${subtask} ${attempt}`),
    timerFired: (timestamp, isEventTime) => task.timerFired(timestamp, isEventTime),
    isObserved: () => job.watcher !== null || simulation.trace !== null,
    commitNoted: (phase, checkpoint, count) =>
      job.commits[phase](
        { vertex: vertex.id, subtask, operator: displayName(node), checkpoint, count },
        simulation.nowUs,
      ),
    rowArrived: (value, timestamp) => {
      const isTold = simulation.trace !== null || job.watcher !== null || job.observer !== null
      if (isTold || simulation.settings.isHashed) tellRow(job, task, { sink, kind, value, timestamp })
      else job.rows++
    },
  }
}

/** Counts a row, and tells everybody who wants to know of it. */
function tellRow(
  job: DeployableJob,
  task: Task,
  { sink, kind, value, timestamp }: Pick<Row, 'sink' | 'kind' | 'value' | 'timestamp'>,
): void {
  const { simulation, observer } = job
  if (simulation.settings.isHashed) {
    simulation.fingerprint.value(value)
    simulation.fingerprint.number(timestamp)
  }
  simulation.trace?.add(simulation.event, task.turnStartUs, TRACE_ROW, task.id, job.rows, timestamp)
  job.watcher?.rowArrived(job.rows, value)
  job.rows++
  observer?.row({ sink, kind, subtask: task.subtask, value, timestamp, atMs: task.nowMs() })
}

function customChoice(edge: JobEdge, registry: JobInstance['registry']): (value: unknown, channels: number) => number {
  const partition = asCall<(key: unknown, channels: number) => number>(
    registry.get(edge.to, `partitioner:${edge.index}`),
    'partition',
  )
  const select = asCall<(value: unknown) => unknown>(registry.get(edge.to, `partitionKey:${edge.index}`), 'getKey')
  return (value, channels) => partition(select(value), channels)
}

function declaredKey(key: string): TypeInformation<unknown> | null {
  return key === 'infer' ? null : parseType(key)
}
