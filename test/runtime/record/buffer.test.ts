// A buffer keeps values with their timestamps, and is used again.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Buffer, BufferPool, WATERMARK } from '../../../runtime/record/buffer.ts'

const CAPACITY = 4
const record = fc.record({ value: fc.anything(), timestamp: fc.constantFrom(NaN, 0, -1, 1.7e12, -(2 ** 53)) })

test('what was added is read again, whatever was in the buffer before', () => {
  fc.assert(
    fc.property(fc.array(fc.array(record, { maxLength: CAPACITY }), { maxLength: 5 }), (fillings) => {
      const pool = new BufferPool(CAPACITY)
      for (const filling of fillings) {
        const buffer = pool.take()
        for (const { value, timestamp } of filling) buffer.add(value, timestamp)
        buffer.addControl(WATERMARK, 7)
        const read = Array.from({ length: buffer.size }, (_, i) => [buffer.valueAt(i), buffer.timestampAt(i)])
        expect(read).toEqual(filling.map(({ value, timestamp }) => [value, timestamp]))
        expect([buffer.nextStop(), buffer.isConsumed()]).toEqual([filling.length, false])
        pool.give(buffer)
      }
      expect(pool.free).toHaveLength(Math.min(1, fillings.length))
    }),
  )
})

test('timestamps take room only where there are any', () => {
  const buffer = new Buffer(CAPACITY)
  buffer.add('a', NaN)
  expect(buffer.timestamps).toBe(null)
  buffer.add('b', 5)
  expect(buffer.timestamps?.slice(0, 2)).toEqual([NaN, 5])
  // A keyframe may hold the list that was: a buffer used again has another.
  buffer.reset()
  expect(buffer.timestamps).toBe(null)
})
