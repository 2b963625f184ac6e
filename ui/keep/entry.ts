// The unit of keeping: a key, a value, and what it was written on top of. Every tab writes under a name of its own, so
// that of two entries one can say whether the newer knew the older or whether both were written without the other.

export interface Entry {
  readonly key: string
  /** Plain JSON; null: removed. */
  readonly value: unknown
  /** Wall-clock ms, and later than everything its tab had seen. */
  readonly at: number
  /** By tab: when that tab last wrote what this entry contains or replaces. */
  readonly seen: Readonly<Record<string, number>>
}

/** More tabs than this aren't told apart: what the oldest wrote is taken for known. */
const MOST_TABS = 8

/** Whether `entry` was written by somebody who knew `other`. */
export function isAfter(entry: Entry, other: Entry): boolean {
  const times = Object.values(entry.seen)
  const forgotten = times.length < MOST_TABS ? -Infinity : Math.min(...times)
  return Object.entries(other.seen).every(([tab, at]) => at <= (entry.seen[tab] ?? forgotten))
}

export function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Of two entries of a key the one that stands, and the one that neither knew nor was known: it lost. */
export function settle(a: Entry, b: Entry): { readonly stands: Entry; readonly lost: Entry | null } {
  if (isAfter(a, b)) return { stands: a, lost: null }
  if (isAfter(b, a)) return { stands: b, lost: null }
  const [newer, older] = isNewer(a, b) ? [a, b] : [b, a]
  return { stands: knowing(newer, older), lost: sameValue(a.value, b.value) ? null : older }
}

/** Both tabs must come to the same, so entries of one millisecond are ordered by what they say. */
function isNewer(a: Entry, b: Entry): boolean {
  return a.at === b.at ? JSON.stringify(a.value) > JSON.stringify(b.value) : a.at > b.at
}

/** The entry, written by somebody who now knows the other. */
export function knowing(entry: Entry, other: Entry): Entry {
  return { ...entry, seen: union(entry.seen, other.seen) }
}

function union(a: Entry['seen'], b: Entry['seen']): Entry['seen'] {
  const all = new Map(Object.entries(a))
  for (const [tab, at] of Object.entries(b)) all.set(tab, Math.max(at, all.get(tab) ?? 0))
  return newest(all)
}

/** What a tab writes on top of `before`. */
export function nextEntry(key: string, value: unknown, before: Entry | undefined, tab: string, nowMs: number): Entry {
  const at = Math.max(nowMs, (before?.at ?? 0) + 1)
  return { key, value, at, seen: newest(new Map([...Object.entries(before?.seen ?? {}), [tab, at]])) }
}

function newest(seen: ReadonlyMap<string, number>): Entry['seen'] {
  const entries = Array.from(seen).sort(([, a], [, b]) => b - a)
  return Object.fromEntries(entries.slice(0, MOST_TABS))
}

/** The entry, if it is one. */
export function asEntry(value: unknown): Entry | null {
  const entry = value as Partial<Entry> | null
  const isWhole =
    typeof entry === 'object' &&
    typeof entry?.key === 'string' &&
    entry.value !== undefined &&
    Number.isFinite(entry.at) &&
    typeof entry.seen === 'object' &&
    entry.seen !== null &&
    Object.values(entry.seen).every((at) => Number.isFinite(at))
  return isWhole ? (entry as Entry) : null
}
