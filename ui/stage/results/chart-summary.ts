// A chart in a sentence: what is drawn, from where to where, and its highest and lowest point. Read below the chart, and
// what a screen reader says of it.
import type { resultsWords } from '../../i18n/results-words.ts'
import { COUNT, type ChartChoice } from './chart-choice.ts'
import type { ChartData, ChartPoint, ChartSeries } from './chart-data.ts'
import { axisText, numberText, type AxisKind } from './chart-layout.ts'
import { timestampText } from '../time-text.ts'
import { OWN } from './row-fields.ts'

export type ResultsWords = (typeof resultsWords)['en']

/** A field in words. */
export function fieldText(name: string, t: ResultsWords): string {
  if (name === COUNT) return t.count
  const own: Readonly<Record<string, string>> = {
    [OWN.timestamp]: t.eventTime,
    [OWN.at]: t.virtualTime,
    [OWN.subtask]: t.subtask,
    [OWN.sink]: t.sink,
  }
  return own[name] ?? name
}

/** What the chart shows, as its heading. */
export function chartTitle({ x, y, series, combine }: ChartChoice, t: ResultsWords): string {
  const measure = y === COUNT ? t.count : combine === 'last' ? y : t.combined[combine](y)
  return t.title(measure, fieldText(x, t), series === null ? null : fieldText(series, t))
}

export function chartSummary(data: ChartData, choice: ChartChoice, axis: AxisKind, t: ResultsWords): string {
  const drawn = data.series.filter(({ points }) => points.length > 0)
  if (drawn.length === 0) return t.nothingToDraw
  const all = drawn.flatMap((series) => series.points.map((point) => ({ series, point })))
  const highest = all.reduce((best, one) => (one.point.y > best.point.y ? one : best))
  const lowest = all.reduce((best, one) => (one.point.y < best.point.y ? one : best))
  const xs = all.map(({ point }) => point.x)
  const ends = [Math.min(...xs), Math.max(...xs)].map((x) => placeText(x, data, choice, axis))
  return t.summary({
    kind: t.kinds[choice.kind],
    series: drawn.length,
    points: all.length,
    from: ends[0] ?? '',
    to: ends[1] ?? '',
    highest: pointText(highest, data, choice, axis, t),
    lowest: pointText(lowest, data, choice, axis, t),
  })
}

/** A point's series, place and value. */
export function pointText(
  { series, point }: { readonly series: ChartSeries; readonly point: ChartPoint },
  data: ChartData,
  choice: ChartChoice,
  axis: AxisKind,
  t: ResultsWords,
): string {
  return t.point(numberText(point.y), placeText(point.x, data, choice, axis), series.name)
}

function placeText(x: number, { categories }: ChartData, { kind }: ChartChoice, axis: AxisKind): string {
  if (kind === 'bar') return categories[x] ?? ''
  if (axis !== 'date') return axisText(x, axis, 0)
  return timestampText(x)
    .replace(/\.000$/, '')
    .replace(/( \d\d:\d\d):00$/, '$1')
}
