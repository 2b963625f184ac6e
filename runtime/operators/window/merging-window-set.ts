// Which windows of a key are open, and under which window each keeps its contents: merged windows keep those of one of
// them where they are. Flink's MergingWindowSet, down to the order in which Java's HashSet lists windows, since that
// decides which window's contents come first.

import { TimeWindow } from './windows.ts'

/** An open window, and the window under which its contents are kept. As state: plain data. */
export type Mapping = readonly [start: number, end: number, stateStart: number, stateEnd: number]

/** What becomes of windows that are merged. */
export interface Merge {
  readonly result: TimeWindow
  readonly merged: readonly TimeWindow[]
  readonly stateWindow: TimeWindow
  readonly mergedStateWindows: readonly TimeWindow[]
}

interface Entry {
  readonly window: TimeWindow
  readonly stateWindow: TimeWindow
}

/** The open windows of one key. */
export class MergingWindowSet {
  entries: Entry[]
  isChanged = false

  constructor(state: readonly Mapping[] | undefined) {
    this.entries = (state ?? []).map(([start, end, stateStart, stateEnd]) => ({
      window: new TimeWindow(start, end),
      stateWindow: new TimeWindow(stateStart, stateEnd),
    }))
  }

  /** As state; undefined if no window is open. */
  toState(): readonly Mapping[] | undefined {
    if (this.entries.length === 0) return undefined
    return this.entries.map(({ window, stateWindow }) => [window.start, window.end, stateWindow.start, stateWindow.end])
  }

  stateWindowOf(window: TimeWindow): TimeWindow | null {
    return this.entries.find((entry) => entry.window.equals(window))?.stateWindow ?? null
  }

  retire(window: TimeWindow): void {
    this.entries = this.entries.filter((entry) => !entry.window.equals(window))
    this.isChanged = true
  }

  /** Adds a window and returns the open one that it became part of. `merge` is called if that changes open windows. */
  add(added: TimeWindow, merge: (merge: Merge) => void): TimeWindow {
    // Open windows never touch one another, so what touches the added one is all that it merges with.
    const touching = this.entries.filter(({ window }) => window.intersects(added))
    const [first] = touching
    if (first === undefined || first.window.equals(added)) {
      // As in Flink, a window that is open already is opened again: were its contents kept under another window, they
      // would be left behind. It takes a dynamic gap that ends at the very end of a merged session.
      this.put(added, added)
      return added
    }
    const ordered = touching.length === 1 ? touching : inJavaSetOrder(touching, added)
    const result = ordered.reduce((cover, { window }) => cover.cover(window), added)
    // A window that lies within an open one changes nothing.
    if (ordered.length === 1 && first.window.equals(result)) return result
    const [{ stateWindow }, ...others] = ordered as [Entry, ...Entry[]]
    this.entries = this.entries.filter((entry) => !touching.includes(entry))
    this.put(result, stateWindow)
    merge({
      result,
      merged: ordered.map(({ window }) => window),
      stateWindow,
      mergedStateWindows: others.map((entry) => entry.stateWindow),
    })
    return result
  }

  private put(window: TimeWindow, stateWindow: TimeWindow): void {
    const at = this.entries.findIndex((entry) => entry.window.equals(window))
    const entry = { window, stateWindow }
    if (at >= 0) this.entries[at] = entry
    else this.entries.push(entry)
    this.isChanged = true
  }
}

/** In the order in which a Java HashSet lists their windows, the added one among them. */
function inJavaSetOrder(entries: readonly Entry[], added: TimeWindow): Entry[] {
  let capacity = 16
  while (entries.length + 1 > capacity * 0.75) capacity *= 2
  const bucketOf = ({ window }: Entry): number => {
    const hash = javaHash(window)
    return (hash ^ (hash >>> 16)) & (capacity - 1)
  }
  return entries
    .filter(({ window }) => !window.equals(added))
    .map((entry) => ({ entry, bucket: bucketOf(entry) }))
    .sort((a, b) => a.bucket - b.bucket || a.entry.window.start - b.entry.window.start)
    .map(({ entry }) => entry)
}

/** TimeWindow.hashCode: the sum of start and end as a long, its bits mixed. */
function javaHash({ start, end }: TimeWindow): number {
  let h = BigInt.asUintN(64, asLong(start) + asLong(end))
  h = BigInt.asUintN(64, (h ^ (h >> 30n)) * 0xbf58476d1ce4e5b9n)
  h = BigInt.asUintN(64, (h ^ (h >> 27n)) * 0x94d049bb133111ebn)
  h ^= h >> 31n
  return Number(BigInt.asIntN(32, h))
}

function asLong(time: number): bigint {
  if (time === Infinity) return 2n ** 63n - 1n
  return time === -Infinity ? -(2n ** 63n) : BigInt(time)
}
