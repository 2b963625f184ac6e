// Properties of Kafka's clients, as far as the simulated log knows them. Others are ignored, so that those of a real job
// can be pasted; one that is nearly known is refused.
// https://kafka.apache.org/documentation/#configuration

import { LearnerError } from '../base/diagnostic.ts'
import { nearest } from '../base/nearest.ts'
import { parseDuration } from '../graph/duration-text.ts'

/** The last values that were set, by name. */
export type Properties = Readonly<Record<string, unknown>>

const MOST_SLIPS = 2

/** Checks a name against those that are known. */
export function requireKnownProperty(key: string, known: readonly string[]): void {
  if (known.includes(key)) return
  const meant = nearest(key, known, MOST_SLIPS)
  if (meant !== null) throw new LearnerError('OPTION_UNKNOWN', { option: key, nearest: meant })
}

/** The value, or what applies without it. Throws LearnerError for what isn't one of the values. */
export function wordProperty<W extends string>(properties: Properties, key: string, words: readonly W[], usual: W): W {
  const value = properties[key]
  if (value === undefined) return usual
  const word = words.find((candidate) => candidate === String(value).toLowerCase())
  if (word !== undefined) return word
  throw new LearnerError('OPTION_VALUE', { option: key, value: String(value), wanted: words.join(', ') })
}

/** In ms; numbers and texts of numbers, as Kafka has them, and Flink's durations. */
export function millisProperty(properties: Properties, key: string, usual: number): number {
  const value = properties[key]
  if (value === undefined) return usual
  const ms = typeof value === 'number' ? value : /^-\d+$/.test(String(value)) ? -1 : parseDuration(String(value))
  if (ms !== null && Number.isSafeInteger(ms)) return ms
  throw new LearnerError('OPTION_VALUE', { option: key, value: String(value), wanted: '1000, 60000, …' })
}
