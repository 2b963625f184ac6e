// Elements of an async operator between their arrival and their emission: records whose requests are on their way, and
// the watermarks between them, which are elements like any other and take up room. Flink's OrderedStreamElementQueue and
// UnorderedStreamElementQueue. Held to golden/datastream/async.json.

/** A record whose request is on its way, or a watermark. */
export interface QueueElement {
  readonly isWatermark: boolean
  /** The record; null for a watermark. */
  readonly value: unknown
  readonly timestamp: number
  /** Null until the request has been answered; a watermark is complete at once, with nothing. */
  results: readonly unknown[] | null
}

/** Says which elements may leave, in which order. */
export interface ElementQueue {
  readonly size: number
  add(element: QueueElement): void
  /** The element, which is in the queue, has its results. */
  completed(element: QueueElement): void
  /** Whether an element may leave. */
  hasCompleted(): boolean
  /** Removes the next element that may leave; null if there's none. */
  poll(): QueueElement | null
  /** All of them, in an order in which they could be added again. */
  elements(): readonly QueueElement[]
}

/** First in, first out. */
export class ElementLine<E> {
  entries: E[] = []
  /** How many of `entries` have left: they're cut off together, so that leaving costs nothing. */
  start = 0

  get size(): number {
    return this.entries.length - this.start
  }

  add(element: E): void {
    this.entries.push(element)
  }

  first(): E | null {
    return this.entries[this.start] ?? null
  }

  /** The first leaves. */
  leave(): void {
    this.start++
    if (this.start * 2 <= this.entries.length) return
    this.entries.splice(0, this.start)
    this.start = 0
  }

  elements(): readonly E[] {
    return this.entries.slice(this.start)
  }
}

/** Elements leave in the order in which they came. */
export class OrderedElementQueue implements ElementQueue {
  line = new ElementLine<QueueElement>()

  get size(): number {
    return this.line.size
  }

  add(element: QueueElement): void {
    this.line.add(element)
  }

  completed(): void {}

  hasCompleted(): boolean {
    return (this.line.first()?.results ?? null) !== null
  }

  poll(): QueueElement | null {
    const first = this.line.first()
    if (first === null || first.results === null) return null
    this.line.leave()
    return first
  }

  elements(): readonly QueueElement[] {
    return this.line.elements()
  }
}

/** Between two watermarks. */
interface Segment {
  readonly incomplete: Set<QueueElement>
  /** In the order in which they were completed. */
  readonly complete: QueueElement[]
}

/** Records leave as they are completed, but never pass a watermark: each watermark is a segment of its own. */
export class UnorderedElementQueue implements ElementQueue {
  size = 0
  segments: Segment[] = [newSegment()]

  add(element: QueueElement): void {
    this.size++
    if (!element.isWatermark) {
      this.last().incomplete.add(element)
      return
    }
    const fence = isEmpty(this.last()) ? this.last() : this.begin()
    fence.complete.push(element)
    this.begin()
  }

  completed(element: QueueElement): void {
    const segment = this.segments.find(({ incomplete }) => incomplete.has(element)) as Segment
    segment.incomplete.delete(element)
    segment.complete.push(element)
  }

  hasCompleted(): boolean {
    return (this.segments[0] as Segment).complete.length > 0
  }

  poll(): QueueElement | null {
    const [first] = this.segments as [Segment]
    const element = first.complete.shift()
    if (element === undefined) return null
    this.size--
    if (this.segments.length > 1 && isEmpty(first)) this.segments.shift()
    return element
  }

  elements(): readonly QueueElement[] {
    return this.segments.flatMap(({ incomplete, complete }) => [...complete, ...incomplete])
  }

  private last(): Segment {
    return this.segments.at(-1) as Segment
  }

  private begin(): Segment {
    const segment = newSegment()
    this.segments.push(segment)
    return segment
  }
}

function newSegment(): Segment {
  return { incomplete: new Set(), complete: [] }
}

function isEmpty({ incomplete, complete }: Segment): boolean {
  return incomplete.size === 0 && complete.length === 0
}
