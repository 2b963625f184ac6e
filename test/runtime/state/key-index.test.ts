// The index against a Map.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CanonicalKey } from '../../../runtime/record/key.ts'
import { KeyIndex } from '../../../runtime/state/key-index.ts'

// Multiples of the capacity meet in the int table; the others go elsewhere.
const key: fc.Arbitrary<CanonicalKey> = fc.oneof(
  fc.integer({ min: -4, max: 4 }).map((n) => n * 64),
  fc.constantFrom<CanonicalKey>(2147483647, -2147483648, 2147483648, 0.5, 'a', '0', true, 7n, NaN),
  fc.integer({ min: 0, max: 150 }),
)

test('finds what a Map finds, through additions, removals and growth', () => {
  const operation = fc.record({ key, removes: fc.boolean() })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 400, size: 'max' }), (operations) => {
      const index = new KeyIndex()
      const model = new Map<CanonicalKey, number>()
      operations.forEach(({ key, removes }, slot) => {
        expect(index.slotOf(key)).toBe(model.get(key) ?? -1)
        if (removes) {
          index.remove(key)
          model.delete(key)
        } else if (!model.has(key)) {
          index.add(key, slot)
          model.set(key, slot)
        }
      })
      for (const [key, slot] of model) expect(index.slotOf(key)).toBe(slot)
    }),
  )
})

test('keys that come and go do not fill the table', () => {
  const index = new KeyIndex()
  for (let key = 0; key < 10_000; key++) {
    index.add(key * 1000, key)
    index.remove(key * 1000)
  }
  expect(index.table.length).toBeLessThanOrEqual(256)
  expect([index.size(), index.slotOf(9_999_000)]).toEqual([0, -1])
})

test('numbers that are nearly all keys go into the array, others stay in the table', () => {
  const index = new KeyIndex()
  const keys = Array.from({ length: 3_000 }, (_, i) => i * 2)
  const far = Array.from({ length: 100 }, (_, i) => 10_000_000 + i)
  for (const key of [...keys, ...far, -1]) index.add(key, key + 5)
  expect([index.denseCount, index.tableCount]).toEqual([3_000, 101])
  for (const key of [...keys, ...far, -1]) expect(index.slotOf(key)).toBe(key + 5)
  for (const key of [1, 5_999, 9_999_999, -2]) expect(index.slotOf(key)).toBe(-1)
  index.clear()
  expect([index.size(), index.slotOf(0), index.slotOf(10_000_000), index.slotOf(-1)]).toEqual([0, -1, -1, -1])
  index.add(7, 1)
  index.clear()
  expect([index.dense.length, index.table.length, index.slotOf(7)]).toEqual([64, 128, -1])
})
