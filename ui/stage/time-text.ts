// Times as the stage writes them.

/** Virtual time as a clock: `mm:ss.mmm`, with hours in front once there are any. */
export function clockText(virtualMs: number): string {
  const whole = Math.max(0, Math.floor(virtualMs))
  const part = (value: number, width: number): string => String(value).padStart(width, '0')
  const hours = Math.floor(whole / 3_600_000)
  const minutes = Math.floor(whole / 60_000) % 60
  const seconds = Math.floor(whole / 1000) % 60
  const clock = `${part(minutes, 2)}:${part(seconds, 2)}.${part(whole % 1000, 3)}`
  return hours > 0 ? `${part(hours, 2)}:${clock}` : clock
}

/** Timestamps from here on are taken for dates (April 1970 on), smaller ones for plain milliseconds of an example. */
const FIRST_DATE = 1e10
const LAST_DATE = 8.64e15

/** An event timestamp: a date in UTC where it can be one, else its milliseconds. */
export function timestampText(timestamp: number): string {
  const isDate = timestamp >= FIRST_DATE && timestamp <= LAST_DATE
  if (!isDate) return String(timestamp)
  return new Date(timestamp).toISOString().replace('T', ' ').replace('Z', '')
}

/** A watermark: a date where it can be one; at the end of the input there's none above it. */
export function watermarkText(watermark: number): string {
  if (watermark === Infinity) return 'MAX'
  return watermark >= FIRST_DATE ? timestampText(watermark).slice(0, 19) : String(watermark)
}
