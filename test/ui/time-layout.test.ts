// The time view as data: what is kept of a trace, where things are drawn, and which labels find room.

import { describe, expect, test } from 'vitest'
import type { Topology, WindowsView } from '../../runtime/host/protocol.ts'
import * as engine from '../../runtime/trace/trace-layout.ts'
import { isPast, TimeRecord, type LateDot, type TimeFrame } from '../../ui/stage/time-record.ts'
import { placeLabels, textWidth, type Point } from '../../ui/stage/views/label-places.ts'
import { layoutTime, type TimeFigure, type TimeFigureInput } from '../../ui/stage/views/time-layout.ts'
import { eventScale, eventText, shownTime, windowText } from '../../ui/stage/views/time-scale.ts'
import { inequality, itemText, labelFigure, missedWindow } from '../../ui/stage/views/time-text.ts'
import { timeWords } from '../../ui/i18n/time-words.ts'

const { en, zh } = timeWords
const [SOURCE, WINDOW] = [3, 4]
const TUMBLING: WindowsView = { kind: 'tumbling', time: 'event', sizeMs: 10_000, slideMs: 10_000, offsetMs: 0 }

function topology(windows: WindowsView | null = TUMBLING): Topology {
  const vertex = (id: string, name: string, own: WindowsView | null) => ({
    id,
    name,
    parallelism: 1,
    maxParallelism: 128,
    nodes: [{ id, name, kind: 'map', isKeyed: false, at: null, ...(own === null ? {} : { windows: own }) }],
    inputs: [],
  })
  return {
    vertices: [vertex('a', 'Source: tips', null), vertex('b', 'hourly', windows)],
    tasks: [
      { vertex: 0, subtask: 0, traceId: SOURCE },
      { vertex: 1, subtask: 0, traceId: WINDOW },
    ],
    channels: [],
  }
}

type Spot = TimeFigure['dots'][number]
type Row = readonly [event: number, atMs: number, kind: number, task: number, a: number, b: number]

function frame(rows: readonly Row[], traceFirst = 0, more: Partial<TimeFrame> = {}): TimeFrame {
  const trace = Float64Array.from(rows.flatMap(([event, atMs, ...rest]) => [event, atMs * 1000, ...rest]))
  return { trace, traceFirst, traceLost: 0, traced: [], isFork: false, ...more }
}

const record = (event: number, atMs: number, timestamp: number, number: number): Row =>
  [...[event, atMs, engine.TRACE_EVENT, SOURCE, timestamp], number * engine.EVENT_TURN] as unknown as Row

/** Three records, of which the last is late, and a window that has fired before it. */
const ROWS: readonly Row[] = [
  record(1, 1000, 3000, 0),
  record(2, 2000, 22_001, 1),
  [2, 2000, engine.TRACE_EMITTED, SOURCE, 22_000, 0],
  [3, 2300, engine.TRACE_WATERMARK, WINDOW, 22_000, 0],
  [3, 2300, engine.TRACE_PANE, WINDOW, 0, 10_000],
  [3, 2300, engine.TRACE_PANE_SIZE, WINDOW, 1, NaN],
  record(4, 3000, 15_000, 2),
  [5, 3300, engine.TRACE_LATE, WINDOW, 15_000, 22_000],
  [5, 3300, engine.TRACE_LATE_RULE, WINDOW, 0, 0],
  [5, 3300, engine.TRACE_LATE_WINDOW, WINDOW, 19_999, 0],
]

function recordOf(rows: readonly Row[] = ROWS): TimeRecord {
  const times = new TimeRecord()
  times.take(frame(rows, 0, { traced: [{ entry: 6, text: 'tip 15' }] }))
  return times
}

function input(more: Partial<TimeFigureInput> = {}): TimeFigureInput {
  return {
    room: { width: 700, height: 500 },
    record: recordOf(),
    coming: [],
    position: { virtualMs: 4000, event: 5, record: 0, rows: 0 },
    gaps: [],
    topology: topology(),
    extent: 'whole',
    lines: new Set([0, 1]),
    ...more,
  }
}

describe('the record', () => {
  test('has records, watermarks, windows and what came too late', () => {
    const { dots, lates, panes, lines } = recordOf()
    expect(dots.map(({ timestamp, atMs, text }) => [timestamp, atMs, text])).toEqual([
      [3000, 1000, ''],
      [22_001, 2000, ''],
      [15_000, 3000, 'tip 15'],
    ])
    expect(lates).toMatchObject([{ timestamp: 15_000, watermark: 22_000, rule: 'window', maxTimestamp: 19_999 }])
    expect(panes).toMatchObject([{ start: 0, end: 10_000, keys: 1, records: null }])
    expect(Array.from(lines.keys())).toEqual([SOURCE, WINDOW])
  })

  test('knows entries again that a run executed again gives, and forgets those after a fork', () => {
    const times = recordOf()
    times.take(frame(ROWS.slice(0, 4)))
    times.take(frame(ROWS.slice(4), 4))
    expect([times.dots.length, times.panes.length, times.lates.length]).toEqual([3, 1, 1])
    times.take(frame([record(4, 3000, 99_000, 2)], 4, { isFork: true }))
    expect(times.dots.map(({ timestamp }) => timestamp)).toEqual([3000, 22_001, 99_000])
    expect([times.panes, times.lates]).toEqual([[], []])
  })

  test('makes one of a window that fires key by key, and not of two firings', () => {
    const fire = (event: number): Row[] => [
      [event, 1, engine.TRACE_PANE, WINDOW, 0, 10],
      [event, 1, engine.TRACE_PANE_SIZE, WINDOW, 1, 3],
    ]
    const { panes } = recordOf([...fire(1), ...fire(1), ...fire(2)])
    expect(panes.map(({ keys, records }) => [keys, records])).toEqual([
      [2, 6],
      [1, 3],
    ])
  })

  test('an assigner’s own watermark counts, not the one that ends at it', () => {
    const { lines } = recordOf([
      [1, 1, engine.TRACE_WATERMARK, WINDOW, 5, 0],
      [2, 2, engine.TRACE_EMITTED, WINDOW, 7, 0],
      [3, 3, engine.TRACE_WATERMARK, WINDOW, 9, 0],
    ])
    expect(lines.get(WINDOW)?.steps.map(({ watermark }) => watermark)).toEqual([7])
  })

  test('says what has happened in the middle of a turn', () => {
    const [first] = recordOf([[3, 1, engine.TRACE_EVENT, SOURCE, 1, 2]]).dots
    const at = (event: number, place: number) => isPast(first as NonNullable<typeof first>, { event, record: place })
    expect([at(2, 0), at(3, 2), at(3, 3), at(3, 0), at(4, 1)]).toEqual([false, false, true, true, true])
  })
})

describe('the scales', () => {
  test('a stretch that was passed over takes little room, and back again is the same', () => {
    const { of, invert } = shownTime([{ fromMs: 1000, toMs: 61_000 }])
    expect([of(500), of(1000), of(61_000), of(62_000)]).toEqual([500, 1000, 1300, 2300])
    for (const ms of [0, 700, 1000, 31_000, 61_000, 90_000]) expect(invert(of(ms))).toBeCloseTo(ms, 6)
  })

  test('small timestamps are seconds, large ones dates', () => {
    const px = { left: 0, width: 600 }
    expect(eventScale(0, 60_000, px).ticks.map(({ text }) => text)).toEqual(['0', '10', '20', '30', '40', '50', '60'])
    const day = Date.UTC(2013, 0, 1)
    const dates = eventScale(day, day + 3_600_000, px)
    expect([dates.isDate, dates.ticks[0]?.text]).toEqual([true, '00:00'])
    expect([eventText(19_999), eventText(Infinity), eventText(day, false)]).toEqual(['19.999', 'MAX', '00:00:00.000'])
    expect([windowText(10_000, 20_000), windowText(day, day + 3_600_000)]).toEqual(['[10, 20)', '[00:00, 01:00)'])
  })

  test('one single timestamp has a scale, too', () => {
    const { of, ticks } = eventScale(5000, 5000, { left: 0, width: 600 })
    expect(of(5000)).toBeGreaterThan(0)
    expect(ticks.length).toBeGreaterThan(1)
  })
})

describe('the figure', () => {
  test('has event time to the right and processing time upward, in the plot', () => {
    const { dots, plot, nowY } = layoutTime(input())
    const [first, second, third] = dots as unknown as readonly [Spot, Spot, Spot]
    expect(first.x).toBeLessThan(third.x)
    expect(third.x).toBeLessThan(second.x)
    expect([first.y > second.y, second.y > third.y, third.y > nowY]).toEqual([true, true, true])
    for (const { x, y } of dots) {
      expect(x).toBeGreaterThanOrEqual(plot.left)
      expect(x).toBeLessThanOrEqual(plot.left + plot.width)
      expect(y).toBeLessThanOrEqual(plot.top + plot.height)
    }
  })

  test('has whole windows as bands, by name', () => {
    expect(layoutTime(input()).bands.map(({ name, lane }) => [name, lane])).toEqual([
      ['[0, 10)', 0],
      ['[10, 20)', 0],
      ['[20, 30)', 0],
    ])
  })

  test('has windows that overlap in lanes', () => {
    const sliding: WindowsView = { ...TUMBLING, kind: 'sliding', slideMs: 5000 }
    const { lanes, bands } = layoutTime(input({ topology: topology(sliding) }))
    expect(lanes).toBe(2)
    for (const lane of [0, 1]) {
      const own = bands.filter((band) => band.lane === lane)
      own
        .slice(1)
        .forEach((band, i) => expect(band.x).toBeGreaterThanOrEqual((own[i]?.x ?? 0) + (own[i]?.width ?? 0) - 0.01))
    }
  })

  test('a watermark holds until the next and reaches up to now; MAX goes to the edge', () => {
    const rows: Row[] = [...ROWS, [5, 3500, engine.TRACE_EMITTED, SOURCE, Infinity, 0]]
    const { lines, plot, nowY, events } = layoutTime(input({ record: recordOf(rows), lines: new Set([0]) }))
    expect(lines).toHaveLength(1)
    const { points } = lines[0] as { points: readonly Point[] }
    expect(points[0]?.[0]).toBe(plot.left)
    expect(points.some(([x]) => Math.abs(x - events.of(22_000)) < 0.01)).toBe(true)
    expect(points.at(-1)).toEqual([plot.left + plot.width, nowY])
    points.slice(1).forEach(([x, y], i) => {
      const [px, py] = points[i] as Point
      expect(x === px || y === py).toBe(true)
      expect(x).toBeGreaterThanOrEqual(px)
    })
  })

  test('what hasn’t happened at the place that is shown isn’t past', () => {
    const { dots, panes, lines } = layoutTime(input({ position: { virtualMs: 1500, event: 1, record: 0, rows: 0 } }))
    expect(dots.map((dot) => dot.isPast)).toEqual([true, false, false])
    expect(panes.map((pane) => pane.isPast)).toEqual([false])
    expect(lines.every(({ points }) => points.length === 0)).toBe(true)
  })

  test('of many records every so many-th is drawn, and it says so', () => {
    const many = Array.from({ length: 1800 }, (_, i) => record(i, i, i * 10, i))
    const { dots, every } = layoutTime(
      input({ record: recordOf(many), position: { virtualMs: 1800, event: 1800, record: 0, rows: 0 } }),
    )
    expect([every, dots.length]).toEqual([4, 450])
  })

  test('around now, only that is seen', () => {
    const many = Array.from({ length: 100 }, (_, i) => record(i, i * 1000, i * 1000, i))
    const position = { virtualMs: 50_000, event: 50, record: 0, rows: 0 }
    const { dots } = layoutTime(input({ record: recordOf(many), position, extent: 'now' }))
    expect(dots.map(({ item }) => item.number)).toEqual(Array.from({ length: 15 }, (_, i) => 40 + i))
  })
})

describe('labels', () => {
  test('a late record says its own inequality, and which window is over', () => {
    const late = recordOf().lates[0] as LateDot
    expect(inequality(late, en)).toBe('19.999 + 0 s ≤ watermark 22.000')
    expect(inequality(late, zh)).toBe('19.999 + 0 s ≤ 水位线 22.000')
    expect(missedWindow(late, topology())).toBe('[10, 20)')
    expect(itemText({ ...late, text: 'tip' }, topology(), en)).toBe(
      'Late: tip, event time 15.000, at 00:03.300: 19.999 + 0 s ≤ watermark 22.000, dropped',
    )
    expect(inequality({ ...late, rule: 'interval-join', maxTimestamp: null }, en)).toBe('15.000 < watermark 22.000')
    expect(inequality({ ...late, rule: 'pattern', maxTimestamp: null }, en)).toBe('15.000 ≤ watermark 22.000')
  })

  test('none covers another, and all stay in the plot', () => {
    const figure = layoutTime(input())
    const labels = labelFigure(figure, topology(), en)
    expect(new Set(labels.map(({ of }) => of.kind))).toEqual(new Set(['late', 'pane', 'line', 'plain']))
    for (const [i, a] of labels.entries()) {
      expect(a.x).toBeGreaterThanOrEqual(figure.plot.left)
      expect(a.x + a.width).toBeLessThanOrEqual(figure.plot.left + figure.plot.width)
      for (const b of labels.slice(i + 1)) {
        const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
        expect(apart).toBe(true)
      }
    }
  })

  test('give way: to lines and dots where there’s another place, and to other labels altogether', () => {
    const room = { x: 0, y: 0, width: 200, height: 100 }
    const label = (of: string, ...places: Point[]) => ({
      ...{ of, width: 50, height: 20 },
      places: places.map(([x, y]) => ({ x, y })),
    })
    const free = { points: [], lines: [] }
    const crossed = {
      points: [],
      lines: [
        [
          [0, 10],
          [200, 10],
        ] as Point[],
      ],
    }
    const at = ({ of, x, y }: { of: string; x: number; y: number }) => [of, x, y]
    expect(placeLabels([label('a', [0, 0], [0, 50])], room, free).map(at)).toEqual([['a', 0, 0]])
    expect(placeLabels([label('a', [0, 0], [0, 50])], room, crossed).map(at)).toEqual([['a', 0, 50]])
    expect(placeLabels([label('a', [0, 0])], room, crossed).map(at)).toEqual([['a', 0, 0]])
    expect(placeLabels([label('a', [0, 0]), label('b', [20, 5])], room, free).map(at)).toEqual([['a', 0, 0]])
    expect(placeLabels([label('a', [190, 0])], room, free).map(at)).toEqual([['a', 150, 0]])
    const texts = [{ x: 40, y: 5, width: 20, height: 10 }]
    expect(placeLabels([label('a', [0, 0], [0, 50])], room, { ...free, texts }).map(at)).toEqual([['a', 0, 50]])
  })

  test('Chinese takes more room', () => {
    expect(textWidth('水位线', 10)).toBe(30)
    expect(textWidth('abc', 10)).toBe(18)
  })
})
