// The click events of Flink's operations playground: six pages in turn, each with a clock of its own that goes on by
// 15 ms per event, so that every page has exactly 1000 events in every 15 seconds of event time.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/getting-started/flink-operations-playground/

const PAGES = ['/help', '/index', '/shop', '/jobs', '/about', '/news'] as const
const MS_BETWEEN_EVENTS = 15

/** One event every 2 ms. */
export const CLICKS_PER_SECOND = 500

/** Somebody looked at a page. */
export class ClickEvent {
  /** Event time in ms. */
  timestamp: number
  page: string

  constructor(timestamp: number, page: string) {
    this.timestamp = timestamp
    this.page = page
  }

  /** By its own name, which a bundle may have shortened. */
  toString(): string {
    return `ClickEvent{timestamp=${this.timestamp}, page=${this.page}}`
  }
}

/** The event with this index, from 0. */
export function clickAt(index: number): ClickEvent {
  const page = PAGES[index % PAGES.length] as string
  return new ClickEvent(Math.floor(index / PAGES.length) * MS_BETWEEN_EVENTS, page)
}
