// The windows that assigners make: stretches of time, and the one window that holds everything. Two windows are the same
// if start and end are; that pair of numbers is also what keyed state knows a window by. Flink's TimeWindow and
// GlobalWindow.

/** A set of records of a stream. */
export abstract class Window {
  /** The highest timestamp a record in it can have, in ms; what the window's results are stamped with. */
  abstract maxTimestamp(): number
}

/**
 * A stretch of time: from start, included, to end, not included, in ms.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/
 */
export class TimeWindow extends Window {
  readonly start: number
  readonly end: number

  constructor(start: number, end: number) {
    super()
    this.start = start
    this.end = end
  }

  getStart(): number {
    return this.start
  }

  getEnd(): number {
    return this.end
  }

  override maxTimestamp(): number {
    return this.end - 1
  }

  /** Whether they overlap or touch. */
  intersects(other: TimeWindow): boolean {
    return this.start <= other.end && this.end >= other.start
  }

  /** The shortest window that has both. */
  cover(other: TimeWindow): TimeWindow {
    return new TimeWindow(Math.min(this.start, other.start), Math.max(this.end, other.end))
  }

  equals(other: unknown): boolean {
    return other instanceof TimeWindow && other.start === this.start && other.end === this.end
  }

  override toString(): string {
    return `TimeWindow{start=${this.start}, end=${this.end}}`
  }
}

/** The window of GlobalWindows: all records of a key, for ever. */
export class GlobalWindow extends Window {
  /** There is only one. */
  static readonly #only = new GlobalWindow()
  readonly start = -Infinity
  readonly end = Infinity
  /** Keeps the type apart from TimeWindow's. */
  readonly isGlobal = true

  static get(): GlobalWindow {
    return GlobalWindow.#only
  }

  override maxTimestamp(): number {
    return Infinity
  }

  equals(other: unknown): boolean {
    return other instanceof GlobalWindow
  }

  override toString(): string {
    return 'GlobalWindow'
  }
}

/** A window as the operators have it. */
export type AnyWindow = TimeWindow | GlobalWindow

/** The window of a namespace of keyed state. */
export function windowOf(start: number, end: number): AnyWindow {
  return start === -Infinity && end === Infinity ? GlobalWindow.get() : new TimeWindow(start, end)
}

/** Where the window that holds the timestamp begins: windows are aligned to 1970, moved by the offset. */
export function windowStart(timestamp: number, offsetMs: number, sizeMs: number): number {
  const remainder = (timestamp - offsetMs) % sizeMs
  return remainder < 0 ? timestamp - (remainder + sizeMs) : timestamp - remainder
}

/** By end, then by start. */
export function compareWindows(a: TimeWindow, b: TimeWindow): number {
  return a.end - b.end || a.start - b.start
}
