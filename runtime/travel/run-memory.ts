// Keeps what a run holds at a moment, and gives it that again. It goes through all objects that can be reached from where
// it begins: whatever changes in a run is a plain field or in a list, Map, Set or typed array (CONTRIBUTING, a test), so
// nothing need be named. Objects stay the ones they are; only what they hold is kept and put back.

import { kindOf } from './run-kinds.ts'
import type { Kept, Kind, Tracked } from './kept-object.ts'

export class RunMemory {
  readonly root: object
  /** Null for what never changes. */
  readonly tracked = new WeakMap<object, Tracked | null>()
  looks = 0
  /** Objects that were looked at the last time. */
  visited = 0

  /** `fixed`: these, and what they lead to, never change. */
  constructor(root: object, fixed: readonly object[]) {
    this.root = root
    for (const object of fixed) this.fix(object)
  }

  /** What everything holds now. @throws NotKeptError if there's something that can't be kept. */
  take(): readonly Kept[] {
    const look = this.look
    const stamp = ++this.looks
    const queue: Tracked[] = []
    this.enter(look(this.root), stamp, queue)
    const moment: Kept[] = []
    for (let i = 0; i < queue.length; i++) {
      const tracked = queue[i] as Tracked
      const now = tracked.kind.take(tracked, tracked.kept, look)
      tracked.kept = now
      moment.push(now)
      for (const group of now.inside) for (const inner of group) this.enter(inner, stamp, queue)
    }
    this.visited = moment.length
    return moment
  }

  /** Everything holds again what it did then. */
  put(moment: readonly Kept[]): void {
    for (const kept of moment) {
      kept.of.kind.put(kept.of.object, kept.values)
      kept.of.kept = kept
    }
  }

  private enter(tracked: Tracked | null, stamp: number, queue: Tracked[]): void {
    if (tracked === null || tracked.seen === stamp) return
    tracked.seen = stamp
    queue.push(tracked)
  }

  private readonly look = (object: object): Tracked | null => {
    const known = this.tracked.get(object)
    if (known !== undefined) return known
    const kind = kindOf(object) as Kind | null
    const tracked = kind === null ? null : { object, kind, kept: null, seen: 0 }
    this.tracked.set(object, tracked)
    return tracked
  }

  private fix(object: object): void {
    const rest: unknown[] = [object]
    for (let i = 0; i < rest.length; i++) {
      const value = rest[i]
      if (typeof value !== 'object' || value === null || this.tracked.has(value)) continue
      this.tracked.set(value, null)
      const inner: unknown[] = value instanceof Map ? Array.from(value.entries()).flat() : Object.values(value)
      rest.push(...inner)
    }
  }
}

/**
 * Where two moments of a run differ first: the way there, by names. Null if they are the same, or differ only in what is
 * left out.
 */
export function differenceOf(a: readonly Kept[], b: readonly Kept[], leftOut: object): string | null {
  const comparison = new Comparison(a, b, leftOut)
  comparison.add(a[0] as Kept, b[0] as Kept, '')
  for (; comparison.at < comparison.pairs.length; comparison.at++) {
    const { one, other } = comparison.pairs[comparison.at] as Pair
    const difference = one.of.kind === other.of.kind ? comparison.compare(one, other) : 'kind'
    if (difference !== null) return comparison.wayTo(difference)
  }
  return null
}

/** Objects of two moments, and how they were come upon. */
interface Pair {
  readonly one: Kept
  readonly other: Kept
  /** In the pair with this index, by this name. */
  readonly from: number
  readonly name: string | number
}

/** Objects of two moments in pairs: an object of one is always the same one of the other. */
class Comparison {
  readonly pairs: Pair[] = []
  /** The pair that is being compared. */
  at = 0
  private readonly before: ReadonlyMap<object, Kept>
  private readonly after: ReadonlyMap<object, Kept>
  private readonly partners = new Map<object, object>()
  private readonly leftOut: object

  constructor(a: readonly Kept[], b: readonly Kept[], leftOut: object) {
    this.before = new Map(a.map((kept) => [kept.of.object, kept]))
    this.after = new Map(b.map((kept) => [kept.of.object, kept]))
    this.leftOut = leftOut
  }

  add(one: Kept, other: Kept, name: string | number): void {
    this.partners.set(one.of.object, other.of.object)
    this.pairs.push({ one, other, from: this.at, name })
  }

  compare(one: Kept, other: Kept): string | null {
    if (one !== other) return one.of.kind.differ(one.values, other.values, this.isSame)
    // It held the same objects, each of which may hold something else.
    for (const group of one.inside) for (const { object } of group) if (!this.isSame(object, object, '…')) return '…'
    return null
  }

  wayTo(name: string): string {
    let way = `/${name}`
    for (let at = this.at; at > 0; at = (this.pairs[at] as Pair).from) way = `/${(this.pairs[at] as Pair).name}${way}`
    return way
  }

  private readonly isSame = (value: unknown, against: unknown, name: string | number): boolean => {
    if (typeof value === 'function') return typeof against === 'function'
    if (typeof value !== 'object' || typeof against !== 'object' || value === null || against === null) {
      return Object.is(value, against)
    }
    if (value === this.leftOut) return true
    const partner = this.partners.get(value)
    if (partner !== undefined) return partner === against
    const [one, other] = [this.before.get(value), this.after.get(against)]
    // What isn't looked into is the fingerprint's business.
    if (one === undefined || other === undefined) return one === other
    this.add(one, other, name)
    return true
  }
}
