// The two scales of the time view. Processing time goes up in virtual ms, with stretches that were passed over shortened;
// event time goes to the right over whatever timestamps there are: seconds of an example, or dates.
import { scaleLinear, scaleUtc, utcFormat } from 'd3'

/** What a stretch that was passed over is shortened to, in ms. */
const GAP_MS = 300
/** Timestamps from here on are taken for dates. */
const FIRST_DATE = 1e10

export interface Gap {
  readonly fromMs: number
  readonly toMs: number
}

/** Virtual ms to ms as they are shown, and back. */
export interface ShownTime {
  readonly of: (ms: number) => number
  readonly invert: (shownMs: number) => number
}

export function shownTime(gaps: readonly Gap[]): ShownTime {
  const [domain, range] = [[0], [0]]
  const add = (ms: number, most: number): void => {
    const last = domain.at(-1) as number
    if (ms <= last) return
    domain.push(ms)
    range.push((range.at(-1) as number) + Math.min(most, ms - last))
  }
  for (const { fromMs, toMs } of gaps) {
    add(fromMs, Infinity)
    add(toMs, GAP_MS)
  }
  add((domain.at(-1) as number) + 1000, Infinity)
  const scale = scaleLinear(domain, range)
  return { of: (ms) => scale(ms), invert: (shownMs) => scale.invert(shownMs) }
}

export interface Tick {
  readonly at: number
  readonly text: string
}

/** From event time to px. */
export interface EventScale {
  readonly of: (timestamp: number) => number
  readonly invert: (px: number) => number
  readonly ticks: readonly Tick[]
  readonly isDate: boolean
  readonly from: number
  readonly to: number
}

/** Over all of these; with round numbers at its ends, so that it changes rarely, unless the ends are what's wanted. */
export function eventScale(
  low: number,
  high: number,
  px: { left: number; width: number },
  isExact = false,
): EventScale {
  const least = Math.max(1, Math.abs(high) * 1e-12)
  const [from, to] = high - low >= least ? [low, high] : [low - 500, high + 500]
  const isDate = from >= FIRST_DATE
  const range = [px.left, px.left + px.width]
  const count = Math.max(2, Math.floor(px.width / (isDate ? 110 : 80)))
  if (isDate) {
    const scale = scaleUtc([from, to], range)
    if (!isExact) scale.nice(count)
    const ends = scale.domain() as [Date, Date]
    const ticks = thinTo(scale.ticks(count), count)
    const format = dateFormat(ticks, ends)
    return {
      of: (timestamp) => scale(timestamp),
      invert: (at) => scale.invert(at).getTime(),
      ticks: ticks.map((tick) => ({ at: scale(tick), text: format(tick) })),
      isDate,
      from: ends[0].getTime(),
      to: ends[1].getTime(),
    }
  }
  const scale = scaleLinear([from, to], range)
  if (!isExact) scale.nice(count)
  const ends = scale.domain() as [number, number]
  return {
    of: (timestamp) => scale(timestamp),
    invert: (at) => scale.invert(at),
    ticks: thinTo(scale.ticks(count), count).map((tick) => ({ at: scale(tick), text: shortSeconds(tick) })),
    isDate,
    from: ends[0],
    to: ends[1],
  }
}

/** d3 may give nearly twice as many as asked for. */
function thinTo<T>(ticks: T[], count: number): T[] {
  return ticks.length <= count * 1.3 ? ticks : ticks.filter((_, i) => i % 2 === 0)
}

function dateFormat(ticks: readonly Date[], [from, to]: readonly [Date, Date]): (date: Date) => string {
  const step = (ticks[1]?.getTime() ?? 0) - (ticks[0]?.getTime() ?? 0)
  if (to.getTime() - from.getTime() > 2 * 86_400_000) return utcFormat(step < 86_400_000 ? '%m-%d %H:%M' : '%Y-%m-%d')
  return utcFormat(step < 1000 ? '%H:%M:%S.%L' : step < 60_000 ? '%H:%M:%S' : '%H:%M')
}

/** Seconds with as many decimals as they need. */
export function shortSeconds(ms: number): string {
  return String(Math.round(ms) / 1000)
}

/** A timestamp in full: a date in UTC, or seconds with their thousandths; a watermark beyond all is MAX. */
export function eventText(timestamp: number, hasDay = true): string {
  if (timestamp === Infinity) return 'MAX'
  if (timestamp === -Infinity) return 'MIN'
  if (timestamp < FIRST_DATE || timestamp > 8.64e15) return (timestamp / 1000).toFixed(3)
  const text = new Date(timestamp).toISOString().replace('T', ' ').replace('Z', '')
  return hasDay ? text : text.slice(11)
}

/** A window: `[0, 10)`, or its hours. */
export function windowText(start: number, end: number): string {
  if (start < FIRST_DATE) return `[${shortSeconds(start)}, ${shortSeconds(end)})`
  const isShort = end - start < 86_400_000
  const part = (timestamp: number): string => {
    const text = new Date(timestamp).toISOString()
    if (!isShort) return text.slice(5, 16).replace('T', ' ')
    return timestamp % 60_000 === 0 ? text.slice(11, 16) : text.slice(11, 19)
  }
  return `[${part(start)}, ${part(end)})`
}
