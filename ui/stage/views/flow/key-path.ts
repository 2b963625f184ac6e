// The path of one key: of a keyed operator only the subtask that owns it, of keyed channels only those that lead there, and
// in them only its records. What isn't keyed may take any key, and stays.
import type { Moment, Topology } from '../../../../runtime/host/protocol.ts'

export interface KeyPath {
  readonly key: string
  /** Indices of the subtasks that don't own it. */
  readonly dimTasks: ReadonlySet<number>
  /** Indices of channels that lead to them. */
  readonly dimChannels: ReadonlySet<number>
  /** Indices of the channels whose records are named by their key. */
  readonly keyedChannels: ReadonlySet<number>
}

export const MOST_KEYS = 50

/** Keys that can be followed: those that moments carry now, in the order of subtasks. */
export function keysToFollow({ tasks }: Moment): readonly string[] {
  const keys = new Set<string>()
  for (const { keyed } of tasks) for (const { key } of keyed?.keys ?? []) if (keys.size < MOST_KEYS) keys.add(key)
  return Array.from(keys)
}

/** Null where nobody owns the key now. */
export function keyPath({ tasks, channels, vertices }: Topology, moment: Moment, key: string): KeyPath | null {
  const owners = moment.tasks.map(({ keyed }) => keyed?.keys.some((one) => one.key === key) === true)
  const owning = new Set(tasks.flatMap(({ vertex }, i) => (owners[i] === true ? [vertex] : [])))
  if (owning.size === 0) return null
  const dimTasks = new Set(tasks.flatMap(({ vertex }, i) => (owning.has(vertex) && owners[i] !== true ? [i] : [])))
  const isKeyed = (task: number): boolean =>
    vertices[tasks[task]?.vertex ?? -1]?.inputs.some(({ partitioner }) => partitioner === 'HASH') === true
  const keyedChannels = channels.flatMap(({ to, partitioner }, i) => (partitioner === 'HASH' && isKeyed(to) ? [i] : []))
  return {
    key,
    dimTasks,
    dimChannels: new Set(channels.flatMap(({ to }, i) => (dimTasks.has(to) ? [i] : []))),
    keyedChannels: new Set(keyedChannels),
  }
}
