// Every kind of keyed state as a function sees it: by reference and by value, what is refused, and how a time to live is
// asked for. What reading and writing do in detail, nulls and expiry included, are vectors (test/golden, state.json).

import { describe, expect, test } from 'vitest'
import { LearnerError } from '../../../runtime/base/diagnostic.ts'
import {
  AggregatingStateDescriptor,
  Duration,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  StateTtlConfig,
  Types,
  ValueStateDescriptor,
  type AggregateFunction,
} from '../../../runtime/index.ts'
import type { StateDescriptor } from '../../../runtime/state/descriptors.ts'
import { KeyedStateBackend } from '../../../runtime/state/keyed-backend.ts'
import { KeyedStates } from '../../../runtime/state/keyed-states.ts'

interface Box {
  n: number
}

/** The accumulator is changed in place and returned, as Flink's examples do. */
const TOTAL: AggregateFunction<Box, Box, Box> = {
  createAccumulator: () => ({ n: 0 }),
  add: (box, total) => {
    total.n += box.n
    return total
  },
  getResult: (total) => total,
  merge: (a, b) => ({ n: a.n + b.n }),
}
const VALUE = new ValueStateDescriptor<Box>('value')
const LIST = new ListStateDescriptor<Box>('list')
const MAP = new MapStateDescriptor<string, Box>('map')
const REDUCING = new ReducingStateDescriptor<Box>('reducing', (a, b) => ({ n: a.n + b.n }))
const AGGREGATING = new AggregatingStateDescriptor('aggregating', TOTAL)

interface World {
  readonly states: KeyedStates
  readonly backend: KeyedStateBackend
  nowMs: number
}

function world(isByValue = false): World {
  const backend = new KeyedStateBackend(null, 128)
  backend.isByValue = isByValue
  const made: World = { backend, nowMs: 0, states: new KeyedStates(backend, () => made.nowMs) }
  backend.setCurrentKey('k')
  return made
}

/** Puts a box with 1 into the state and gives back how to read it, and the box itself. */
const KINDS: Readonly<Record<string, (states: KeyedStates) => { put: (box: Box) => void; read: () => Box }>> = {
  value: (states) => {
    const state = states.getState(VALUE)
    return { put: (box) => state.update(box), read: () => state.value() as Box }
  },
  list: (states) => {
    const state = states.getListState(LIST)
    return { put: (box) => state.add(box), read: () => Array.from(state.get())[0] as Box }
  },
  'list, updated': (states) => {
    const state = states.getListState(LIST)
    return { put: (box) => state.update([box]), read: () => Array.from(state.get())[0] as Box }
  },
  map: (states) => {
    const state = states.getMapState(MAP)
    return { put: (box) => state.put('x', box), read: () => state.get('x') as Box }
  },
  'map, by its entries': (states) => {
    const state = states.getMapState(MAP)
    return { put: (box) => state.putAll([['x', box]]), read: () => (state.iterator().next().value as [string, Box])[1] }
  },
  'map, by its values': (states) => {
    const state = states.getMapState(MAP)
    return { put: (box) => state.put('x', box), read: () => Array.from(state.values())[0] as Box }
  },
  reducing: (states) => {
    const state = states.getReducingState(REDUCING)
    return { put: (box) => state.add(box), read: () => state.get() as Box }
  },
}

describe.each(Object.keys(KINDS))('%s state', (kind) => {
  const use = (isByValue: boolean) => (KINDS[kind] as (typeof KINDS)[string])(world(isByValue).states)

  test('by reference: what was read is the state, and so is what was written', () => {
    const { put, read } = use(false)
    const box = { n: 1 }
    put(box)
    expect(read()).toBe(box)
    read().n = 2
    expect(read()).toEqual({ n: 2 })
  })

  test('by value: a change that isn’t written back is lost, on both sides', () => {
    const { put, read } = use(true)
    const box = { n: 1 }
    put(box)
    box.n = 5
    expect(read()).toEqual({ n: 1 })
    read().n = 2
    expect(read()).toEqual({ n: 1 })
  })
})

describe('aggregating state', () => {
  test.each([
    [false, 7],
    [true, 3],
  ])('an accumulator changed from outside, by value %s: %i', (isByValue, expected) => {
    const state = world(isByValue).states.getAggregatingState(AGGREGATING)
    state.add({ n: 1 })
    const read = state.get() as Box
    read.n = 5
    state.add({ n: 2 })
    expect(state.get()).toEqual({ n: expected })
  })
})

test('a list that was given to update is not the state', () => {
  const list = world().states.getListState(new ListStateDescriptor<number>('l'))
  const given = [1]
  list.update(given)
  given.push(2)
  expect(Array.from(list.get())).toEqual([1])
})

test('map entries can be removed while they are iterated over', () => {
  const map = world().states.getMapState(new MapStateDescriptor<number, number>('m'))
  map.putAll([1, 2, 3].map((n) => [n, n * n] as const))
  for (const key of map.keys()) if (key !== 2) map.remove(key)
  expect([Array.from(map.entries()), map.isEmpty(), map.contains(1)]).toEqual([[[2, 4]], false, false])
  map.remove(2)
  expect([map.isEmpty(), Array.from(map.values())]).toEqual([true, []])
})

class Ride {}
class Fare {}

describe('one name', () => {
  test('is one state, however often it is asked for', () => {
    const { states } = world()
    expect(states.getState(VALUE)).toBe(states.getState(new ValueStateDescriptor<Box>('value')))
  })

  test.each<[name: string, first: StateDescriptor, second: StateDescriptor, params: object | null]>([
    ['other kinds', new ValueStateDescriptor('s'), new ListStateDescriptor('s'), { first: 'value', second: 'list' }],
    [
      'other types',
      new ValueStateDescriptor('s', Types.LONG),
      new ValueStateDescriptor('s', Types.STRING),
      { first: 'value(LONG)', second: 'value(STRING)' },
    ],
    [
      'other types of keys',
      new MapStateDescriptor('s', Types.LONG, Types.LONG),
      new MapStateDescriptor('s', Types.STRING, Types.LONG),
      { first: 'map(LONG,LONG)', second: 'map(STRING,LONG)' },
    ],
    [
      'other classes',
      new ValueStateDescriptor('s', Types.LIST(Types.POJO(Ride))),
      new ValueStateDescriptor('s', Types.LIST(Types.POJO(Fare))),
      { first: 'value(LIST(POJO Ride))', second: 'value(LIST(POJO Fare))' },
    ],
    [
      'the same class',
      new ValueStateDescriptor('s', Types.POJO(Ride)),
      new ValueStateDescriptor('s', Types.POJO(Ride)),
      null,
    ],
    ['a type declared once', new ValueStateDescriptor('s', Types.LONG), new ValueStateDescriptor('s'), null],
    ['the same type', new ListStateDescriptor('s', Types.LONG), new ListStateDescriptor('s', Types.LONG), null],
  ])('with %s', (_name, first, second, params) => {
    const { states } = world()
    ask(states, first)
    const error = thrownBy(() => ask(states, second))
    if (params === null) expect(error).toBe(null)
    else expect(error).toMatchObject({ code: 'STATE_NAME_TWICE', params: { state: 's', ...params } })
  })

  test('a state that was restored as another kind is refused', () => {
    const before = world()
    before.states.getState(VALUE).update({ n: 1 })
    const after = world()
    after.backend.restore(before.backend.snapshot(), { start: 0, end: 127 })
    expect(thrownBy(() => after.states.getListState(new ListStateDescriptor('value')))?.code).toBe('RESTORE_STATE_KIND')
  })
})

test.each<[name: string, use: (states: KeyedStates) => unknown, code: string]>([
  ['another descriptor', (states) => states.getListState(VALUE as never), 'STATE_DESCRIPTOR_KIND'],
  ['no descriptor', (states) => states.getMapState(undefined as never), 'STATE_NAME_MISSING'],
  ['null in a list', (states) => states.getListState(LIST).add(null as never), 'STATE_LIST_NULL'],
  ['a promise of a reduction', (states) => folded(states, () => Promise.reject(new Error('x'))), 'STATE_FOLD_RESULT'],
  ['a reduction that returns nothing', (states) => folded(states, () => undefined), 'STATE_FOLD_RESULT'],
  [
    'an accumulator that is nothing',
    (states) =>
      states
        .getAggregatingState(new AggregatingStateDescriptor('a', { ...TOTAL, createAccumulator: () => null as never }))
        .add({ n: 1 }),
    'STATE_FOLD_RESULT',
  ],
])('%s is refused', (_name, use, code) => expect(thrownBy(() => use(world().states))?.code).toBe(code))

describe('time to live', () => {
  const build = () => StateTtlConfig.newBuilder(Duration.ofMillis(10))

  test('options, each under its two names', () => {
    const read = build().updateTtlOnReadAndWrite().returnExpiredIfNotCleanedUp().useProcessingTime().build()
    const named = build().setUpdateType('OnReadAndWrite').setStateVisibility('ReturnExpiredIfNotCleanedUp').build()
    expect({ ...read }).toEqual({ ...named })
    const defaults = build().build()
    expect({ ...build().updateTtlOnCreateAndWrite().neverReturnExpired().build() }).toEqual({ ...defaults })
    expect(defaults).toMatchObject({
      ttlMs: 10,
      update: 'OnCreateAndWrite',
      visibility: 'NeverReturnExpired',
      cleanup: { incremental: { size: 5, everyRecord: false }, fullSnapshot: false },
    })
    expect({ ...build().cleanupInRocksdbCompactFilter(500).build() }).toEqual({ ...defaults })
    expect(thrownBy(() => build().cleanupIncrementally(0, false))?.code).toBe('TTL_OPTION')
    expect(thrownBy(() => build().setUpdateType('Never' as never))?.code).toBe('TTL_OPTION')
    expect(thrownBy(() => build().setStateVisibility('Always' as never))?.code).toBe('TTL_OPTION')
  })

  /** 1000 keys get a value that expires; then one key is read again and again. How many entries are left? */
  function left(ttl: StateTtlConfig, isByValue = false): number {
    const made = world(isByValue)
    const descriptor = new ValueStateDescriptor<number>('v')
    descriptor.enableTimeToLive(ttl)
    const state = made.states.getState(descriptor)
    for (let key = 0; key < 1000; key++) {
      made.backend.setCurrentKey(`k${key}`)
      state.update(key)
    }
    made.nowMs = 10
    made.backend.setCurrentKey('fresh')
    state.update(1)
    for (let i = 0; i < 100_000; i++) state.value()
    return made.backend.entryCount()
  }

  test('what nobody reads is cleaned up by reading something else, unless that is turned off', () => {
    expect(left(build().build())).toBe(1)
    expect(left(build().disableCleanupInBackground().build())).toBe(1001)
    expect(left(build().build(), true)).toBe(1001)
  })

  test('for every record, if asked for: no state needs to be touched', () => {
    const made = world()
    const descriptor = new ValueStateDescriptor<number>('v')
    descriptor.enableTimeToLive(build().cleanupIncrementally(10, true).build())
    made.states.getState(descriptor).update(1)
    made.nowMs = 10
    for (let i = 0; i < 50; i++) made.backend.setCurrentKey('other')
    expect(made.backend.entryCount()).toBe(0)
  })

  test.each<[name: string, config: StateTtlConfig, values: number]>([
    ['kept', build().build(), 1],
    ['left out', build().cleanupFullSnapshot().build(), 0],
  ])('expired values are %s in a snapshot', (_name, config, values) => {
    const made = world()
    const descriptor = new ListStateDescriptor<number>('l')
    descriptor.enableTimeToLive(config)
    made.states.getListState(descriptor).add(1)
    made.nowMs = 10
    expect(made.backend.snapshot().groups.flatMap(({ keys }) => keys).length).toBe(values)
  })

  test.each<[before: boolean, after: boolean]>([
    [false, true],
    [true, false],
  ])('switched from %s to %s, values of a snapshot stay', (before, after) => {
    const descriptors = (ttl: boolean) => {
      const made = {
        v: new ValueStateDescriptor<number>('v'),
        l: new ListStateDescriptor<number>('l'),
        m: new MapStateDescriptor<string, number>('m'),
      }
      if (ttl) for (const descriptor of Object.values(made)) descriptor.enableTimeToLive(build().build())
      return made
    }
    const first = world()
    const d = descriptors(before)
    first.states.getState(d.v).update(1)
    first.states.getListState(d.l).addAll([2, 3])
    first.states.getMapState(d.m).put('x', 4)
    const second = world()
    second.nowMs = 5
    second.backend.restore(first.backend.snapshot(), { start: 0, end: 127 })
    second.backend.setCurrentKey('k')
    const e = descriptors(after)
    const read = (): unknown[] => [
      second.states.getState(e.v).value(),
      Array.from(second.states.getListState(e.l).get()),
      Array.from(second.states.getMapState(e.m).entries()),
    ]
    expect(read()).toEqual([1, [2, 3], [['x', 4]]])
    second.nowMs = 15
    expect(read()).toEqual(after ? [null, [], []] : [1, [2, 3], [['x', 4]]])
  })

  test('null in a map whose type can’t be null fails the snapshot, as in Flink', () => {
    const made = world()
    const descriptor = new MapStateDescriptor<string, number | null>('m', Types.STRING, Types.LONG as never)
    descriptor.enableTimeToLive(build().build())
    made.states.getMapState(descriptor).put('x', null)
    expect(thrownBy(() => made.backend.snapshot())?.code).toBe('STATE_TTL_NULL')
    made.states.getMapState(descriptor).remove('x')
    expect(made.backend.snapshot().groups).toEqual([])
  })
})

function folded(states: KeyedStates, reduce: () => unknown): void {
  const state = states.getReducingState(new ReducingStateDescriptor<Box>('r', reduce as never))
  state.add({ n: 1 })
  state.add({ n: 2 })
}

function ask(states: KeyedStates, descriptor: StateDescriptor): void {
  if (descriptor instanceof ValueStateDescriptor) states.getState(descriptor)
  else if (descriptor instanceof ListStateDescriptor) states.getListState(descriptor)
  else states.getMapState(descriptor as MapStateDescriptor<unknown, unknown>)
}

function thrownBy(run: () => unknown): LearnerError | null {
  try {
    run()
    return null
  } catch (error) {
    if (error instanceof LearnerError) return error
    throw error
  }
}
