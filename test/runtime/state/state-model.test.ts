// Keyed state of every kind against plain Maps: random operations on a few keys, with snapshots in between that are
// written later, restored from text, and continued from. What a snapshot holds is what stood there when it was taken.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromTaggedJson, toTaggedJson } from '../../../runtime/base/value-text.ts'
import {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from '../../../runtime/index.ts'
import { KeyedStateBackend, type KeyedSnapshot } from '../../../runtime/state/keyed-backend.ts'
import type { PendingSnapshot } from '../../../runtime/state/keyed-snapshot.ts'
import { KeyedStates } from '../../../runtime/state/keyed-states.ts'

interface Box {
  items: unknown[]
}

/** What a key holds in the model. */
interface Held {
  value: Box | null
  list: Box[]
  map: Map<unknown, Box>
  reduced: number | null
  all: unknown[]
}

const VALUE = new ValueStateDescriptor<Box>('value')
const LIST = new ListStateDescriptor<Box>('list')
const MAP = new MapStateDescriptor<unknown, Box>('map')
const REDUCING = new ReducingStateDescriptor<number>('reducing', (a, b) => a + b)
const AGGREGATING = new AggregatingStateDescriptor<unknown, unknown[], unknown[]>('aggregating', {
  createAccumulator: () => [],
  add: (value, all) => {
    all.push(value)
    return all
  },
  getResult: (all) => all.slice(),
  merge: (a, b) => [...a, ...b],
})

/** Anything that can be in state. */
const data = fc.oneof(
  fc.constantFrom<unknown>(NaN, -0, 0, Infinity, 2n ** 70n, 5n, '', 'a', true, null, new Date(7), new Date(NaN)),
  fc.constantFrom<unknown>(new Map([[[1], new Set([2n])]]), new Float64Array([NaN, -0]), { $bigint: 'no' }, [[]]),
  fc.integer(),
)
type Operation = readonly [key: string, name: OperationName, item: unknown]
type OperationName = (typeof NAMES)[number]
const NAMES = [
  ...(['set', 'change', 'unset', 'add', 'changeFirst', 'replace', 'put', 'changePut', 'remove', 'reduce'] as const),
  ...(['unreduce', 'aggregate', 'clear', 'snapshot', 'write', 'restore'] as const),
]
const operation: fc.Arbitrary<Operation> = fc.tuple(fc.constantFrom('k', 'l', 'm'), fc.constantFrom(...NAMES), data)

class World {
  backend!: KeyedStateBackend
  states!: KeyedStates
  model = new Map<string, Held>()
  pending: { readonly snapshot: PendingSnapshot; readonly model: Map<string, Held> }[] = []
  written: { readonly text: string; readonly model: Map<string, Held> } | null = null

  constructor() {
    this.start(null)
  }

  start(snapshot: KeyedSnapshot | null): void {
    this.backend = new KeyedStateBackend(null, 128)
    if (snapshot !== null) this.backend.restore(snapshot, { start: 0, end: 127 })
    this.states = new KeyedStates(this.backend, () => 0)
  }

  run([key, name, item]: Operation): void {
    const held: Held = this.model.get(key) ?? { value: null, list: [], map: new Map(), reduced: null, all: [] }
    this.model.set(key, held)
    this.backend.setCurrentKey(key)
    const box = (): Box => ({ items: [item] })
    const { states } = this
    switch (name) {
      case 'set':
        states.getState(VALUE).update(box())
        held.value = box()
        break
      case 'change':
        states.getState(VALUE).value()?.items.push(item)
        held.value?.items.push(item)
        break
      case 'unset':
        states.getState(VALUE).update(null)
        held.value = null
        break
      case 'add':
        states.getListState(LIST).add(box())
        held.list.push(box())
        break
      case 'changeFirst':
        for (const first of Array.from(states.getListState(LIST).get()).slice(0, 1)) first.items.push(item)
        held.list[0]?.items.push(item)
        break
      case 'replace':
        states.getListState(LIST).update([box(), box()])
        held.list = [box(), box()]
        break
      case 'put':
        states.getMapState(MAP).put('x', box())
        held.map.set('x', box())
        break
      case 'changePut':
        states.getMapState(MAP).get('x')?.items.push(item)
        held.map.get('x')?.items.push(item)
        break
      case 'remove':
        states.getMapState(MAP).remove('x')
        held.map.delete('x')
        break
      case 'reduce':
        states.getReducingState(REDUCING).add(1)
        held.reduced = (held.reduced ?? 0) + 1
        break
      case 'unreduce':
        states.getReducingState(REDUCING).add(null)
        held.reduced = null
        break
      case 'aggregate':
        states.getAggregatingState(AGGREGATING).add(item ?? 'null')
        held.all.push(item ?? 'null')
        break
      case 'clear':
        states.getListState(LIST).clear()
        states.getMapState(MAP).clear()
        states.getAggregatingState(AGGREGATING).clear()
        Object.assign(held, { list: [], map: new Map(), all: [] })
        break
      case 'snapshot':
        this.pending.push({ snapshot: this.backend.beginSnapshot(), model: copied(this.model) })
        break
      case 'write':
        this.write()
        break
      case 'restore':
        this.restore()
    }
  }

  /** Writes the oldest snapshot, as text. */
  write(): void {
    const next = this.pending.shift()
    if (next !== undefined) this.written = { text: toTaggedJson(next.snapshot.write()), model: next.model }
  }

  /** Goes back to the last snapshot that was written. */
  restore(): void {
    if (this.written === null) return
    this.start(fromTaggedJson(this.written.text) as KeyedSnapshot)
    this.model = copied(this.written.model)
    this.pending = []
  }

  shown(): string {
    const keys = Array.from(this.model, ([key]): [string, Held] => {
      this.backend.setCurrentKey(key)
      return [
        key,
        {
          value: this.states.getState(VALUE).value(),
          list: Array.from(this.states.getListState(LIST).get()),
          map: new Map(this.states.getMapState(MAP).entries()),
          reduced: this.states.getReducingState(REDUCING).get(),
          all: this.states.getAggregatingState(AGGREGATING).get() ?? [],
        },
      ]
    })
    return toTaggedJson(new Map(keys))
  }
}

function copied(model: ReadonlyMap<string, Held>): Map<string, Held> {
  return fromTaggedJson(toTaggedJson(model)) as Map<string, Held>
}

describe('states of every kind', () => {
  test('hold what Maps would, through snapshots written later and restored from text', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const world = new World()
        for (const each of operations) {
          world.run(each)
          expect(world.shown()).toBe(toTaggedJson(world.model))
        }
        world.restore()
        expect(world.shown()).toBe(toTaggedJson(world.model))
      }),
      { numRuns: 150 },
    )
  })
})

describe('values as text and back', () => {
  test.each<[name: string, value: unknown]>([
    ['bigint', 2n ** 70n],
    ['NaN, -0 and the infinities', [NaN, -0, Infinity, -Infinity]],
    ['undefined, in an object and in a list', { a: undefined, b: [undefined, null] }],
    ['a Map with objects as keys', new Map<unknown, unknown>([[{ a: 1 }, new Map([[1n, 2]])]])],
    ['a Set', new Set<unknown>([1, 'a', [2]])],
    ['dates', [new Date(5), new Date(NaN)]],
    ['typed arrays', [new Uint8Array([1]), new Float64Array([NaN, -0]), new BigInt64Array([5n])]],
    ['an object that looks like a tag', { $bigint: '5' }],
    ['an object with a key that JavaScript takes for the prototype', JSON.parse('{"__proto__": 1}')],
    ['an empty object and an empty list', [{}, []]],
  ])('%s', (_name, value) => expect(fromTaggedJson(toTaggedJson(value))).toEqual(value))

  test('a cycle', () => {
    const parent: { child: { parent: unknown }; list: unknown[] } = { child: { parent: null }, list: [] }
    parent.child.parent = parent
    parent.list.push(parent.list, parent.child)
    const copy = fromTaggedJson(toTaggedJson(parent)) as typeof parent
    expect(copy.child.parent).toBe(copy)
    expect(copy.list[0]).toBe(copy.list)
  })

  test('any data', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
    })
    fc.assert(
      fc.property(anything, (value) => toTaggedJson(fromTaggedJson(toTaggedJson(value))) === toTaggedJson(value)),
    )
  })
})
