// A length of time as configurations write it: `2 s`, `100ms`, `1 min`; a bare number is ms. Flink's
// TimeUtils.parseDuration, without its units below a millisecond.

/** Units by the labels that Flink takes for them; what has none is ms. */
const UNITS: readonly (readonly [ms: number, labels: readonly string[]])[] = [
  [86_400_000, ['d', 'day', 'days']],
  [3_600_000, ['h', 'hour', 'hours']],
  [60_000, ['m', 'min', 'minute', 'minutes']],
  [1000, ['s', 'sec', 'secs', 'second', 'seconds']],
  [1, ['', 'ms', 'milli', 'millis', 'millisecond', 'milliseconds']],
]

/** In ms; null if the text isn't a length of time. */
export function parseDuration(text: string): number | null {
  const match = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(text)
  if (match === null) return null
  const [, count = '', label = ''] = match
  const unit = UNITS.find(([, labels]) => labels.includes(label.toLowerCase()))
  const ms = unit === undefined ? NaN : Number(count) * unit[0]
  return Number.isSafeInteger(ms) ? ms : null
}
