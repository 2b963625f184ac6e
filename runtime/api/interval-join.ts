// A join of two keyed streams by how far apart in event time records are: first the bounds, then the function. Flink's
// KeyedStream.IntervalJoin and IntervalJoined.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#interval-join

import { LearnerError } from '../base/diagnostic.ts'
import { valueName } from '../base/value-name.ts'
import type { StreamPair } from './connected-streams.ts'
import type { SingleOutputStreamOperator } from './data-stream.ts'
import { Duration, Time } from './duration.ts'
import type { ProcessJoinFunction } from './join-functions.ts'
import type { OutputTag } from './output-tag.ts'
import { requireObject } from './require.ts'

/** Two keyed streams, about to be joined. Made by `intervalJoin`. */
export class IntervalJoin<IN1, IN2> {
  readonly #pair: StreamPair<IN1, IN2>
  #isEventTime = true

  /** Interval joins are made by `intervalJoin`. */
  constructor(pair: StreamPair<IN1, IN2>) {
    this.#pair = pair
  }

  /** Compares event timestamps, as it does anyway. */
  inEventTime(): this {
    this.#isEventTime = true
    return this
  }

  /** Flink has it, and refuses it in `between`: interval joins are in event time only. */
  inProcessingTime(): this {
    this.#isEventTime = false
    return this
  }

  /**
   * How much later than the left record's the right one's timestamp may be: from `lower` to `upper`, both included
   * unless said otherwise. Negative for earlier.
   */
  between(lower: Duration | Time, upper: Duration | Time): IntervalJoined<IN1, IN2> {
    if (!this.#isEventTime) throw new LearnerError('JOIN_PROCESSING_TIME')
    const lowerMs = boundMs(lower)
    const upperMs = boundMs(upper)
    if (lowerMs > upperMs) throw new LearnerError('JOIN_BOUNDS', { lower: lowerMs, upper: upperMs })
    return new IntervalJoined<IN1, IN2>(this.#pair, lowerMs, upperMs)
  }
}

/** An interval join that lacks nothing but its function. */
export class IntervalJoined<IN1, IN2> {
  readonly #pair: StreamPair<IN1, IN2>
  readonly #lowerMs: number
  readonly #upperMs: number
  #isLowerExclusive = false
  #isUpperExclusive = false
  #leftLateTag: string | null = null
  #rightLateTag: string | null = null

  /** Made by `between`. */
  constructor(pair: StreamPair<IN1, IN2>, lowerMs: number, upperMs: number) {
    this.#pair = pair
    this.#lowerMs = lowerMs
    this.#upperMs = upperMs
  }

  /** Leaves out pairs that are apart by the lower bound exactly. */
  lowerBoundExclusive(): this {
    this.#isLowerExclusive = true
    return this
  }

  /** Leaves out pairs that are apart by the upper bound exactly. */
  upperBoundExclusive(): this {
    this.#isUpperExclusive = true
    return this
  }

  /** Sends left records that come too late to a side output: those with a timestamp below the watermark. */
  sideOutputLeftLateData(tag: OutputTag<IN1>): this {
    this.#leftLateTag = tagId(tag)
    return this
  }

  /** Sends right records that come too late to a side output: those with a timestamp below the watermark. */
  sideOutputRightLateData(tag: OutputTag<IN2>): this {
    this.#rightLateTag = tagId(tag)
    return this
  }

  /** Calls the function for every pair of one key within the bounds. */
  process<OUT>(fn: ProcessJoinFunction<IN1, IN2, OUT>): SingleOutputStreamOperator<OUT> {
    requireObject(fn, 'processElement', 'process')
    const join = {
      lowerMs: this.#lowerMs + (this.#isLowerExclusive ? 1 : 0),
      upperMs: this.#upperMs - (this.#isUpperExclusive ? 1 : 0),
      leftLateTag: this.#leftLateTag,
      rightLateTag: this.#rightLateTag,
    }
    if (join.lowerMs > join.upperMs) {
      throw new LearnerError('JOIN_BOUNDS_EMPTY', { lower: this.#lowerMs, upper: this.#upperMs })
    }
    return this.#pair.transform({ kind: 'intervalJoin', join }, 'Interval Join', { processJoin: fn })
  }
}

function boundMs(bound: Duration | Time): number {
  if (bound instanceof Duration) return bound.toMillis()
  if (bound instanceof Time) return bound.toMilliseconds()
  throw new LearnerError('JOIN_BOUND', { value: String(bound) })
}

function tagId<X>(tag: OutputTag<X>): string {
  if (typeof (tag as { id?: unknown } | null)?.id === 'string') return tag.id
  throw new LearnerError('OUTPUT_TAG_MISSING', { value: valueName(tag) })
}
