// What the view of state shows: keyed operators with their key groups and, subtask by subtask, their keys, all of them or
// those that were searched for. A run that is over can only be searched among the keys that its last moment carried.
import type { KeyedMoment, Moment, StateMoment, Topology, VertexView } from '../../../../runtime/host/protocol.ts'

export interface StateSection {
  readonly vertex: VertexView
  readonly name: string
  /** Over all subtasks. */
  readonly groups: StateMoment['tasks'][number]['groups']
  /** The group of the key at hand. */
  readonly current: number | null
  /** How many subtasks stand above its first. */
  readonly first: number
  readonly tasks: readonly { readonly task: number; readonly subtask: number; readonly keyed: KeyedMoment }[]
}

export function stateSections(topology: Topology, moment: Moment, filter: string): StateSection[] {
  let first = 0
  return topology.vertices.flatMap((vertex, index) => {
    const tasks = topology.tasks.flatMap((view, task) => {
      const keyed = moment.tasks[task]?.keyed ?? null
      return view.vertex !== index || keyed === null ? [] : [{ task, subtask: view.subtask, keyed }]
    })
    if (tasks.length === 0) return []
    const hand = tasks.flatMap(({ keyed }) => keyed.keys).find(({ isCurrent }) => isCurrent)
    const shown = tasks.map((part) => ({
      ...part,
      keyed: filter === '' ? part.keyed : (moment.state?.tasks[part.task]?.found ?? searched(part.keyed, filter)),
    }))
    first += tasks.length
    return [
      {
        vertex,
        name: vertex.nodes[0]?.name ?? vertex.name,
        groups: tasks.flatMap(({ task, keyed }) => moment.state?.tasks[task]?.groups ?? groupsOf(keyed)),
        current: hand?.keyGroup ?? null,
        first: first - tasks.length,
        tasks: shown,
      },
    ]
  })
}

function searched(keyed: KeyedMoment, filter: string): KeyedMoment {
  const keys = keyed.keys.filter(({ key }) => key.toLowerCase().includes(filter.toLowerCase()))
  return { ...keyed, keys, keyCount: new Set(keys.map(({ key }) => key)).size }
}

function groupsOf({ keys }: KeyedMoment): StateSection['groups'] {
  const counts = new Map<number, Set<string>>()
  for (const { key, keyGroup } of keys) counts.set(keyGroup, (counts.get(keyGroup) ?? new Set()).add(key))
  return Array.from(counts, ([group, all]) => ({ group, keys: all.size })).sort((a, b) => a.group - b.group)
}
