// Event timestamps and watermarks are integral numbers of milliseconds. Flink's extremes, Long.MIN_VALUE and
// Long.MAX_VALUE, don't fit into a double, so inside they are the infinities, for which arithmetic saturates by itself;
// only print shows Flink's digits. NaN is "this record has no timestamp", which Flink keeps apart from MIN.

/** Before every timestamp: the watermark of a stream that has said nothing yet. Flink's Long.MIN_VALUE. */
export const MIN_TIMESTAMP = -Infinity
/** After every timestamp: the watermark at the end of input. Flink's Long.MAX_VALUE. */
export const MAX_TIMESTAMP = Infinity
/** A record without timestamp. Compare with hasTimestamp, never with ===. */
export const NO_TIMESTAMP = NaN

const MAX_DIGITS = '9223372036854775807'
const MIN_DIGITS = '-9223372036854775808'

export function hasTimestamp(timestamp: number): boolean {
  return timestamp === timestamp
}

/** A timestamp or watermark as Flink prints it; `null` for a record without one. */
export function timestampText(timestamp: number): string {
  if (timestamp === MAX_TIMESTAMP) return MAX_DIGITS
  if (timestamp === MIN_TIMESTAMP) return MIN_DIGITS
  return hasTimestamp(timestamp) ? String(timestamp) : 'null'
}
