// Barriers of one subtask's channels: when its snapshot is due, and which channels are held up until then.

import { describe, expect, test } from 'vitest'
import { BarrierAlignment } from '../../../runtime/network/barrier-alignment.ts'

const held = (alignment: BarrierAlignment, channels = 3): number[] =>
  Array.from({ length: channels }, (_, i) => i).filter((i) => alignment.isBlocked(i))

describe('barriers', () => {
  test('of one channel are due at once', () => {
    const alignment = new BarrierAlignment(1, true)
    expect([alignment.barrier(0, 1), alignment.barrier(0, 2)]).toEqual([1, 2])
  })

  test('hold their channel until the last has come', () => {
    const alignment = new BarrierAlignment(3, true)
    expect([alignment.barrier(1, 1), held(alignment)]).toEqual([0, [1]])
    expect([alignment.barrier(0, 1), held(alignment)]).toEqual([0, [0, 1]])
    expect([alignment.barrier(2, 1), held(alignment), alignment.blocked]).toEqual([1, [], 0])
  })

  test('hold nothing where records may count twice', () => {
    const alignment = new BarrierAlignment(2, false)
    expect([alignment.barrier(0, 1), held(alignment, 2), alignment.blocked]).toEqual([0, [], 0])
    expect(alignment.barrier(1, 1)).toBe(1)
  })

  test('a channel that ends is waited for no longer, in this checkpoint and in the next', () => {
    const alignment = new BarrierAlignment(3, true)
    alignment.barrier(0, 1)
    expect(alignment.end(1)).toBe(0)
    expect(alignment.barrier(2, 1)).toBe(1)
    expect([alignment.barrier(2, 2), alignment.end(0)]).toEqual([0, 2])
  })

  test('a newer checkpoint takes the place of one that was given up; what comes of that later means nothing', () => {
    const alignment = new BarrierAlignment(2, true)
    alignment.barrier(0, 1)
    expect([alignment.barrier(1, 2), held(alignment, 2)]).toEqual([0, [1]])
    expect([alignment.barrier(1, 1), held(alignment, 2)]).toEqual([0, [1]])
    expect(alignment.barrier(0, 2)).toBe(2)
    expect([alignment.barrier(0, 1), held(alignment, 2)]).toEqual([0, []])
  })

  test('that nobody sends are due when all channels have ended', () => {
    const alignment = new BarrierAlignment(2, true)
    expect([alignment.begin(3), alignment.end(0), alignment.end(1)]).toEqual([0, 0, 3])
    expect([alignment.begin(3), alignment.begin(4)]).toEqual([0, 4])
  })
})
