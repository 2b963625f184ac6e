// Arrival orders, judging and shrinking: the pure part of checking.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runsOf, valueAt } from '../../../runtime/check/check-runs.ts'
import type { Check, CheckInput, Observation } from '../../../runtime/check/exercise-check.ts'
import { comparable, judge, sameBehaviour } from '../../../runtime/check/judge.ts'
import { shrink } from '../../../runtime/check/shrink.ts'

/** `a1 b2`: records with key and number, 10 ms apart. */
function input(text: string): CheckInput {
  const records = text
    .split(' ')
    .map((word, i) => ({ value: { key: word[0], n: Number(word.slice(1)) }, atMs: i * 10 }))
  return { name: 'in', source: 'source', records }
}

function check(fields: Partial<Check> = {}): Check {
  return {
    ...{ id: 'c', says: { en: '', zh: '' }, inputs: [], orders: 1, keep: null, parallelism: [1], untilMs: null },
    ...{ sink: 's', rows: [], columns: null, isOrdered: false, leaves: { state: null, timers: null } },
    ...fields,
  }
}

function words({ records }: CheckInput): string[] {
  return records.map(({ value }) => Object.values(value as object).join(''))
}

function seen(rows: readonly unknown[], fields: Partial<Observation> = {}): Observation {
  return { rows: rows.map((row) => comparable(row, null)), failure: null, stateLeft: 0, timersLeft: 0, ...fields }
}

describe('arrival orders', () => {
  const many = check({ inputs: [input('a1 a2 b1 b2 c1 a3')], orders: 40, keep: 'key', parallelism: [1, 3] })

  test('every order at every parallelism, the given one first', () => {
    const runs = runsOf(many)
    expect(runs).toHaveLength(80)
    expect(runs.slice(0, 2).map(({ order, parallelism }) => [order, parallelism])).toEqual([
      [0, 1],
      [0, 3],
    ])
    expect(words(runs[0]?.inputs[0] as CheckInput)).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'a3'])
  })

  test('are permutations that keep the order of equal keys and the times', () => {
    const orders = runsOf(many).map(({ inputs }) => inputs[0] as CheckInput)
    expect(new Set(orders.map((order) => words(order).join())).size).toBeGreaterThan(20)
    for (const order of orders) {
      expect([...words(order)].sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1'])
      for (const key of 'abc') {
        const own = words(order).filter((word) => word.startsWith(key))
        expect(own).toEqual([...own].sort())
      }
      expect(order.records.map(({ atMs }) => atMs)).toEqual([0, 10, 20, 30, 40, 50])
    }
  })

  test('are the same each time, and others with another seed', () => {
    expect(runsOf(many)).toEqual(runsOf(many))
    expect(runsOf(many, 2)).not.toEqual(runsOf(many))
  })

  test('without a key, everything changes places', () => {
    const free = runsOf(check({ inputs: [input('a1 a2 a3')], orders: 60 }))
    expect(new Set(free.map(({ inputs }) => words(inputs[0] as CheckInput).join())).size).toBe(6)
  })

  test.each([
    ['key', { key: 1 }, 1],
    ['ride.id', { ride: { id: 7 } }, 7],
    ['ride.id', { ride: 3 }, undefined],
    ['x', null, undefined],
  ])('the value at %s', (path, value, found) => expect(valueAt(value, path)).toBe(found))
})

describe('judging', () => {
  const expected = [{ id: 1 }, { id: 1 }, { id: 2 }].map((row) => comparable(row, null))

  test.each([
    ['another order', seen([{ id: 2 }, { id: 1 }, { id: 1 }]), null],
    ['one too few', seen([{ id: 1 }, { id: 2 }]), { kind: 'rows', missing: ['{"id":1}'], unexpected: [] }],
    [
      'one too many',
      seen([{ id: 1 }, { id: 1 }, { id: 2 }, { id: 2 }]),
      { kind: 'rows', missing: [], unexpected: ['{"id":2}'] },
    ],
    ['a failure', seen([], { failure: 'FUNCTION_THREW' }), { kind: 'failed' }],
    ['no end', seen([], { failure: 'CHECK_ENDLESS' }), { kind: 'endless' }],
  ])('%s', (_name, observation, finding) => expect(judge(check(), observation, expected)).toEqual(finding))

  test('order counts where the check says so', () => {
    const ordered = check({ isOrdered: true })
    expect(judge(ordered, seen([{ id: 1 }, { id: 1 }, { id: 2 }]), expected)).toBeNull()
    expect(judge(ordered, seen([{ id: 2 }, { id: 1 }, { id: 1 }]), expected)?.kind).toBe('order')
  })

  test('what is left counts up to what is allowed', () => {
    const tidy = check({ leaves: { state: 1, timers: 0 } })
    expect(judge(tidy, seen([], { stateLeft: 1 }), [])).toBeNull()
    expect(judge(tidy, seen([], { stateLeft: 2 }), [])).toEqual({ kind: 'state', left: 2, allowed: 1 })
    expect(judge(tidy, seen([], { timersLeft: 1, stateLeft: 2 }), [])).toEqual({ kind: 'timers', left: 1, allowed: 0 })
    expect(judge(check(), seen([], { stateLeft: 2, timersLeft: 2 }), [])).toBeNull()
  })

  test('what must be in state is counted after all else', () => {
    const remembering = check({ holds: 1 })
    expect(judge(remembering, seen([], { stateLeft: 1 }), [])).toBeNull()
    expect(judge(remembering, seen([], { stateLeft: 0 }), [])).toEqual({ kind: 'held', held: 0, wanted: 1 })
    expect(judge(remembering, seen([1]), [])?.kind).toBe('rows')
  })

  test('rows are compared by their fields, of which columns choose', () => {
    expect(comparable({ b: 1, a: [{ d: 1, c: 2 }] }, null)).toBe('{"a":[{"c":2,"d":1}],"b":1}')
    expect(comparable({ b: 1, a: 2 }, ['b'])).toBe('{"b":1}')
    expect(comparable(7, ['b'])).toBe('7')
  })

  test('two jobs behave alike if rows, failure and what is left agree', () => {
    expect(sameBehaviour(seen([1, 2]), seen([2, 1]))).toBe(true)
    expect(sameBehaviour(seen([1, 2]), seen([1, 1]))).toBe(false)
    expect(sameBehaviour(seen([1]), seen([1], { stateLeft: 1 }))).toBe(false)
    expect(sameBehaviour(seen([1]), seen([1], { timersLeft: 1 }))).toBe(false)
    expect(sameBehaviour(seen([1], { failure: 'A' }), seen([], { failure: 'A' }))).toBe(true)
    expect(sameBehaviour(seen([], { failure: 'A' }), seen([], { failure: 'B' }))).toBe(false)
  })
})

describe('shrinking', () => {
  test('finds the records that matter, in their order', async () => {
    const needed = fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(needed, async (culprits) => {
        const whole = Array.from({ length: 40 }, (_, i) => i)
        const fails = async (some: readonly number[]) => culprits.every((culprit) => some.includes(culprit))
        expect(await shrink(whole, fails, 1000)).toEqual([...culprits].sort((a, b) => a - b))
      }),
    )
  })

  test('asks no more often than it may', async () => {
    let asked = 0
    await shrink(
      Array.from({ length: 100 }, (_, i) => i),
      async () => ++asked < 0,
      7,
    )
    expect(asked).toBe(7)
  })
})
