// The pure parts of the console: figures of subtasks, the way back to earlier queries, its height.
import { describe, expect, it, test } from 'vitest'
import type { Moment, Topology } from '../../runtime/host/protocol.ts'
import { clampHeight, readHeight } from '../../ui/console/drawer-height.ts'
import { loadFigures } from '../../ui/console/load-figures.ts'
import { QueryHistory } from '../../ui/console/query-history.ts'

describe('the figures of a subtask', () => {
  const node = { id: 'a', name: 'Source: rides', kind: 'source', isKeyed: false, at: null }
  const topology: Topology = {
    vertices: [
      {
        id: 'v',
        name: 'v',
        parallelism: 2,
        maxParallelism: 128,
        nodes: [node, { ...node, name: 'long rides' }],
        inputs: [],
      },
    ],
    tasks: [
      { vertex: 0, subtask: 0, traceId: 0 },
      { vertex: 0, subtask: 1, traceId: 1 },
    ],
    channels: [],
  }
  const load = {
    accumulateBusyTimeMs: 0,
    accumulateBackPressuredTimeMs: 0,
    accumulateIdleTimeMs: 0,
    busyTimeMsPerSecond: 750,
    backPressuredTimeMsPerSecond: 200,
    idleTimeMsPerSecond: 50,
    inPoolUsage: 0.5,
    outPoolUsage: 1.25,
    overdraftBuffers: 1,
  }
  const task = {
    state: 'RUNNING',
    recordsIn: 7,
    recordsOut: 3,
    watermark: 5,
    isBackpressured: false,
    load,
    keyed: null,
  }
  const places = [{ taskManager: 1, slot: 0 }, null]
  const moment = { tasks: places.map((place) => ({ ...task, place })) } as unknown as Moment

  it('are shares in percent, and the place where it runs', () => {
    const [first, second] = loadFigures(topology, moment)
    expect(first).toMatchObject({
      ...{ operator: 'rides → long rides', subtask: 0, parallelism: 2, place: places[0], recordsIn: 7, watermark: 5 },
      ...{ busy: 75, pressed: 20, idle: 5, inPool: 50, outPool: 125 },
    })
    expect(second?.place).toBe(null)
  })
})

describe('earlier queries', () => {
  it('come back, the newest first, and what was being written after them', () => {
    const history = new QueryHistory('["a","b"]')
    expect([history.go(-1, 'draft'), history.go(-1, 'b'), history.go(-1, 'a')]).toEqual(['b', 'a', null])
    expect([history.go(1, 'a'), history.go(1, 'b'), history.go(1, 'draft')]).toEqual(['b', 'draft', null])
  })
  it('aren’t noted twice in a row, nor without end', () => {
    const history = new QueryHistory(null)
    for (let i = 0; i < 60; i++) history.add(`q${i}`)
    history.add('q59')
    history.add('  ')
    const kept = JSON.parse(history.text()) as string[]
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([50, 'q10', 'q59'])
  })
  test.each(['{', '3', '[1, null]'])('from a damaged text %s: none', (text) =>
    expect(new QueryHistory(text).go(-1, '')).toBe(null),
  )
})

describe('the height', () => {
  test.each([
    [null, 220],
    ['300', 300],
    ['12', 220],
    ['x', 220],
  ])('kept as %s is %i', (text, height) => expect(readHeight(text)).toBe(height))
  test.each([
    [0, 96],
    [400, 400],
    [9000, 540],
  ])('%i is held to %i', (wanted, height) => expect(clampHeight(wanted, 900)).toBe(height))
})
