// Contents of windows that all end by themselves, the window first: per open window a small table from key to contents,
// in the order in which keys came, and the windows sorted by end. No slot, timer or heap per key and window: a window's
// timer stands for those of all its keys. To everybody else it reads like state and timers per key and window.

import { cloneValue } from '../base/clone.ts'

/** One open window. */
export interface Pane {
  readonly start: number
  readonly end: number
  /** By slot of the key; undefined for none. */
  contents: unknown[]
  /** Of the keys that have contents, in the order in which they came: the first `count` of them. */
  slots: Int32Array
  count: number
  /** While a snapshot is being written: slots whose contents it doesn't hold. */
  own: Set<number> | null
}

/** An open window at one moment. */
export interface PaneSnapshot {
  readonly start: number
  readonly end: number
  readonly slots: Int32Array
  /** By slot. */
  readonly contents: readonly unknown[]
}

/** What a key holds in an open window. */
export interface PaneEntry {
  readonly start: number
  readonly end: number
  readonly contents: unknown
}

const START_LENGTH = 64

export class PaneTables {
  /** Name of the state that the contents are. */
  readonly state: string
  readonly isEventTime: boolean
  /** By end. */
  open: Pane[] = []
  /** Keys in all open windows: so many states, and so many timers. */
  count = 0
  /** The window of the last record: most often that of the next one too. */
  last: Pane | null = null
  /** The window whose keys are being fired: for whoever watches. */
  firing: Pane | null = null
  /** Snapshots that are still being written: what they hold is copied before it's changed in place. */
  pending = 0
  /** Windows that are gone, emptied: what they were made of is used again. */
  spare: Pick<Pane, 'contents' | 'slots'>[] = []

  constructor(state: string, isEventTime: boolean) {
    this.state = state
    this.isEventTime = isEventTime
  }

  /** The open window of these bounds, made if there's none. */
  pane(start: number, end: number): Pane {
    return this.open[this.placeOf(start, end, this.open.length)] as Pane
  }

  /** Where the open window of these bounds is, made if there's none; looked for below a place that isn't before it. */
  placeOf(start: number, end: number, below: number): number {
    const { open } = this
    let at = below
    while (at > 0 && (open[at - 1] as Pane).end > end) at--
    if (at > 0 && (open[at - 1] as Pane).end === end) return at - 1
    const { contents, slots } = this.spare.pop() ?? {
      contents: new Array<unknown>(START_LENGTH).fill(undefined),
      slots: new Int32Array(START_LENGTH),
    }
    open.splice(at, 0, { start, end, contents, slots, count: 0, own: null })
    return at
  }

  /** First contents of a key in the window. */
  add(pane: Pane, slot: number, contents: unknown): void {
    if (slot >= pane.contents.length) {
      let { length } = pane.contents
      while (length <= slot) length *= 2
      const wider = new Array<unknown>(length).fill(undefined)
      for (let i = 0; i < pane.contents.length; i++) wider[i] = pane.contents[i]
      pane.contents = wider
    }
    if (pane.count === pane.slots.length) {
      const wider = new Int32Array(pane.count * 2)
      wider.set(pane.slots)
      pane.slots = wider
    }
    pane.slots[pane.count++] = slot
    pane.contents[slot] = contents
    this.count++
  }

  /** The last timestamp of the window that ends first; Infinity if none is open. */
  headTime(): number {
    const [first] = this.open
    return first === undefined ? Infinity : first.end - 1
  }

  /** Takes the window that ends first away. Whoever takes it calls `recycle` when it's gone. */
  close(): Pane {
    const pane = this.open.shift() as Pane
    this.last = null
    this.count -= pane.count
    this.firing = pane
    return pane
  }

  /** The window was fired, and nothing is left in its table: it serves another. */
  recycle({ contents, slots }: Pane): void {
    this.spare.push({ contents, slots })
  }

  /** The contents of a key that has some, for somebody who may change them in place. */
  openContents({ contents, own }: Pane, slot: number): unknown {
    if (own === null || own.has(slot)) return contents[slot]
    own.add(slot)
    return (contents[slot] = cloneValue(contents[slot]))
  }

  /** The windows as they are now. Whoever takes them calls `release` once they're written. */
  snap(): PaneSnapshot[] {
    this.pending++
    return this.open.map((pane) => {
      pane.own = new Set()
      const { start, end, slots, count, contents } = pane
      return { start, end, slots: slots.slice(0, count), contents: contents.slice() }
    })
  }

  /** One snapshot less is being written. */
  release(): void {
    this.pending--
    if (this.pending === 0) for (const pane of this.open) pane.own = null
  }

  /** What a key holds, the window that ends first first. */
  entriesOf(slot: number): PaneEntry[] {
    return this.open.flatMap(({ start, end, contents }) => {
      const held = slot < contents.length ? contents[slot] : undefined
      return held === undefined ? [] : [{ start, end, contents: held }]
    })
  }
}
