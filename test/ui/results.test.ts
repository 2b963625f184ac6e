// What is drawn of rows, and what files hold of them.
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { RowKind, SinkRow } from '../../runtime/host/protocol.ts'
import { resultsWords } from '../../ui/i18n/results-words.ts'
import {
  COUNT,
  fitChoice,
  guessChart,
  optionsOf,
  readChoices,
  type ChartChoice,
} from '../../ui/stage/results/chart-choice.ts'
import { chartData, MOST_BARS } from '../../ui/stage/results/chart-data.ts'
import { axisText, layoutChart } from '../../ui/stage/results/chart-layout.ts'
import { chartSummary, chartTitle } from '../../ui/stage/results/chart-summary.ts'
import { cellsOf, fieldsOf } from '../../ui/stage/results/row-fields.ts'
import { csvText, jsonText } from '../../ui/stage/results/row-files.ts'

const t = resultsWords.en

function row(value: unknown, { kind = '+I', timestamp = null, at = 0, sink = 's' }: Partial<SinkRow> = {}): SinkRow {
  return { sink, kind, subtask: 0, timestamp, value: JSON.stringify(value), text: '', at }
}

const NOON = Date.parse('2020-01-01T12:00:00Z')
const HOUR = 3_600_000
const tips = [
  row({ windowEnd: NOON, driverId: 7, tip: 4 }),
  row({ windowEnd: NOON, driverId: 8, tip: 9 }),
  row({ windowEnd: NOON + HOUR, driverId: 7, tip: 1.5 }),
]

describe('fields of rows', () => {
  const kinds = (...values: unknown[]): Record<string, string> =>
    Object.fromEntries(
      fieldsOf(values.map((value) => row(value)))
        .filter(({ name }) => !name.startsWith('@'))
        .map(({ name, kind }) => [name, kind]),
    )
  test.each<[string, unknown, Record<string, string>]>([
    ['an object', { id: 3, name: 'a', amount: 1.5 }, { id: 'number', name: 'category', amount: 'number' }],
    ['one level down', { a: { b: 1, c: { d: 2 } } }, { 'a.b': 'number', 'a.c': 'category' }],
    ['a tuple', ['a', 5], { f0: 'category', f1: 'number' }],
    ['a number', 5, { value: 'number' }],
    ['a bigint and a date', { n: { $bigint: '9' }, d: { $date: '2020-01-01T00:00:00Z' } }, { n: 'number', d: 'time' }],
    [
      'times by size and by name',
      { start: 0, eventTime: 5, long: NOON },
      { start: 'time', eventTime: 'time', long: 'time' },
    ],
    [
      'names that only end like those of times',
      { cents: 1, counts: 2, events: 3, candidate: 4, ts: 5, created_ts: 6, eventTs: 7, TS: 8, saleDate: 9, date: 10 },
      {
        ...{ cents: 'number', counts: 'number', events: 'number', candidate: 'number', ts: 'time' },
        ...{ created_ts: 'time', eventTs: 'time', TS: 'time', saleDate: 'time', date: 'time' },
      },
    ],
    ['what is no number', { a: { $number: 'NaN' }, b: null, c: true }, { c: 'category' }],
  ])('%s', (_, value, expected) => expect(kinds(value)).toEqual(expected))

  it('holds texts of maps and sets whole', () =>
    expect(cellsOf(row({ m: { $map: [['a', 1]] } })).get('m')).toBe('{"$map":[["a",1]]}'))
  it('decides by all rows', () => expect(kinds({ a: 1 }, { a: 'b' })).toEqual({ a: 'category' }))
})

describe('the guess', () => {
  const guessed = (rows: readonly SinkRow[]): string => {
    const { kind, x, y, series, combine } = guessChart(rows, 's')
    return `${kind} ${y} over ${x}${series === null ? '' : ` per ${series}`}, ${combine}`
  }
  test.each<[string, readonly SinkRow[], string]>([
    ['a number over a time, a series for each driver', tips, 'time tip over windowEnd per driverId, sum'],
    [
      'event time where the value has none',
      [row({ n: 1 }, { timestamp: 1 }), row({ n: 2 }, { timestamp: 2 })],
      'time n over @timestamp, sum',
    ],
    ['bars of a category', [row({ word: 'a', n: 1 }), row({ word: 'b', n: 2 })], 'bar n over word, sum'],
    ['bars of how many', [row('a'), row('b'), row('a')], 'bar # over value, sum'],
    ['upserts: the newest counts', [row(['a', 1]), row(['a', 2], { kind: '+U' })], 'bar f1 over f0, last'],
    ['a number alone, as the clock goes', [row(1), row(2, { at: 5 })], 'time value over @at, last'],
  ])('%s', (_, rows, expected) => expect(guessed(rows)).toBe(expected))

  it('takes the place of what a choice names and the rows lack', () => {
    const choice: ChartChoice = { kind: 'bar', sink: 's', x: 'gone', y: 'tip', series: 'gone', combine: 'mean' }
    expect(fitChoice(choice, fieldsOf(tips), guessChart(tips, 's'))).toEqual({
      ...choice,
      x: 'windowEnd',
      series: null,
    })
    const line = fitChoice({ ...choice, kind: 'line' }, fieldsOf(tips), guessChart(tips, 's'))
    expect(optionsOf('line', fieldsOf(tips)).x).toContain(line.x)
  })
  it('is kept as text, and a damaged text is no chart', () => {
    const guess = guessChart(tips, 's')
    expect(readChoices(JSON.stringify([guess, { kind: 'pie' }, 3, null]))).toEqual([guess])
    expect([readChoices(null), readChoices('{'), readChoices('{}')]).toEqual([null, null, null])
  })
})

describe('points', () => {
  const bars: ChartChoice = { kind: 'bar', sink: null, x: 'f0', y: 'f1', series: null, combine: 'sum' }
  const drawn = (changes: readonly (readonly [RowKind, string, number])[], combine: ChartChoice['combine']): string => {
    const rows = changes.map(([kind, key, n]) => row([key, n], { kind }))
    const { categories, series } = chartData(rows, { ...bars, combine })
    return series.flatMap(({ points }) => points.map(({ x, y }) => `${categories[x]}=${y}`)).join(' ')
  }
  test.each<[string, Parameters<typeof drawn>[0], ChartChoice['combine'], string]>([
    [
      'summed',
      [
        ['+I', 'b', 1],
        ['+I', 'a', 2],
        ['+I', 'b', 5],
      ],
      'sum',
      'a=2 b=6',
    ],
    [
      'the mean',
      [
        ['+I', 'a', 1],
        ['+I', 'a', 2],
      ],
      'mean',
      'a=1.5',
    ],
    [
      'least',
      [
        ['+I', 'a', 3],
        ['+I', 'a', 2],
      ],
      'least',
      'a=2',
    ],
    [
      'most',
      [
        ['+I', 'a', 3],
        ['+I', 'a', 2],
      ],
      'most',
      'a=3',
    ],
    [
      'a changelog takes back what it changes',
      [
        ['+I', 'a', 3],
        ['-U', 'a', 3],
        ['+U', 'a', 4],
      ],
      'sum',
      'a=4',
    ],
    [
      'and what it deletes',
      [
        ['+I', 'a', 3],
        ['+I', 'b', 1],
        ['-D', 'a', 3],
      ],
      'sum',
      'b=1',
    ],
    [
      'upserts replace',
      [
        ['+U', 'a', 3],
        ['+U', 'a', 7],
      ],
      'last',
      'a=7',
    ],
    [
      'upserts are deleted whole',
      [
        ['+U', 'a', 3],
        ['+U', 'a', 7],
        ['-D', 'a', 7],
      ],
      'last',
      '',
    ],
    [
      'numbers in order of size',
      [
        ['+I', '10', 1],
        ['+I', '9', 1],
        ['+I', 'x', 1],
      ],
      'sum',
      '9=1 10=1 x=1',
    ],
  ])('%s', (_, changes, combine, expected) => expect(drawn(changes, combine)).toBe(expected))

  it('says what it leaves out', () => {
    const many = Array.from({ length: 40 }, (_, i) => row([`k${i}`, i]))
    expect(chartData([...many, row('odd')], bars)).toMatchObject({ moreCategories: 40 - MOST_BARS, skippedRows: 1 })
    expect(chartData(many, { ...bars, series: 'f0' })).toMatchObject({ moreSeries: 34 })
    // The longest bars are those that stay.
    expect(chartData(many, bars).categories).toContain('k39')
  })
  it('counts rows where that is wanted', () =>
    expect(chartData([row('a'), row('a')], { ...bars, x: 'value', y: COUNT }).series[0]?.points).toEqual([
      { x: 0, y: 2 },
    ]))
})

describe('the drawing', () => {
  const room = { width: 400, height: 220 }
  it('is inside its room, whatever the numbers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.double({ noNaN: true, min: -1e9, max: 1e9 })), {
          minLength: 1,
        }),
        fc.constantFrom('bar' as const, 'line' as const),
        (values, kind) => {
          const rows = values.map(([name, n], i) => row({ name, n, i }))
          const choice: ChartChoice = {
            kind,
            sink: null,
            x: kind === 'bar' ? 'name' : 'i',
            y: 'n',
            series: 'name',
            combine: 'last',
          }
          const layout = layoutChart(chartData(rows, choice), kind, 'number', room)
          for (const { points, bars } of layout.series) {
            for (const { left, top } of points) {
              expect(left).toBeGreaterThanOrEqual(layout.left - 0.01)
              expect(left).toBeLessThanOrEqual(layout.right + 0.01)
              expect(top).toBeGreaterThanOrEqual(layout.top - 0.01)
              expect(top).toBeLessThanOrEqual(layout.bottom + 0.01)
            }
            for (const { width, height } of bars) expect(Math.min(width, height)).toBeGreaterThan(0)
          }
        },
      ),
    )
  })
  it('has few marks and every point on the line', () => {
    const rows = Array.from({ length: 500 }, (_, i) => row({ i, n: i }))
    const data = chartData(rows, { kind: 'line', sink: null, x: 'i', y: 'n', series: null, combine: 'last' })
    const [series] = layoutChart(data, 'line', 'number', room).series
    expect(series?.path.match(/L/g)).toHaveLength(499)
    expect(series?.marks.length).toBeLessThan(20)
  })
  test.each([
    [NOON, 2000, '00:00.000'],
    [NOON, 60_000, '12:00:00'],
    [NOON, HOUR, '12:00'],
    [NOON, 2 * 86_400_000, '01-01 12:00'],
    [NOON, 9 * 86_400_000, '2020-01-01'],
    [500, 1000, '500'],
  ])('%i on an axis of %i ms is written %s', (at, span, text) => expect(axisText(at, 'date', span)).toBe(text))
})

describe('in words', () => {
  const choice = guessChart(tips, 's')
  it('a title and a summary', () => {
    expect(chartTitle(choice, t)).toBe('Sum of tip by windowEnd, for each driverId')
    expect(chartSummary(chartData(tips, choice), choice, 'date', t)).toBe(
      'Time series: 2 series, 3 points, from 2020-01-01 12:00 to 2020-01-01 13:00; ' +
        'highest 9 at 2020-01-01 12:00 (8), lowest 1.5 at 2020-01-01 13:00 (7).',
    )
  })
  it('nothing to draw is said', () => {
    const none = { ...choice, y: 'none' }
    expect(chartSummary(chartData(tips, none), none, 'date', t)).toBe(t.nothingToDraw)
  })
})

describe('files', () => {
  it('CSV as RFC 4180 has it, marked as UTF-8', () => {
    const text = csvText([row({ a: 'x,"y"\nz', b: -1.5 }, { timestamp: 7, at: 3 }), row({ a: '中文', c: true })])
    expect(text).toBe(
      '\ufeffsink,subtask,virtual_ms,timestamp_ms,a,b,c\r\n' +
        's,1,3,7,"x,""y""\nz",-1.5,\r\n' +
        's,1,0,,中文,,true\r\n',
    )
  })
  test.each([
    ['=1+1', "'=1+1"],
    ['@sum', "'@sum"],
    ['-a', "'-a"],
    ['+1', "'+1"],
    ['\ta', "'\ta"],
    ['a=1', 'a=1'],
  ])('the text %s is no formula', (text, cell) =>
    expect(csvText([row({ text })]).split('\r\n')[1]).toBe(`s,1,0,,${cell}`),
  )
  it('the kind of a change by Flink’s name', () => {
    const [head, line] = csvText([row(['a', 1], { kind: '+U' })]).split('\r\n')
    expect([head, line]).toEqual(['\ufeffsink,subtask,kind,virtual_ms,timestamp_ms,f0,f1', 's,1,UPDATE_AFTER,0,,a,1'])
  })
  it('JSON, a row a line, with values as they are', () => {
    const text = jsonText([row({ n: { $bigint: '1' } }, { at: 3 }), row('a', { kind: '-D' })])
    expect(JSON.parse(text)).toEqual([
      { sink: 's', kind: '+I', subtask: 1, at: 3, timestamp: null, value: { n: { $bigint: '1' } } },
      { sink: 's', kind: '-D', subtask: 1, at: 0, timestamp: null, value: 'a' },
    ])
    expect(text.trim().split('\n')).toHaveLength(4)
  })
})
