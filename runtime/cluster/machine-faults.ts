// What is done to machines, and what that means to every job that has tasks on them: machines belong to no job. What is done
// to a job is in faults.ts.

import { present } from '../base/assert.ts'
import type { Wakeable } from '../network/channel.ts'
import type { Task } from '../task/task.ts'
import type { ClusterAction } from './cluster-action.ts'
import type { ResourceManager, TaskManager } from './resource-manager.ts'

const KINDS = [
  'kill-task-manager',
  'add-task-manager',
  'disconnect-task-manager',
  'slow-task-manager',
  'skew-clock',
] as const

/** An action on a machine. */
export type MachineAction = ClusterAction & { readonly kind: (typeof KINDS)[number] }

/** Whether an action is on a machine, and so on all jobs. */
export function isMachineAction(action: ClusterAction): action is MachineAction {
  return (KINDS as readonly string[]).includes(action.kind)
}

/** A job as machines see it. */
export interface JobOnMachines {
  readonly faults: {
    /** Its tasks there. */
    tasksOn(manager: TaskManager): Task[]
    /** The machine works at another speed, or its clock is another. */
    machineChanged(manager: TaskManager): void
    /** Machines can be reached or can't. */
    updateChannels(): void
  }
}

export class MachineFaults {
  readonly cluster: { readonly resources: ResourceManager; readonly jobs: readonly JobOnMachines[] }

  constructor(cluster: MachineFaults['cluster']) {
    this.cluster = cluster
  }

  apply(action: MachineAction): void {
    const { resources, jobs } = this.cluster
    if (action.kind === 'add-task-manager') {
      resources.start(action.slots ?? resources.settings.slotsPerTaskManager)
      return
    }
    const manager = present(resources.taskManagers[action.taskManager - 1], `TaskManager ${action.taskManager}`)
    if (action.kind === 'kill-task-manager') return this.kill(manager)
    if (action.kind === 'disconnect-task-manager') {
      resources.disconnect(manager, action.forMs * 1000)
      for (const { faults } of jobs) faults.updateChannels()
      return
    }
    if (action.kind === 'slow-task-manager') manager.slowness = action.factor
    else manager.clockSkewMs = action.byMs
    for (const { faults } of jobs) faults.machineChanged(manager)
  }

  private kill(manager: TaskManager): void {
    const own = this.cluster.jobs.flatMap(({ faults }) => faults.tasksOn(manager))
    for (const task of own) task.isCut = true
    this.cluster.resources.kill(manager)
    // Whoever was connected to it sees that the connection has broken.
    if (own.some((task) => neighboursOf(task).some((other) => !own.some(({ id }) => id === other.id))))
      this.cluster.resources.lose(manager)
  }
}

function neighboursOf(task: Task): Wakeable[] {
  const incoming = task.gate?.channels.map(({ producer }) => producer) ?? []
  const outgoing = task.writers.flatMap(({ channels }) => channels.map(({ consumer }) => consumer))
  return [...incoming, ...outgoing].filter((other) => other !== null)
}
