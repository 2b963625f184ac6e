// The order against a list sorted by time and registration: with times that rise, that fall, and that do both by turns, so
// that runs are filled, emptied and filled again, and the heap has what fits into none.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TimerOrder } from '../../../runtime/state/timer-order.ts'

const pushed = fc.record({ trend: fc.constantFrom(-1, 0, 1, 3), jitter: fc.nat(4), count: fc.nat(40) })
const steps = fc.array(fc.oneof({ weight: 3, arbitrary: pushed }, fc.record({ removed: fc.nat(60) })), {
  maxLength: 30,
})

test('timers come up by time, those of one time as they were registered', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const order = new TimerOrder()
      const model: { readonly time: number; readonly slot: number }[] = []
      let slot = 0
      const remove = (count: number): void => {
        for (const { time, slot: wanted } of model.splice(0, count)) {
          const head = order.head()
          expect([order.timeAt(head), order.slotAt(head)]).toEqual([time, wanted])
          order.remove(head)
        }
        expect(order.size).toBe(model.length)
      }
      for (const step of steps) {
        if ('removed' in step) remove(step.removed)
        else {
          for (let i = 0; i < step.count; i++, slot++) {
            const time = i * step.trend + ((slot * 7) % (step.jitter + 1))
            order.push(time, slot)
            model.push({ time, slot })
          }
          model.sort((a, b) => a.time - b.time || a.slot - b.slot)
        }
      }
      remove(Infinity)
    }),
    { numRuns: 200 },
  )
})
