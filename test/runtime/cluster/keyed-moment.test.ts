// How each kind of state shows in a moment: as the learner knows it, without stamps, before and after a restore.

import { expect, test } from 'vitest'
import { keyAt, windowAt } from '../../../runtime/cluster/keyed-moment.ts'
import {
  AggregatingStateDescriptor,
  Duration,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  StateTtlConfig,
  ValueStateDescriptor,
} from '../../../runtime/index.ts'
import { KeyedStateBackend } from '../../../runtime/state/keyed-backend.ts'
import { KeyedStates } from '../../../runtime/state/keyed-states.ts'

const EXPECTED = [
  ['value', '(1,2)'],
  ['list', '[a, (b,1)]'],
  ['map', '{x=1, (1,2)=2}'],
  ['reducing', '3'],
  ['aggregating', '{sum=4}'],
  ['empty', null],
]

test.each([false, true])('with a time to live: %s', (expires) => {
  const ttl = StateTtlConfig.newBuilder(Duration.ofSeconds(1)).build()
  const descriptors = {
    value: new ValueStateDescriptor<number[]>('value'),
    list: new ListStateDescriptor<unknown>('list'),
    map: new MapStateDescriptor<unknown, number>('map'),
    reducing: new ReducingStateDescriptor<number>('reducing', (a, b) => a + b),
    aggregating: new AggregatingStateDescriptor<number, { sum: number }, number>('aggregating', {
      createAccumulator: () => ({ sum: 0 }),
      add: (n, { sum }) => ({ sum: sum + n }),
      getResult: ({ sum }) => sum,
      merge: (a, b) => ({ sum: a.sum + b.sum }),
    }),
    empty: new ListStateDescriptor<number>('empty'),
  }
  if (expires) for (const descriptor of Object.values(descriptors)) descriptor.enableTimeToLive(ttl)
  const backend = new KeyedStateBackend(null, 128)
  const states = new KeyedStates(backend, () => 5)
  backend.setCurrentKey('k')
  states.getState(descriptors.value).update([1, 2])
  states.getListState(descriptors.list).addAll(['a', ['b', 1]])
  const map = states.getMapState(descriptors.map)
  map.put('x', 1)
  map.put([1, 2], 2)
  const reducing = states.getReducingState(descriptors.reducing)
  reducing.add(1)
  reducing.add(2)
  states.getAggregatingState(descriptors.aggregating).add(4)
  states.getListState(descriptors.empty)
  const cells = (of: KeyedStateBackend): unknown => Array.from(keyAt(of, 0)[0]?.cells ?? [])
  expect(cells(backend)).toEqual(EXPECTED)

  const restored = new KeyedStateBackend(null, 128)
  restored.restore(backend.snapshot(), { start: 0, end: 127 })
  expect(cells(restored)).toEqual(EXPECTED)
})

test('timers that an operator keeps apart for a key are the key’s, in no window', () => {
  const backend = new KeyedStateBackend(null, 128)
  backend.setCurrentKey('k')
  const root = backend.slot
  backend.registerTimer(backend.eventTimers, 30)
  backend.setNamespace(1, 1)
  backend.registerTimer(backend.eventTimers, 20)
  backend.registerTimer(backend.eventTimers, 30)
  expect(windowAt(backend, backend.slot)).toBe(null)
  backend.setCurrentSlot(root)
  backend.setNamespace(0, 10)
  backend.registerTimer(backend.eventTimers, 9)
  expect(windowAt(backend, backend.slot)).toEqual({ start: 0, end: 10 })
  expect(keyAt(backend, root).map(({ window, eventTimers }) => ({ window, eventTimers }))).toEqual([
    { window: null, eventTimers: [20, 30] },
    { window: { start: 0, end: 10 }, eventTimers: [9] },
  ])
})
