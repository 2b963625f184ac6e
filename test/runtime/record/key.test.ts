// Which keys are one key, and which values are none. DESIGN §8.6; the hashes themselves are golden/keygroups.json.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LearnerError } from '../../../runtime/base/diagnostic.ts'
import { Types } from '../../../runtime/index.ts'
import { KeyReader } from '../../../runtime/record/key.ts'
import { parseType, typeText, type TypeInformation } from '../../../runtime/record/type-info.ts'

type Type = TypeInformation<unknown> | null

/** The class of the keys read one after the other, or the code of the refusal. */
function read(keys: readonly unknown[], type: Type = null): string {
  const reader = new KeyReader(type)
  try {
    for (const key of keys) reader.canonical(key)
    return typeText(reader.type as TypeInformation<unknown>)
  } catch (error) {
    if (error instanceof LearnerError)
      return `${error.code} ${error.params['type'] ?? error.params['later'] ?? ''}`.trim()
    throw error
  }
}

describe('without a declared type the first key decides', () => {
  test.each<[keys: unknown[], expected: string]>([
    [[1, -5, 0, -0], 'LONG'],
    [[1n, 2, 2n ** 63n - 1n], 'LONG'],
    [[1.5, -0.5, Infinity], 'DOUBLE'],
    [['a', ''], 'STRING'],
    [[true, false], 'BOOLEAN'],
    [
      [
        ['a', 1],
        ['b', 2n],
      ],
      'TUPLE(STRING,LONG)',
    ],
    [[[1.5, true]], 'TUPLE(DOUBLE,BOOLEAN)'],
    [[null], 'KEY_NULL'],
    [[undefined], 'KEY_NULL'],
    [['a', null], 'KEY_NULL'],
    [[NaN], 'KEY_NOT_SUPPORTED Types.DOUBLE'],
    [[2n ** 63n], 'KEY_NOT_SUPPORTED Types.BIG_INT'],
    [[new Date(0)], 'KEY_NOT_SUPPORTED Types.INSTANT'],
    [[{ a: 1 }], 'KEY_NOT_SUPPORTED Types.TUPLE(Types.LONG, Types.STRING)'],
    [[[]], 'KEY_NOT_SUPPORTED Types.LIST(Types.LONG)'],
    [[[['a']]], 'KEY_NOT_SUPPORTED Types.LIST(Types.LONG)'],
    [[['a', null]], 'KEY_NOT_SUPPORTED Types.LIST(Types.LONG)'],
    [[() => 1], 'KEY_NOT_SUPPORTED Types.TUPLE(Types.LONG, Types.STRING)'],
    [[Symbol('s')], 'KEY_NOT_SUPPORTED Types.TUPLE(Types.LONG, Types.STRING)'],
    [[1, 1.5], 'KEY_CLASS_CHANGED DOUBLE'],
    [[1.5, 1], 'KEY_CLASS_CHANGED LONG'],
    [['1', 1], 'KEY_CLASS_CHANGED LONG'],
    [
      [
        ['a', 1],
        ['a', 'b'],
      ],
      'KEY_CLASS_CHANGED TUPLE(STRING,STRING)',
    ],
    [[['a'], ['a', 'b']], 'KEY_CLASS_CHANGED TUPLE(STRING,STRING)'],
  ])('%o: %s', (keys, expected) => expect(read(keys)).toBe(expected))
})

describe('a declared type', () => {
  const int = 2 ** 31
  test.each<[type: Type, right: unknown[], wrong: unknown[]]>([
    [Types.BYTE, [127, -128], [128, -129, 1.5, '1', 1n]],
    [Types.SHORT, [32767, -32768], [32768, -32769]],
    [Types.INT, [int - 1, -int], [int, -int - 1, 0.5, NaN]],
    [Types.LONG, [2 ** 53 - 1, 2 ** 53, -(2 ** 63), 2n ** 63n - 1n, -(2n ** 63n)], [2 ** 63, 2n ** 63n, 0.5, '1']],
    [Types.DOUBLE, [1, 1.5, NaN, -0, Infinity], [1n, '1', true]],
    [Types.FLOAT, [1.5, NaN], ['1']],
    [Types.STRING, ['', 'a'], [1, true]],
    [Types.CHAR, ['a'], ['', 'ab', 1]],
    [Types.BOOLEAN, [true], [1, 'true']],
    [Types.BIG_INT, [1, 2n ** 99n], [1.5, '1']],
    [Types.BIG_DEC, ['1.0', '-3e5'], ['x', '']],
    [Types.LOCAL_DATE, ['2020-01-31'], ['2020-1-31', '12:00:00']],
    [Types.INSTANT, [new Date(5), '2020-01-31T12:34:56Z'], ['yesterday']],
    [Types.TUPLE(Types.LONG, Types.STRING), [[1, 'a']], [[1], [1, 2], ['a', 1], 'a1']],
    [Types.LIST(Types.LONG), [[], [1, 2]], [['a'], 1, [1, 'a']]],
    [Types.GENERIC(), [], [1, 'a', {}]],
  ])('%o', (type, right, wrong) => {
    for (const key of right) expect([key, read([key], type)]).toEqual([key, typeText(type as TypeInformation<unknown>)])
    for (const key of wrong) expect([key, read([key], type).split(' ')[0]]).toEqual([key, 'KEY_NOT_OF_TYPE'])
    expect(read([null], type)).toBe('KEY_NULL')
  })
  test('a null inside a tuple is a null key', () => {
    expect(read([[1, null]], Types.TUPLE(Types.LONG, Types.STRING))).toBe('KEY_NULL')
  })
})

describe('equal exactly where Java’s equals says so', () => {
  test.each<[type: Type, a: unknown, b: unknown, isEqual: boolean]>([
    [null, 0, -0, true],
    [null, 1, 1n, true],
    [null, 2n ** 60n, 2n ** 60n, true],
    [null, 2n ** 60n, 2n ** 60n + 1n, false],
    [null, ['a', 'b'], ['a', 'b'], true],
    [null, ['a', 'b'], ['ab', ''], false],
    [null, ['1:a', ''], ['1', 'a1:'], false],
    [null, [0], [-0], true],
    [Types.DOUBLE, 0, -0, false],
    [Types.DOUBLE, NaN, NaN, true],
    [Types.DOUBLE, NaN, Infinity, false],
    [Types.FLOAT, 0.1, Math.fround(0.1), true],
    [Types.FLOAT, 16777216, 16777217, true],
    [Types.DOUBLE, 0.1, Math.fround(0.1), false],
    [Types.LIST(Types.DOUBLE), [0], [-0], false],
    [Types.LIST(Types.LONG), [1, 2], [12], false],
    [Types.BIG_INT, 5, 5n, true],
    [Types.BIG_DEC, '1.0', '1.00', false],
    [Types.BIG_DEC, '1.0', '+1.0', true],
    [Types.BIG_DEC, '1e1', '1E+1', true],
    [Types.INSTANT, new Date(0), '1970-01-01T00:00:00Z', true],
    [Types.INSTANT, '2020-01-31T12:34:56Z', '2020-01-31T12:34:56.000Z', true],
    [Types.LOCAL_TIME, '12:00', '12:00:00', true],
    [Types.LOCAL_DATE_TIME, '2020-01-31T12:00', '2020-01-31 12:00:00.0', true],
    [Types.INSTANT, new Date(5), new Date(5), true],
  ])('%o: %o and %o: %s', (type, a, b, isEqual) => {
    const reader = new KeyReader(type)
    expect(Object.is(reader.canonical(a), reader.canonical(b))).toBe(isEqual)
    if (isEqual) expect(reader.hash(a)).toBe(reader.hash(b))
  })

  test('texts, numbers and tuples of them are one key exactly when they are the same', () => {
    const part = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('1:', ':', '1', '1:1'))
    const tuple = fc.tuple(part, fc.integer({ min: -20, max: 20 }), part)
    fc.assert(
      fc.property(tuple, tuple, (a, b) => {
        const reader = new KeyReader(null)
        const isSame =
          JSON.stringify(a.map((x) => (x === 0 ? 0 : x))) === JSON.stringify(b.map((x) => (x === 0 ? 0 : x)))
        return (reader.canonical(a) === reader.canonical(b)) === isSame && reader.hash(a) === reader.hash([...a])
      }),
    )
  })
})

test.each(['LONG', 'TUPLE(LONG,STRING)', 'LIST(TUPLE(LONG,LIST(INT)))', 'MAP(STRING,TUPLE(INT,INT))', 'TUPLE()'])(
  'a type’s text reads back: %s',
  (text) => expect(typeText(parseType(text))).toBe(text),
)

test('keys of another class than those that were restored are told from those that change', () => {
  const reader = new KeyReader(null)
  reader.restore('LONG')
  expect(reader.canonical(1)).toBe(1)
  expect(() => reader.canonical('x1')).toThrow('KEY_CLASS_RESTORED')
})
