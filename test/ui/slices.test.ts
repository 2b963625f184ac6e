import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { KeyMoment } from '../../runtime/host/protocol.ts'
import { drawnOf, rankFlow } from '../../ui/stage/views/flow/flow-slices.ts'
import { meet, ranksOf, rowsOf } from '../../ui/stage/views/slices.ts'
import { widestRows } from '../../ui/stage/views/state/widest-rows.ts'

describe('parts in slices', () => {
  it('waits for nothing with what is seen, and for what stands before it with the rest', () => {
    const parts = [
      { isSeen: false, units: 8 },
      { isSeen: true, units: 8 },
      { isSeen: false, units: 1 },
    ]
    expect(ranksOf(parts)).toEqual({ ranks: [8, 0, 17], all: 17 })
  })

  it('draws no row before its table, all of them in the end, and never more than there is drawn for', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 8 }), fc.nat(400), (tables, drawn) => {
        const { rows, all } = rowsOf(tables, drawn)
        expect(rowsOf(tables, all).rows).toEqual(tables)
        const begun = rows.filter((count) => count !== null)
        expect(rows.slice(begun.length).every((count) => count === null)).toBe(true)
        expect(begun.slice(0, -1)).toEqual(tables.slice(0, Math.max(0, begun.length - 1)))
        const units = begun.reduce((sum, count) => sum + count + 3, 0)
        expect(units).toBeLessThanOrEqual(drawn)
        if (drawn < all) expect(drawn - units).toBeLessThan(3)
      }),
    )
  })

  it('knows what is in sight: what only touches its edge is not', () => {
    const sight = { x: 0, y: 0, width: 100, height: 50 }
    const at = (x: number, y: number): boolean => meet({ x, y, width: 10, height: 10 }, sight)
    expect([at(-9, -9), at(99, 49), at(100, 0), at(0, 50), at(-10, 0)]).toEqual([true, true, false, false, false])
  })
})

describe('the order in which a dataflow is drawn', () => {
  const card = (index: number, y: number) => ({ index, vertex: 0, x: 0, y, width: 100, height: 80 })
  const band = (from: number, to: number) => ({
    channels: [0],
    partitioner: 'HASH',
    edge: '0 1 HASH',
    curve: [
      { x: 100, y: from },
      { x: 150, y: from },
      { x: 150, y: to },
      { x: 200, y: to },
    ] as const,
  })
  const flow = {
    cards: [card(0, 0), card(1, 300), card(2, 600)],
    bands: [band(0, 600), band(300, 300), band(113, 400), band(112, 400)],
  }
  const sight = { x: 0, y: 0, width: 400, height: 100 }

  it('has first what is in sight, also a channel that only leads through', () => {
    const { cards, bands } = rankFlow(flow, sight)
    expect(drawnOf(cards, 0).map(({ index }) => index)).toEqual([0])
    expect(drawnOf(bands, 0).map(({ index }) => index)).toEqual([0, 3])
  })

  it('has all of it in the end, in the order in which it stands', () => {
    const { cards, bands, all } = rankFlow(flow, sight)
    expect(drawnOf(cards, all).map(({ part }) => part)).toEqual(flow.cards)
    expect(drawnOf(bands, all).map(({ part }) => part)).toEqual(flow.bands)
  })
})

describe('the rows that make columns wide', () => {
  const row = (key: string, text: string | null, timers: number, start = 0): KeyMoment => ({
    key,
    window: { start, end: start + 5 },
    keyGroup: 0,
    cells: [{ text }],
    timers: Array.from({ length: timers }, (_, at) => ({ at, isEventTime: true, change: null })),
    isCurrent: false,
  })

  it('has each of them once', () => {
    const rows = [row('a', 'x', 0), row('a long key', null, 2), row('b', 'a long value', 0), row('c', null, 0, 10_000)]
    expect(widestRows(rows).map(({ key }) => key)).toEqual(['a long key', 'c', 'b'])
    expect(widestRows([])).toEqual([])
  })

  it('counts what is said beside a value', () => {
    const changed = { ...row('was', 'xx', 0), cells: [{ text: 'xx', was: null }] }
    expect(widestRows([row('is', 'xxx', 0), changed]).map(({ key }) => key)).toEqual(['was', 'is'])
  })
})
