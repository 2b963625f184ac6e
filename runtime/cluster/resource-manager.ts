// The TaskManagers and their slots. A slot takes subtask i of every vertex of a slot sharing group, so a job needs as many
// slots as the highest parallelism of each of its groups. Flink's ResourceManager, with the JobMaster's slot pool.
// Heartbeats go out at every multiple of their interval. One that's answered changes nothing, so that only the moment is an
// event at which a TaskManager that can't answer is given up: a dead one, which refuses the call, at the second call; one
// that is cut off when the timeout has passed since the last answer.

import { CLUSTER, type EventTarget, type Simulation } from '../kernel/simulation.ts'
import type { ClusterSettings } from './cluster-settings.ts'

/** So many calls in a row must have been refused: Flink's heartbeat.rpc-failure-threshold. */
const UNREACHABLE_AFTER = 2

/** `KILLED`: it's gone, and the JobManager may not know yet. `DISCONNECTED`: it works, and nothing gets to it or from it. */
export type TaskManagerState = 'RUNNING' | 'DISCONNECTED' | 'KILLED'

export interface TaskManager {
  /** From 1, in the order of starting. */
  readonly number: number
  readonly slots: number
  state: TaskManagerState
  /** Whether the JobManager counts on it. */
  isRegistered: boolean
  /** Since when it has been in its state, virtual µs. */
  sinceUs: number
  /** What work takes as a multiple of what it usually takes. */
  slowness: number
  /** How far its clock is ahead, in ms. */
  clockSkewMs: number
  /** When it can be reached again, virtual µs. */
  reachableUs: number
  /** When it last answered a heartbeat, as long as it doesn't answer; virtual µs. */
  heardUs: number
}

/** What a slot is for: the subtasks with one number of all vertices of a slot sharing group. */
export interface SlotPurpose {
  /** No other's. */
  readonly name: string
  /** Number of the job. */
  readonly job: number
  readonly group: string
}

/** A slot in use. */
export interface Slot {
  readonly purpose: SlotPurpose
  readonly manager: TaskManager
  /** Among those of its TaskManager, from 0. */
  readonly index: number
}

/** Told of machines. */
export interface ResourceListener {
  /** The JobManager has noticed that it's gone. */
  taskManagerLost(manager: TaskManager): void
  /** There are more slots than before. */
  slotsAdded(): void
}

export class ResourceManager implements EventTarget {
  id = -1
  readonly simulation: Simulation
  readonly settings: ClusterSettings
  readonly taskManagers: TaskManager[] = []
  /** Those in use, by the names of what they are for. */
  readonly slots = new Map<string, Slot>()
  listener: ResourceListener | null = null

  constructor(simulation: Simulation, settings: ClusterSettings) {
    this.simulation = simulation
    this.settings = settings
    simulation.register(this)
    for (let i = 0; i < settings.taskManagers; i++) this.start(settings.slotsPerTaskManager)
  }

  /** One more TaskManager; 0 slots stand for as many as anybody asks for. */
  start(slots: number): TaskManager {
    const manager: TaskManager = {
      number: this.taskManagers.length + 1,
      slots: slots === 0 ? Infinity : slots,
      state: 'RUNNING',
      isRegistered: true,
      sinceUs: this.simulation.nowUs,
      slowness: 1,
      clockSkewMs: 0,
      reachableUs: -Infinity,
      heardUs: this.simulation.nowUs,
    }
    this.taskManagers.push(manager)
    this.listener?.slotsAdded()
    return manager
  }

  /** When it last answered a heartbeat, or began to; virtual µs. */
  lastHeardUs({ state, sinceUs, heardUs }: TaskManager): number {
    return state === 'RUNNING' ? Math.max(sinceUs, this.lastHeartbeatUs(this.simulation.nowUs)) : heardUs
  }

  /** What the slots are for that a job has, of TaskManagers that the JobManager counts on. */
  slotsOf(job: number): SlotPurpose[] {
    return Array.from(this.slots.values()).flatMap(({ purpose, manager }) => {
      return purpose.job === job && manager.isRegistered ? purpose : []
    })
  }

  /** A slot for each of these, those that they had if possible. All or none. */
  allocate(wanted: readonly SlotPurpose[]): boolean {
    for (const [name, { manager }] of this.slots) if (!manager.isRegistered) this.slots.delete(name)
    const missing = wanted.filter(({ name }) => !this.slots.has(name))
    if (this.free() < missing.length) return false
    for (const manager of this.taskManagers) {
      if (!manager.isRegistered) continue
      const used = this.usedOf(manager)
      for (let index = 0; index < manager.slots && missing.length > 0; index++) {
        if (used.has(index)) continue
        const purpose = missing.shift() as SlotPurpose
        this.slots.set(purpose.name, { purpose, manager, index })
      }
    }
    return true
  }

  /** Slots of TaskManagers that the JobManager counts on, and that nobody has. */
  free(): number {
    return this.taskManagers.reduce((sum, manager) => {
      return manager.isRegistered ? sum + manager.slots - this.usedOf(manager).size : sum
    }, 0)
  }

  /** Nobody needs these slots any more. */
  release(slots: readonly SlotPurpose[]): void {
    for (const { name } of slots) this.slots.delete(name)
  }

  /** The job is over. */
  releaseJob(job: number): void {
    for (const { purpose } of Array.from(this.slots.values())) if (purpose.job === job) this.slots.delete(purpose.name)
  }

  /** It's gone from one moment to the next. */
  kill(manager: TaskManager): void {
    this.change(manager, 'KILLED')
  }

  /** Nothing gets to it for so long. */
  disconnect(manager: TaskManager, forUs: number): void {
    if (manager.state === 'KILLED') return
    manager.reachableUs = Math.max(manager.reachableUs, this.simulation.nowUs + forUs)
    if (manager.state === 'RUNNING') this.change(manager, 'DISCONNECTED')
    this.simulation.schedule(manager.reachableUs, CLUSTER, this.id)
  }

  /** The JobManager doesn't count on it any more. */
  lose(manager: TaskManager): void {
    if (!manager.isRegistered) return
    manager.isRegistered = false
    this.listener?.taskManagerLost(manager)
  }

  handle(): void {
    const { nowUs } = this.simulation
    for (const manager of this.taskManagers) {
      if (manager.state === 'DISCONNECTED' && manager.reachableUs <= nowUs) this.reconnect(manager)
      else if (manager.state !== 'RUNNING' && this.givenUpUs(manager) <= nowUs) this.lose(manager)
    }
  }

  /** It can be reached again: with what it was doing, if the JobManager hasn't noticed. */
  private reconnect(manager: TaskManager): void {
    this.change(manager, 'RUNNING')
    if (manager.isRegistered) return
    manager.isRegistered = true
    this.listener?.slotsAdded()
  }

  private change(manager: TaskManager, state: TaskManagerState): void {
    manager.heardUs = this.lastHeardUs(manager)
    manager.state = state
    manager.sinceUs = this.simulation.nowUs
    if (state !== 'RUNNING' && manager.isRegistered) this.simulation.schedule(this.givenUpUs(manager), CLUSTER, this.id)
  }

  /** When the JobManager will have noticed that it doesn't answer. */
  givenUpUs({ state, sinceUs }: TaskManager): number {
    const { heartbeatIntervalMs, heartbeatTimeoutMs } = this.settings
    const afterMs = state === 'KILLED' ? UNREACHABLE_AFTER * heartbeatIntervalMs : heartbeatTimeoutMs
    return this.lastHeartbeatUs(sinceUs) + afterMs * 1000
  }

  private lastHeartbeatUs(atUs: number): number {
    const intervalUs = this.settings.heartbeatIntervalMs * 1000
    return Math.floor(atUs / intervalUs) * intervalUs
  }

  /** Numbers of its slots that are in use. */
  private usedOf(manager: TaskManager): Set<number> {
    const used = new Set<number>()
    for (const slot of this.slots.values()) if (slot.manager === manager) used.add(slot.index)
    return used
  }
}
