// Hash codes of java.time values, which keys may be. They're given as ISO text (or a Date for an instant); null says
// that the text isn't one.

import { longHash } from '../base/java-hash.ts'

/** java.time.LocalDate.hashCode of `2020-01-31`. */
export function localDateHash(text: string): number | null {
  const match = /^([+-]?\d{4,})-(\d\d)-(\d\d)$/.exec(text)
  if (match === null) return null
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  return (year & 0xfffff800) ^ ((year << 11) + (month << 6) + day)
}

/** java.time.LocalTime.hashCode of `12:34:56.789`. */
export function localTimeHash(text: string): number | null {
  const match = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/.exec(text)
  if (match === null) return null
  const [, hours, minutes, seconds = '0', fraction = ''] = match
  const nanos = Number(fraction.padEnd(9, '0'))
  return longHash(((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1e9 + nanos)
}

/** java.time.LocalDateTime.hashCode of `2020-01-31T12:34:56`. */
export function localDateTimeHash(text: string): number | null {
  const [date = '', time = ''] = text.split(/[T ]/)
  const dateCode = localDateHash(date)
  const timeCode = localTimeHash(time)
  return dateCode === null || timeCode === null ? null : dateCode ^ timeCode
}

/** java.time.Instant.hashCode of a Date or of `2020-01-31T12:34:56.789Z`. */
export function instantHash(value: string | Date): number | null {
  if (value instanceof Date) return secondsHash(Math.floor(value.getTime() / 1000), (value.getTime() % 1000) * 1e6)
  const match = /^(.+?)(?:\.(\d{1,9}))?Z$/.exec(value)
  if (match === null) return null
  const ms = Date.parse(`${match[1]}Z`)
  return Number.isNaN(ms) ? null : secondsHash(ms / 1000, Number((match[2] ?? '').padEnd(9, '0')))
}

function secondsHash(seconds: number, nanos: number): number {
  return (longHash(seconds) + Math.imul(51, (nanos + 1e9) % 1e9)) | 0
}
