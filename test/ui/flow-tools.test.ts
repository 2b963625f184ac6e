// Zoom, rates and the path of a key: the pure parts of the dataflow's tools.
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Moment, Topology } from '../../runtime/host/protocol.ts'
import { bandRates, ChannelRates, rateText } from '../../ui/stage/views/flow/channel-rates.ts'
import { keyPath, keysToFollow } from '../../ui/stage/views/flow/key-path.ts'
import { clampScale, firstScale, fitScale, scrollAfter } from '../../ui/stage/views/flow/zoom.ts'

describe('zoom', () => {
  const room = { width: 600, height: 400 }
  test.each([
    ['all of it, no larger than drawn', { width: 300, height: 200 }, 1, 1],
    ['as narrow as the room', { width: 625, height: 400 }, 0.96, 0.96],
    ['no smaller than can be read, unless asked for', { width: 600, height: 1000 }, 0.4, 0.85],
    ['never out of sight', { width: 60_000, height: 400 }, 0.2, 0.85],
  ])('%s', (_, drawing, fit, first) => {
    expect(fitScale(drawing, room)).toBeCloseTo(fit)
    expect(firstScale(drawing, room)).toBeCloseTo(first)
  })
  it('keeps what is under the pointer where it is', () => {
    const scales = fc.double({ min: 0.2, max: 3, noNaN: true })
    fc.assert(
      fc.property(scales, scales, fc.nat(600), fc.nat(5000), (from, to, x, left) => {
        const after = scrollAfter({ left, top: 0 }, { x, y: 0 }, { from, to })
        const [before, now] = [(left + x) / from, (after.left + x) / to]
        // Only the edge of the drawing stops it.
        if (after.left > 0) expect(now).toBeCloseTo(before, 6)
        else expect(now).toBeGreaterThanOrEqual(before - 1e-6)
      }),
    )
  })
  it('has ends', () => expect([clampScale(0), clampScale(99)]).toEqual([0.2, 3]))
})

describe('rates', () => {
  const momentWith = (...records: number[]): Moment =>
    ({ channels: { records: Float64Array.from(records) } }) as unknown as Moment
  it('are records per second of virtual time', () => {
    const rates = new ChannelRates()
    expect(rates.take(momentWith(0, 0), 0, 0)).toBe(null)
    expect(rates.take(momentWith(50, 5), 100, 100)).toBe(null)
    expect(rates.take(momentWith(1000, 50), 2000, 500)).toEqual([500, 25])
    // Until there are new ones, the same.
    expect(rates.take(momentWith(1100, 60), 2100, 600)).toEqual([500, 25])
  })
  it('begin anew with another run, and with an earlier place', () => {
    const rates = new ChannelRates()
    rates.take(momentWith(0), 0, 0)
    expect(rates.take(momentWith(9), 1000, 1000)).toEqual([9])
    expect(rates.take(momentWith(4), 500, 2000)).toBe(null)
    expect(rates.take(momentWith(4, 4), 600, 3000)).toBe(null)
  })
  it('stand at each channel, or where there are too many at the first of each edge for all of it', () => {
    const bands = ['a', 'a', 'b', 'a'].map((edge, i) => ({ edge, channels: i === 3 ? [3, 4] : [i] }))
    expect(bandRates(bands, [1, 2, 4, 8, 16], true)).toEqual([1, 2, 4, 24])
    expect(bandRates(bands, [1, 2, 4, 8, 16], false)).toEqual([27, null, 4, null])
  })
  test.each([
    [0, '0'],
    [3.14, '3.1'],
    [12.4, '12'],
    [999.4, '999'],
    [999.6, '1.0k'],
    [12_345, '12.3k'],
    [4_140_000, '4.1M'],
  ])('%f is written %s', (rate, text) => expect(rateText(rate)).toBe(text))
})

describe('the path of a key', () => {
  const vertex = (name: string, inputs: Topology['vertices'][number]['inputs']): Topology['vertices'][number] => ({
    id: name,
    name,
    parallelism: 2,
    maxParallelism: 128,
    nodes: [],
    inputs,
  })
  const hash = { from: 0, partitioner: 'HASH', keyedAt: null }
  const topology: Topology = {
    vertices: [vertex('source', []), vertex('keyed', [hash])],
    tasks: [0, 0, 1, 1].map((of, i) => ({ vertex: of, subtask: i % 2, traceId: i })),
    channels: [
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
    ].map(([from = 0, to = 0], i) => ({ from, to, partitioner: 'HASH', traceId: i })),
  }
  const keyed = (...keys: string[]) => ({
    keyed: { states: [], keyCount: keys.length, keys: keys.map((key) => ({ key })) },
  })
  const moment = { tasks: [{ keyed: null }, { keyed: null }, keyed('a'), keyed('b', 'c')] } as unknown as Moment

  it('leaves out who doesn’t own it, and what leads there', () => {
    const path = keyPath(topology, moment, 'b')
    expect([...(path?.dimTasks ?? [])]).toEqual([2])
    expect([...(path?.dimChannels ?? [])]).toEqual([0, 2])
    expect([...(path?.keyedChannels ?? [])]).toEqual([0, 1, 2, 3])
  })
  it('is nobody’s where nobody has it', () => expect(keyPath(topology, moment, 'z')).toBe(null))
  it('can be that of each key a moment carries', () => expect(keysToFollow(moment)).toEqual(['a', 'b', 'c']))
})
