// The heap against a sorted list.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventHeap } from '../../../runtime/base/event-heap.ts'

type Entry = readonly [time: number, payload: number, target: number]

function popped(heap: EventHeap): Entry {
  const entry = [heap.times[0], heap.payloads[0], heap.targets[0]] as unknown as Entry
  heap.pop()
  return entry
}

test('gives what a list sorted by (time, order of pushes) gives', () => {
  const operation = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 20 }) },
    { weight: 2, arbitrary: fc.constant('pop' as const) },
  )
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 300, size: 'max' }), (operations) => {
      const heap = new EventHeap()
      let model: Entry[] = []
      const take = (): void => {
        const [first, ...rest] = model
        model = rest
        expect(popped(heap)).toEqual(first)
      }
      operations.forEach((operation, i) => {
        if (operation !== 'pop') {
          heap.push(operation, i, 9000 + i)
          const at = model.findIndex(([time]) => time > operation)
          model.splice(at < 0 ? model.length : at, 0, [operation, i, 9000 + i])
        } else if (model.length > 0) take()
        expect(heap.size).toBe(model.length)
      })
      while (model.length > 0) take()
    }),
  )
})

test('grows, and keeps times far apart in order', () => {
  const heap = new EventHeap()
  const times = Array.from({ length: 1000 }, (_, i) => ((i * 7919) % 1000) * 1e12)
  times.forEach((time, i) => heap.push(time, i, i))
  const out = Array.from(times, () => popped(heap)[0])
  expect(out).toEqual([...times].sort((a, b) => a - b))
})
