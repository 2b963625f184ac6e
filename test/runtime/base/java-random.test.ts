// java.util.Random, held to values that Java 17 gave: the first twelve of each method from a fresh stream, for seeds that
// reach every corner of the 48 bits; and how Java writes floats.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { LearnerError } from '../../../runtime/base/diagnostic.ts'
import { JavaRandom, shuffle } from '../../../runtime/base/java-random.ts'
import { floatText, instantText } from '../../../runtime/base/java-text.ts'

type Recorded = Readonly<Record<string, readonly unknown[]>> & { readonly seed: string }

const recorded = JSON.parse(readFileSync(path.join(import.meta.dirname, 'java-random.json'), 'utf8')) as Recorded[]

const METHODS: Readonly<Record<string, (random: JavaRandom) => unknown>> = {
  nextInt: (random) => random.nextInt(),
  'nextInt(200)': (random) => random.nextInt(200),
  'nextInt(64)': (random) => random.nextInt(64),
  'nextInt(1500000000)': (random) => random.nextInt(1_500_000_000),
  nextLong: (random) => String(random.nextLong()),
  nextBoolean: (random) => random.nextBoolean(),
  nextFloat: (random) => random.nextFloat(),
  nextDouble: (random) => random.nextDouble(),
  nextGaussian: (random) => random.nextGaussian(),
}

describe.each(recorded)('seed $seed', (values) => {
  test.each(Object.keys(METHODS))('%s', (method) => {
    const random = new JavaRandom(BigInt(values.seed))
    const next = METHODS[method] as (random: JavaRandom) => unknown
    expect(Array.from({ length: 12 }, () => next(random))).toEqual(values[method])
  })
  test('a number and a bigint are the same seed', () => {
    if (!Number.isSafeInteger(Number(values.seed))) return
    expect(new JavaRandom(Number(values.seed))).toEqual(new JavaRandom(BigInt(values.seed)))
  })
  test('shuffle', () => {
    const list = Array.from({ length: 12 }, (_, i) => i)
    shuffle(list, new JavaRandom(BigInt(values.seed)))
    expect(list).toEqual(values['shuffle'])
  })
})

test.each([undefined, NaN, 1.5, '1'])('the seed %s is refused', (seed) => {
  expect(() => new JavaRandom(seed as number)).toThrow(LearnerError)
})
test.each([0, -1, 1.5, 2 ** 31, NaN])('the bound %s is refused', (bound) => {
  expect(() => new JavaRandom(1).nextInt(bound)).toThrow(LearnerError)
})

test.each<[number, string]>([
  [0, '0.0'],
  [-0, '-0.0'],
  [33, '33.0'],
  [0.1, '0.1'],
  [1e-3, '0.001'],
  [9.9e-4, '9.9E-4'],
  [9999999, '9999999.0'],
  [1e7, '1.0E7'],
  [16777216, '1.6777216E7'],
  [1e10, '1.0E10'],
  [3.4028235e38, '3.4028235E38'],
  [1.4e-45, '1.4E-45'],
  [-73.76764, '-73.76764'],
  [40.88664, '40.88664'],
  [40.9140625, '40.914062'],
  [123456.79, '123456.79'],
  [NaN, 'NaN'],
  [Infinity, 'Infinity'],
])('the float %s is written %s', (value, text) => expect(floatText(Math.fround(value))).toBe(text))

test.each<[number, string]>([
  [0, '1970-01-01T00:00:00Z'],
  [1_577_880_020_000, '2020-01-01T12:00:20Z'],
  [1_577_880_020_001, '2020-01-01T12:00:20.001Z'],
])('the instant %s is written %s', (ms, text) => expect(instantText(ms)).toBe(text))
