// From rows to points: the rows of a chart in the order in which they came, each adding to its place or, in a changelog,
// taking something back from it. Bounded, and says what it left out.
import type { SinkRow } from '../../../runtime/host/protocol.ts'
import { COUNT, MOST_SERIES, type ChartChoice, type Combination } from './chart-choice.ts'
import { cellsOf, type Cell } from './row-fields.ts'

export interface ChartPoint {
  /** Of a bar chart: the index of the category. */
  readonly x: number
  readonly y: number
}

export interface ChartSeries {
  readonly name: string
  /** In the order of x. */
  readonly points: readonly ChartPoint[]
}

export interface ChartData {
  /** Of a bar chart. */
  readonly categories: readonly string[]
  readonly series: readonly ChartSeries[]
  /** Not shown, for want of room. */
  readonly moreSeries: number
  readonly moreCategories: number
  /** Rows that lack a field of the chart. */
  readonly skippedRows: number
}

export const MOST_BARS = 24

interface Place {
  readonly series: string
  readonly x: Cell
  readonly values: number[]
}

export function chartData(rows: readonly SinkRow[], choice: ChartChoice): ChartData {
  const { places, skippedRows } = gather(rows, choice)
  const filled = Array.from(places.values()).filter(({ values }) => values.length > 0)
  const names = ordered(new Set(filled.map(({ series }) => series)))
  const isBar = choice.kind === 'bar'
  const allCategories = isBar ? ordered(new Set(filled.map(({ x }) => String(x)))) : []
  const categories = allCategories.length > MOST_BARS ? largest(filled, choice.combine) : allCategories
  const at = new Map(categories.map((category, i) => [category, i]))
  const series = names.slice(0, MOST_SERIES).map((name): ChartSeries => {
    const points = filled
      .filter((place) => place.series === name && (!isBar || at.has(String(place.x))))
      .map(({ x, values }) => ({
        x: isBar ? (at.get(String(x)) as number) : Number(x),
        y: COMBINE[choice.combine](values),
      }))
    return { name, points: points.sort((a, b) => a.x - b.x) }
  })
  return {
    categories,
    series,
    moreSeries: names.length - series.length,
    moreCategories: allCategories.length - categories.length,
    skippedRows,
  }
}

function gather(
  rows: readonly SinkRow[],
  { x, y, series }: ChartChoice,
): {
  readonly places: ReadonlyMap<string, Place>
  readonly skippedRows: number
} {
  const places = new Map<string, Place>()
  let skippedRows = 0
  // Of upserts a deletion says only where: whatever is there goes.
  const isUpsert = rows.some(({ kind }) => kind === '+U') && !rows.some(({ kind }) => kind === '-U')
  for (const row of rows) {
    const cells = cellsOf(row)
    const [at, value] = [cells.get(x) ?? null, y === COUNT ? 1 : (cells.get(y) ?? null)]
    const isDeletion = row.kind === '-D' || row.kind === '-U'
    if (at === null || (typeof value !== 'number' && !isDeletion)) {
      skippedRows++
      continue
    }
    const name = series === null ? '' : String(cells.get(series) ?? '')
    const key = JSON.stringify([name, at])
    const place = places.get(key) ?? { series: name, x: at, values: [] }
    places.set(key, place)
    if (isDeletion) takeBack(place.values, isUpsert ? null : value)
    else place.values.push(value as number)
  }
  return { places, skippedRows }
}

/** What is deleted is this value; where it isn't known, all there is. */
function takeBack(values: number[], value: Cell): void {
  const at = typeof value === 'number' ? values.lastIndexOf(value) : -1
  if (at >= 0) values.splice(at, 1)
  else values.length = 0
}

const COMBINE: Readonly<Record<Combination, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  last: (values) => values.at(-1) ?? 0,
  mean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  least: (values) => values.reduce((least, value) => Math.min(least, value), Infinity),
  most: (values) => values.reduce((most, value) => Math.max(most, value), -Infinity),
}

/** Numbers by size, then texts. */
function ordered(names: ReadonlySet<string>): string[] {
  const rank = (name: string): number => (name === '' || Number.isNaN(Number(name)) ? Infinity : Number(name))
  return Array.from(names).sort((a, b) => {
    const [left, right] = [rank(a), rank(b)]
    if (left !== right) return left < right ? -1 : 1
    return a < b ? -1 : a > b ? 1 : 0
  })
}

/** The categories with the longest bars, in order of their names. */
function largest(places: readonly Place[], combine: Combination): string[] {
  const sizes = new Map<string, number>()
  for (const { x, values } of places) {
    sizes.set(String(x), (sizes.get(String(x)) ?? 0) + Math.abs(COMBINE[combine](values)))
  }
  const bySize = Array.from(sizes).sort(([, a], [, b]) => b - a)
  return ordered(new Set(bySize.slice(0, MOST_BARS).map(([name]) => name)))
}
