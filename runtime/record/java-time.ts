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
  const nanos = nanoOfDay(text)
  return nanos === null ? null : longHash(nanos)
}

/** Nanoseconds since midnight of `12:34:56.789`; null if the text isn't a time. */
export function nanoOfDay(text: string): number | null {
  const match = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/.exec(text)
  if (match === null) return null
  const [, hours, minutes, seconds = '0', fraction = ''] = match
  const nanos = Number(fraction.padEnd(9, '0'))
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1e9 + nanos
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
  const parts = instantParts(value)
  return parts === null ? null : (longHash(parts.seconds) + Math.imul(51, parts.nanos)) | 0
}

/** Seconds since 1970 and the nanoseconds after them; null if it isn't an instant. */
export function instantParts(value: string | Date): { readonly seconds: number; readonly nanos: number } | null {
  if (value instanceof Date) {
    const ms = value.getTime()
    return Number.isNaN(ms)
      ? null
      : { seconds: Math.floor(ms / 1000), nanos: (ms - Math.floor(ms / 1000) * 1000) * 1e6 }
  }
  const match = /^(.+?)(?:\.(\d{1,9}))?Z$/.exec(value)
  const ms = match === null ? NaN : Date.parse(`${match[1]}Z`)
  return Number.isNaN(ms) ? null : { seconds: ms / 1000, nanos: Number((match?.[2] ?? '').padEnd(9, '0')) }
}
