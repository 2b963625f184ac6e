// Timestamps and watermarks, wired once for the source operator and for assignTimestampsAndWatermarks: the assigner, the
// generator, the periodic probe, and the rule that a watermark never goes back.

import { LearnerError } from '../base/diagnostic.ts'
import { hasTimestamp, MIN_TIMESTAMP } from '../base/time.ts'
import type { WatermarkGeneratorLike, WatermarkOutput } from './functions.ts'
import type { Receiver } from '../record/receiver.ts'
import type { OperatorContext } from './operator.ts'
import { asCall } from './rich-function.ts'
import {
  BoundedOutOfOrdernessWatermarks,
  createGenerator,
  refuseWatermark,
  type WatermarkStrategySpec,
} from './watermark-generators.ts'

/** Takes an event's timestamp from it; gets the one the record has already. */
export type Assigner = (event: unknown, recordTimestampMs: number) => number

/** Applies a watermark strategy to the records of one subtask. */
export class EventTimeLogic implements WatermarkOutput {
  readonly output: Receiver
  readonly spec: WatermarkStrategySpec
  readonly intervalMs: number
  readonly generator: WatermarkGeneratorLike<unknown>
  /** The generator itself where all it wants of a record is its timestamp, which then needs no call. */
  readonly bounded: BoundedOutOfOrdernessWatermarks | null
  /** A plain field: a record's timestamp may be overruled from outside. */
  assigner: Assigner | null
  readonly context: OperatorContext
  readonly operator: string
  /** Whether anybody wants to know of records: not the strategy that makes no watermarks. */
  readonly isListening: boolean
  currentWatermark = MIN_TIMESTAMP
  isIdle = false
  /** When the generator is probed next, in ms; Infinity for never. */
  nextProbeMs = Infinity

  constructor(spec: WatermarkStrategySpec, intervalMs: number, output: Receiver, context: OperatorContext) {
    this.spec = spec
    this.intervalMs = intervalMs
    this.output = output
    this.context = context
    this.operator = context.name
    this.isListening = spec.generator !== 'none' || spec.idlenessMs !== undefined
    this.generator = this.newGenerator(() => this.activeMs())
    const isPlain = this.generator instanceof BoundedOutOfOrdernessWatermarks && !spec.perRecord
    this.bounded = isPlain ? (this.generator as BoundedOutOfOrdernessWatermarks) : null
    this.assigner = spec.assignsTimestamps
      ? asCall<Assigner>(context.userFunction('timestampAssigner'), 'extractTimestamp')
      : null
    // Idleness is judged at the periodic probes, whoever emits the watermarks.
    const isEmitting = !spec.perRecord && spec.generator !== 'none'
    const isProbed = intervalMs > 0 && (isEmitting || spec.idlenessMs !== undefined)
    if (isProbed) this.nextProbeMs = context.nowMs() + intervalMs
  }

  /** A generator of the strategy, whose idleness is measured on this clock. */
  newGenerator(activeMs: () => number): WatermarkGeneratorLike<unknown> {
    const custom = (): WatermarkGeneratorLike<unknown> => {
      const supply = this.context.userFunction('watermarkGenerator') as () => WatermarkGeneratorLike<unknown>
      return requireGenerator(supply(), this.operator)
    }
    return createGenerator(this.spec, custom, activeMs)
  }

  /** Processing time in ms in which the operator wasn't held back. */
  activeMs(): number {
    return this.context.activity.activeMs(this.context.nowMs())
  }

  /** The record's timestamp by this strategy; NaN for none. */
  timestampOf(value: unknown, timestamp: number): number {
    if (this.assigner === null) return timestamp
    const assigned: unknown = this.assigner(value, hasTimestamp(timestamp) ? timestamp : MIN_TIMESTAMP)
    return Number.isSafeInteger(assigned) ? (assigned as number) : this.requireTimestamp(assigned)
  }

  /** What the learner's assigner returned, as a timestamp; throws LearnerError if it isn't one. */
  requireTimestamp(assigned: unknown): number {
    if (typeof assigned === 'bigint' && BigInt.asIntN(53, assigned) === assigned) return Number(assigned)
    throw new LearnerError('TIMESTAMP_NOT_INTEGER', {
      operator: this.operator,
      value: assigned instanceof Date ? 'Date' : String(assigned),
    })
  }

  /** After the record was passed on. */
  recordPassed(value: unknown, timestamp: number): void {
    if (!this.isListening) return
    this.generator.onEvent(value, hasTimestamp(timestamp) ? timestamp : MIN_TIMESTAMP, this)
    if (this.spec.perRecord) this.generator.onPeriodicEmit(this)
  }

  /** The generator was probed at this time. */
  probed(nowMs: number): void {
    this.nextProbeMs = nowMs + this.intervalMs
  }

  emitWatermark(timestampMs: number): void {
    if (!(timestampMs > this.currentWatermark)) return refuseWatermark(timestampMs)
    this.currentWatermark = timestampMs
    this.markActive()
    this.output.processWatermark(timestampMs)
  }

  markIdle(): void {
    if (this.isIdle) return
    this.isIdle = true
    this.output.processStatus(true)
  }

  markActive(): void {
    if (!this.isIdle) return
    this.isIdle = false
    this.output.processStatus(false)
  }
}

/** What the learner's supplier returned, if it's a generator; throws LearnerError otherwise. */
function requireGenerator(generator: unknown, operator: string): WatermarkGeneratorLike<unknown> {
  const given = generator as Partial<WatermarkGeneratorLike<unknown>> | null | undefined
  if (typeof given?.onEvent === 'function' && typeof given.onPeriodicEmit === 'function') {
    return given as WatermarkGeneratorLike<unknown>
  }
  throw new LearnerError('GENERATOR_WANTED', { operator, value: String(generator) })
}
