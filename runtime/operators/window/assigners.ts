// From a record to its windows. Flink's window assigners; which one and how is data in the plan.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#window-assigners

import { LearnerError } from '../../base/diagnostic.ts'
import { hasTimestamp, MIN_TIMESTAMP } from '../../base/time.ts'
import type { OperatorContext } from '../operator.ts'
import { asCall } from '../rich-function.ts'
import type { StaggerKind, WindowAssignerSpec } from './window-spec.ts'
import { GlobalWindow, TimeWindow, windowStart, type AnyWindow } from './windows.ts'

/** Says which windows a record belongs to. The array is used again for the next record. */
export interface Assigner {
  assign(value: unknown, timestamp: number): readonly AnyWindow[]
}

export function createAssigner(spec: WindowAssignerSpec, context: OperatorContext): Assigner {
  switch (spec.kind) {
    case 'tumbling':
      return new TumblingAssigner(spec, context)
    case 'sliding':
      return new SlidingAssigner(spec, context)
    case 'session':
      return new SessionAssigner(spec, context)
    case 'global':
      return new GlobalAssigner()
  }
}

/** Whether windows go by event time. */
export function isEventTime(spec: WindowAssignerSpec): boolean {
  return spec.kind !== 'global' && spec.time === 'event'
}

/** Where a record stands on the clock that the windows go by. Throws LearnerError for a record without timestamp. */
export class WindowClock {
  readonly isEventTime: boolean
  readonly context: OperatorContext

  constructor(spec: WindowAssignerSpec, context: OperatorContext) {
    this.isEventTime = isEventTime(spec)
    this.context = context
  }

  timeOf(timestamp: number): number {
    if (!this.isEventTime) return this.context.nowMs()
    // NaN, for none, fails the comparison too.
    if (!(timestamp > MIN_TIMESTAMP)) throw new LearnerError('WINDOW_NO_TIMESTAMP', { operator: this.context.name })
    return timestamp
  }
}

/** How far a subtask's panes are moved, decided at its first record. Flink's WindowStagger. */
export class Stagger {
  readonly kind: StaggerKind
  readonly sizeMs: number
  readonly context: OperatorContext
  offsetMs: number | null = null

  constructor(kind: StaggerKind, sizeMs: number, context: OperatorContext) {
    this.kind = kind
    this.sizeMs = sizeMs
    this.context = context
    if (kind === 'ALIGNED') this.offsetMs = 0
  }

  offset(): number {
    this.offsetMs ??= this.draw()
    return this.offsetMs
  }

  private draw(): number {
    const { context, sizeMs } = this
    if (this.kind === 'RANDOM') return Math.floor(context.random('window stagger').nextDouble() * sizeMs)
    const now = context.nowMs()
    return now - windowStart(now, 0, sizeMs)
  }
}

class TumblingAssigner implements Assigner {
  readonly spec: WindowAssignerSpec & { readonly kind: 'tumbling' }
  readonly clock: WindowClock
  readonly stagger: Stagger
  readonly windows: AnyWindow[] = []

  constructor(spec: WindowAssignerSpec & { readonly kind: 'tumbling' }, context: OperatorContext) {
    this.spec = spec
    this.clock = new WindowClock(spec, context)
    this.stagger = new Stagger(spec.stagger, spec.sizeMs, context)
  }

  assign(_value: unknown, timestamp: number): readonly AnyWindow[] {
    const { sizeMs, offsetMs } = this.spec
    const time = this.clock.timeOf(timestamp)
    const start = windowStart(time, (offsetMs + this.stagger.offset()) % sizeMs, sizeMs)
    this.windows[0] = new TimeWindow(start, start + sizeMs)
    return this.windows
  }
}

/** The newest window first, as in Flink. */
class SlidingAssigner implements Assigner {
  readonly spec: WindowAssignerSpec & { readonly kind: 'sliding' }
  readonly clock: WindowClock
  readonly windows: AnyWindow[] = []

  constructor(spec: WindowAssignerSpec & { readonly kind: 'sliding' }, context: OperatorContext) {
    this.spec = spec
    this.clock = new WindowClock(spec, context)
  }

  assign(_value: unknown, timestamp: number): readonly AnyWindow[] {
    const { sizeMs, slideMs, offsetMs } = this.spec
    const time = this.clock.timeOf(timestamp)
    this.windows.length = 0
    for (let start = windowStart(time, offsetMs, slideMs); start > time - sizeMs; start -= slideMs) {
      this.windows.push(new TimeWindow(start, start + sizeMs))
    }
    return this.windows
  }
}

/** The end of a session that begins at the earliest time there is: after it, however long the gap. */
const AFTER_MIN = -(2 ** 63)

class SessionAssigner implements Assigner {
  readonly spec: WindowAssignerSpec & { readonly kind: 'session' }
  readonly clock: WindowClock
  readonly gapOf: (value: unknown) => number
  readonly windows: AnyWindow[] = []

  constructor(spec: WindowAssignerSpec & { readonly kind: 'session' }, context: OperatorContext) {
    const { gapMs } = spec
    this.spec = spec
    this.clock = new WindowClock(spec, context)
    if (gapMs !== null) this.gapOf = () => gapMs
    else {
      const extract = asCall<(value: unknown) => unknown>(context.userFunction('gapExtractor'), 'extract')
      this.gapOf = (value) => requireGap(extract(value), context.name)
    }
  }

  assign(value: unknown, timestamp: number): readonly AnyWindow[] {
    const gapMs = this.gapOf(value)
    if (this.spec.acceptsNoTimestamp === true && !(hasTimestamp(timestamp) && timestamp > MIN_TIMESTAMP)) {
      this.windows[0] = new TimeWindow(MIN_TIMESTAMP, AFTER_MIN)
    } else {
      const time = this.clock.timeOf(timestamp)
      this.windows[0] = new TimeWindow(time, time + gapMs)
    }
    return this.windows
  }
}

class GlobalAssigner implements Assigner {
  readonly windows = [GlobalWindow.get()]

  assign(): readonly AnyWindow[] {
    return this.windows
  }
}

function requireGap(gap: unknown, operator: string): number {
  const ms = typeof gap === 'bigint' ? Number(gap) : gap
  if (typeof ms === 'number' && Number.isSafeInteger(ms) && ms > 0) return ms
  throw new LearnerError('SESSION_GAP', { operator, value: String(gap) })
}
