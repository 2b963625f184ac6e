// The notation of the recorded vectors: reading it exactly, and comparing by its rules (shared golden README).

import { MAX_TIMESTAMP, MIN_TIMESTAMP } from '../../runtime/base/time.ts'

export interface Vector {
  readonly name: string
  readonly operator?: { readonly kind?: string } & Readonly<Record<string, unknown>>
  readonly steps?: readonly Step[]
  readonly cases?: readonly unknown[]
  readonly [key: string]: unknown
}

export interface Step {
  readonly in: readonly unknown[]
  readonly out: readonly (readonly unknown[])[]
  readonly keyedState?: number
  readonly eventTimers?: number
  readonly processingTimers?: number
}

export interface VectorFile {
  readonly family?: string
  readonly vectors: readonly Vector[]
}

/** How a vector came out. */
export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'not yet run'; readonly why: string }
  /** About something that isn't part of this engine: said, and not counted. */
  | { readonly kind: 'not here' }

export const PASSED: Verdict = { kind: 'passed' }

export const NOT_HERE: Verdict = { kind: 'not here' }

export function failed(why: string): Verdict {
  return { kind: 'failed', why }
}

export function notYetRun(why: string): Verdict {
  return { kind: 'not yet run', why }
}

/** JSON with integers beyond 2^53 read as strings of digits, the way the vectors also write them. */
export function parseExactly(text: string): unknown {
  const quoted = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) => {
    const isBigInteger = /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token))
    return isBigInteger ? `"${token}"` : token
  })
  return JSON.parse(quoted)
}

/** A timestamp as written: null for none, MIN, MAX, or a number. */
export function timestampFrom(written: unknown): number {
  if (written === null || written === undefined) return NaN
  if (written === 'MIN') return MIN_TIMESTAMP
  if (written === 'MAX') return MAX_TIMESTAMP
  const number = Number(written)
  // So near to Java's extremes a double can't tell them apart; the engine saturates there.
  return Number.isSafeInteger(number) ? number : number < 0 ? MIN_TIMESTAMP : MAX_TIMESTAMP
}

const LONGEST = 2n ** 63n - 1n

/** A value whose longs may be written as MIN, MAX or digits: as the engine holds them. */
export function longsIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(longsIn)
  if (value === 'MAX') return LONGEST
  if (value === 'MIN') return -LONGEST - 1n
  return typeof value === 'string' && /^-?\d{16,}$/.test(value) ? BigInt(value) : value
}

/** As the vectors write it: the extremes by name, none as null, big integers as digits. */
export function written(value: unknown): unknown {
  if (typeof value === 'bigint') {
    if (value === LONGEST) return 'MAX'
    if (value === -LONGEST - 1n) return 'MIN'
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  if (typeof value === 'number') {
    if (value === MIN_TIMESTAMP) return 'MIN'
    if (value === MAX_TIMESTAMP) return 'MAX'
    return Number.isNaN(value) ? null : value
  }
  if (Array.isArray(value)) return value.map(written)
  if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, item]) => [String(key), written(item)]))
  return value ?? null
}

/** Compares the outputs of a step; null if they agree. Timers and windows firing at one time may come in any order. */
export function compareOutputs(expected: Step['out'], actual: readonly (readonly unknown[])[]): string | null {
  const endsInError = expected.at(-1)?.[0] === 'error'
  const [want, got] = [
    canonical((endsInError ? expected.slice(0, -1) : expected).map(withoutClass)),
    canonical(actual.map((output) => withoutClass(written(output) as unknown[]))),
  ]
  return want === got ? null : `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual.map(written))}`
}

/**
 * Compares the outputs of a step of a window operator: between two control elements, those of one timestamp may come in
 * any order, for windows that fire together do. So where one of them fails, which of the others came before isn't said.
 */
export function compareWindowOutputs(expected: Step['out'], actual: readonly (readonly unknown[])[]): string | null {
  const endsInError = expected.at(-1)?.[0] === 'error'
  const want = endsInError ? expected.slice(0, -1) : expected
  const got = actual.map((output) => written(output) as unknown[])
  if (byTimestamp(want) === byTimestamp(got)) return null
  const last = [...want, ...got].reduce((latest, output) => Math.max(latest, timestampFrom(output.at(-1))), -Infinity)
  if (
    endsInError &&
    Number.isFinite(last) &&
    byTimestamp(want.filter(isBefore(last))) === byTimestamp(got.filter(isBefore(last)))
  )
    return null
  return `expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`
}

function isBefore(timestamp: number): (output: readonly unknown[]) => boolean {
  return (output) => timestampFrom(output.at(-1)) < timestamp
}

function byTimestamp(outputs: readonly (readonly unknown[])[]): string {
  const segments: [timestamp: string, text: string][][] = [[]]
  for (const output of outputs) {
    const isData = output[0] === 'record' || output[0] === 'side'
    const entry: [string, string] = [isData ? String(output.at(-1)) : '', JSON.stringify(output)]
    if (isData) segments.at(-1)?.push(entry)
    else segments.push([entry], [])
  }
  return JSON.stringify(segments.map((segment) => segment.sort()))
}

/** Of what a command threw only that it threw is compared. */
function withoutClass(output: readonly unknown[]): readonly unknown[] {
  const [kind, value, ...rest] = output
  return kind === 'record' && Array.isArray(value) && value[0] === 'threw' ? [kind, ['threw'], ...rest] : output
}

/** Timers of one firing time are sorted, each with what its commands emit; everything else keeps its place. */
function canonical(outputs: readonly (readonly unknown[])[]): string {
  const groups: { readonly at: string | null; readonly texts: string[] }[] = []
  for (const output of outputs) {
    const at = firingTime(output)
    const text = JSON.stringify(output)
    const last = groups.at(-1)
    const isData = output[0] === 'record' || output[0] === 'side'
    if (typeof last?.at === 'string' && at === null && isData) last.texts[last.texts.length - 1] += ` ${text}`
    else if (typeof last?.at === 'string' && last.at === at) last.texts.push(text)
    else groups.push({ at, texts: [text] })
  }
  return groups.map(({ texts }) => texts.sort().join(' ')).join(' | ')
}

function firingTime(output: readonly unknown[]): string | null {
  const [kind, value] = output
  if (kind !== 'record' || !Array.isArray(value) || value[0] !== 'timer') return null
  return `timer ${String(value[1])} ${String(value[2])}`
}
