// Values as text, as a hash and as a copy: total over anything a learner can make.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cloneValue } from '../../../runtime/base/clone.ts'
import { Fingerprint } from '../../../runtime/base/value-hash.ts'
import { valueName } from '../../../runtime/base/value-name.ts'
import { toPrintText, toTaggedJson } from '../../../runtime/base/value-text.ts'
import { Alert } from '../../../runtime/connectors/transactions.ts'

const options = {
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  maxDepth: 3,
} as const
const anything = fc.anything({ ...options, withNullPrototype: true, withSparseArray: true })
/** What state and records may be: plain data. */
const plainData = fc.anything(options)

function cyclic(): Record<string, unknown> {
  const node: Record<string, unknown> = { name: 'a' }
  node['self'] = node
  node['list'] = [node, new Map([[node, new Set([node])]])]
  return node
}

class Point {
  readonly x: number
  constructor(x: number) {
    this.x = x
  }
}

const hash = (value: unknown): string => {
  const fingerprint = new Fingerprint()
  fingerprint.value(value)
  return fingerprint.hex()
}

describe('print text', () => {
  test.each<[value: unknown, text: string]>([
    ['a', 'a'],
    [1, '1'],
    [-0, '-0.0'],
    [NaN, 'NaN'],
    [7n, '7'],
    [null, 'null'],
    [undefined, 'undefined'],
    [['a', 1], '(a,1)'],
    [[['a'], []], '((a),())'],
    [{ user: 'a', n: 2 }, '{user=a, n=2}'],
    [new Point(1), 'Point{x=1}'],
    [new Alert(3), 'Alert{id=3}'],
    [new Map<unknown, unknown>([['a', [1]]]), '{a=(1)}'],
    [new Set([1, 'b']), '[1, b]'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), 'NaN'],
    [Uint8Array.of(1, 2), '[1, 2]'],
    [new TypeError('no'), 'TypeError: no'],
    [Symbol('s'), 'Symbol(s)'],
    [cyclic(), '{name=a, self=(this), list=((this),{(this)=[(this)]})}'],
  ])('of %o', (value, text) => expect(toPrintText(value)).toBe(text))
  test('is total', () => fc.assert(fc.property(anything, (value) => typeof toPrintText(value) === 'string')))
})

describe('tagged JSON', () => {
  test.each<[value: unknown, json: string]>([
    [1n, '{"$bigint":"1"}'],
    [NaN, '{"$number":"NaN"}'],
    [-Infinity, '{"$number":"-Infinity"}'],
    [-0, '{"$number":"-0"}'],
    [undefined, '{"$undefined":true}'],
    [{ a: undefined }, '{"a":{"$undefined":true}}'],
    [new Map([['a', 1n]]), '{"$map":[["a",{"$bigint":"1"}]]}'],
    [new Set([NaN]), '{"$set":[{"$number":"NaN"}]}'],
    [new Date(0), '{"$date":"1970-01-01T00:00:00.000Z"}'],
    [new Date(NaN), '{"$date":"NaN"}'],
    [Int16Array.of(-1), '{"$Int16Array":[-1]}'],
    [{ $map: 1 }, '{"$object":[["$map",1]]}'],
    [Object.assign([1], { extra: 2 }), '[1]'],
    [
      cyclic(),
      '{"name":"a","self":{"$cycle":1},"list":[{"$cycle":2},{"$map":[[{"$cycle":3},{"$set":[{"$cycle":4}]}]]}]}',
    ],
  ])('of %o', (value, json) => expect(toTaggedJson(value)).toBe(json))
  test('is total, and is JSON', () => fc.assert(fc.property(anything, (value) => void JSON.parse(toTaggedJson(value)))))
  test('keeps plain JSON as it is', () => {
    // JSON itself has no -0; keys that look like our tags are wrapped.
    const plain = fc
      .jsonValue({ maxDepth: 3 })
      .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
      .filter((value) => !JSON.stringify(value).includes('"$'))
    fc.assert(fc.property(plain, (value) => toTaggedJson(value) === JSON.stringify(value)))
  })
})

describe('hash', () => {
  test('two equal structures have one', () => {
    fc.assert(fc.property(fc.clone(anything, 2), ([one, other]) => hash(one) === hash(other)))
  })
  test('it says what tagged JSON says', () => {
    // Class names and kinds of typed arrays don't count in the hash; nothing else is left out.
    const value = fc.anything({ withBigInt: true, withMap: true, withSet: true, maxDepth: 2, maxKeys: 3 })
    const sameText = (a: unknown, b: unknown): boolean => toTaggedJson(a) === toTaggedJson(b)
    fc.assert(
      fc.property(value, value, (a, b) => (hash(a) === hash(b)) === sameText(a, b)),
      { numRuns: 500 },
    )
  })
  const apart: unknown[] = [
    ...[1, '1', 1n, true, [1], new Set([1]), { a: 1 }, new Map([['a', 1]]), ['a', 1], Uint8Array.of(1), new Date(1)],
    ...[null, undefined, 0, -0, '', [], {}, false, NaN, [[]], [null], [undefined], 'ab', 'ba', ['a', 'b'], ['ab', '']],
    ...[{ a: {}, b: 1 }, { a: { b: 1 } }, [{ a: 1 }, { b: 2 }], [{ a: 1, b: 2 }, {}]],
    ...[{ a: [], b: 1 }, { b: 1, a: [] }, { a: { b: {} } }, { a: {}, b: {} }],
  ]
  test('each of these has its own', () => {
    const byHash = new Map<string, unknown[]>()
    for (const value of apart) byHash.set(hash(value), [...(byHash.get(hash(value)) ?? []), value])
    expect([...byHash.values()].filter((values) => values.length > 1)).toEqual([])
  })
  test('cycles end, however many lead back', () => {
    const parent: { children: unknown[] } = { children: [] }
    for (let i = 0; i < 8; i++) parent.children.push({ parent, i, siblings: parent.children })
    expect(hash(parent)).toBe(hash(parent))
    expect(hash(cyclic())).toBe(hash(cyclic()))
  }, 2000)
})

describe('clone', () => {
  test('is equal and shares nothing', () => {
    fc.assert(
      fc.property(plainData, (value) => {
        const copy = cloneValue(value)
        expect(toTaggedJson(copy)).toBe(toTaggedJson(value))
        const inside = objectsIn(value)
        expect([...objectsIn(copy)].filter((object) => inside.has(object))).toEqual([])
      }),
    )
  })
  test('keeps classes, cycles and shared parts', () => {
    const shared = { n: 1 }
    const original = { point: new Point(1), one: shared, two: shared, cycle: cyclic() }
    const copy = cloneValue(original)
    expect(copy.point).toBeInstanceOf(Point)
    expect(copy.one).toBe(copy.two)
    expect(copy.cycle['self']).toBe(copy.cycle)
    expect(copy.cycle).not.toBe(original.cycle)
  })
  test.each([1, 'a', 7n, null, undefined, Symbol.iterator, hash])('%s is its own copy', (value) =>
    expect(cloneValue(value)).toBe(value),
  )
})

function objectsIn(value: unknown, found = new Set<unknown>()): Set<unknown> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found
  found.add(value)
  const inside = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value)
  for (const item of inside) objectsIn(item, found)
  return found
}

// Messages have it in the middle of an English sentence or of a Chinese one.
test.each<[value: unknown, name: string]>([
  ['text', '"text"'],
  [undefined, 'undefined'],
  [{ a: 1 }, '{…}'],
  [new Point(1), 'Point {…}'],
  [[1], '[…]'],
  [Point, 'class Point'],
  [cyclic, 'cyclic(…)'],
  [{ toMillis: () => 5 }, '5 ms'],
])('a message names %o in no language', (value, name) => {
  expect(valueName(value)).toBe(name)
})
