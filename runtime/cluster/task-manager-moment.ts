// The machines of a cluster at one moment, as plain data: which TaskManagers there are and how they do, what sits in each of
// their slots, and who waits for slots. Nothing in it is alive, as in all of a moment.

import type { TaskManagerState } from './resource-manager.ts'

/** The cluster beneath the jobs. Times in ms of virtual time, since the start of the run where they say `at`. */
export interface MachinesMoment {
  /** In the order of starting, those that are gone too. */
  readonly taskManagers: readonly TaskManagerMoment[]
  /** Requests for slots that there aren't, in the order in which they were made. */
  readonly waiting: readonly SlotRequestMoment[]
  readonly jobs: readonly JobMoment[]
}

/** A job on the cluster. */
export interface JobMoment {
  /** From 1, in the order of submission. */
  readonly id: number
  readonly name: string
  readonly state: string
  /** It's the one whose tasks and channels the moment has. */
  readonly isShown: boolean
}

export interface TaskManagerMoment {
  /** From 1. */
  readonly number: number
  /** `RUNNING`: alive. `DISCONNECTED`: it works, and nothing gets to it or from it. `KILLED`: it's gone. */
  readonly state: TaskManagerState
  /** The JobManager counts on it. Where it doesn't, it has noticed that the TaskManager doesn't answer: it's lost. */
  readonly isRegistered: boolean
  /** How long ago it last answered a heartbeat. */
  readonly heartbeatAgeMs: number
  /** When the JobManager will give it up unless it answers before; null where it answers or has been given up. */
  readonly givenUpAtMs: number | null
  /** When it can be reached again; null unless it's disconnected. */
  readonly reachableAtMs: number | null
  /** What work takes there as a multiple of what it usually takes. */
  readonly slowness: number
  /** How far its clock is ahead. */
  readonly clockSkewMs: number
  /** How many slots it has; null for as many as anybody asks for: then `slots` has those in use. */
  readonly slotCount: number | null
  /** None while it's lost: nobody can have a slot there, so none is free. */
  readonly slots: readonly SlotMoment[]
}

export interface SlotMoment {
  /** From 0. */
  readonly index: number
  /** Whose it is, and for which slot sharing group; null where it's free. */
  readonly use: SlotUse | null
}

export interface SlotUse {
  /** Number of the job. */
  readonly job: number
  readonly group: string
  /** Indices into `tasks` of the moment; empty where it's another job's. */
  readonly tasks: readonly number[]
}

/** A region of a job that waits: it gets all slots that it needs or none. */
export interface SlotRequestMoment {
  readonly job: number
  /** Slots that it needs, and those that it could have: its own and free ones. */
  readonly needed: number
  readonly available: number
  /** Indices into `tasks`: who waits; empty where it's another job's. */
  readonly tasks: readonly number[]
  readonly sinceMs: number
  /** When it has waited for too long, and fails. */
  readonly untilMs: number
}
