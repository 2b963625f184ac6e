// The palette of faults as data: whom each can be done to, and that what comes of it is what the engine takes.
import { describe, expect, it } from 'vitest'
import type { ClusterAction, Topology } from '../../runtime/host/protocol.ts'
import { chaosWords } from '../../ui/i18n/chaos-words.ts'
import { actionOf, FAULT_GROUPS, FAULTS, faultOf, targetsOf } from '../../ui/stage/chaos/faults.ts'
import { deedMarks } from '../../ui/stage/rail.ts'

const node = (id: string, name: string, kind: string) => ({ id, name, kind, isKeyed: false, at: null })
const TOPOLOGY: Topology = {
  vertices: [
    {
      id: 'a',
      name: 'in',
      parallelism: 1,
      maxParallelism: 8,
      nodes: [node('1', 'Source: in', 'source'), node('2', 'parse', 'map')],
      inputs: [],
    },
    {
      id: 'b',
      name: 'sum',
      parallelism: 3,
      maxParallelism: 8,
      nodes: [node('3', 'sum', 'reduce'), { ...node('4', 'Sink: out', 'sink'), isDatabaseSink: true }],
      inputs: [{ from: 0, partitioner: 'HASH', keyedAt: null }],
    },
  ],
  tasks: [],
  channels: [],
}

const texts = (group: (typeof FAULT_GROUPS)[number]): string[] =>
  targetsOf(group, TOPOLOGY, [1, 3]).map(({ text }) => text)

describe('targets', () => {
  it.each([
    ['machine', ['TaskManager 1', 'TaskManager 3']],
    ['operator', ['in', 'parse', 'sum', 'out']],
    ['source', ['in']],
    ['channel', ['parse → sum']],
    ['checkpoint', ['in', 'parse', 'sum', 'out']],
  ] as const)('of %s are what is there', (group, expected) => expect(texts(group)).toEqual(expected))

  it('of a database are there only where the job writes into one', () => {
    const [first] = TOPOLOGY.vertices
    const without = { ...TOPOLOGY, vertices: first === undefined ? [] : [first] }
    expect([TOPOLOGY, without].map((topology) => targetsOf('database', topology, [1]).length)).toEqual([1, 0])
  })
})

describe('actions', () => {
  const action = (name: string, at = 0, subtask: number | null = null, amount = 7): ClusterAction => {
    const fault = FAULTS.find((one) => one.name === name) as (typeof FAULTS)[number]
    const target = targetsOf(fault.group, TOPOLOGY, [1, 3])[at] as ReturnType<typeof targetsOf>[number]
    return actionOf(fault, target, { subtask, amount })
  }
  it.each([
    [action('kill-task-manager', 1), { kind: 'kill-task-manager', taskManager: 3 }],
    [action('throw', 2, null, 3), { kind: 'throw', operator: '3', record: 3 }],
    [action('throw-always', 2, 1, 1), { kind: 'throw', times: 'always', operator: '3', subtask: 1 }],
    [action('slow-operator', 1), { kind: 'slow-operator', operator: '2', byMs: 7 }],
    [action('partition-channel'), { kind: 'partition-channel', from: '1', to: '3', forMs: 7 }],
    [action('reorder-source'), { kind: 'reorder-source', operator: '1', within: 7 }],
    [action('disconnect-database'), { kind: 'disconnect-database', forMs: 7 }],
  ] as [ClusterAction, object][])('%o', (made, expected) => expect(made).toEqual(expected))

  it('are told by the fault they are and whom they were done to', () => {
    for (const fault of FAULTS) {
      const found = faultOf(action(fault.name), TOPOLOGY)
      expect(found?.fault).toBe(fault)
      expect(found?.amount).toBe(fault.value === null ? null : 7)
    }
    expect(faultOf(action('throw', 2, 1), TOPOLOGY)?.target).toBe('sum 2')
    expect(faultOf({ kind: 'add-task-manager' }, TOPOLOGY)).toBeNull()
  })
})

it('every fault and group has its words in both languages', () => {
  for (const { faults, groups } of Object.values(chaosWords)) {
    for (const { name } of FAULTS) expect(faults[name].about).not.toBe('')
    for (const group of FAULT_GROUPS) expect(groups[group]).not.toBe('')
  }
})

it('what was done is marked where the run has come to it', () => {
  const deeds = [
    { action: { kind: 'add-task-manager' as const }, event: 4, atMs: 12.5, isDone: true },
    { action: { kind: 'add-task-manager' as const }, event: 9, atMs: null, isDone: false },
  ]
  expect(deedMarks(deeds)).toEqual([{ kind: 'deed', atMs: 12.5, count: 1 }])
})
