// A length of time as configurations write it: `2 s`, `100ms`, `1 min`, `PT1M30S`; a bare number is ms, and what is below
// a millisecond is dropped. Flink's TimeUtils.parseDuration.

/** Units by the labels that Flink takes for them; what has none is ms. */
const UNITS: readonly (readonly [ms: number, labels: readonly string[]])[] = [
  [86_400_000, ['d', 'day', 'days']],
  [3_600_000, ['h', 'hour', 'hours']],
  [60_000, ['m', 'min', 'minute', 'minutes']],
  [1000, ['s', 'sec', 'secs', 'second', 'seconds']],
  [1, ['', 'ms', 'milli', 'millis', 'millisecond', 'milliseconds']],
  [1e-3, ['µs', 'micro', 'micros', 'microsecond', 'microseconds']],
  [1e-6, ['ns', 'nano', 'nanos', 'nanosecond', 'nanoseconds']],
]

/** As ISO 8601 writes it: days, hours, minutes, seconds. */
const ISO = /^\s*p(?=.*\d)(?:(\d+)d)?(?:t(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d*)?)s)?)?\s*$/i

/** In ms; null if the text isn't a length of time. */
export function parseDuration(text: string): number | null {
  const iso = ISO.exec(text)
  if (iso !== null)
    return wholeMs(iso.slice(1).reduce((ms, part, i) => ms + Number(part ?? 0) * (UNITS[i]?.[0] ?? 0), 0))
  const match = /^\s*(\d+)\s*([a-zµ]*)\s*$/i.exec(text)
  if (match === null) return null
  const [, count = '', label = ''] = match
  const unit = UNITS.find(([, labels]) => labels.includes(label.toLowerCase()))
  return unit === undefined ? null : wholeMs(Number(count) * unit[0])
}

function wholeMs(ms: number): number | null {
  const whole = Math.floor(ms)
  return Number.isSafeInteger(whole) ? whole : null
}
