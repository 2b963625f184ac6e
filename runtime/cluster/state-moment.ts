// State as whoever looks closely sees it: which key groups are in use, keys that were searched for, one key opened with
// everything it holds, and what operators keep that belongs to no key. Made only where somebody asks, and bounded.

import { toPrintText } from '../base/value-text.ts'
import { shownCell, stampsOf } from '../state/cells.ts'
import type { KeyedStateBackend } from '../state/keyed-backend.ts'
import type { KeyedState } from '../state/keyed-snapshot.ts'
import type { OperatorStateBackend } from '../state/operator-state.ts'
import { isStarting } from '../task/task-contract.ts'
import type { Task } from '../task/task.ts'
import { displayName } from '../graph/job-graph.ts'
import type { JobExecution } from './job-execution.ts'
import { keyedMoment, windowAt } from './keyed-moment.ts'
import type {
  OpenedKey,
  OperatorStateMoment,
  StateContents,
  StateDetail,
  StateMoment,
  TaskStateMoment,
} from './moment.ts'

const MOST_FOUND = 200
/** Keys that are looked at for key groups and searches. */
const MOST_LOOKED = 20_000
const MOST_ENTRIES = 200
const LONGEST_TEXT = 2000

/** What `detail` asks for, of all tasks. */
export function stateMoment({ tasks, simulation }: JobExecution, { filter, open }: StateDetail): StateMoment {
  const { startMs } = simulation.settings
  const opened = open === null ? null : ownKeyed(tasks[open.task])
  return {
    tasks: tasks.map((task) => taskState(task, filter, startMs)),
    opened: open === null || opened === null ? null : openedKey(opened, open, startMs),
  }
}

/** Its keyed state; none before it has opened: what it is to begin from isn't its own yet. */
function ownKeyed(task: Task | undefined): KeyedStateBackend | null {
  return task === undefined || isStarting(task.state) ? null : (task.keyContext?.backend ?? null)
}

function taskState(task: Task, filter: string, startMs: number): TaskStateMoment {
  const backend = ownKeyed(task)
  const { nodes, contexts } = task.chain
  const operators = contexts.flatMap(({ operatorState }, i): OperatorStateMoment[] => {
    const node = nodes[i]
    const states = statesOf(operatorState)
    return states.length === 0 || node === undefined ? [] : [{ operator: displayName(node), states }]
  })
  if (backend === null) return { groups: [], isPartial: false, found: null, operators }
  return { ...groupsOf(backend), found: filter === '' ? null : search(backend, filter, startMs), operators }
}

/** Key groups in use, in order, and how many keys of each. */
function groupsOf(backend: KeyedStateBackend): Pick<TaskStateMoment, 'groups' | 'isPartial'> {
  const counts = new Map<number, number>()
  let looked = 0
  for (const root of rootsOf(backend)) {
    if (++looked > MOST_LOOKED) break
    const group = backend.keyGroupOfSlot(root)
    counts.set(group, (counts.get(group) ?? 0) + 1)
  }
  const groups = Array.from(counts, ([group, keys]) => ({ group, keys })).sort((a, b) => a.group - b.group)
  return { groups, isPartial: looked > MOST_LOOKED }
}

function search(backend: KeyedStateBackend, filter: string, startMs: number): TaskStateMoment['found'] {
  const wanted = filter.toLowerCase()
  const roots: number[] = []
  let looked = 0
  for (const root of rootsOf(backend)) {
    if (++looked > MOST_LOOKED || roots.length > MOST_FOUND) break
    if (toPrintText(backend.keyAt(root)).toLowerCase().includes(wanted)) roots.push(root)
  }
  return keyedMoment(backend, [], { startMs, most: MOST_FOUND, among: roots })
}

/** Slots of keys that have something, each once. */
function rootsOf(backend: KeyedStateBackend): ReadonlySet<number> {
  const roots = new Set<number>()
  for (const slot of backend.liveSlots()) roots.add(backend.namespaces.roots[slot] as number)
  return roots
}

function openedKey(
  backend: KeyedStateBackend,
  { task, key }: NonNullable<StateDetail['open']>,
  startMs: number,
): OpenedKey | null {
  let looked = 0
  for (const root of rootsOf(backend)) {
    if (++looked > MOST_LOOKED) return null
    if (toPrintText(backend.keyAt(root)) !== key) continue
    const slots = [root, ...backend.namespaces.slotsOf(root)]
    const rows = slots.map((slot) => ({ window: windowAt(backend, slot), states: contentsAt(backend, slot, startMs) }))
    for (const { start, end, contents } of backend.panes?.entriesOf(root) ?? []) {
      const states = [
        contentsOf(backend.panes?.state ?? '', 'value', [{ key: null, value: contents, expiresAt: null }]),
      ]
      rows.push({ window: { start, end }, states })
    }
    return { task, key, keyGroup: backend.keyGroupOfSlot(root), rows: rows.filter(({ states }) => states.length > 0) }
  }
  return null
}

function contentsAt(backend: KeyedStateBackend, slot: number, startMs: number): StateContents[] {
  return Array.from(backend.states).flatMap(([name, state]) => {
    const cell = state.column.get(slot)
    return cell === undefined ? [] : [contentsOf(name, state.meta.kind, entriesOf(cell, state, startMs))]
  })
}

interface Entry {
  readonly key: unknown
  readonly value: unknown
  readonly expiresAt: number | null
}

function entriesOf(cell: unknown, { meta, request }: KeyedState, startMs: number): Entry[] {
  const shown = shownCell(cell, meta)
  const ttlMs = request?.ttlMs ?? null
  const stamps = ttlMs === null ? null : stampsOf(cell, meta)
  const expiry = (i: number): number | null => {
    const stamp = stamps?.[i]
    return stamp === undefined || ttlMs === null ? null : stamp + ttlMs - startMs
  }
  if (meta.kind === 'list') {
    return (shown as readonly unknown[]).map((value, i) => ({ key: null, value, expiresAt: expiry(i) }))
  }
  if (meta.kind !== 'map') return [{ key: null, value: shown, expiresAt: expiry(0) }]
  return Array.from(shown as ReadonlyMap<unknown, unknown>, ([key, value], i) => ({ key, value, expiresAt: expiry(i) }))
}

function contentsOf(name: string, kind: StateContents['kind'], entries: readonly Entry[]): StateContents {
  return {
    name,
    kind,
    count: entries.length,
    entries: entries.slice(0, MOST_ENTRIES).map(({ key, value, expiresAt }) => ({
      key: kind === 'map' ? cut(toPrintText(key)) : null,
      text: cut(toPrintText(value)),
      expiresAt,
    })),
  }
}

function statesOf({ lists, broadcasts }: OperatorStateBackend): OperatorStateMoment['states'] {
  return [
    ...Array.from(lists, ([name, { mode, elements }]) => ({
      name,
      mode,
      count: elements.length,
      entries: elements.slice(0, MOST_ENTRIES).map((element) => ({ key: null, text: cut(toPrintText(element)) })),
    })),
    ...Array.from(broadcasts, ([name, { map }]) => ({
      name,
      mode: 'broadcast' as const,
      count: map.size,
      entries: Array.from(map.entries)
        .slice(0, MOST_ENTRIES)
        .map(([key, value]) => ({ key: cut(toPrintText(key)), text: cut(toPrintText(value)) })),
    })),
  ]
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text
}
