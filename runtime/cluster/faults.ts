// Carries out what is done to a job from outside, and keeps what goes on: a fault of an operator, a channel or a
// source holds for the tasks of later attempts too.

import { databaseOf } from '../connectors/database/open-database.ts'
import { displayName } from '../graph/job-graph.ts'
import type { PlanNode } from '../graph/plan.ts'
import type { Action, Intervened } from '../kernel/simulation.ts'
import type { Channel } from '../network/channel.ts'
import type { Outside } from '../operators/outside.ts'
import type { Task } from '../task/task.ts'
import type { TaskCosts } from '../task/task-contract.ts'
import type { AtOperator, CancelAction, ClusterAction } from './cluster-action.ts'
import type { ClusterSettings } from './cluster-settings.ts'
import type { Deployment } from './deployment.ts'
import type { MachineAction } from './machine-faults.ts'
import { movedPlaces } from './moved-places.ts'
import type { Layout } from './regions.ts'
import type { RescaleAction } from './rescaling.ts'
import type { SavepointAction } from './savepoint-request.ts'
import { SourceFaults } from './source-faults.ts'
import { ThrowFault } from './operator-faults.ts'
import type { ResourceManager, TaskManager } from './resource-manager.ts'
import { UploadFaults, type SnapshottedJob } from './upload-faults.ts'

/** The job that faults happen to. */
export interface FaultyJob extends SnapshottedJob {
  readonly deployment: Deployment
  readonly resources: ResourceManager
  readonly outside: Outside
  readonly settings: ClusterSettings
  /** Where the task runs. */
  managerOf(task: Task): TaskManager | null
}

type FaultAction = Exclude<ClusterAction, SavepointAction | RescaleAction | MachineAction | CancelAction>
type ActionOf<K extends ClusterAction['kind']> = ClusterAction & { readonly kind: K }

export class Faults implements Intervened {
  readonly job: FaultyJob
  readonly uploads: UploadFaults
  /** What operators do wrong, by place of their task. */
  readonly thrown: { readonly place: number; readonly fault: ThrowFault }[] = []
  /** By place, by operator: how much longer each of its records takes. */
  readonly slowUs = new Map<number, Map<string, number>>()
  readonly sources = new Map<number, SourceFaults>()
  readonly links = new Map<number, { heldUntilUs: number; delayUs: number }>()

  constructor(job: FaultyJob) {
    this.job = job
    this.uploads = new UploadFaults(job)
  }

  apply(given: Action): void {
    const action = given as FaultAction
    switch (action.kind) {
      case 'throw':
        return this.makeThrow(action)
      case 'slow-operator':
        return this.slow(action)
      case 'lose-acknowledgement':
        return this.uploads.arm({ isAt: this.isAt(action), fate: 'lost', byUs: 0 })
      case 'delay-acknowledgement':
        return this.uploads.arm({ isAt: this.isAt(action), fate: 'late', byUs: action.byMs * 1000 })
      case 'fail-upload':
        return this.uploads.arm({ isAt: this.isAt(action), fate: 'failed', byUs: 0 })
      case 'partition-channel':
      case 'delay-channel':
        return this.disturb(action)
      case 'pause-source':
      case 'delay-source':
      case 'reorder-source':
      case 'move-record':
        return this.disturbSource(action)
      case 'disconnect-database':
        return this.disconnectDatabase(action.forMs)
    }
  }

  /** The job has been laid out anew: what goes on goes on where its subtask is now. */
  moved(before: Layout, after: Layout): void {
    const { places, links } = movedPlaces(before, after)
    for (const map of [this.slowUs, this.sources]) rekey<unknown>(map, places)
    rekey(this.links, links)
    const thrown = this.thrown.splice(0)
    for (const { place, fault } of thrown) {
      const to = places.get(place)
      if (to !== undefined) this.thrown.push({ place: to, fault })
    }
  }

  /** These tasks have slots and begin. */
  deployed(tasks: readonly Task[]): void {
    for (const task of tasks) {
      task.clockSkewMs = this.job.managerOf(task)?.clockSkewMs ?? 0
      task.costs = this.costsOf(task)
    }
    this.updateChannels()
  }

  /** The task's operators are open. */
  taskOpened(task: Task): void {
    const place = this.placeOf(task)
    for (const thrown of this.thrown) if (thrown.place === place) thrown.fault.install(task)
    if (task.source !== null) this.sources.get(place)?.opened(task, task.source)
  }

  /** The tasks that an action at an operator is done to. */
  tasksAt(where: AtOperator): Task[] {
    return this.at(where).map(({ task }) => task)
  }

  machineChanged(manager: TaskManager): void {
    for (const task of this.tasksOn(manager)) {
      task.clockSkewMs = manager.clockSkewMs
      task.costs = this.costsOf(task)
      task.reconsider()
    }
  }

  private disconnectDatabase(forMs: number): void {
    const { simulation, outside } = this.job
    const nowMs = simulation.settings.startMs + Math.floor(simulation.nowUs / 1000)
    databaseOf(outside).disconnectUntil(nowMs + forMs)
  }

  private makeThrow(action: ActionOf<'throw'>): void {
    const fate = { isOver: false }
    for (const { task, place, at } of this.at(action)) {
      const fault = new ThrowFault(action, fate, { at, name: displayName(task.chain.nodes[at] as PlanNode) })
      this.thrown.push({ place, fault })
      if (task.state === 'RUNNING') fault.install(task)
    }
  }

  private slow(action: ActionOf<'slow-operator'>): void {
    for (const { task, place } of this.at(action)) {
      const slow = this.slowUs.get(place) ?? new Map<string, number>()
      this.slowUs.set(place, slow.set(action.operator, action.byMs * 1000))
      task.costs = this.costsOf(task)
    }
  }

  private disturbSource(action: ActionOf<'pause-source' | 'delay-source' | 'reorder-source' | 'move-record'>): void {
    const { simulation } = this.job
    for (const { task, place } of this.at(action)) {
      const faults = this.sources.get(place) ?? new SourceFaults(simulation.settings.seed)
      this.sources.set(place, faults)
      if (action.kind === 'pause-source') faults.heldUntilUs = simulation.nowUs + action.forMs * 1000
      else if (action.kind === 'delay-source') faults.delayUs = action.byMs * 1000
      const { source } = task
      if (task.chain.isFinished) continue
      const changesOrder = action.kind === 'reorder-source' || action.kind === 'move-record'
      if (source === null || task.state !== 'RUNNING') {
        // What comes next is known once the source is open.
        if (changesOrder) faults.waiting.push(action)
        continue
      }
      if (changesOrder) faults.disorder(task, source, action)
      faults.applyTo(source)
      task.reconsider()
    }
  }

  private disturb(action: ActionOf<'partition-channel' | 'delay-channel'>): void {
    const { layout, tasks } = this.job.deployment
    const isEnd = (place: number, operator: string, subtask: number | undefined): boolean => {
      const task = tasks[place] as Task
      return nodeAt(task, operator) >= 0 && (subtask ?? task.subtask) === task.subtask
    }
    layout.links.forEach(({ from, to }, link) => {
      if (!isEnd(from, action.from, action.fromSubtask) || !isEnd(to, action.to, action.toSubtask)) return
      const { heldUntilUs = -Infinity, delayUs = 0 } = this.links.get(link) ?? {}
      if (action.kind === 'delay-channel') this.links.set(link, { heldUntilUs, delayUs: action.byMs * 1000 })
      else this.links.set(link, { heldUntilUs: this.job.simulation.nowUs + action.forMs * 1000, delayUs })
    })
    this.updateChannels()
  }

  /** Channels between two TaskManagers are held up as well while one of them can't be reached. */
  updateChannels(): void {
    const { layout, channels, tasks } = this.job.deployment
    const areCut = this.job.resources.taskManagers.some(({ state }) => state === 'DISCONNECTED')
    if (!areCut && this.links.size === 0) return
    layout.links.forEach(({ from, to }, i) => {
      const channel = channels[i] as Channel
      const { heldUntilUs = -Infinity, delayUs = 0 } = this.links.get(i) ?? {}
      const ends = [from, to].map((place) => this.job.managerOf(tasks[place] as Task))
      const isRemote = ends[0] !== ends[1]
      const reachableUs = Math.max(...ends.map((manager) => manager?.reachableUs ?? -Infinity))
      channel.delayUs = delayUs
      channel.heldUntilUs = isRemote ? Math.max(heldUntilUs, reachableUs) : heldUntilUs
    })
  }

  private costsOf(task: Task): TaskCosts {
    const { recordUs, turnUs, sourceRecords } = this.job.settings
    const slowness = this.job.managerOf(task)?.slowness ?? 1
    const slow = this.slowUs.get(this.placeOf(task))
    const byUs = slow === undefined ? 0 : Array.from(slow.values()).reduce((sum, us) => sum + us, 0)
    return { recordUs: Math.round(recordUs * slowness) + byUs, turnUs: Math.round(turnUs * slowness), sourceRecords }
  }

  /** Its tasks there. */
  tasksOn(manager: TaskManager): Task[] {
    return this.job.deployment.tasks.filter((task) => this.job.managerOf(task) === manager)
  }

  private placeOf(task: Task): number {
    return this.job.deployment.tasks.indexOf(task)
  }

  /** The tasks that an action means, and where in their chains its operator is. */
  private at({
    operator,
    subtask,
  }: AtOperator): { readonly task: Task; readonly place: number; readonly at: number }[] {
    return this.job.deployment.tasks
      .map((task, place) => ({ task, place, at: nodeAt(task, operator) }))
      .filter(({ task, at }) => at >= 0 && (subtask ?? task.subtask) === task.subtask)
  }

  private isAt({ operator, subtask }: AtOperator): (task: Task) => boolean {
    return (task) => nodeAt(task, operator) >= 0 && (subtask ?? task.subtask) === task.subtask
  }
}

/** Place of an operator in the task's chain; -1 where it isn't in it. */
function nodeAt({ chain }: Task, operator: string): number {
  return chain.nodes.findIndex((node) => isNamed(node, operator))
}

/** Whether an action that names this operator means the node. */
export function isNamed(node: PlanNode, operator: string): boolean {
  return [node.uid, node.id, node.name, displayName(node)].includes(operator)
}

function rekey<T>(map: Map<number, T>, numbers: ReadonlyMap<number, number>): void {
  const entries = Array.from(map)
  map.clear()
  for (const [before, value] of entries) {
    const after = numbers.get(before)
    if (after !== undefined) map.set(after, value)
  }
}
