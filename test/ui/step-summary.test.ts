import { TaskTime } from '../../runtime/task/task-time.ts'
import { expect, test } from 'vitest'
import type { Hand, KeyMoment, Moment, Topology } from '../../runtime/host/protocol.ts'
import { en } from '../../ui/i18n/en.ts'
import { zh } from '../../ui/i18n/zh.ts'
import { NO_MACHINES, channelsWith } from '../harness/channels-of-moment.ts'
import { stepSummary } from '../../ui/stage/step-summary.ts'

const vertex = (name: string, inputs: number, parallelism: number): Topology['vertices'][number] => ({
  id: name,
  name,
  parallelism,
  maxParallelism: 128,
  nodes: [{ id: name, name, kind: 'process', isKeyed: inputs > 0, at: null }],
  inputs: inputs === 0 ? [] : [{ from: 0, partitioner: 'HASH', keyedAt: null }],
})
const topology: Topology = {
  vertices: [vertex('Source: purchases', 0, 1), vertex('detector', 1, 2)],
  tasks: [
    { vertex: 0, subtask: 0, traceId: 0 },
    { vertex: 1, subtask: 0, traceId: 1 },
    { vertex: 1, subtask: 1, traceId: 2 },
  ],
  channels: [],
}
const nothing: Hand = {
  task: 2,
  kind: 'record',
  element: null,
  sent: [],
  rows: [],
  logs: [],
  text: 'P{1}',
  key: '3',
  timestamp: null,
  timers: [],
  calls: [],
}
const key: KeyMoment = { key: '3', window: null, keyGroup: 1, cells: [], timers: [], isCurrent: true }

function told(hand: Partial<Hand>, keys: readonly KeyMoment[] = [], words: (typeof en)['told'] = en.told): string {
  const keyed = { states: ['flag', 'due'], keys, keyCount: keys.length }
  const counts = { recordsIn: 1, recordsOut: 0, watermark: null, isBackpressured: false } as const
  const times = new TaskTime(0).at(0)
  const load = { ...times, inPoolUsage: 0, outPoolUsage: 0, overdraftBuffers: 0 }
  const task = { state: 'RUNNING', ...counts, load, place: null } as const
  const moment: Moment = {
    tasks: [
      { ...task, keyed: null },
      { ...task, keyed: null },
      { ...task, keyed },
    ],
    channels: channelsWith([]),
    hand: { ...nothing, ...hand },
    checkpoints: null,
    machines: NO_MACHINES,
  }
  return stepSummary(topology, moment, words)
}

const changed: KeyMoment = {
  ...key,
  cells: [{ text: 'true', was: null }, { text: '60300' }],
  timers: [
    { at: 60_300, isEventTime: false, change: 'registered' },
    { at: 1, isEventTime: true, change: 'deleted' },
    { at: 2, isEventTime: true, change: null },
  ],
}
const alert = { kind: 'collect' as const, name: '', text: 'Alert{3}', at: null }

test.each([
  [
    'a source',
    { task: 0, key: null, sent: [{ channel: 0, id: 0 }] },
    [],
    'purchases read P{1}. 1 element was sent on.',
  ],
  ['no key', { key: null }, [], 'detector, subtask 2, took P{1}. Nothing came out.'],
  [
    'state and timers',
    { calls: [alert] },
    [changed, { ...changed, key: '9', isCurrent: false }],
    'detector, subtask 2, took P{1}, key 3. flag: from empty to true. Timer set for 01:00.300. Timer of 1 deleted. ' +
      'Out came Alert{3}.',
  ],
  [
    'several timers',
    {
      kind: 'timer' as const,
      timers: [
        { key: 'a', at: 21, isEventTime: true },
        { key: 'b', at: 41, isEventTime: true },
      ],
      rows: [0, 1],
    },
    [],
    'detector, subtask 2, fired 2 timers: 21 for key a; 41 for key b. 2 rows came out.',
  ],
])('of %s', (_name, hand, keys, text) => expect(told(hand, keys)).toBe(text))

test('in Chinese', () =>
  expect(told({ calls: [alert] }, [changed], zh.told)).toBe(
    'detector 的子任务 2 处理了 P{1}，键为 3。flag 由 空 变为 true。注册了 01:00.300 的定时器。删除了 1 的定时器。输出 Alert{3}。',
  ))

test('before anything happened there is nothing to tell', () => {
  expect(
    stepSummary(
      topology,
      { tasks: [], channels: channelsWith([]), hand: null, checkpoints: null, machines: NO_MACHINES },
      en.told,
    ),
  ).toBe('')
})
