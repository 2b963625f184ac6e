// The queue against a sorted list of distinct (timestamp, slot).

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Column } from '../../../runtime/state/column.ts'
import { TimerQueue } from '../../../runtime/state/timer-queue.ts'

interface Timer {
  readonly time: number
  readonly slot: number
}

const operation = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('register' as const),
      slot: fc.nat(4),
      time: fc.integer({ min: -3, max: 12 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      slot: fc.nat(4),
      time: fc.integer({ min: -3, max: 12 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('postpone' as const), slot: fc.nat(4), by: fc.nat(6) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), time: fc.integer({ min: -3, max: 14 }) }),
  },
)

test('fires each timer once, in the order of time, and none that was deleted', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 150, size: 'max' }), (operations) => {
      const queue = new TimerQueue(new Column())
      let model: Timer[] = []
      for (const step of [...operations, { kind: 'advance' as const, time: Infinity }]) {
        if (step.kind === 'advance') {
          const due = model.filter(({ time }) => time <= step.time)
          model = model.filter(({ time }) => time > step.time)
          const fired = fire(queue, step.time)
          expect(fired.map(({ time }) => time)).toEqual(due.map(({ time }) => time).sort((a, b) => a - b))
          expect(fired.map(asText).sort()).toEqual(due.map(asText).sort())
          expect(new Set(fired.map(asText)).size).toBe(fired.length)
        } else if (step.kind === 'postpone') {
          const [only, ...others] = model.filter(({ slot }) => slot === step.slot)
          if (only === undefined || others.length > 0) continue
          const time = only.time + step.by
          queue.postpone(step.slot, time)
          model = model.map((timer) => (timer === only ? { ...timer, time } : timer))
          expect(queue.timesOf(step.slot)).toEqual([time])
        } else {
          const isThere = model.some(({ time, slot }) => time === step.time && slot === step.slot)
          if (step.kind === 'register') {
            expect(queue.register(step.slot, step.time)).toBe(!isThere)
            if (!isThere) model.push({ time: step.time, slot: step.slot })
          } else {
            expect(queue.delete(step.slot, step.time)).toBe(isThere)
            model = model.filter(({ time, slot }) => time !== step.time || slot !== step.slot)
          }
          const own = model.filter(({ slot }) => slot === step.slot).map(({ time }) => time)
          expect(queue.timesOf(step.slot)).toEqual(own.sort((a, b) => a - b))
        }
        expect(queue.count).toBe(model.length)
        expect(queue.headTime()).toBe(model.length === 0 ? NaN : Math.min(...model.map(({ time }) => time)))
      }
    }),
  )
})

function fire(queue: TimerQueue, until: number): Timer[] {
  const fired: Timer[] = []
  for (let time = queue.headTime(); time <= until; time = queue.headTime()) fired.push({ time, slot: queue.poll() })
  return fired
}

function asText({ time, slot }: Timer): string {
  return `${time} ${slot}`
}
