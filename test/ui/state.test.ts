// The band of key groups and what the view of state shows under a search.
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { keyGroupRange, subtaskOf } from '../../runtime/record/key-groups.ts'
import { layoutKeyGroups, rangeOf } from '../../ui/stage/views/state/key-group-layout.ts'

const scales = fc
  .record({ parallelism: fc.integer({ min: 1, max: 64 }), former: fc.integer({ min: 1, max: 64 }), more: fc.nat(900) })
  .map(({ parallelism, former, more }) => ({ parallelism, former, max: Math.max(128, parallelism, former) + more }))

describe('ranges', () => {
  it('are Flink’s', () => {
    fc.assert(
      fc.property(scales, ({ parallelism, max }) => {
        for (let subtask = 0; subtask < parallelism; subtask++) {
          expect(rangeOf(subtask, parallelism, max)).toEqual({ subtask, ...keyGroupRange(subtask, parallelism, max) })
        }
      }),
    )
  })
  it('say of every group whence it came, exactly where its subtask changed', () => {
    fc.assert(
      fc.property(scales, ({ parallelism, former, max }) => {
        const { segments } = layoutKeyGroups({ parallelism, maxParallelism: max, formerParallelism: former }, [])
        const came = new Map<number, number>()
        for (const { cameFrom } of segments)
          for (const { subtask, start, end } of cameFrom)
            for (let group = start; group <= end; group++) came.set(group, subtask)
        for (let group = 0; group < max; group++) {
          const [before, now] = [subtaskOf(group, former, max), subtaskOf(group, parallelism, max)]
          expect(came.get(group)).toBe(before === now ? undefined : before)
        }
      }),
    )
  })
})

describe('the band', () => {
  const groups = [
    { group: 3, keys: 4 },
    { group: 100, keys: 1 },
  ]
  test('counts what is in use on each subtask', () => {
    const { segments, cells } = layoutKeyGroups(
      { parallelism: 2, maxParallelism: 128, formerParallelism: null },
      groups,
    )
    expect(segments.map(({ start, end, used, keys }) => [start, end, used, keys])).toEqual([
      [0, 63, 1, 4],
      [64, 127, 1, 1],
    ])
    expect(cells).toHaveLength(128)
    expect([cells[3]?.share, cells[100]?.share, cells[4]?.share]).toEqual([1, 0.25, 0])
    expect(cells.some(({ hasMoved }) => hasMoved)).toBe(false)
  })
  test('draws neighbours as one where there are thousands', () => {
    const { cells } = layoutKeyGroups({ parallelism: 1, maxParallelism: 32_768 }, [{ group: 32_767, keys: 2 }])
    expect(cells.length).toBeLessThanOrEqual(256)
    expect(cells.at(-1)).toMatchObject({ end: 32_767, keys: 2, share: 1 })
  })
})
