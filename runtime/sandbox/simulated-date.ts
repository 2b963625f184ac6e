// Date on virtual time. Instances are real dates, so they can be cloned and kept in state; their local time is UTC on
// every machine. Limits: text without a zone is read as UTC in the usual forms (ISO, `2024-01-31 12:00`, `Jan 31, 2024`);
// a date made by the host or by structuredClone has the host's local methods unless pinLocalTime is called once.

interface Clock {
  nowMs(): number
}

/** A Date constructor that reads the given clock. */
export function makeDate(clock: Clock): DateConstructor {
  class SimulatedDate extends Date {
    constructor(...parts: unknown[]) {
      super(timeOf(parts, clock))
    }

    static override now(): number {
      return clock.nowMs()
    }

    static override parse(text: string): number {
      return parseUtc(text)
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof Date
    }
  }
  Object.defineProperty(SimulatedDate, 'name', { value: 'Date' })
  pinLocalTime(SimulatedDate.prototype)
  // Called without `new`, Date gives text; a class can't be called, a proxy of it can.
  return new Proxy(SimulatedDate, {
    apply: () => new SimulatedDate().toString(),
  }) as unknown as DateConstructor
}

function timeOf(parts: readonly unknown[], clock: Clock): number {
  if (parts.length === 0) return clock.nowMs()
  if (parts.length > 1) return Date.UTC(...(parts.map(Number) as [number, number]))
  const [value] = parts
  if (value instanceof Date) return value.getTime()
  const primitive = toPrimitive(value)
  return typeof primitive === 'string' ? parseUtc(primitive) : Number(primitive)
}

function toPrimitive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const own: unknown = value.valueOf()
  return typeof own === 'object' ? `${value as unknown as string}` : own
}

const HAS_ZONE = /(?:Z|GMT|UTC?|[+-]\d\d:?\d\d|\b[ECMP][SD]T)\)?\s*$/i
const DATE_ONLY = /^\s*[+-]?\d{4,6}-\d\d(?:-\d\d)?\s*$/

/** Text without a zone counts as UTC: `Date.parse` would take the host's zone for it. */
function parseUtc(text: string): number {
  const trimmed = String(text)
  if (DATE_ONLY.test(trimmed) || HAS_ZONE.test(trimmed)) return Date.parse(trimmed)
  const isIso = /^\s*[+-]?\d{4,6}-\d\d-\d\dT/.test(trimmed)
  return Date.parse(isIso ? `${trimmed.trim()}Z` : `${trimmed} UTC`)
}

const FIELDS = ['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds'] as const
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * Makes the local-time methods of a date prototype those of UTC, and its locale texts one fixed form. For the prototype
 * of the sandbox's own Date; a host that runs nothing but jobs calls it with its `Date.prototype` too.
 */
export function pinLocalTime(prototype: Date): void {
  const members = prototype as unknown as Record<string, unknown>
  const utc = Date.prototype as unknown as Record<string, unknown>
  const replace = (name: string, value: unknown) =>
    Object.defineProperty(members, name, { value, writable: true, configurable: true, enumerable: false })
  for (const field of FIELDS) {
    replace(`get${field}`, utc[`getUTC${field}`])
    if (field !== 'Day') replace(`set${field}`, utc[`setUTC${field}`])
  }
  replace('getTimezoneOffset', () => 0)
  const methods: ThisType<Date> & Record<string, () => string> = {
    toString() { return isValid(this) ? `${dayText(this)} ${timeText(this)} GMT+0000 (Coordinated Universal Time)` : 'Invalid Date' },
    toDateString() { return isValid(this) ? dayText(this) : 'Invalid Date' },
    toTimeString() { return isValid(this) ? `${timeText(this)} GMT+0000 (Coordinated Universal Time)` : 'Invalid Date' },
    toLocaleString() { return isValid(this) ? `${isoDay(this)} ${timeText(this)}` : 'Invalid Date' },
    toLocaleDateString() { return isValid(this) ? isoDay(this) : 'Invalid Date' },
    toLocaleTimeString() { return isValid(this) ? timeText(this) : 'Invalid Date' },
  } // prettier-ignore
  for (const [name, method] of Object.entries(methods)) replace(name, method)
  replace(Symbol.toPrimitive as unknown as string, function (this: Date, hint: string) {
    return hint === 'number' ? this.getTime() : this.toString()
  })
}

function isValid(date: Date): boolean {
  return !Number.isNaN(date.getTime())
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function dayText(date: Date): string {
  const year = date.getUTCFullYear()
  const yearText = (year < 0 ? '-' : '') + String(Math.abs(year)).padStart(year < 0 ? 6 : 4, '0')
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())} ${yearText}`
}

function timeText(date: Date): string {
  return [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
}

function isoDay(date: Date): string {
  return date.toISOString().replace(/T.*$/, '')
}
