// What is deployed of a job: every vertex as so many tasks, every edge as channels. After a failure all of it is made anew
// and takes the ids of what was there before, so that whatever watches keeps its places.

import type { JobEdge } from '../graph/chains.ts'
import type { JobVertex } from '../graph/job-graph.ts'
import { Channel } from '../network/channel.ts'
import { connections } from '../network/exchange.ts'
import type { KeyedStateBackend } from '../state/keyed-backend.ts'
import type { OperatorStateBackend } from '../state/operator-state.ts'
import type { Task } from '../task/task.ts'
import { createTask, vertexOf, type DeployableJob } from './task-deployment.ts'
import { WatermarkAlignment, type AlignmentGroup } from './watermark-alignment.ts'

/** The tasks and channels of a job, by vertex and subtask. */
export class Deployment {
  readonly job: DeployableJob
  readonly tasks: Task[] = []
  readonly channels: Channel[] = []
  readonly edges = new Map<Channel, JobEdge>()
  readonly backends: KeyedStateBackend[] = []
  readonly operatorStates: OperatorStateBackend[] = []
  readonly alignments: WatermarkAlignment[] = []
  /** By name: sources that wait for one another. */
  readonly alignmentGroups = new Map<string, AlignmentGroup>()
  /** By vertex and receiving subtask; by edge and sending subtask. */
  readonly channelsInto = new Map<string, Channel[]>()
  readonly channelsOf = new Map<JobEdge, Channel[][]>()

  constructor(job: DeployableJob) {
    this.job = job
  }

  /** Makes all of it, with the state the job says, and lets it begin. */
  deploy(): void {
    const { vertices } = this.job.graph
    for (const vertex of vertices) for (const job of vertex.inputs) this.createChannels(job, vertex)
    for (const vertex of vertices) {
      for (let subtask = 0; subtask < vertex.parallelism; subtask++) {
        this.tasks.push(createTask({ job: this.job, deployment: this, vertex, subtask }))
      }
      this.alignSource(vertex)
    }
    for (const task of this.tasks) task.wake()
  }

  /** Forgets all of it, and whatever was still to happen to it. */
  release(): void {
    const ids = [...this.tasks, ...this.channels, ...this.alignments].map(({ id }) => id)
    this.job.simulation.release(ids.sort((a, b) => a - b))
    for (const list of [this.tasks, this.channels, this.alignments, this.backends, this.operatorStates]) list.length = 0
    for (const map of [this.edges, this.alignmentGroups, this.channelsInto, this.channelsOf]) map.clear()
  }

  /** Mixes what is left in state and timers into the run's fingerprint. */
  digestState(): void {
    const { fingerprint } = this.job.simulation
    for (const backend of this.backends) backend.digest(fingerprint)
    for (const state of this.operatorStates) state.digest(fingerprint)
  }

  private createChannels(job: JobEdge, to: JobVertex): void {
    const { graph, simulation, pool, settings } = this.job
    const from = vertexOf(graph, job.from)
    const bySender: Channel[][] = Array.from({ length: from.parallelism }, () => [])
    for (const [sender, receiver] of connections(job.edge.partitioner, from.parallelism, to.parallelism)) {
      const channel = new Channel(simulation, pool, settings)
      this.channels.push(channel)
      this.edges.set(channel, job)
      ;(bySender[sender] as Channel[]).push(channel)
      const key = `${to.id} ${receiver}`
      this.channelsInto.set(key, [...(this.channelsInto.get(key) ?? []), channel])
    }
    this.channelsOf.set(job, bySender)
  }

  /** Called once the vertex's tasks are there. */
  private alignSource(vertex: JobVertex): void {
    const spec = vertex.nodes[0]?.spec
    if (spec?.kind !== 'source' || spec.watermarks.alignment === undefined) return
    const { alignment } = spec.watermarks
    const group: AlignmentGroup = this.alignmentGroups.get(alignment.group) ?? new Map<number, number>()
    this.alignmentGroups.set(alignment.group, group)
    const tasks = this.tasks.slice(-vertex.parallelism)
    this.alignments.push(new WatermarkAlignment({ simulation: this.job.simulation, spec: alignment, group, tasks }))
  }
}
