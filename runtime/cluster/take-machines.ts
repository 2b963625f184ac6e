// The machines at one moment, read from the running objects and written nowhere: TaskManagers and how they do, what sits in
// their slots, and who waits for some.

import type { JobExecution } from './job-execution.ts'
import type { Place } from './regions.ts'
import type { ResourceManager, TaskManager } from './resource-manager.ts'
import type { SlotRequest } from './slot-requests.ts'
import type {
  MachinesMoment,
  SlotMoment,
  SlotRequestMoment,
  SlotUse,
  TaskManagerMoment,
} from './task-manager-moment.ts'

/** By TaskManager: who uses which of its slots. */
type Uses = ReadonlyMap<TaskManager, ReadonlyMap<number, SlotUse>>

/** `nowUs`: the virtual time that is shown. */
export function takeMachines(execution: JobExecution, nowUs: number): MachinesMoment {
  const { cluster, resources, slotRequests, id } = execution
  const uses = usesOf(execution)
  return {
    taskManagers: resources.taskManagers.map((manager) => {
      return taskManagerMoment(resources, manager, { uses: uses.get(manager) ?? new Map<number, SlotUse>(), nowUs })
    }),
    waiting: slotRequests.waiting.map((request) => requestMoment(execution, request)),
    jobs: cluster.jobs.map((job) => ({ id: job.id, name: job.plan.name, state: job.state, isShown: job.id === id })),
  }
}

function usesOf(execution: JobExecution): Uses {
  const tasks = new Map<string, number[]>()
  execution.deployment.layout.places.forEach((place, i) => {
    const name = execution.slotAt(place)?.purpose.name
    if (name === undefined) return
    const together = tasks.get(name) ?? []
    tasks.set(name, together)
    together.push(i)
  })
  const uses = new Map<TaskManager, Map<number, SlotUse>>()
  for (const { purpose, manager, index } of execution.resources.slots.values()) {
    const ofManager = uses.get(manager) ?? new Map<number, SlotUse>()
    uses.set(manager, ofManager)
    const { name, job, group } = purpose
    ofManager.set(index, { job, group, tasks: tasks.get(name) ?? [] })
  }
  return uses
}

function taskManagerMoment(
  resources: ResourceManager,
  manager: TaskManager,
  { uses, nowUs }: { readonly uses: ReadonlyMap<number, SlotUse>; readonly nowUs: number },
): TaskManagerMoment {
  const { number, state, isRegistered, slots, slowness, clockSkewMs, reachableUs } = manager
  const isMissed = state !== 'RUNNING' && isRegistered
  return {
    number,
    state,
    isRegistered,
    heartbeatAgeMs: wholeMs(nowUs - resources.lastHeardUs(manager)),
    givenUpAtMs: isMissed ? wholeMs(resources.givenUpUs(manager)) : null,
    reachableAtMs: state === 'DISCONNECTED' ? wholeMs(reachableUs) : null,
    slowness,
    clockSkewMs,
    slotCount: slots === Infinity ? null : slots,
    slots: isRegistered ? slotMoments(slots === Infinity ? Math.max(0, ...uses.keys()) + 1 : slots, uses) : [],
  }
}

function slotMoments(count: number, uses: ReadonlyMap<number, SlotUse>): SlotMoment[] {
  return Array.from({ length: count }, (_, index) => ({ index, use: uses.get(index) ?? null }))
}

function requestMoment(
  { id, resources, deployment }: JobExecution,
  { job, region, slots, sinceUs, untilUs }: SlotRequest,
): SlotRequestMoment {
  const own = slots.filter(({ name }) => resources.slots.get(name)?.manager.isRegistered === true)
  const isWaiting = (place: Place): boolean => job.id === id && place.region === region
  return {
    job: job.id,
    needed: slots.length,
    available: own.length + resources.free(),
    tasks: deployment.layout.places.flatMap((place, i) => (isWaiting(place) ? [i] : [])),
    sinceMs: wholeMs(sinceUs),
    untilMs: wholeMs(untilUs),
  }
}

function wholeMs(us: number): number {
  return Math.floor(us / 1000)
}
