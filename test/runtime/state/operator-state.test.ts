// Operator state: what lists and broadcast maps hold, and who gets what when the parallelism changes.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LearnerError } from '../../../runtime/base/diagnostic.ts'
import {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  RichReduceFunction,
  Types,
  ValueStateDescriptor,
} from '../../../runtime/index.ts'
import { OperatorStateBackend, redistribute, type OperatorSnapshot } from '../../../runtime/state/operator-state.ts'

const LIST = new ListStateDescriptor<string>('list', Types.STRING)
const RULES = new MapStateDescriptor<string, { limit: number }>('rules')

/** `a0 a1 | b0` are two subtasks with these elements. */
function withLists(text: string, mode: 'split' | 'union'): OperatorSnapshot[] {
  return text.split('|').map((elements) => {
    const backend = new OperatorStateBackend()
    const list = mode === 'split' ? backend.getListState(LIST) : backend.getUnionListState(LIST)
    for (const element of elements.split(' ').filter(Boolean)) list.add(element)
    return backend.snapshot()
  })
}

function listsOf(snapshots: readonly OperatorSnapshot[]): string {
  return snapshots.map(({ lists }) => (lists[0]?.elements ?? []).join(' ')).join(' | ')
}

describe('redistribution', () => {
  test.each<[mode: 'split' | 'union', before: string, to: number, after: string]>([
    ['split', 'a0 a1 a2 a3 a4 | b0 b1 b2 b3', 3, 'a0 a1 a2 | a3 a4 b0 | b1 b2 b3'],
    ['split', 'a0 a1 a2 a3 | b0', 4, 'a0 a1 | a2 | a3 | b0'],
    ['split', 'a0 | | c0', 1, 'a0 c0'],
    ['split', 'a0', 3, 'a0 |  | '],
    ['split', 'a0 a1 a2 | ', 2, 'a0 a1 a2 | '],
    ['union', 'a0 a1 | b0', 3, 'a0 a1 b0 | a0 a1 b0 | a0 a1 b0'],
    ['union', 'a0 a1 | b0', 2, 'a0 a1 b0 | a0 a1 b0'],
    ['union', 'a0 | b0', 1, 'a0 b0'],
  ])('%s: %s to %i', (mode, before, to, after) => {
    expect(listsOf(redistribute(withLists(before, mode), to))).toBe(after)
  })

  test('the longer runs of the next list begin where those of the one before ended', () => {
    const backend = new OperatorStateBackend()
    for (const name of ['x', 'y', 'z']) backend.getListState(new ListStateDescriptor<number>(name)).add(1)
    const holders = redistribute([backend.snapshot(), new OperatorStateBackend().snapshot()], 3).map(({ lists }) =>
      lists.flatMap(({ name, elements }) => (elements.length > 0 ? [name] : [])).join(),
    )
    expect(holders).toEqual(['x', 'y', 'z'])
  })

  test('a broadcast map is copied, from one subtask after the other', () => {
    const before = ['a', 'b'].map((key) => {
      const backend = new OperatorStateBackend()
      backend.getBroadcastState(RULES).put(key, { limit: 1 })
      return backend.snapshot()
    })
    const after = redistribute(before, 3).map((snapshot) => {
      const backend = new OperatorStateBackend()
      backend.restore(snapshot)
      return Array.from(backend.getBroadcastState(RULES).entries(), ([key]) => key).join()
    })
    expect(after).toEqual(['a', 'b', 'a'])
  })

  test('however often it is split, every element stays in its order and is there once', () => {
    const lists = fc.array(fc.array(fc.integer()), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(lists, fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }), (parts, parallelisms) => {
        let snapshots = parts.map((elements): OperatorSnapshot => ({
          version: 1,
          lists: [{ name: 'l', mode: 'split', elements }],
          broadcasts: [],
        }))
        for (const parallelism of parallelisms) snapshots = redistribute(snapshots, parallelism)
        const held = snapshots.map((snapshot) => snapshot.lists[0]?.elements ?? [])
        expect(held.flat()).toEqual(parts.flat())
        const lengths = held.map(({ length }) => length)
        if (parallelisms.at(-1) !== undefined && parallelisms.at(-1) !== (parallelisms.at(-2) ?? parts.length)) {
          expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
        }
      }),
    )
  })
})

describe('lists', () => {
  test('add, addAll, update and clear', () => {
    const list = new OperatorStateBackend().getListState(LIST)
    const seen = [Array.from(list.get())]
    list.add('a')
    list.addAll(['b', 'c'])
    seen.push(Array.from(list.get()))
    list.update(['d'])
    seen.push(Array.from(list.get()))
    list.clear()
    seen.push(Array.from(list.get()))
    expect(seen).toEqual([[], ['a', 'b', 'c'], ['d'], []])
  })

  test('a list that was given to update is not the state', () => {
    const backend = new OperatorStateBackend()
    const given = ['a']
    backend.getListState(LIST).update(given)
    given.push('b')
    expect(Array.from(backend.getListState(LIST).get())).toEqual(['a'])
  })

  test('a snapshot shares nothing with the running state, nor with what is restored from it', () => {
    const list = new ListStateDescriptor<{ n: number }>('objects')
    const backend = new OperatorStateBackend()
    const value = { n: 1 }
    backend.getListState(list).add(value)
    backend.getBroadcastState(RULES).put('a', { limit: 1 })
    const snapshot = backend.snapshot()
    value.n = 2
    const restored = new OperatorStateBackend()
    restored.restore(snapshot)
    const rule = restored.getBroadcastState(RULES).get('a')
    if (rule !== null) rule.limit = 9
    const again = new OperatorStateBackend()
    again.restore(snapshot)
    expect(Array.from(again.getListState(list).get())).toEqual([{ n: 1 }])
    expect(again.getBroadcastState(RULES).get('a')).toEqual({ limit: 1 })
  })

  test('what nobody asks for again stays in the next snapshot', () => {
    const backend = new OperatorStateBackend()
    const [snapshot] = withLists('a b', 'union')
    backend.restore(snapshot as OperatorSnapshot)
    expect(backend.snapshot()).toEqual(snapshot)
    expect(backend.getRegisteredStateNames()).toEqual(new Set(['list']))
  })
})

describe('broadcast maps compare keys by value', () => {
  test.each<[name: string, first: unknown, second: unknown, isSame: boolean]>([
    ['tuples', [1, 'a'], [1, 'a'], true],
    ['tuples of other content', [1, 'a'], [1, 'b'], false],
    ['a text and the tuple that looks like it', '[1]', [1], false],
    ['objects, in any order of fields', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ['dates', new Date(5), new Date(5), true],
    ['0 and -0', 0, -0, true],
    ['NaN', NaN, NaN, true],
    ['a number and the same bigint', 5, 5n, true],
    ['bigints beyond 2^53', 2n ** 60n, 2n ** 60n + 1n, false],
    ['1 and "1"', 1, '1', false],
    ['null and undefined', null, undefined, true],
  ])('%s', (_name, first, second, isSame) => {
    const state = new OperatorStateBackend().getBroadcastState(new MapStateDescriptor<unknown, number>('m'))
    state.put(first, 1)
    state.put(second, 2)
    expect(state.get(first)).toBe(isSame ? 2 : 1)
    expect(Array.from(state.immutableEntries()).length).toBe(isSame ? 1 : 2)
    state.remove(second)
    expect(state.contains(first)).toBe(!isSame)
    expect(state.contains(second)).toBe(false)
  })

  test('declared as BIG_INT, keys stay bigints', () => {
    const descriptor = new MapStateDescriptor<bigint | number, number>('m', Types.BIG_INT as never)
    const state = new OperatorStateBackend().getBroadcastState(descriptor)
    state.putAll([
      [5n, 1],
      [6n, 2],
    ])
    expect([state.get(5), Array.from(state.entries(), ([key]) => key)]).toEqual([1, [5n, 6n]])
    expect(state.iterator().next().value).toEqual([5n, 1])
    state.clear()
    expect(state.contains(5n)).toBe(false)
  })
})

test.each<[name: string, use: (backend: OperatorStateBackend) => unknown, code: string]>([
  ['null in a list', (backend) => backend.getListState(LIST).add(null as never), 'STATE_LIST_NULL'],
  ['undefined in a list', (backend) => backend.getListState(LIST).addAll([undefined as never]), 'STATE_LIST_NULL'],
  ['no list', (backend) => backend.getListState(LIST).update(null as never), 'STATE_LIST_NULL'],
  [
    'one name as split and union',
    (backend) => [backend.getListState(LIST), backend.getUnionListState(LIST)],
    'STATE_NAME_TWICE',
  ],
  [
    'one name as list and broadcast',
    (backend) => [backend.getListState(LIST), backend.getBroadcastState(new MapStateDescriptor('list'))],
    'STATE_NAME_TWICE',
  ],
  ['no name', () => new ListStateDescriptor(''), 'STATE_NAME_MISSING'],
  ['a name that is no text', () => new ValueStateDescriptor(5 as never), 'STATE_NAME_MISSING'],
  ['nothing to reduce with', () => new ReducingStateDescriptor('r', {} as never), 'STATE_FUNCTION_MISSING'],
  [
    'an aggregation without merge',
    () => new AggregatingStateDescriptor('a', { createAccumulator: Array, add: Array, getResult: Array } as never),
    'STATE_FUNCTION_MISSING',
  ],
  [
    'a rich function to reduce with',
    () =>
      new ReducingStateDescriptor(
        'r',
        new (class extends RichReduceFunction<number> {
          reduce(a: number, b: number): number {
            return a + b
          }
        })(),
      ),
    'STATE_FUNCTION_RICH',
  ],
])('%s is refused', (_name, use, code) => {
  expect(() => use(new OperatorStateBackend())).toThrowError(expect.objectContaining({ code }) as LearnerError)
})
