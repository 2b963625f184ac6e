// What an action would do to a job if it were carried out now: which tasks would be lost, what they have in hand, and what
// they would begin with again. Reads the running objects and changes nothing.

import type { Diagnostic } from '../base/diagnostic.ts'
import type { Channel } from '../network/channel.ts'
import type { Task } from '../task/task.ts'
import { actedOn, actionDiagnostics } from './action-check.ts'
import type { ClusterAction } from './cluster-action.ts'
import type { ClusterWatcher } from './cluster-watcher.ts'
import type { JobExecution } from './job-execution.ts'
import { mustStop } from './savepoint-request.ts'

/** What would come of an action. */
export interface Foreseen {
  /** Why it can't be carried out. */
  readonly diagnostics: readonly Diagnostic[]
  /**
   * `restart`: tasks are lost and start again. `shortage`: they wait for slots that there aren't. `failure`: the job fails
   * for good. `checkpoint`: no task is lost, but a checkpoint is. `none`: nothing is lost.
   */
  readonly outcome: 'restart' | 'shortage' | 'failure' | 'checkpoint' | 'none'
  /** Indices into `tasks` of the moment: those it's done to, and all that fall with them. */
  readonly hit: readonly number[]
  readonly lost: readonly number[]
  /** Records on their way between those that fall. */
  readonly inFlight: number
  /** Keys with state that they hold. */
  readonly keys: number
  /** Records that their sources would read again. */
  readonly replayed: number
  /** What they begin with; null for nothing. Virtual ms at which it was complete. */
  readonly checkpoint: { readonly id: number; readonly atMs: number } | null
  /** Slots that the job has, and of these so many as there would be. */
  readonly slots: { readonly needed: number; readonly available: number }
}

/** For the action now, as far as it can be said. */
export function foresee(execution: JobExecution, watcher: ClusterWatcher, action: ClusterAction): Foreseen {
  const { cluster, resources, checkpoints, deployment } = execution
  const diagnostics = actionDiagnostics(action, actedOn(cluster.jobs, resources.taskManagers.length))
  const hit = diagnostics.length > 0 ? [] : hitBy(execution, action)
  const isFatal = diagnostics.length === 0 && endsTasks(execution, action)
  const lost = isFatal ? fallingWith(execution, hit, action) : []
  const completed = checkpoints?.completed ?? null
  const needed = resources.slots.size
  const staying = resources.taskManagers.filter(({ isRegistered, number }) => {
    return isRegistered && !(action.kind === 'kill-task-manager' && action.taskManager === number)
  })
  const available = Math.min(
    needed,
    staying.reduce((sum, { slots }) => sum + slots, 0),
  )
  return {
    diagnostics,
    outcome: outcomeOf(execution, action, { lost, isShort: available < needed }),
    hit: hit.map((task) => deployment.tasks.indexOf(task)),
    lost: lost.map((task) => deployment.tasks.indexOf(task)),
    inFlight: inFlightOf(execution, lost),
    keys: lost.reduce((sum, task) => sum + (task.keyContext?.backend.index.size() ?? 0), 0),
    replayed: lost.reduce((sum, task) => {
      return task.gate === null ? sum + watcher.recordsSince(task, completed?.id ?? 0) : sum
    }, 0),
    checkpoint: completed === null ? null : { id: completed.id, atMs: Math.floor(completed.completedUs / 1000) },
    slots: { needed, available },
  }
}

function outcomeOf(
  { failover, simulation, checkpoints }: JobExecution,
  { kind }: ClusterAction,
  { lost, isShort }: { readonly lost: readonly Task[]; readonly isShort: boolean },
): Foreseen['outcome'] {
  if (lost.length > 0) {
    if (mustStop(checkpoints?.stoppedWith ?? null)) return 'failure'
    if (!failover.strategy.allowsAnother(Math.floor(simulation.nowUs / 1000))) return 'failure'
    return isShort ? 'shortage' : 'restart'
  }
  return kind === 'lose-acknowledgement' || kind === 'fail-upload' ? 'checkpoint' : 'none'
}

/** Whether it makes tasks fail, sooner or later. */
function endsTasks({ settings, resources, checkpoints }: JobExecution, action: ClusterAction): boolean {
  if (action.kind === 'throw' || isOneTooMany(checkpoints, action)) return true
  if ('taskManager' in action && resources.taskManagers[action.taskManager - 1]?.state === 'KILLED') return false
  if (action.kind === 'kill-task-manager') return true
  return action.kind === 'disconnect-task-manager' && action.forMs > settings.heartbeatTimeoutMs
}

function hitBy(execution: JobExecution, action: ClusterAction): Task[] {
  const { tasks } = execution
  if ('taskManager' in action) return tasks.filter((task) => execution.managerOf(task)?.number === action.taskManager)
  if ('operator' in action) return execution.faults.tasksAt(action)
  if ('from' in action) {
    const ends = [
      { operator: action.from, ...(action.fromSubtask === undefined ? {} : { subtask: action.fromSubtask }) },
      { operator: action.to, ...(action.toSubtask === undefined ? {} : { subtask: action.toSubtask }) },
    ]
    return ends.flatMap((end) => execution.faults.tasksAt(end))
  }
  return []
}

/** Whether a checkpoint fails by it that isn't tolerated any more. */
function isOneTooMany(checkpoints: JobExecution['checkpoints'], action: ClusterAction): boolean {
  const spec = checkpoints?.spec ?? null
  if (checkpoints === null || spec === null || !checkpoints.failures.isNextTooMany()) return false
  // One that isn't heard of expires, unless another is complete first.
  const isWaitedFor = spec.maxConcurrent === 1
  if (action.kind === 'delay-acknowledgement') return isWaitedFor && action.byMs > spec.timeoutMs
  return action.kind === 'fail-upload' || (action.kind === 'lose-acknowledgement' && isWaitedFor)
}

/** Those of the same regions that haven't ended; all of them where the job is stopping, or fails by its checkpoints. */
function fallingWith({ checkpoints, deployment }: JobExecution, hit: readonly Task[], action: ClusterAction): Task[] {
  const isWhole = hit.length > 0 && (checkpoints?.isBoundToStop() === true || isOneTooMany(checkpoints, action))
  const regions = new Set(hit.map((task) => deployment.placeOf(task).region))
  return deployment.tasks.filter((task) => {
    return (isWhole || regions.has(deployment.placeOf(task).region)) && !task.hasFinished()
  })
}

function inFlightOf({ channels }: JobExecution, lost: readonly Task[]): number {
  const gone = new Set<unknown>(lost)
  return channels.reduce((sum, channel) => (gone.has(channel.consumer) ? sum + recordsIn(channel) : sum), 0)
}

function recordsIn({ arrived, onTheWay, sealed, open }: Channel): number {
  const buffers = [...arrived, ...onTheWay, ...sealed, ...(open === null ? [] : [open])]
  return buffers.reduce((sum, { size, position }) => sum + size - position, 0)
}
