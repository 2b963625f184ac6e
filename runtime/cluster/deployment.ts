// What is deployed of a job: every vertex as so many tasks, every edge as channels. After a failure the tasks and channels
// of its region are made anew, in the places and with the ids of those before, so that whatever watches keeps its places.

import type { JobEdge } from '../graph/chains.ts'
import type { JobVertex } from '../graph/job-graph.ts'
import { Channel } from '../network/channel.ts'
import type { ChannelPlace } from '../network/in-flight.ts'
import type { KeyedStateBackend } from '../state/keyed-backend.ts'
import type { Task } from '../task/task.ts'
import { channelPlaceOf, edgeName, restoreInFlight } from './in-flight-state.ts'
import { layoutOf, type Layout, type Link, type Place } from './regions.ts'
import { createTask, type DeployableJob } from './task-deployment.ts'
import { WatermarkAlignment, type AlignmentGroup } from './watermark-alignment.ts'

/** The tasks and channels of a job. Tasks stand in the order of the layout's places, channels in that of its links. */
export class Deployment {
  readonly job: DeployableJob
  readonly layout: Layout
  readonly tasks: Task[] = []
  readonly channels: Channel[] = []
  readonly edges = new Map<Channel, JobEdge>()
  readonly channelPlaces = new Map<Channel, ChannelPlace>()
  readonly alignments: WatermarkAlignment[] = []
  /** By region: how often it has been deployed before. */
  readonly attempts: number[]
  /** By name: sources that wait for one another. */
  readonly alignmentGroups = new Map<string, AlignmentGroup>()

  /** `attempt`: how often the job has been deployed before. */
  constructor(job: DeployableJob, attempt = 0) {
    this.job = job
    this.layout = layoutOf(job.graph)
    this.attempts = new Array<number>(this.layout.regions).fill(attempt)
    this.create(() => true)
    for (const vertex of job.graph.vertices) this.alignSource(vertex)
  }

  /** Keyed state of all tasks that have some. */
  get backends(): KeyedStateBackend[] {
    return this.tasks.flatMap(({ keyContext }) => keyContext?.backend ?? [])
  }

  placeOf(task: Task): Place {
    return this.layout.places[this.tasks.indexOf(task)] as Place
  }

  tasksOf(region: number): Task[] {
    return this.tasks.filter((_, i) => this.layout.places[i]?.region === region)
  }

  /** How often a region has been deployed before. */
  attemptOf(region: number): number {
    return this.attempts[region] as number
  }

  /** Forgets what a region consists of, with all that was still to happen to it, and makes it anew. */
  renew(region: number): void {
    const { places, links } = this.layout
    const channels = this.channels.filter((_, i) => places[(links[i] as Link).from]?.region === region)
    const ids = [...this.tasksOf(region), ...channels].map(({ id }) => id)
    this.job.simulation.release(ids.sort((a, b) => a - b))
    for (const channel of channels) {
      this.edges.delete(channel)
      this.channelPlaces.delete(channel)
    }
    this.attempts[region] = this.attemptOf(region) + 1
    this.create((other) => other === region)
    for (const alignment of this.alignments) alignment.renew(this.tasksOfVertex(alignment.vertex))
  }

  /** Forgets all of it: another takes its place. */
  release(): void {
    this.job.simulation.release(this.ids().sort((a, b) => a - b))
  }

  /** The job is over: nothing is due any more, and the run ends now instead of when the last timer would have been due. */
  silence(): void {
    this.job.simulation.unschedule(this.ids())
  }

  private ids(): number[] {
    return [...this.tasks, ...this.channels, ...this.alignments].map(({ id }) => id)
  }

  /** Mixes what is left in state and timers into the run's fingerprint. */
  digestState(): void {
    const { fingerprint } = this.job.simulation
    for (const backend of this.backends) backend.digest(fingerprint)
    for (const { chain } of this.tasks)
      for (const { operatorState } of chain.contexts) operatorState.digest(fingerprint)
  }

  /** Makes channels and tasks of the regions that are wanted. */
  private create(isWanted: (region: number) => boolean): void {
    const { simulation, pool, settings, graph } = this.job
    const inFlight = this.job.restoredInFlight()
    const keepsPlaces = inFlight.length > 0 || (graph.config.checkpoints?.unaligned ?? null) !== null
    const { places, links } = this.layout
    const made = new Map<Channel, ChannelPlace>()
    const names = new Map<JobEdge, string>()
    links.forEach((link, i) => {
      if (!isWanted((places[link.from] as Place).region)) return
      const channel = new Channel(simulation, pool, settings)
      this.channels[i] = channel
      this.edges.set(channel, link.edge)
      if (!keepsPlaces) return
      const name = names.get(link.edge) ?? edgeName(link.edge, graph)
      names.set(link.edge, name)
      made.set(channel, channelPlaceOf(link, this.layout, name))
    })
    for (const [channel, place] of made) this.channelPlaces.set(channel, place)
    places.forEach((place, i) => {
      if (!isWanted(place.region)) return
      const { vertex, subtask, region } = place
      const incoming = place.incoming.map((link) => this.channels[link] as Channel)
      const inputs = place.incoming.map((link) => (links[link] as Link).edge.edge.input - 1)
      this.tasks[i] = createTask({
        ...{ job: this.job, vertex, subtask, attempt: this.attemptOf(region) },
        ...{ incoming, inputs, outgoing: this.outgoingOf(place) },
      })
    })
    restoreInFlight(inFlight, made, this.edges)
  }

  /** By edge, in the order of the graph. */
  private outgoingOf({ outgoing }: Place): { readonly edge: JobEdge; readonly channels: readonly Channel[] }[] {
    const byEdge = new Map<JobEdge, Channel[]>()
    for (const link of outgoing) {
      const { edge } = this.layout.links[link] as Link
      const channels = byEdge.get(edge) ?? []
      byEdge.set(edge, channels)
      channels.push(this.channels[link] as Channel)
    }
    return Array.from(byEdge, ([edge, channels]) => ({ edge, channels }))
  }

  private tasksOfVertex(vertex: JobVertex): Task[] {
    return this.tasks.filter((_, i) => this.layout.places[i]?.vertex === vertex)
  }

  private alignSource(vertex: JobVertex): void {
    const spec = vertex.nodes[0]?.spec
    if (spec?.kind !== 'source' || spec.watermarks.alignment === undefined) return
    const { alignment } = spec.watermarks
    const group: AlignmentGroup = this.alignmentGroups.get(alignment.group) ?? new Map<number, number>()
    this.alignmentGroups.set(alignment.group, group)
    const { simulation } = this.job
    const tasks = this.tasksOfVertex(vertex)
    this.alignments.push(new WatermarkAlignment({ simulation, spec: alignment, group, vertex, tasks }))
  }
}
