// The figure as data: where cards, channels and elements are, what the rail and the margins say.

import { describe, expect, test } from 'vitest'
import type { ElementMoment, Moment, Topology } from '../../runtime/host/protocol.ts'
import { TRACE_CHECKPOINT, TRACE_RESTART, TRACE_TIMER } from '../../runtime/trace/trace-layout.ts'
import { differingLines } from '../../ui/lesson/differing-lines.ts'
import { pageOf } from '../../ui/lesson/route.ts'
import { PredictionScore } from '../../ui/lesson/score-prediction.ts'
import { jobFrom } from '../../ui/notebook/job-files.ts'
import { handMarks } from '../../ui/stage/hand-marks.ts'
import { EMPTY_RAIL, extendRail, keepMarks, placedMarks, railScale } from '../../ui/stage/rail.ts'
import { NO_MACHINES, channelsWith } from '../harness/channels-of-moment.ts'
import {
  bandUse,
  isSameUse,
  layoutDataflow,
  pointOn,
  shareInUse,
  type FlowCard,
} from '../../ui/stage/views/dataflow-layout.ts'
import { placeElements } from '../../ui/stage/views/placed-elements.ts'

const ROOM = { width: 900, height: 500 }

/** `source ×1 → work ×2 keyed → sink ×1`, every subtask connected with every one of the next. */
function topology(parallelisms: readonly number[], keyed = 1): Topology {
  const vertices = parallelisms.map((parallelism, i) => ({
    id: `v${i}`,
    name: `v${i}`,
    parallelism,
    maxParallelism: 128,
    nodes: [
      { id: `n${i}`, name: `n${i}`, kind: 'map', isKeyed: i === keyed, at: { file: 'Job.ts', line: i + 1, column: 1 } },
    ],
    inputs: i === 0 ? [] : [{ from: i - 1, partitioner: 'HASH', keyedAt: { file: 'Job.ts', line: 90 + i, column: 4 } }],
  }))
  const tasks = parallelisms.flatMap((parallelism, vertex) =>
    Array.from({ length: parallelism }, (_, subtask) => ({ vertex, subtask, traceId: vertex * 100 + subtask })),
  )
  const channels = tasks.flatMap(({ vertex }, from) =>
    tasks.flatMap((other, to) =>
      other.vertex === vertex + 1 ? [{ from, to, partitioner: 'HASH', traceId: from * 100 + to }] : [],
    ),
  )
  return { vertices, tasks, channels }
}

function element(id: number, progress: number): ElementMoment {
  return { id, kind: 'record', label: String(id), text: `record ${id}`, progress }
}

function moment(elements: readonly (readonly ElementMoment[])[], sent: { channel: number; id: number }[] = []): Moment {
  const hand = { task: 0, kind: 'record' as const, element: null, sent, rows: [], logs: [], text: 'x', key: null }
  const told = { ...hand, timestamp: null, calls: [], timers: [] }
  return { tasks: [], channels: channelsWith(elements), hand: told, checkpoints: null, machines: NO_MACHINES }
}

type Box = Pick<FlowCard, 'x' | 'y' | 'width' | 'height'>

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

describe('layout', () => {
  test.each([
    [[1], ROOM],
    [[1, 2, 1], ROOM],
    [[4, 4, 4], ROOM],
    [[1, 2, 1], { width: 340, height: 500 }],
    [[1, 3], { width: 320, height: 300 }],
    [[30, 30], ROOM],
  ])('%j: no two cards overlap, all lie within the drawing', (parallelisms, room) => {
    const { cards, width, height } = layoutDataflow(topology(parallelisms), 'physical', room)
    cards.forEach((a, i) => cards.slice(i + 1).forEach((b) => expect([a, b, overlap(a, b)]).toEqual([a, b, false])))
    for (const card of cards) {
      expect(card.x).toBeGreaterThanOrEqual(0)
      expect(card.x + card.width).toBeLessThanOrEqual(width)
      expect(card.y + card.height).toBeLessThanOrEqual(height)
    }
  })

  test.each([
    [[1, 2, 1], ROOM, [1, 2], [1, 1, 2, 2]],
    [[2, 2, 2], ROOM, [1, 2, 3], [1, 2, 1, 2, null, 2]],
    [[1, 2, 1], { width: 340, height: 500 }, [1, 2], [2, 1, 2, 1]],
    [[1, 4], ROOM, [7], [null, 7, 7, 7, 7]],
    [[1], ROOM, [1, 2], [2]],
  ])(
    '%j by machine: every card in the lane of its own, nothing on anything else',
    (parallelisms, room, machines, places) => {
      const job = topology(parallelisms)
      const { cards, lanes, width, height } = layoutDataflow(job, 'physical', room, { taskManagers: machines, places })
      expect(lanes.map(({ taskManager }) => taskManager)).toEqual(
        places.includes(null) ? [...machines, null] : machines,
      )
      expect(cards.map(({ index }) => index).sort((a, b) => a - b)).toEqual(job.tasks.map((_, i) => i))
      const isIn = (a: Box, b: Box): boolean =>
        a.x >= b.x && a.y >= b.y && a.x + a.width <= b.x + b.width && a.y + a.height <= b.y + b.height
      for (const [i, card] of cards.entries()) {
        expect(lanes.filter((lane) => isIn(card, lane)).map(({ taskManager }) => taskManager)).toEqual([
          places[card.index],
        ])
        for (const other of cards.slice(i + 1)) expect(overlap(card, other)).toBe(false)
      }
      for (const [i, lane] of lanes.entries()) {
        expect(isIn(lane, { x: 0, y: 0, width, height })).toBe(true)
        for (const other of lanes.slice(i + 1)) expect(overlap(lane, other)).toBe(false)
      }
    },
  )

  test('chains aren’t on one machine: drawn as such they have no lanes', () => {
    const seating = { taskManagers: [1], places: [1, 1, 1] }
    expect(layoutDataflow(topology([1, 2]), 'logical', ROOM, seating).lanes).toEqual([])
  })

  test.each([
    [[1, 2], { width: 680, height: 470 }],
    [[1, 2, 1], { width: 680, height: 470 }],
    [[1, 2, 1], { width: 900, height: 420 }],
    [[1, 1], { width: 366, height: 420 }],
  ])('%j: the figure fits its frame, with fewer keys if need be', (parallelisms, room) => {
    const { width, height, keyRows } = layoutDataflow(topology(parallelisms), 'physical', room)
    expect([width, height]).toEqual([room.width, room.height])
    expect(keyRows).toBeLessThanOrEqual(6)
    expect(keyRows).toBeGreaterThanOrEqual(1)
  })

  test('where there is room for every key nothing is left out', () => {
    const { keyRows, cards } = layoutDataflow(topology([1, 2, 1]), 'physical', { width: 1200, height: 800 })
    expect(keyRows).toBe(6)
    expect(cards[1]?.width).toBeGreaterThan(264)
  })

  test('physical has a card a subtask and a band a channel; logical one each a chain and edge', () => {
    const job = topology([1, 2, 1])
    const physical = layoutDataflow(job, 'physical', ROOM)
    expect([physical.cards.length, physical.bands.map(({ channels }) => channels)]).toEqual([4, [[0], [1], [2], [3]]])
    const logical = layoutDataflow(job, 'logical', ROOM)
    expect([logical.cards.length, logical.bands.map(({ channels }) => channels)]).toEqual([
      3,
      [
        [0, 1],
        [2, 3],
      ],
    ])
  })

  test('too many subtasks are drawn as chains, and the layout says so', () => {
    const { isLogical, cards } = layoutDataflow(topology([30, 30]), 'physical', ROOM)
    expect([isLogical, cards.length]).toEqual([true, 2])
  })

  test('columns go right, on a narrow stage down; bands go from edge to edge', () => {
    const wide = layoutDataflow(topology([1, 1]), 'physical', ROOM)
    const [from, to] = wide.cards as [FlowCard, FlowCard]
    expect(from.x + from.width).toBeLessThan(to.x)
    expect(wide.bands[0]?.curve[0].x).toBe(from.x + from.width)
    expect(wide.bands[0]?.curve[3].x).toBe(to.x)
    const narrow = layoutDataflow(topology([1, 1]), 'physical', { width: 340, height: 400 })
    expect(narrow.isDown).toBe(true)
    expect(narrow.cards[0]?.y).toBeLessThan(narrow.cards[1]?.y ?? 0)
  })
})

describe('channels', () => {
  /** Vertices by their inputs, each of parallelism 1. */
  function graph(inputs: readonly (readonly number[])[]): Topology {
    const { vertices, tasks } = topology(inputs.map(() => 1))
    const channels = inputs.flatMap((list, to) =>
      list.map((from) => ({ from, to, partitioner: 'HASH', traceId: from * 100 + to })),
    )
    return {
      tasks,
      channels,
      vertices: vertices.map((vertex, i) => ({
        ...vertex,
        inputs: (inputs[i] ?? []).map((from) => ({ from, partitioner: 'HASH', keyedAt: null })),
      })),
    }
  }

  test('a source stands right before what reads it', () => {
    const { cards } = layoutDataflow(graph([[], [0], [], [1, 2]]), 'physical', { width: 1200, height: 500 })
    expect(cards[2]?.x).toBe(cards[1]?.x)
  })

  test.each([
    ['over one column', [[], [0], [0, 1]], ROOM],
    ['over two', [[], [0], [1], [0, 2]], { width: 1300, height: 500 }],
    ['two at once', [[], [0], [0, 1], [0, 2]], { width: 1300, height: 500 }],
    ['on a narrow stage', [[], [0], [0, 1]], { width: 340, height: 500 }],
  ])('run behind no card: %s', (_, inputs, room) => {
    for (const mode of ['physical', 'logical'] as const) {
      const { cards, bands, width, height } = layoutDataflow(graph(inputs), mode, room)
      for (const { curve } of bands) {
        for (let i = 2; i < 99; i++) {
          const { x, y } = pointOn(curve, i / 100)
          const card = cards.find((one) => x > one.x && x < one.x + one.width && y > one.y && y < one.y + one.height)
          expect([i, card]).toEqual([i, undefined])
          expect(x <= width && y <= height).toBe(true)
        }
      }
    }
  })
})

describe('elements', () => {
  const layout = layoutDataflow(topology([1, 1]), 'physical', ROOM)
  const curve = layout.bands[0]!.curve

  test('stand on their channel, farther the farther they are; arrived ones queue, the next one first', () => {
    const placed = placeElements(
      layout,
      moment([[element(4, 1), element(5, 1), element(6, 0.7), element(7, 0.1)]]),
      false,
    )
    const xs = placed.map(({ x }) => x)
    expect(xs).toEqual([...xs].sort((a, b) => b - a))
    expect(new Set(xs.map(Math.round)).size).toBe(4)
    expect(xs[0]).toBeLessThan(curve[3].x)
    expect(placed.map(({ label }) => label)).toEqual(['4', '5', '6', '7'])
  })

  test('with less motion they stand in the middle; what the hand sent is lit', () => {
    const still = placeElements(layout, moment([[element(1, 0.2), element(2, 0.8)]], [{ channel: 0, id: 2 }]), true)
    expect(still.map(({ x }) => x)).toEqual([pointOn(curve, 0.5).x, pointOn(curve, 0.5).x])
    expect(still.map(({ isLit }) => isLit)).toEqual([false, true])
    expect(still.map(({ text }) => text)).toEqual(['record 1', 'record 2'])
  })

  test('a band says what its channels use of their credit together', () => {
    const columns = { used: Int32Array.of(1, 2, 9, 3), credits: Int32Array.of(4, 4, 9, 0) }
    const use = bandUse({ channels: [0, 1] }, columns)
    expect(use).toEqual({ used: 3, credits: 8 })
    expect([use, bandUse({ channels: [2] }, columns), bandUse({ channels: [3] }, columns)].map(shareInUse)).toEqual([
      3 / 8,
      1,
      0,
    ])
    expect(isSameUse(use, { used: 3, credits: 8 })).toBe(true)
    expect(isSameUse(use, { used: 4, credits: 8 })).toBe(false)
  })
})

const near = (value: number): unknown => expect.closeTo(value, 6)

describe('the rail', () => {
  const position = { virtualMs: 72_000, event: 0, record: 0, rows: 2 }
  const timer = Float64Array.of(1, 60_000_000, TRACE_TIMER, 3, 60_000, 0)
  const row = { sink: 's', kind: '+I' as const, subtask: 0, timestamp: null, value: '1', text: '1', at: 2000 }

  test('has a mark for a checkpoint that is complete, none for one that has begun, and one for a restart', () => {
    const begun = [1, 1_000_000, TRACE_CHECKPOINT, -1, 4, 0]
    const complete = [2, 1_500_000, TRACE_CHECKPOINT, -1, 4, 1]
    const restart = [3, 2_000_000, TRACE_RESTART, -1, 1, 4]
    const trace = Float64Array.from([...begun, ...complete, ...restart])
    const { marks } = extendRail(EMPTY_RAIL, { rows: [], trace, traceFirst: 0, isFork: false, skippedMs: 0, position })
    expect(marks.map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ['checkpoint', 1500],
      ['restart', 2000],
    ])
  })

  test('has marks for outputs and timers, and a short gap for a long silence', () => {
    const rail = extendRail(EMPTY_RAIL, {
      rows: [row, row],
      trace: timer,
      traceFirst: 0,
      isFork: false,
      skippedMs: 55_000,
      position,
    })
    expect(rail.marks.map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ['output', 2000],
      ['output', 2000],
      ['timer', 60_000],
    ])
    expect(rail.gaps).toEqual([{ fromMs: 17_000, toMs: 72_000 }])
    const scale = railScale(rail.gaps, 73_000)
    const shares = [0, 17_000, 72_000, 73_000, 99_000].map(scale)
    expect(shares.map((share) => share * 18_300)).toEqual([0, 17_000, 17_300, 18_300, 18_300].map(near))
    const placed = placedMarks(rail.marks, scale, 100)
    expect(placed.map(({ kind, count }) => [kind, count])).toEqual([
      ['output', 2],
      ['timer', 1],
    ])
  })

  test('marks that are as before are the same objects, so that they needn’t be drawn anew', () => {
    const scale = railScale([], 100_000)
    const marksOf = (...times: number[]) =>
      placedMarks(
        times.map((atMs) => ({ kind: 'output' as const, atMs, count: 1 })),
        scale,
        100,
      )
    const before = marksOf(1000, 2000, 3000)
    const kept = keepMarks(marksOf(1000, 2000, 2100, 3000, 4000), before)
    expect(kept.map((mark, i) => mark === before[i])).toEqual([true, false, true, false])
    expect(kept.map(({ count }) => count)).toEqual([1, 2, 1, 1])
  })

  test('a run that is executed again marks nothing twice', () => {
    const frame = { rows: [row, row], trace: timer, traceFirst: 0, isFork: false, skippedMs: 55_000, position }
    const rail = extendRail(EMPTY_RAIL, frame)
    expect(extendRail(rail, frame)).toEqual(rail)
    const begin = { ...position, rows: 1, virtualMs: 5000 }
    expect(extendRail(rail, { ...frame, rows: [row], skippedMs: 0, position: begin })).toEqual(rail)
    // Of a frame that reaches further, only what is further.
    const trace = Float64Array.from([...timer, ...timer])
    const further = { ...frame, rows: [row, row, row], trace, position: { ...position, rows: 3, virtualMs: 80_000 } }
    const extended = extendRail(rail, { ...further, skippedMs: 0 })
    expect(extended.marks.slice(rail.marks.length).map(({ kind }) => kind)).toEqual(['output', 'timer'])
  })

  test('what is done in the past makes another future', () => {
    const frame = { rows: [row, row], trace: timer, traceFirst: 0, isFork: false, skippedMs: 55_000, position }
    const rail = extendRail(EMPTY_RAIL, frame)
    const early = { ...position, rows: 0, virtualMs: 1000 }
    const nothing = { rows: [], trace: new Float64Array(), traceFirst: 0, skippedMs: 0 }
    const forked = extendRail(rail, { ...nothing, isFork: true, position: early })
    expect(forked).toEqual({ ...EMPTY_RAIL, knownMs: 1000 })
    expect(extendRail(forked, { ...frame, skippedMs: 0 }).marks).toEqual(rail.marks)
  })

  test('a silence at the very start, one shorter than a gap is drawn, and an empty run', () => {
    const gaps = [
      { fromMs: 0, toMs: 10_000 },
      { fromMs: 10_500, toMs: 10_600 },
    ]
    const shares = [0, 10_000, 10_500, 10_600, 10_900].map(railScale(gaps, 10_900))
    expect(shares.map((share) => share * 1200)).toEqual([0, 300, 800, 900, 1200].map(near))
    expect(railScale([], 0)(0)).toBe(0)
  })
})

test('the margin says what calls gave, line by line, the last one under the hand', () => {
  const at = (line: number) => ({ file: 'D.ts', line, column: 3 })
  const now = moment([])
  const calls = [
    { kind: 'read' as const, name: 'flag', text: 'null', at: at(10) },
    { kind: 'update' as const, name: 'flag', text: 'true', at: at(20) },
    { kind: 'register' as const, name: 'processing time', text: '60300', at: at(22) },
    { kind: 'clear' as const, name: 'flag', text: '', at: at(22) },
  ]
  expect(handMarks(topology([1]), { ...now, hand: { ...now.hand!, calls } })).toEqual([
    { file: 'D.ts', line: 10, isHand: false, text: '= null' },
    { file: 'D.ts', line: 20, isHand: false, text: '→ true' },
    { file: 'D.ts', line: 22, isHand: true, text: '→ 60300; → ∅' },
    { file: 'Job.ts', line: 1, isHand: false, text: 'x' },
  ])
  // Without calls the operator's own line is where the record is.
  expect(handMarks(topology([1]), now)).toEqual([{ file: 'Job.ts', line: 1, isHand: true, text: 'x' }])
})

test('the margin shows the key where the stream was keyed, and what functions returned', () => {
  const now = moment([[element(7, 1)]])
  const calls = [{ kind: 'result' as const, name: 'map', text: '42', at: { file: 'Job.ts', line: 2, column: 4 } }]
  const hand = { ...now.hand!, task: 1, element: { channel: 0, id: 7 }, key: 'k', calls }
  expect(handMarks(topology([1, 1]), { ...now, hand })).toEqual([
    { file: 'Job.ts', line: 2, isHand: true, text: '= 42' },
    { file: 'Job.ts', line: 91, isHand: false, text: '= k' },
  ])
})

describe('a prediction', () => {
  const row = (text: string, at: number, sink = 'alerts') => ({
    kind: '+I' as const,
    sink,
    subtask: 0,
    timestamp: null,
    value: '',
    text,
    at,
  })
  test.each([
    [0, ['a@1'], { isRight: false, count: 1, by: { text: 'a', atMs: 1 } }],
    [1, ['a@1'], { isRight: true, count: 1, by: null }],
    [1, ['a@1', 'a@2', 'a@3'], { isRight: false, count: 2, by: { text: 'a', atMs: 2 } }],
    [3, ['a@1'], { isRight: false, count: 1, by: null }],
    [0, ['b@1'], { isRight: true, count: 0, by: null }],
  ])('of %i with %j', (choice, rows, verdict) => {
    const score = new PredictionScore({ sink: 'alerts', row: 'a', choice })
    score.take([row('a', 0, 'other')])
    for (const text of rows) score.take([row(text.split('@')[0]!, Number(text.split('@')[1]))])
    score.end()
    expect(score.verdict).toEqual(verdict)
  })
})

test('lines that the other text hasn’t', () => {
  const { left, right } = differingLines('a\nb\nc\nd', 'a\nx\nc\ny\nd')
  expect([[...left], [...right]]).toEqual([[1], [1, 3]])
})

test.each([
  ['', 'a/b', false],
  ['#/a/c', 'a/c', false],
  ['#/playground', 'playground', false],
  ['#/nothing', 'a/b', true],
  ['#code', 'a/b', true],
])('the address %s is page %s', (hash, id, isUnknown) =>
  expect(pageOf(hash, ['a/b', 'a/c'])).toEqual({ id, isUnknown }),
)

test('a job is its entry and what that imports', () => {
  const files = [
    { name: 'Job.ts', text: `import { D } from './D'` },
    { name: 'D.ts', text: `import './E.ts'` },
    { name: 'E.ts', text: '' },
    { name: 'Other.ts', text: `import './D'` },
  ]
  expect(jobFrom(files, 'Job.ts').files.map(({ name }) => name)).toEqual(['Job.ts', 'D.ts', 'E.ts'])
})
