// Copy on write: a snapshot is what the column held then, whatever is written later.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Column } from '../../../runtime/state/column.ts'

// Three chunks of 512, so that some are shared with a snapshot and some aren't.
const slot = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 510, max: 514 }), fc.constant(1500))
const value = fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined })
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), slot, value }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('snap' as const, 'restore' as const) }) },
)

test('sets, snapshots and restores as a Map with copies would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const column = new Column()
      let model = new Map<number, number>()
      const taken: { snapshot: ReturnType<Column['snap']>; model: Map<number, number> }[] = []
      for (const step of steps) {
        if (step.kind === 'set') {
          const before = model.size
          if (step.value === undefined) model.delete(step.slot)
          else model.set(step.slot, step.value)
          expect(column.set(step.slot, step.value)).toBe(model.size - before)
        } else if (step.kind === 'snap') taken.push({ snapshot: column.snap(), model: new Map(model) })
        else {
          // The oldest: it has seen the most writes since.
          const [oldest] = taken
          if (oldest === undefined) continue
          column.restore(oldest.snapshot)
          model = new Map(oldest.model)
        }
        expectSame(column, model)
      }
      for (const { snapshot, model } of taken) {
        const restored = new Column()
        restored.restore(snapshot)
        expectSame(restored, model)
      }
    }),
  )
})

function expectSame(column: Column, model: ReadonlyMap<number, number>): void {
  expect(column.entries).toBe(model.size)
  for (const slot of [0, 1, 2, 3, 510, 511, 512, 513, 514, 1500, 9999]) expect(column.get(slot)).toBe(model.get(slot))
}

test('a snapshot copies a list of chunks, not cells', () => {
  const column = new Column()
  for (let slot = 0; slot < 2048; slot++) column.set(slot, slot)
  const { chunks } = column.snap()
  column.set(0, 'new')
  expect(column.chunks.map((chunk, i) => chunk === chunks[i])).toEqual([false, true, true, true])
})
