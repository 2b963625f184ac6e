// A job deployed: every vertex as so many tasks, every edge as channels, and what became of them. After a failure it's
// deployed anew, if its restart strategy says so, with the state of the last checkpoint. Flink's ExecutionGraph.

import { AssertionError, present } from '../base/assert.ts'
import { LearnerError } from '../base/diagnostic.ts'
import type { JobEdge } from '../graph/chains.ts'
import { createJobGraph, displayName, type JobGraph, type JobVertex } from '../graph/job-graph.ts'
import type { Plan, PlanNode } from '../graph/plan.ts'
import type { SinkSpec } from '../graph/stream-graph.ts'
import type { Simulation } from '../kernel/simulation.ts'
import { Channel, type ChannelSettings } from '../network/channel.ts'
import { BarrierAlignment } from '../network/barrier-alignment.ts'
import { connections } from '../network/exchange.ts'
import { InputGate } from '../network/input-gate.ts'
import { createSelector } from '../network/partitioner.ts'
import { RecordWriter } from '../network/record-writer.ts'
import type { CallProbe } from '../operators/call-probe.ts'
import type { OperatorContext } from '../operators/operator.ts'
import { Outside } from '../operators/outside.ts'
import { asCall } from '../operators/rich-function.ts'
import { BufferPool } from '../record/buffer.ts'
import { defaultMaxParallelism, keyGroupRange } from '../record/key-groups.ts'
import { KeyReader } from '../record/key.ts'
import { parseType, type TypeInformation } from '../record/type-info.ts'
import { KeyedStateBackend } from '../state/keyed-backend.ts'
import { OperatorStateBackend, redistribute, type OperatorSnapshot } from '../state/operator-state.ts'
import type { Instantiate, JobInstance } from '../task/job-instance.ts'
import { OperatorChain, type ChainSnapshot, type OutgoingWriter } from '../task/operator-chain.ts'
import type { KeyContext } from '../task/key-context.ts'
import { Task, type TaskCosts, type TaskListener, type TimerWatcher } from '../task/task.ts'
import { TRACE_RESTART, TRACE_ROW } from '../trace/trace-layout.ts'
import { CheckpointCoordinator, type OperatorCheckpoint } from './checkpoint-coordinator.ts'
import { Failover } from './failover.ts'
import { WatermarkAlignment, type AlignmentGroup } from './watermark-alignment.ts'

/** How the simulated cluster is made. Part of what fixes a run. */
export interface ClusterSettings extends ChannelSettings, TaskCosts {
  /** Records in a buffer. */
  readonly bufferRecords: number
}

/** Lessons set fewer records per buffer; nothing else changes. */
export const DEFAULT_CLUSTER: ClusterSettings = {
  bufferRecords: 64,
  sourceRecords: 64,
  credits: 4,
  latencyUs: 100,
  bufferTimeoutUs: 100_000,
  recordUs: 1,
  turnUs: 1,
}

/** A row as a sink got it. */
export interface Row {
  readonly sink: string
  readonly subtask: number
  readonly value: unknown
  /** NaN where the record has none. */
  readonly timestamp: number
  readonly atMs: number
}

/** Told what the job does, in order. Watching changes nothing. */
export interface JobObserver {
  row(row: Row): void
  log(level: string, text: string, subtask: number, atMs: number): void
}

/** Sees what no trace entry says: records and calls as they pass. Watching changes nothing. */
export interface JobWatcher extends TimerWatcher {
  /** `at`: where the learner's code made the operator. */
  probeOf(task: Task, at: string | null): CallProbe
  rowArrived(row: number): void
  /** Its tasks and channels are others now, with the ids of those before. */
  redeployed(job: JobExecution): void
}

export type JobState = 'RUNNING' | 'RESTARTING' | 'FINISHED' | 'FAILED'

/** Why a job failed. */
export interface JobFailure {
  readonly task: string
  /** Nodes of the plan that run in the task, the head first. */
  readonly nodes: readonly PlanNode[]
  readonly subtask: number
  readonly error: unknown
}

export class JobExecution implements TaskListener {
  readonly plan: Plan
  readonly graph: JobGraph
  readonly simulation: Simulation
  readonly settings: ClusterSettings
  readonly isBatch: boolean
  /** Null where nobody looks: then rows cost next to nothing. */
  readonly observer: JobObserver | null
  readonly instantiate: Instantiate
  /** Null where nobody watches, which costs nothing. */
  readonly watcher: JobWatcher | null
  readonly tasks: Task[] = []
  readonly channels: Channel[] = []
  readonly edges = new Map<Channel, JobEdge>()
  readonly backends: KeyedStateBackend[] = []
  readonly operatorStates: OperatorStateBackend[] = []
  readonly alignments: WatermarkAlignment[] = []
  /** By name: sources that wait for one another. */
  readonly alignmentGroups = new Map<string, AlignmentGroup>()
  /** What sinks have written to. */
  readonly outside = new Outside()
  readonly pool: BufferPool
  readonly failover: Failover
  /** Null for a job without checkpoints. */
  readonly checkpoints: CheckpointCoordinator | null
  state: JobState = 'RUNNING'
  /** Of a job that failed or waits to be started again. */
  failure: JobFailure | null = null
  rows = 0
  finishedTasks = 0
  /** How often it has been deployed anew. */
  attempt = 0

  constructor(
    parts: Pick<JobExecution, 'plan' | 'simulation' | 'settings' | 'observer' | 'instantiate'> & {
      readonly watcher?: JobWatcher | null
    },
  ) {
    this.plan = parts.plan
    this.graph = createJobGraph(parts.plan)
    this.simulation = parts.simulation
    this.isBatch = parts.plan.config.runtimeMode === 'BATCH'
    // What a vertex makes is kept until all of it is there: there's room for it.
    this.settings = this.isBatch ? { ...parts.settings, credits: Infinity } : parts.settings
    this.observer = parts.observer
    this.instantiate = parts.instantiate
    this.watcher = parts.watcher ?? null
    this.pool = new BufferPool(parts.settings.bufferRecords)
    this.deploy()
    const { restart = { kind: 'none' }, checkpoints } = parts.plan.config
    this.failover = new Failover(this.simulation, restart, () => this.redeploy())
    this.checkpoints = checkpoints === undefined ? null : new CheckpointCoordinator(this, checkpoints)
    this.checkpoints?.start()
  }

  isRunning(): boolean {
    return this.state === 'RUNNING'
  }

  snapshotTaken(task: Task, checkpoint: number, snapshot: ChainSnapshot): void {
    this.checkpoints?.snapshotTaken(task, checkpoint, snapshot)
  }

  taskEnding(task: Task): void {
    this.checkpoints?.taskEnding(task)
  }

  taskFinished(): void {
    this.finishedTasks++
    if (this.finishedTasks < this.tasks.length) return
    this.state = 'FINISHED'
    this.checkpoints?.stop()
  }

  taskFailed(task: Task, error: unknown): void {
    if (this.state !== 'RUNNING') return
    this.failure = { task: task.name, nodes: task.chain.nodes, subtask: task.subtask, error }
    for (const other of this.tasks) other.cancel()
    this.checkpoints?.stop()
    this.state = this.failover.failed(error) ? 'RESTARTING' : 'FAILED'
    if (this.state === 'FAILED') return
    // As Flink's log has it.
    const place = `${task.name} (${task.subtask + 1}/${task.chain.parallelism})`
    this.log('error', `${place} switched from RUNNING to FAILED: ${String(error)}`, task.subtask)
  }

  /** After a failure: everything anew, with the state of the last checkpoint, if there is one. */
  private redeploy(): void {
    if (this.state !== 'RESTARTING') return
    const { simulation } = this
    const ids = [...this.tasks, ...this.channels, ...this.alignments].map(({ id }) => id)
    simulation.release(ids.sort((a, b) => a - b))
    for (const list of [this.tasks, this.channels, this.alignments, this.backends, this.operatorStates]) list.length = 0
    this.edges.clear()
    this.alignmentGroups.clear()
    this.finishedTasks = 0
    this.attempt++
    this.failure = null
    this.state = 'RUNNING'
    this.deploy()
    const checkpoint = this.checkpoints?.completed?.id ?? 0
    simulation.trace?.add(simulation.event, simulation.nowUs, TRACE_RESTART, -1, this.attempt, checkpoint)
    this.log(
      'info',
      checkpoint > 0 ? `Restoring job from checkpoint ${checkpoint}` : 'No checkpoint found to restore',
      0,
    )
    this.watcher?.redeployed(this)
    this.checkpoints?.start()
  }

  private log(level: string, text: string, subtask: number): void {
    const { nowUs, settings } = this.simulation
    this.observer?.log(level, text, subtask, settings.startMs + Math.floor(nowUs / 1000))
  }

  /** Cancels what still runs. */
  cancel(): void {
    for (const task of this.tasks) task.cancel()
  }

  /** Called if nothing will ever happen again. Tasks that haven't finished wait for the learner's results, or it's our bug. */
  requireNotStuck(): void {
    if (this.state !== 'RUNNING') return
    for (const task of this.tasks) {
      const at = task.chain.operators.findIndex((operator) => !operator.isDrained)
      if (at < 0) continue
      const operator = displayName(task.chain.nodes[at] as PlanNode)
      this.taskFailed(task, new LearnerError('ASYNC_STUCK', { operator }))
      return
    }
    const waiting = this.tasks.filter((task) => task.state === 'RUNNING').map((task) => `${task.name} ${task.subtask}`)
    throw new AssertionError(`deadlock at event ${this.simulation.event}: ${waiting.join(', ')}`)
  }

  /** Mixes what is left in state and timers into the run's fingerprint. Once, at the end. */
  digestState(): void {
    for (const backend of this.backends) backend.digest(this.simulation.fingerprint)
    for (const state of this.operatorStates) state.digest(this.simulation.fingerprint)
  }

  private deploy(): void {
    const channelsInto = new Map<string, Channel[]>()
    const channelsOf = new Map<JobEdge, Channel[][]>()
    for (const vertex of this.graph.vertices) {
      for (const job of vertex.inputs) channelsOf.set(job, this.createChannels(job, vertex, channelsInto))
    }
    for (const vertex of this.graph.vertices) {
      for (let subtask = 0; subtask < vertex.parallelism; subtask++) {
        this.createTask(vertex, subtask, channelsInto, channelsOf)
      }
      this.alignSource(vertex)
    }
    for (const task of this.tasks) task.wake()
  }

  /** Channels by sender, and appended to those into each receiver. */
  private createChannels(job: JobEdge, to: JobVertex, channelsInto: Map<string, Channel[]>): Channel[][] {
    const from = this.vertexOf(job.from)
    const bySender: Channel[][] = Array.from({ length: from.parallelism }, () => [])
    for (const [sender, receiver] of connections(job.edge.partitioner, from.parallelism, to.parallelism)) {
      const channel = new Channel(this.simulation, this.pool, this.settings)
      this.channels.push(channel)
      this.edges.set(channel, job)
      ;(bySender[sender] as Channel[]).push(channel)
      const key = `${to.id} ${receiver}`
      channelsInto.set(key, [...(channelsInto.get(key) ?? []), channel])
    }
    return bySender
  }

  private createTask(
    vertex: JobVertex,
    subtask: number,
    channelsInto: ReadonlyMap<string, Channel[]>,
    channelsOf: ReadonlyMap<JobEdge, Channel[][]>,
  ): void {
    const late: { task: Task | null } = { task: null }
    const random = this.simulation.random(`user ${vertex.id} ${subtask} ${this.attempt}`)
    const instance = this.instantiate({
      nowMs: () => late.task?.nowMs() ?? this.simulation.settings.startMs,
      random: () => random.nextDouble(),
      log: (level, text) =>
        this.observer?.log(level, text, subtask, late.task?.nowMs() ?? this.simulation.settings.startMs),
    })
    const outgoing = this.createWriters(vertex, subtask, instance, channelsOf)
    const incoming = channelsInto.get(`${vertex.id} ${subtask}`) ?? []
    const task = new Task({
      name: vertex.name,
      subtask,
      simulation: this.simulation,
      costs: this.settings,
      gate:
        vertex.inputs.length === 0
          ? null
          : new InputGate(
              incoming,
              incoming.map((channel) => this.inputOf(channel)),
              { isBlocking: this.isBatch, alignment: this.barriersOf(incoming) },
            ),
      chain: new OperatorChain(vertex, this.graph.config, outgoing),
      writers: outgoing.map(({ writer }) => writer),
      keyContext: this.keyContextOf(vertex, subtask, instance),
      listener: this,
    })
    late.task = task
    task.watcher = this.watcher
    for (const channel of incoming) channel.consumer = task
    for (const { writer } of outgoing) for (const channel of writer.channels) channel.producer = task
    task.beginTurn = () => instance.beginTurn()
    task.tick = () => instance.tick()
    task.openChain = () => task.chain.open((node) => this.contextOf(node, vertex, task, instance))
    this.tasks.push(task)
  }

  /** Called once the vertex's tasks are there. */
  private alignSource(vertex: JobVertex): void {
    const spec = vertex.nodes[0]?.spec
    if (spec?.kind !== 'source' || spec.watermarks.alignment === undefined) return
    const { alignment } = spec.watermarks
    const group: AlignmentGroup = this.alignmentGroups.get(alignment.group) ?? new Map<number, number>()
    this.alignmentGroups.set(alignment.group, group)
    const tasks = this.tasks.slice(-vertex.parallelism)
    this.alignments.push(new WatermarkAlignment({ simulation: this.simulation, spec: alignment, group, tasks }))
  }

  private keyContextOf(vertex: JobVertex, subtask: number, instance: JobInstance): KeyContext | null {
    const head = vertex.nodes[0] as PlanNode
    const keyed = head.inputs.find(({ isKeyed }) => isKeyed)
    if (keyed === undefined || keyed.key === null) return null
    const backend = new KeyedStateBackend(declaredKey(keyed.key), maxParallelismOf(vertex), head.id)
    backend.isBatch = this.isBatch
    backend.isByValue = this.graph.config.stateBackend === 'rocksdb'
    this.backends.push(backend)
    const range = keyGroupRange(subtask, vertex.parallelism, maxParallelismOf(vertex))
    for (const snapshot of this.restoredOf(head)?.keyed ?? []) backend.restore(snapshot, range)
    const selectKeys = [1, 2].map((input) => {
      const first = head.inputs.findIndex((edge) => edge.input === input && edge.isKeyed)
      if (first < 0) return null
      return asCall<(value: unknown) => unknown>(instance.registry.get(head.id, `keySelector:${first}`), 'getKey')
    })
    return { backend, selectKeys }
  }

  private barriersOf(channels: readonly Channel[]): BarrierAlignment | null {
    const { checkpoints } = this.plan.config
    return checkpoints ? new BarrierAlignment(channels.length, checkpoints.mode === 'EXACTLY_ONCE') : null
  }

  /** Which input of its consumer a channel feeds, from 0. */
  private inputOf(channel: Channel): number {
    return present(this.edges.get(channel), 'the edge of a channel').edge.input - 1
  }

  private createWriters(
    vertex: JobVertex,
    subtask: number,
    instance: JobInstance,
    channelsOf: ReadonlyMap<JobEdge, Channel[][]>,
  ): OutgoingWriter[] {
    const ids = new Set(vertex.nodes.map((node) => node.id))
    const writers: OutgoingWriter[] = []
    for (const [job, bySender] of channelsOf) {
      if (!ids.has(job.from)) continue
      const channels = bySender[subtask] as Channel[]
      writers.push({ from: job.from, tag: job.edge.tag, writer: this.createWriter(job, channels, instance) })
    }
    return writers
  }

  private createWriter(job: JobEdge, channels: readonly Channel[], instance: JobInstance): RecordWriter {
    const { partitioner, key } = job.edge
    if (partitioner === 'BROADCAST') return new RecordWriter(channels, null)
    const target = this.vertexOf(job.to)
    const selector = createSelector(partitioner, {
      channels: channels.length,
      random: () => this.simulation.random('net'),
      key:
        key === null
          ? null
          : {
              select: asCall(instance.registry.get(job.to, `keySelector:${job.index}`), 'getKey'),
              reader: new KeyReader(declaredKey(key), job.to),
            },
      maxParallelism: maxParallelismOf(target),
      choose: partitioner === 'CUSTOM' ? customChoice(job, instance) : null,
    })
    return new RecordWriter(channels, selector)
  }

  private contextOf(node: PlanNode, vertex: JobVertex, task: Task, instance: JobInstance): OperatorContext {
    const maxParallelism = maxParallelismOf(vertex)
    const sink = node.spec.kind === 'sink' ? sinkName(node, node.spec.sink) : ''
    const { simulation, observer } = this
    const { isHashed } = simulation.settings
    const operatorState = new OperatorStateBackend()
    this.operatorStates.push(operatorState)
    const restored = this.restoredOf(node)
    if (restored !== null) {
      operatorState.restore(redistribute(restored.operator, vertex.parallelism)[task.subtask] as OperatorSnapshot)
    }
    return {
      name: displayName(node),
      subtask: task.subtask,
      parallelism: vertex.parallelism,
      maxParallelism,
      attempt: this.attempt,
      seed: simulation.settings.seed,
      activity: task.activity,
      probe: this.watcher?.probeOf(task, node.at) ?? null,
      outside: this.outside,
      keyed: node === vertex.nodes[0] ? (task.keyContext?.backend ?? null) : null,
      operatorState,
      restoredCheckpointId: restored === null ? null : (this.checkpoints?.completed?.id ?? null),
      checkpointed: [],
      listeners: [],
      userFunction: (role) => present(instance.registry.get(node.id, role), `function ${role} of ${node.name}`),
      nowMs: () => task.nowMs(),
      alarmChanged: () => task.alarmChanged(),
      random: (purpose) => simulation.random(`${purpose} ${node.id} ${task.subtask} ${this.attempt}`),
      timerFired: (timestamp, isEventTime) => task.timerFired(timestamp, isEventTime),
      rowArrived: (value, timestamp) => {
        if (isHashed) {
          simulation.fingerprint.value(value)
          simulation.fingerprint.number(timestamp)
        }
        simulation.trace?.add(simulation.event, task.turnStartUs, TRACE_ROW, task.id, this.rows, timestamp)
        this.watcher?.rowArrived(this.rows)
        this.rows++
        observer?.row({ sink, subtask: task.subtask, value, timestamp, atMs: task.nowMs() })
      },
    }
  }

  private restoredOf(node: PlanNode): OperatorCheckpoint | null {
    return this.checkpoints?.completed?.operators.get(node.operatorId) ?? null
  }

  private vertexOf(nodeId: string): JobVertex {
    const vertex = this.graph.vertices.find(({ nodes }) => nodes.some((node) => node.id === nodeId))
    return present(vertex, `the vertex of node ${nodeId}`)
  }
}

/** What the rows of a sink are reported under. */
export function sinkName(node: PlanNode, sink: SinkSpec): string {
  return sink.identifier ?? node.name
}

function customChoice(job: JobEdge, instance: JobInstance): (value: unknown, channels: number) => number {
  const partition = asCall<(key: unknown, channels: number) => number>(
    instance.registry.get(job.to, `partitioner:${job.index}`),
    'partition',
  )
  const partitionKey = instance.registry.get(job.to, `partitionKey:${job.index}`)
  const select = asCall<(value: unknown) => unknown>(partitionKey, 'getKey')
  return (value, channels) => partition(select(value), channels)
}

function maxParallelismOf(vertex: JobVertex): number {
  return vertex.maxParallelism ?? defaultMaxParallelism(vertex.parallelism)
}

function declaredKey(key: string): TypeInformation<unknown> | null {
  return key === 'infer' ? null : parseType(key)
}
