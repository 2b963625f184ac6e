// Lengths of time, in both of Flink's vocabularies: java.time.Duration, and the older Time of Flink's own. Always whole
// milliseconds, as everything else about time is.

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'

/** A length of time in whole milliseconds. Flink's Duration (java.time.Duration). */
export class Duration {
  readonly #ms: number

  private constructor(ms: number) {
    if (!Number.isSafeInteger(ms)) throw new LearnerError('DURATION', { value: String(ms) })
    this.#ms = ms
  }

  static ofMillis(ms: number): Duration {
    return new Duration(ms)
  }

  static ofSeconds(seconds: number): Duration {
    return new Duration(seconds * 1000)
  }

  static ofMinutes(minutes: number): Duration {
    return new Duration(minutes * 60_000)
  }

  static ofHours(hours: number): Duration {
    return new Duration(hours * 3_600_000)
  }

  static ofDays(days: number): Duration {
    return new Duration(days * 86_400_000)
  }

  toMillis(): number {
    return this.#ms
  }
}

/** The older name for a length of time, as tutorials before Flink 2.0 write it: `Time.seconds(5)`. */
export class Time {
  readonly #ms: number

  private constructor(ms: number) {
    if (!Number.isSafeInteger(ms)) throw new LearnerError('DURATION', { value: String(ms) })
    this.#ms = ms
  }

  static milliseconds(ms: number): Time {
    return new Time(ms)
  }

  static seconds(seconds: number): Time {
    return new Time(seconds * 1000)
  }

  static minutes(minutes: number): Time {
    return new Time(minutes * 60_000)
  }

  static hours(hours: number): Time {
    return new Time(hours * 3_600_000)
  }

  static days(days: number): Time {
    return new Time(days * 86_400_000)
  }

  toMilliseconds(): number {
    return this.#ms
  }
}

/** Milliseconds of either; refuses what isn't at least `lowest`. */
export function durationMs(duration: Duration | Time, what: string, lowest = 0): number {
  const ms =
    duration instanceof Duration ? duration.toMillis() : duration instanceof Time ? duration.toMilliseconds() : NaN
  if (!(ms >= lowest)) {
    const params = { what, value: valueName(duration) }
    throw new LearnerError('DURATION_WANTED', lowest === -Infinity ? params : { ...params, lowest })
  }
  return ms
}
