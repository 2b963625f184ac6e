// Which windows a record belongs to, as data: tumbling, sliding, sessions, and the one window of everything; by event
// time or by processing time.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#window-assigners

import { LearnerError } from '../base/diagnostic.ts'
import { isEventTime } from '../operators/window/assigners.ts'
import type { TriggerSpec, WindowAssignerSpec, WindowTime } from '../operators/window/window-spec.ts'
import type { GlobalWindow, TimeWindow, Window } from '../operators/window/windows.ts'
import { durationMs, type Duration, type Time } from './duration.ts'
import { requireFunction } from './require.ts'

/** How the windows of several subtasks are moved against each other, so that they don't all fire at once. */
export type WindowStagger = (typeof WindowStagger)[keyof typeof WindowStagger]
/** How the windows of several subtasks are moved against each other, so that they don't all fire at once. */
export const WindowStagger = {
  /** Not at all: all windows of a size begin and end together. */
  ALIGNED: 'ALIGNED',
  /** By a random time, for each subtask its own. */
  RANDOM: 'RANDOM',
  /** By as much as the subtask's first record came after the start of its window, by the clock. */
  NATURAL: 'NATURAL',
} as const

/** Finds the gap after which the session of a record ends, in ms. */
export interface SessionWindowTimeGapExtractor<T> {
  extract(element: T): number
}

/**
 * Says which windows a record belongs to, and when by default their contents are handed on.
 *
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#window-assigners
 */
export abstract class WindowAssigner<T, W extends Window> {
  /** As the plan holds it. */
  readonly spec: WindowAssignerSpec
  /** The learner's functions in it, by role. */
  readonly functions: Readonly<Record<string, unknown>>
  /** Flink's name of the class: operators are named after it. */
  abstract readonly name: string
  /** What of it the plan's description shows. */
  readonly parameters: readonly (number | string)[]
  /** Never present; let TypeScript infer the types. */
  readonly element?: (element: T) => void
  readonly window?: W

  constructor(
    spec: WindowAssignerSpec,
    parameters: readonly (number | string)[],
    functions: Readonly<Record<string, unknown>> = {},
  ) {
    this.spec = spec
    this.parameters = parameters
    this.functions = functions
  }

  isEventTime(): boolean {
    return isEventTime(this.spec)
  }

  /** As data; without another one its windows fire by it. */
  defaultTrigger(): TriggerSpec {
    return { kind: this.isEventTime() ? 'eventTime' : 'processingTime' }
  }
}

/**
 * Windows of one length, one after the other, by event time: they fire when the watermark passes their end.
 *
 * ```ts
 * rides.keyBy((ride) => ride.taxi).window(TumblingEventTimeWindows.of(Duration.ofMinutes(5)))
 * ```
 */
export class TumblingEventTimeWindows extends WindowAssigner<unknown, TimeWindow> {
  override readonly name = 'TumblingEventTimeWindows'

  /** Windows are aligned to 1970 in UTC: a day in China begins with `Duration.ofHours(-8)` as the offset. */
  static of(
    size: Duration | Time,
    offset?: Duration | Time,
    stagger: WindowStagger = 'ALIGNED',
  ): TumblingEventTimeWindows {
    const spec = tumbling('event', { size, offset, stagger }, 'TumblingEventTimeWindows')
    return new TumblingEventTimeWindows(spec, [spec.sizeMs])
  }
}

/** Windows of one length, one after the other, by the clock. */
export class TumblingProcessingTimeWindows extends WindowAssigner<unknown, TimeWindow> {
  override readonly name = 'TumblingProcessingTimeWindows'

  /** Windows are aligned to 1970 in UTC, moved by the offset. */
  static of(
    size: Duration | Time,
    offset?: Duration | Time,
    stagger: WindowStagger = 'ALIGNED',
  ): TumblingProcessingTimeWindows {
    const spec = tumbling('processing', { size, offset, stagger }, 'TumblingProcessingTimeWindows')
    return new TumblingProcessingTimeWindows(spec, [spec.sizeMs])
  }
}

/**
 * Windows of one length that begin at every slide, by event time. With a slide shorter than the size they overlap, and a
 * record belongs to several; with a longer one some records belong to none.
 *
 * ```ts
 * SlidingEventTimeWindows.of(Duration.ofMinutes(10), Duration.ofMinutes(1))
 * ```
 */
export class SlidingEventTimeWindows extends WindowAssigner<unknown, TimeWindow> {
  override readonly name = 'SlidingEventTimeWindows'

  static of(size: Duration | Time, slide: Duration | Time, offset?: Duration | Time): SlidingEventTimeWindows {
    const spec = sliding('event', { size, slide, offset }, 'SlidingEventTimeWindows')
    return new SlidingEventTimeWindows(spec, [spec.sizeMs, spec.slideMs])
  }
}

/** Windows of one length that begin at every slide, by the clock. */
export class SlidingProcessingTimeWindows extends WindowAssigner<unknown, TimeWindow> {
  override readonly name = 'SlidingProcessingTimeWindows'

  static of(size: Duration | Time, slide: Duration | Time, offset?: Duration | Time): SlidingProcessingTimeWindows {
    const spec = sliding('processing', { size, slide, offset }, 'SlidingProcessingTimeWindows')
    return new SlidingProcessingTimeWindows(spec, [spec.sizeMs, spec.slideMs])
  }
}

/**
 * Sessions by event time: records of a key whose distance isn't longer than the gap are in one window. A record between
 * two sessions can make one of them.
 *
 * Differs from Flink: a record without timestamp is refused, as in the other event-time windows. Flink takes it for one
 * of the earliest time there is.
 *
 * ```ts
 * clicks.keyBy((click) => click.user).window(EventTimeSessionWindows.withGap(Duration.ofMinutes(30)))
 * ```
 */
export class EventTimeSessionWindows<T = unknown> extends WindowAssigner<T, TimeWindow> {
  override readonly name: string

  private constructor(gapMs: number | null, functions: Readonly<Record<string, unknown>>) {
    super({ kind: 'session', time: 'event', gapMs }, gapMs === null ? [] : [gapMs], functions)
    this.name = gapMs === null ? 'DynamicEventTimeSessionWindows' : 'EventTimeSessionWindows'
  }

  static withGap(gap: Duration | Time): EventTimeSessionWindows {
    return new EventTimeSessionWindows(gapOf(gap, 'EventTimeSessionWindows'), {})
  }

  /** A gap of its own for every record. */
  static withDynamicGap<T>(
    extractor: SessionWindowTimeGapExtractor<T> | ((element: T) => number),
  ): EventTimeSessionWindows<T> {
    requireFunction(extractor, 'extract', 'withDynamicGap')
    return new EventTimeSessionWindows<T>(null, { gapExtractor: extractor })
  }
}

/** Sessions by the clock: records of a key that come with no longer pause than the gap are in one window. */
export class ProcessingTimeSessionWindows<T = unknown> extends WindowAssigner<T, TimeWindow> {
  override readonly name: string

  private constructor(gapMs: number | null, functions: Readonly<Record<string, unknown>>) {
    super({ kind: 'session', time: 'processing', gapMs }, gapMs === null ? [] : [gapMs], functions)
    this.name = gapMs === null ? 'DynamicProcessingTimeSessionWindows' : 'ProcessingTimeSessionWindows'
  }

  static withGap(gap: Duration | Time): ProcessingTimeSessionWindows {
    return new ProcessingTimeSessionWindows(gapOf(gap, 'ProcessingTimeSessionWindows'), {})
  }

  /** A gap of its own for every record. */
  static withDynamicGap<T>(
    extractor: SessionWindowTimeGapExtractor<T> | ((element: T) => number),
  ): ProcessingTimeSessionWindows<T> {
    requireFunction(extractor, 'extract', 'withDynamicGap')
    return new ProcessingTimeSessionWindows<T>(null, { gapExtractor: extractor })
  }
}

/** One window with all records of a key. It needs a trigger to be of use: by default it never fires. */
export class GlobalWindows extends WindowAssigner<unknown, GlobalWindow> {
  override readonly name = 'GlobalWindows'
  readonly isFiredAtEnd: boolean

  private constructor(isFiredAtEnd: boolean) {
    super({ kind: 'global' }, [`trigger=${isFiredAtEnd ? 'EndOfStreamTrigger' : 'NeverTrigger'}`])
    this.isFiredAtEnd = isFiredAtEnd
  }

  static create(): GlobalWindows {
    return new GlobalWindows(false)
  }

  /** The window fires once, when the input has ended. */
  static createWithEndOfStreamTrigger(): GlobalWindows {
    return new GlobalWindows(true)
  }

  override defaultTrigger(): TriggerSpec {
    return { kind: this.isFiredAtEnd ? 'endOfStream' : 'never' }
  }
}

interface Lengths {
  readonly size: Duration | Time
  readonly slide?: Duration | Time
  readonly offset: Duration | Time | undefined
}

function tumbling(
  time: WindowTime,
  { size, offset, stagger }: Lengths & { readonly stagger: WindowStagger },
  assigner: string,
): WindowAssignerSpec & { readonly kind: 'tumbling' } {
  const sizeMs = lengthOf(size, 'size', assigner)
  const offsetMs = offsetOf(offset, sizeMs, assigner)
  if (!Object.hasOwn(WindowStagger, stagger)) throw new LearnerError('WINDOW_STAGGER', { value: String(stagger) })
  return { kind: 'tumbling', time, sizeMs, offsetMs, stagger }
}

/** Most windows that a record may belong to, as in Flink. */
const MOST_WINDOWS = 10_000_000

function sliding(
  time: WindowTime,
  { size, slide, offset }: Lengths,
  assigner: string,
): WindowAssignerSpec & { readonly kind: 'sliding' } {
  const sizeMs = lengthOf(size, 'size', assigner)
  const slideMs = lengthOf(slide, 'slide', assigner)
  const offsetMs = offsetOf(offset, slideMs, assigner)
  const windows = Math.ceil(sizeMs / slideMs)
  if (windows > MOST_WINDOWS)
    throw new LearnerError('WINDOW_TOO_MANY', { sizeMs, slideMs, windows, most: MOST_WINDOWS })
  return { kind: 'sliding', time, sizeMs, slideMs, offsetMs }
}

function gapOf(gap: Duration | Time, assigner: string): number {
  return lengthOf(gap, 'gap', assigner)
}

/** A length of at least 1 ms. `part`: what of the window it is. */
function lengthOf(length: Duration | Time | undefined, part: string, assigner: string): number {
  const ms = durationMs(length as Duration | Time, `${assigner}, ${part}`, -Infinity)
  if (ms <= 0) throw new LearnerError('WINDOW_LENGTH', { assigner, part, ms })
  return ms
}

/** `everyMs`: what comes round after so long; an offset as long as that would be none. */
function offsetOf(offset: Duration | Time | undefined, everyMs: number, assigner: string): number {
  if (offset === undefined) return 0
  const offsetMs = durationMs(offset, `${assigner}, offset`, -Infinity)
  if (Math.abs(offsetMs) >= everyMs) throw new LearnerError('WINDOW_OFFSET', { assigner, offsetMs, everyMs })
  return offsetMs
}
