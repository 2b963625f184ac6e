// What a chart shows, as data that is kept between visits, and the first guess at it: what a person would draw of these
// rows. A choice that names fields the rows don't have gives way to the guess.
import type { SinkRow } from '../../../runtime/host/protocol.ts'
import { fieldsOf, isName, OWN, type Field } from './row-fields.ts'

/** `line`: over numbers; `time`: over times. */
export type ChartKind = 'bar' | 'line' | 'time'

/** What becomes of several rows at one place of a series. */
export type Combination = 'sum' | 'last' | 'mean' | 'least' | 'most'

export const CHART_KINDS: readonly ChartKind[] = ['bar', 'line', 'time']
export const COMBINATIONS: readonly Combination[] = ['sum', 'last', 'mean', 'least', 'most']

/** In place of a field: how many rows there are. */
export const COUNT = '#'

export interface ChartChoice {
  readonly kind: ChartKind
  /** Null: the rows of all sinks. */
  readonly sink: string | null
  readonly x: string
  /** A field of numbers, or COUNT. */
  readonly y: string
  /** The field whose values are series of their own. */
  readonly series: string | null
  readonly combine: Combination
}

/** More of them can't be told apart. */
export const MOST_SERIES = 6
const MOST_CATEGORIES = 24

export function guessChart(rows: readonly SinkRow[], sink: string | null): ChartChoice {
  const fields = fieldsOf(rows)
  const isUpsert = rows.some(({ kind }) => kind !== '+I')
  const combine = isUpsert ? 'last' : 'sum'
  const own = fields.filter(({ name }) => !name.startsWith('@'))
  // What was computed usually stands last, after what it was computed for.
  const measure = own.filter(({ kind, name }) => kind === 'number' && !isName(name)).at(-1)
  const y = measure?.name ?? COUNT
  const categories = fields.filter((field) => isCategory(field) && field.name !== measure?.name)
  const time = own.find(({ kind, distinct }) => kind === 'time' && distinct > 1) ?? timestampOf(fields)
  if (measure !== undefined && time !== undefined) {
    const series = categories.find(({ distinct, name }) => distinct > 1 && distinct <= MOST_SERIES && name[0] !== '@')
    return { kind: 'time', sink, x: time.name, y, series: series?.name ?? null, combine }
  }
  const [category] = categories
  if (category !== undefined && category.name[0] !== '@') {
    return { kind: 'bar', sink, x: category.name, y, series: null, combine: y === COUNT ? 'sum' : combine }
  }
  const x = time?.name ?? OWN.at
  return { kind: 'time', sink, x, y, series: null, combine: measure === undefined ? 'sum' : 'last' }
}

/** What can be chosen for each part of a chart of these fields. */
export function optionsOf(
  kind: ChartKind,
  fields: readonly Field[],
): { readonly x: readonly string[]; readonly y: readonly string[]; readonly series: readonly string[] } {
  const named = (test: (field: Field) => boolean): string[] => fields.filter(test).map(({ name }) => name)
  return {
    x: named((field) => (kind === 'bar' ? true : kind === 'time' ? field.kind === 'time' : isNumber(field))),
    y: [...named(({ kind: is, name }) => is === 'number' && name[0] !== '@'), COUNT],
    series: named((field) => isCategory(field)),
  }
}

/** The choice, as far as these fields allow it. */
export function fitChoice(choice: ChartChoice, fields: readonly Field[], guess: ChartChoice): ChartChoice {
  if (fields.length === 0) return choice
  const options = optionsOf(choice.kind, fields)
  const x = options.x.includes(choice.x) ? choice.x : options.x.includes(guess.x) ? guess.x : options.x[0]
  if (x === undefined) return { ...guess, sink: choice.sink }
  return {
    ...choice,
    x,
    y: options.y.includes(choice.y) ? choice.y : guess.y,
    series: choice.series !== null && options.series.includes(choice.series) ? choice.series : null,
  }
}

/** Charts as they were kept; what isn't one is left out. */
export function readChoices(text: string | null): readonly ChartChoice[] | null {
  if (text === null) return null
  try {
    const kept: unknown = JSON.parse(text)
    return Array.isArray(kept) ? kept.filter(isChoice) : null
  } catch {
    return null
  }
}

function isChoice(value: unknown): value is ChartChoice {
  if (typeof value !== 'object' || value === null) return false
  const { kind, sink, x, y, series, combine } = value as Record<string, unknown>
  const isText = (item: unknown): boolean => typeof item === 'string'
  return (
    CHART_KINDS.includes(kind as ChartKind) &&
    COMBINATIONS.includes(combine as Combination) &&
    [x, y].every(isText) &&
    [sink, series].every((item) => item === null || isText(item))
  )
}

function isNumber({ kind, name }: Field): boolean {
  return kind === 'number' || name === OWN.subtask
}

function isCategory({ kind, name, distinct }: Field): boolean {
  return kind === 'category' ? distinct <= MOST_CATEGORIES : kind === 'number' && isName(name)
}

/** Event time, where every row has it and it goes on. */
function timestampOf(fields: readonly Field[]): Field | undefined {
  return fields.find(({ name, isWhole, distinct }) => name === OWN.timestamp && isWhole && distinct > 1)
}
