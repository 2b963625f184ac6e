import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SinkRow } from '../../runtime/host/protocol.ts'
import { EMPTY_RECORD, extendRecord, extendTail, KEPT_ROWS, lastRowOf } from '../../ui/stage/run-record.ts'
import { clockText, timestampText } from '../../ui/stage/time-text.ts'
import { visibleRange } from '../../ui/stage/visible-range.ts'

const row = (sink: string, at: number): SinkRow => ({
  sink,
  kind: '+I',
  subtask: 0,
  timestamp: null,
  value: '1',
  text: '1',
  at,
})

describe('the tail of a list', () => {
  it('keeps the newest and counts all, however the list comes in', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer(), { maxLength: 12 })), (batches) => {
        const tail = batches.reduce((before, batch) => extendTail(before, batch, 5), {
          kept: [] as readonly number[],
          total: 0,
        })
        const all = batches.flat()
        expect(tail).toEqual({ kept: all.slice(-5), total: all.length })
      }),
    )
  })
})

describe('the record of a run', () => {
  it('keeps a rare sink though a frequent one fills the table', () => {
    let record = extendRecord(EMPTY_RECORD, [row('rare', 0)], [])
    for (let i = 0; i < 30; i++)
      record = extendRecord(
        record,
        Array.from({ length: 100 }, () => row('busy', i)),
        [],
      )
    expect(record.all).toMatchObject({ total: 3001 })
    expect(record.all.kept).toHaveLength(KEPT_ROWS)
    expect(record.sinks.get('rare')).toEqual({ kept: [row('rare', 0)], total: 1 })
    expect([...record.sinks.keys()]).toEqual(['rare', 'busy'])
  })

  it('knows the newest row of each subtask of a sink', () => {
    const rows = [0, 1, 0, 1, 1].map((subtask, at) => ({ ...row('alerts', at), subtask }))
    const record = extendRecord(EMPTY_RECORD, [...rows, row('other', 9)], [])
    const last = (subtask: number, sinks = ['alerts']): number | undefined => lastRowOf(record, sinks, subtask)?.at
    expect([last(0), last(1), last(2), last(0, []), last(0, ['other'])]).toEqual([2, 4, undefined, undefined, 9])
  })

  it('is the same object when nothing came', () => expect(extendRecord(EMPTY_RECORD, [], [])).toBe(EMPTY_RECORD))
})

describe('times', () => {
  it.each([
    [0, '00:00.000'],
    [2700, '00:02.700'],
    [60_000, '01:00.000'],
    [3_600_000, '01:00:00.000'],
    [90_061_001, '25:01:01.001'],
  ])('%i ms on the clock: %s', (ms, text) => expect(clockText(ms)).toBe(text))

  it.each([
    [0, '0'],
    [-5, '-5'],
    [9_999_999_999, '9999999999'],
    [1_546_300_800_000, '2019-01-01 00:00:00.000'],
    [2 ** 63, '9223372036854776000'],
  ])('timestamp %i: %s', (timestamp, text) => expect(timestampText(timestamp)).toBe(text))
})

describe('the visible rows', () => {
  it('are within the list and cover what is seen', () => {
    const sizes = { scrollTop: fc.nat(50_000), height: fc.integer({ min: 0, max: 2000 }), count: fc.nat(1000) }
    fc.assert(
      fc.property(fc.record(sizes), ({ scrollTop, height, count }) => {
        const { from, to } = visibleRange({ scrollTop, height, rowHeight: 26, count })
        expect(from).toBeGreaterThanOrEqual(0)
        expect(to).toBeLessThanOrEqual(count)
        expect(from).toBeLessThanOrEqual(to)
        const lastPossibleTop = Math.max(0, count * 26 - height)
        const top = Math.min(scrollTop, lastPossibleTop)
        expect(from * 26).toBeLessThanOrEqual(top)
        expect(to * 26).toBeGreaterThanOrEqual(Math.min(top + height, count * 26))
      }),
    )
  })
})
