// The faults of the palette as data: what each is done to, what can be set about it, and the action that comes of it. Pure:
// targets come from what is deployed, so only what is there can be chosen.
import type { ClusterAction, Topology } from '../../../runtime/host/protocol.ts'
import { shortName } from '../views/node-name.ts'

export const FAULT_GROUPS = ['machine', 'operator', 'channel', 'source', 'checkpoint', 'database'] as const
export type FaultGroup = (typeof FAULT_GROUPS)[number]

export type FaultName =
  | Exclude<ClusterAction['kind'], 'savepoint' | 'rescale' | 'add-task-manager' | 'cancel-job' | 'move-record'>
  /** Throws in every attempt again. */
  | 'throw-always'

/** What can be set about a fault: in ms, as a multiple, in records. */
export interface FaultValue {
  readonly field: 'forMs' | 'byMs' | 'factor' | 'within' | 'record'
  readonly initial: number
  readonly min: number
  readonly max: number
}

export interface Fault {
  readonly name: FaultName
  readonly group: FaultGroup
  readonly value: FaultValue | null
}

const HOUR_MS = 3_600_000
const duration = (initial: number): FaultValue => ({ field: 'forMs', initial, min: 1, max: HOUR_MS })
/** At which of the records to come, the next one being 1. */
const RECORD: FaultValue = { field: 'record', initial: 1, min: 1, max: 1_000_000 }
const delay = (initial: number): FaultValue => ({ field: 'byMs', initial, min: 0, max: HOUR_MS })

export const FAULTS: readonly Fault[] = [
  { name: 'kill-task-manager', group: 'machine', value: null },
  { name: 'disconnect-task-manager', group: 'machine', value: duration(60_000) },
  { name: 'slow-task-manager', group: 'machine', value: { field: 'factor', initial: 10, min: 1, max: 1_000_000 } },
  { name: 'skew-clock', group: 'machine', value: { ...delay(5000), min: -HOUR_MS } },
  { name: 'throw', group: 'operator', value: RECORD },
  { name: 'throw-always', group: 'operator', value: RECORD },
  { name: 'slow-operator', group: 'operator', value: delay(100) },
  { name: 'partition-channel', group: 'channel', value: duration(2000) },
  { name: 'delay-channel', group: 'channel', value: delay(500) },
  { name: 'pause-source', group: 'source', value: duration(5000) },
  { name: 'delay-source', group: 'source', value: delay(2000) },
  { name: 'reorder-source', group: 'source', value: { field: 'within', initial: 10, min: 1, max: 10_000 } },
  { name: 'lose-acknowledgement', group: 'checkpoint', value: null },
  { name: 'delay-acknowledgement', group: 'checkpoint', value: { ...delay(2000), min: 1 } },
  { name: 'fail-upload', group: 'checkpoint', value: null },
  { name: 'disconnect-database', group: 'database', value: duration(5000) },
]

/** Whom a fault can be done to. */
export interface FaultTarget {
  readonly id: string
  readonly text: string
  readonly where: Where
  /** Of operators: how many subtasks one can choose from. */
  readonly subtasks: number
}

type Where =
  | { readonly taskManager: number }
  | { readonly operator: string }
  | { readonly from: string; readonly to: string }
  | Readonly<Record<string, never>>

/** Those of a group, in the order of the job. `alive`: numbers of the TaskManagers that are there. */
export function targetsOf(group: FaultGroup, topology: Topology, alive: readonly number[]): FaultTarget[] {
  const { vertices } = topology
  switch (group) {
    case 'machine':
      return alive.map((taskManager) => ({
        id: String(taskManager),
        text: `TaskManager ${taskManager}`,
        where: { taskManager },
        subtasks: 1,
      }))
    case 'channel':
      return vertices.flatMap((to) =>
        to.inputs.flatMap(({ from }) => {
          const sender = vertices[from]
          const [first, last] = [sender?.nodes[0], to.nodes[0]]
          if (sender === undefined || first === undefined || last === undefined) return []
          const text = `${shortName(sender.nodes.at(-1)?.name ?? first.name)} → ${shortName(last.name)}`
          return [{ id: `${first.id} ${last.id}`, text, where: { from: first.id, to: last.id }, subtasks: 1 }]
        }),
      )
    case 'database':
      return vertices.some(({ nodes }) => nodes.some(({ isDatabaseSink }) => isDatabaseSink === true))
        ? [{ id: 'database', text: '', where: {}, subtasks: 1 }]
        : []
    default:
      return vertices.flatMap(({ nodes, parallelism }) =>
        nodes
          .filter(({ kind }) => group !== 'source' || kind === 'source')
          .map(({ id, name }) => ({ id, text: shortName(name), where: { operator: id }, subtasks: parallelism })),
      )
  }
}

/** `subtask`: null for all. */
export function actionOf(
  { name, value }: Fault,
  { where }: FaultTarget,
  { subtask, amount }: { readonly subtask: number | null; readonly amount: number },
): ClusterAction {
  const at = 'operator' in where && subtask !== null ? { ...where, subtask } : where
  // The next record needn't be named.
  const isSet = value !== null && !(value.field === 'record' && amount === value.initial)
  const set = isSet ? { [value.field]: amount } : {}
  const kind = name === 'throw-always' ? { kind: 'throw', times: 'always' } : { kind: name }
  return { ...kind, ...at, ...set } as ClusterAction
}

/** The fault that an action is, and whom it was done to; null for what is no fault. */
export function faultOf(
  action: ClusterAction,
  { vertices }: Pick<Topology, 'vertices'>,
): { readonly fault: Fault; readonly target: string; readonly amount: number | null } | null {
  const name = action.kind === 'throw' && action.times === 'always' ? 'throw-always' : action.kind
  const fault = FAULTS.find((candidate) => candidate.name === name)
  if (fault === undefined) return null
  const nodes = vertices.flatMap((vertex) => vertex.nodes)
  const named = (id: string): string => shortName(nodes.find((node) => node.id === id)?.name ?? id)
  const field = fault.value?.field ?? ''
  const amount = (action as unknown as Readonly<Record<string, unknown>>)[field]
  return { fault, target: targetText(action, named), amount: typeof amount === 'number' ? amount : null }
}

function targetText(action: ClusterAction, named: (id: string) => string): string {
  if ('taskManager' in action) return `TaskManager ${action.taskManager}`
  if ('from' in action) return `${named(action.from)} → ${named(action.to)}`
  if (!('operator' in action)) return ''
  return action.subtask === undefined ? named(action.operator) : `${named(action.operator)} ${action.subtask + 1}`
}
