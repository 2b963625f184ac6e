// The built-in watermark generators, one class each, as Flink has them.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/built_in/

import { LearnerError } from '../base/diagnostic.ts'
import { MIN_TIMESTAMP } from '../base/time.ts'
import type { WatermarkGeneratorLike, WatermarkOutput } from './functions.ts'

/** A watermark strategy as the plan holds it: data only. */
export interface WatermarkStrategySpec {
  readonly generator: 'bounded' | 'monotonous' | 'none' | 'custom'
  /** Of `bounded`: how much later than the newest a record may come, in ms. */
  readonly outOfOrdernessMs?: number
  /** Without records for longer than this the stream counts as idle, in ms. */
  readonly idlenessMs?: number
  /** Of sources that wait for one another. */
  readonly alignment?: WatermarkAlignmentSpec
  /** Whether the learner assigns timestamps; otherwise records keep theirs. */
  readonly assignsTimestamps: boolean
  /** Emit after every record instead of every interval. */
  readonly perRecord: boolean
}

/** Sources of one group pause where their watermark is further ahead of the group's lowest than allowed. */
export interface WatermarkAlignmentSpec {
  readonly group: string
  readonly maxDriftMs: number
  readonly updateIntervalMs: number
}

/** Highest timestamp so far, less the bound, less one. Flink's BoundedOutOfOrdernessWatermarks. */
export class BoundedOutOfOrdernessWatermarks implements WatermarkGeneratorLike<unknown> {
  readonly outOfOrdernessMs: number
  maxTimestamp = MIN_TIMESTAMP

  constructor(outOfOrdernessMs: number) {
    this.outOfOrdernessMs = outOfOrdernessMs
  }

  onEvent(_event: unknown, timestampMs: number): void {
    // NaN, for no timestamp, fails the comparison.
    if (timestampMs > this.maxTimestamp) this.maxTimestamp = timestampMs
  }

  onPeriodicEmit(output: WatermarkOutput): void {
    output.emitWatermark(this.maxTimestamp - this.outOfOrdernessMs - 1)
  }
}

/** Never says anything. Flink's NoWatermarksGenerator. */
export class NoWatermarks implements WatermarkGeneratorLike<unknown> {
  onEvent(): void {}
  onPeriodicEmit(): void {}
}

/**
 * Marks the stream idle when its probes see no events for longer than the timeout. Flink's WatermarksWithIdleness: the
 * countdown begins at the first probe without new events, and a start of 0 means that it hasn't begun.
 */
export class WatermarksWithIdleness implements WatermarkGeneratorLike<unknown> {
  readonly inner: WatermarkGeneratorLike<unknown>
  readonly idlenessMs: number
  readonly nowMs: () => number
  isIdle = false
  seen = 0
  seenAtLastProbe = 0
  inactiveSinceMs = 0

  constructor(inner: WatermarkGeneratorLike<unknown>, idlenessMs: number, nowMs: () => number) {
    this.inner = inner
    this.idlenessMs = idlenessMs
    this.nowMs = nowMs
  }

  onEvent(event: unknown, timestampMs: number, output: WatermarkOutput): void {
    this.inner.onEvent(event, timestampMs, output)
    this.seen++
    this.isIdle = false
  }

  onPeriodicEmit(output: WatermarkOutput): void {
    if (!this.hasGoneIdle()) {
      this.inner.onPeriodicEmit(output)
    } else if (!this.isIdle) {
      output.markIdle()
      this.isIdle = true
    }
  }

  private hasGoneIdle(): boolean {
    if (this.seen !== this.seenAtLastProbe) {
      this.seenAtLastProbe = this.seen
      this.inactiveSinceMs = 0
      return false
    }
    if (this.inactiveSinceMs === 0) {
      this.inactiveSinceMs = this.nowMs()
      return false
    }
    return this.nowMs() - this.inactiveSinceMs > this.idlenessMs
  }
}

/** The generator of a strategy. `custom` makes the learner's own, for the generator `custom`. */
export function createGenerator(
  spec: WatermarkStrategySpec,
  custom: () => WatermarkGeneratorLike<unknown>,
  nowMs: () => number,
): WatermarkGeneratorLike<unknown> {
  const inner = plainGenerator(spec, custom)
  return spec.idlenessMs === undefined ? inner : new WatermarksWithIdleness(inner, spec.idlenessMs, nowMs)
}

function plainGenerator(
  spec: WatermarkStrategySpec,
  custom: () => WatermarkGeneratorLike<unknown>,
): WatermarkGeneratorLike<unknown> {
  switch (spec.generator) {
    case 'bounded':
      return new BoundedOutOfOrdernessWatermarks(spec.outOfOrdernessMs ?? 0)
    case 'monotonous':
      return new BoundedOutOfOrdernessWatermarks(0)
    case 'none':
      return new NoWatermarks()
    case 'custom':
      return custom()
  }
}

/** What a generator emitted isn't higher than before: right, unless it's no number at all. */
export function refuseWatermark(timestampMs: unknown): void {
  if (typeof timestampMs === 'number' && !Number.isNaN(timestampMs)) return
  throw new LearnerError('WATERMARK_NOT_NUMBER', { value: String(timestampMs) })
}
