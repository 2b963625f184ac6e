// Copy on write: a snapshot is what the column held then, whatever is written later.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cellOf, Column, keepCells, type ColumnCells } from '../../../runtime/state/column.ts'

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
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constantFrom('snap', 'keyframe', 'release', 'back') }),
      },
    ),
    { maxLength: 120, size: 'max' },
  )

interface Taken {
  readonly cells: ColumnCells
  readonly entries: number
  readonly model: ReadonlyMap<number, unknown>
}

test('sets, snapshots, lets go of them and goes back to keyframes as a Map with copies would', () => {
  fc.assert(
    fc.property(fc.oneof(steps(packed), steps(fc.oneof({ weight: 9, arbitrary: packed }, other))), (steps) => {
      const column = new Column()
      let model = new Map<number, unknown>()
      let snapshots: Taken[] = []
      const keyframes: (Taken & { readonly snapshots: readonly Taken[] })[] = []
      for (const step of steps) {
        if ('slot' in step) {
          const before = model.size
          if (step.value === undefined) model.delete(step.slot)
          else model.set(step.slot, step.value)
          expect(column.set(step.slot, step.value)).toBe(model.size - before)
        } else if (step.kind === 'snap') {
          snapshots.push({ cells: column.snap(), entries: model.size, model: new Map(model) })
        } else if (step.kind === 'keyframe') {
          for (const { cells } of snapshots) keepCells(cells)
          const cells = column.cells()
          keyframes.push({ cells, entries: model.size, model: new Map(model), snapshots: snapshots.slice() })
        } else if (step.kind === 'release') {
          const [oldest] = snapshots.splice(0, 1)
          if (oldest !== undefined) column.release(oldest.cells)
        } else {
          // The oldest: it has seen the most writes since. The snapshots of then are held again, to be let go of again.
          const [oldest] = keyframes
          if (oldest === undefined) continue
          column.restore(oldest.cells, oldest.entries)
          model = new Map(oldest.model)
          snapshots = oldest.snapshots.slice()
        }
        expectSame(column, model)
        for (const { cells, model } of snapshots) {
          for (const slot of SLOTS) expect(cellOf(cells, slot)).toBe(model.get(slot))
        }
      }
      for (const { cells, entries, model } of [...snapshots, ...keyframes]) {
        const restored = new Column()
        restored.restore(cells, entries)
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

test('copies that nobody has any more are used again, and those of keyframes never', () => {
  const column = new Column()
  for (let slot = 0; slot < 5000; slot++) column.fill(slot, slot)
  const copyOf = (write: number, isKept: boolean): Int32Array | undefined => {
    const snapshot = column.snap()
    if (isKept) column.cells()
    column.set(0, write)
    const copy = snapshot.blocks?.[0]?.cells
    column.release(snapshot)
    return copy
  }
  const first = copyOf(1, false)
  const second = copyOf(2, true)
  expect(second).toBe(first)
  expect([copyOf(3, false) === first, second?.[0]]).toEqual([false, 1])
})

test('a column of few integers is small', () => {
  const column = new Column()
  for (let slot = 0; slot < 100; slot++) column.set(slot, slot)
  expect(column.packed?.cells.length).toBe(128)
})
