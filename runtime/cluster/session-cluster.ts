// A cluster and the jobs on it: its machines, what stands outside, and who gets slots when several jobs want them. All run
// on one clock. A cluster that a job has for itself is one with a single job. Flink's session cluster, with its Dispatcher.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/deployment/overview/#session-mode
//
// Differs from Flink: the slots of a job come free when it's over, not when the last task in each is; who asked first gets
// slots first; submitting a job and cancelling it take no time.

import type { Action, Intervened, Simulation } from '../kernel/simulation.ts'
import type { JobGraph } from '../graph/job-graph.ts'
import type { Outside } from '../operators/outside.ts'
import type { ClusterAction } from './cluster-action.ts'
import type { ClusterSettings } from './cluster-settings.ts'
import { isMachineAction, MachineFaults, type JobOnMachines } from './machine-faults.ts'
import { OutsideClock, type JobWithOutside } from './outside-clock.ts'
import { ResourceManager, type ResourceListener, type TaskManager } from './resource-manager.ts'
import { SlotRequests, type SlotRequestListener } from './slot-requests.ts'

/** What the cluster asks of a job and tells it. */
export interface ClusterJob extends JobOnMachines, JobWithOutside, SlotRequestListener {
  /** As it is deployed: rescaled, it's another. */
  readonly graph: JobGraph
  readonly checkpoints: { readonly planned: ReadonlySet<number> } | null
  readonly actions: Intervened
  readonly state: string
  /** Whether anything of it is still to come. */
  isAlive(): boolean
  /** Ends it from outside. */
  cancelJob(): void
  taskManagerLost(manager: TaskManager): void
  requireNotStuck(): void
  cancel(): void
  digestState(): void
}

export class SessionCluster implements ResourceListener, Intervened {
  readonly simulation: Simulation
  readonly settings: ClusterSettings
  readonly outside: Outside
  readonly resources: ResourceManager
  readonly slotRequests: SlotRequests
  readonly outsideClock: OutsideClock
  readonly machines: MachineFaults
  /** In the order of submission: job 1 first. */
  readonly jobs: ClusterJob[] = []
  /** How many are still to be submitted at set times. */
  toCome = 0
  /** Rows that sinks have got, of all jobs. */
  rows = 0

  constructor(simulation: Simulation, settings: ClusterSettings, outside: Outside) {
    this.simulation = simulation
    this.settings = settings
    this.outside = outside
    this.resources = new ResourceManager(simulation, settings)
    this.resources.listener = this
    this.slotRequests = new SlotRequests(simulation, this.resources)
    this.outsideClock = new OutsideClock(this)
    this.machines = new MachineFaults(this)
    simulation.intervened = this
  }

  /** It will ask for slots. What it wants to find outside is made. */
  submit(job: ClusterJob): void {
    this.jobs.push(job)
    this.outsideClock.prepare(job)
  }

  /** The job is over: its slots are there for others. With the last one the run is over, whatever machines still had before them. */
  jobOver({ id }: ClusterJob): void {
    this.slotRequests.forgetJob(id)
    this.resources.releaseJob(id)
    this.slotRequests.retry()
    if (this.isAlive()) return
    this.outsideClock.stop()
    this.simulation.silence()
  }

  apply(given: Action): void {
    const action = given as ClusterAction
    if (isMachineAction(action)) this.machines.apply(action)
    else if (action.kind === 'cancel-job') this.jobs[action.job - 1]?.cancelJob()
    else this.jobs[('job' in action ? (action.job ?? 1) : 1) - 1]?.actions.apply(action)
  }

  taskManagerLost(manager: TaskManager): void {
    for (const job of this.jobs) job.taskManagerLost(manager)
  }

  slotsAdded(): void {
    this.slotRequests.retry()
  }

  isAlive(): boolean {
    return this.toCome > 0 || this.jobs.some((job) => job.isAlive())
  }

  /** Events of coordinators that are still to come. */
  plannedCheckpoints(): number {
    return this.jobs.reduce((sum, { checkpoints }) => sum + (checkpoints?.planned.size ?? 0), 0)
  }

  /** The run is over: what still runs ends. */
  cancelTasks(): void {
    for (const job of this.jobs) job.cancel()
  }

  /** Mixes what is left in state and timers into the run's fingerprint. Once, at the end. */
  digestState(): void {
    for (const job of this.jobs) job.digestState()
  }

  /** Called if nothing will ever happen again. */
  requireNotStuck(): void {
    for (const job of this.jobs) job.requireNotStuck()
  }
}
