// Copy on write: a snapshot is what the column held then, whatever is written later.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cellOf, Column } from '../../../runtime/state/column.ts'

// Around the ends of chunks of 512 values and of blocks of 4096 integers, so that some are shared with a snapshot and some
// aren't; and around 64 integers, with which they begin.
const SLOTS = [0, 1, 2, 3, 62, 63, 64, 510, 511, 512, 513, 1500, 4094, 4095, 4096, 4097, 9000]
const slot = fc.constantFrom(...SLOTS)
const packed = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.boolean(), fc.constantFrom(2 ** 31 - 1, -(2 ** 31) + 3, -1))
// With each of them a column unpacks.
const other = fc.constantFrom(
  -(2 ** 31),
  -(2 ** 31) + 1,
  -(2 ** 31) + 2,
  2 ** 31,
  -0,
  0.5,
  NaN,
  Infinity,
  null,
  'text',
  5n,
)
const steps = (value: fc.Arbitrary<unknown>) =>
  fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant('set' as const), slot, value: fc.option(value, { nil: undefined }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('snap' as const, 'restore' as const) }) },
    ),
    { maxLength: 120, size: 'max' },
  )

test('sets, snapshots and restores as a Map with copies would', () => {
  fc.assert(
    fc.property(fc.oneof(steps(packed), steps(fc.oneof({ weight: 9, arbitrary: packed }, other))), (steps) => {
      const column = new Column()
      let model = new Map<number, unknown>()
      const taken: { snapshot: ReturnType<Column['snap']>; model: Map<number, unknown> }[] = []
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
          column.restore(oldest.snapshot, oldest.snapshot.entries)
          model = new Map(oldest.model)
        }
        expectSame(column, model)
      }
      for (const { snapshot, model } of taken) {
        const restored = new Column()
        restored.restore(snapshot, snapshot.entries)
        expectSame(restored, model)
      }
    }),
  )
})

function expectSame(column: Column, model: ReadonlyMap<number, unknown>): void {
  expect(column.entries).toBe(model.size)
  for (const slot of [...SLOTS, 65, 8192, 99_999]) expect(column.get(slot)).toBe(model.get(slot))
}

test('a snapshot copies a list of chunks, not cells', () => {
  const column = new Column()
  for (let slot = 0; slot < 2048; slot++) column.set(slot, `v${slot}`)
  const { chunks } = column.snap()
  column.set(0, 'new')
  expect(column.chunks.map((chunk, i) => chunk === chunks?.[i])).toEqual([false, true, true, true])
})

test('integers and booleans stand in one typed array, and go on as values when another value comes', () => {
  const column = new Column()
  for (let slot = 0; slot < 5000; slot++) column.fill(slot, slot)
  const before = column.snap()
  column.set(4097, 1)
  expect([column.get(4097), cellOf(before, 4097), column.packed?.cells.length]).toEqual([1, 4097, 8192])
  column.set(8, false)
  column.set(9, true)
  column.set(7, 'seven')
  expect(column.packed).toBe(null)
  expect([column.get(6), column.get(7), column.get(4097), column.get(5000)]).toEqual([6, 'seven', 1, undefined])
  expect([column.get(8), column.get(9), cellOf(before, 8)]).toEqual([false, true, 8])
  expect([cellOf(before, 7), cellOf(before, 4097), cellOf(before, 5000)]).toEqual([7, 4097, undefined])
})

test('an earlier moment has copies of those blocks of integers only that were written since', () => {
  const column = new Column()
  for (let slot = 0; slot < 5000; slot++) column.fill(slot, slot)
  const live = column.packed?.cells
  const [first, again] = [column.snap(), column.snap()]
  expect(again.blocks?.map((block, at) => block === first.blocks?.[at])).toEqual([true, true])
  column.set(4097, 1)
  expect(first.blocks?.map(({ cells }) => cells === live)).toEqual([true, false])
  // What was restored is written without another copy.
  column.restore(first, first.entries)
  column.set(4097, 2)
  expect(cellOf(first, 4097)).toBe(4097)
})

test('a column of few integers is small', () => {
  const column = new Column()
  for (let slot = 0; slot < 100; slot++) column.set(slot, slot)
  expect(column.packed?.cells.length).toBe(128)
})
