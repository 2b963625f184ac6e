// Joins records of two keyed streams whose timestamps are at most so far apart: right between left + lower and
// left + upper, bounds included. Every record waits in its side's buffer until no partner can come any more, which a timer
// of its time tells. Flink's IntervalJoinOperator.
//
// Differs from Flink: the partners of a record come in the order of their timestamps, there in that of a hash map.
// https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/joining/#interval-join

import { present } from '../../base/assert.ts'
import { LearnerError } from '../../base/diagnostic.ts'
import { hasTimestamp } from '../../base/time.ts'
import { toPrintText } from '../../base/value-text.ts'
import { NOWHERE } from '../../record/receiver.ts'
import type { Column } from '../../state/column.ts'
import type { KeyedStateBackend } from '../../state/keyed-backend.ts'
import { InternalTimerService, type Triggerable } from '../../state/timer-service.ts'
import { ProbedOutput } from '../call-probe.ts'
import { TimestampedCollector } from '../collector.ts'
import type { OutputTagLike } from '../functions.ts'
import type { OperatorContext } from '../operator.ts'
import { closeFunction, openFunction, refusePromise } from '../rich-function.ts'
import { TwoInputOperator } from '../two-input.ts'
import type { ProcessJoinContext, ProcessJoinFunctionLike } from './join-functions.ts'

/** An interval join, as the plan holds it. */
export interface IntervalJoinSpec {
  /** How much later than the left record's the right one's timestamp may be, at least and at most, in ms, both included. */
  readonly lowerMs: number
  readonly upperMs: number
  /** Side outputs for records that come too late; null drops them. */
  readonly leftLateTag: string | null
  readonly rightLateTag: string | null
}

/**
 * Records of one key and side that may still find partners: by ascending time, those of one time as they came. Times and
 * records in turn, in one list: with many keys it's the memory that has to be fetched that costs.
 */
type JoinBuffer = unknown[]

const LEFT = 'LEFT_BUFFER'
const RIGHT = 'RIGHT_BUFFER'
// Timers of the left side are the key's own, those of the right side are in a namespace, as Flink's are in two.
const RIGHT_NAMESPACE = 1

export class IntervalJoinOperator extends TwoInputOperator implements Triggerable {
  readonly spec: IntervalJoinSpec
  /** How long after its own time a record may still find partners. */
  readonly leftKeptMs: number
  readonly rightKeptMs: number
  readonly collector = new TimestampedCollector(NOWHERE)
  context!: OperatorContext
  backend!: KeyedStateBackend
  timers!: InternalTimerService
  left!: Column
  right!: Column
  pair!: PairContext
  fn!: ProcessJoinFunctionLike<unknown, unknown, unknown>

  constructor(spec: IntervalJoinSpec) {
    super()
    this.spec = spec
    this.leftKeptMs = Math.max(0, spec.upperMs)
    this.rightKeptMs = Math.max(0, -spec.lowerMs)
  }

  override open(context: OperatorContext): void {
    const { probe } = context
    this.context = context
    this.backend = present(context.keyed, `the keyed state of ${context.name}`)
    this.left = this.backend.column(LEFT)
    this.right = this.backend.column(RIGHT)
    this.timers = new InternalTimerService(this.backend, this)
    this.collector.output = probe === null ? this.output : new ProbedOutput(this.output, probe)
    this.pair = new PairContext(this, context)
    this.fn = context.userFunction('processJoin') as ProcessJoinFunctionLike<unknown, unknown, unknown>
    openFunction(this.fn, context)
  }

  override processElement1(value: unknown, timestamp: number): void {
    const { lowerMs, upperMs, leftLateTag } = this.spec
    if (!this.isInTime(value, timestamp, leftLateTag)) return
    const { backend, right } = this
    this.add(this.left, LEFT, value, timestamp)
    const partners = right.get(backend.slot) as JoinBuffer | undefined
    if (partners !== undefined) {
      const latest = timestamp + upperMs
      for (let i = firstFrom(partners, timestamp + lowerMs); i < partners.length; i += 2) {
        const time = partners[i] as number
        if (time > latest) break
        this.join(value, partners[i + 1], timestamp, time)
      }
    }
    backend.registerTimer(backend.eventTimers, timestamp + this.leftKeptMs)
  }

  override processElement2(value: unknown, timestamp: number): void {
    const { lowerMs, upperMs, rightLateTag } = this.spec
    if (!this.isInTime(value, timestamp, rightLateTag)) return
    const { backend, left } = this
    this.add(this.right, RIGHT, value, timestamp)
    const partners = left.get(backend.slot) as JoinBuffer | undefined
    if (partners !== undefined) {
      const latest = timestamp - lowerMs
      for (let i = firstFrom(partners, timestamp - upperMs); i < partners.length; i += 2) {
        const time = partners[i] as number
        if (time > latest) break
        this.join(partners[i + 1], value, time, timestamp)
      }
    }
    const root = backend.slot
    backend.setNamespace(RIGHT_NAMESPACE, RIGHT_NAMESPACE)
    backend.registerTimer(backend.eventTimers, timestamp + this.rightKeptMs)
    backend.setCurrentSlot(root)
  }

  override processWatermark(timestamp: number): void {
    this.currentWatermark = timestamp
    this.timers.advanceWatermark(timestamp)
    this.output.processWatermark(timestamp)
  }

  /** No partner can come any more for the records of one time and side. */
  onEventTime(timestamp: number): void {
    this.context.timerFired(timestamp, true)
    const { backend } = this
    const root = backend.rootSlot()
    if (backend.slot === root) {
      this.remove(this.left, LEFT, timestamp - this.leftKeptMs)
      return
    }
    backend.setCurrentSlot(root)
    this.remove(this.right, RIGHT, timestamp - this.rightKeptMs)
  }

  onProcessingTime(): void {}

  override close(): void {
    closeFunction(this.fn)
  }

  /** Late are timestamps below the watermark: at it a record still finds its partners. */
  private isInTime(value: unknown, timestamp: number, lateTag: string | null): boolean {
    if (timestamp >= this.timers.currentWatermark) return true
    if (!hasTimestamp(timestamp)) throw new LearnerError('JOIN_NO_TIMESTAMP', { operator: this.context.name })
    const watermark = this.timers.currentWatermark
    const isKept = lateTag !== null
    this.context.timeProbe?.late({ value, timestamp, watermark, rule: 'interval-join', isKept })
    if (lateTag !== null) this.sideOutputs.get(lateTag)?.processElement(value, timestamp)
    return false
  }

  private add(column: Column, name: string, value: unknown, timestamp: number): void {
    const buffer = column.open(this.backend.slot) as JoinBuffer | undefined
    if (buffer === undefined) {
      this.backend.set(column, name, [timestamp, value] satisfies JoinBuffer)
      return
    }
    if ((buffer[buffer.length - 2] as number) <= timestamp) buffer.push(timestamp, value)
    else buffer.splice(firstFrom(buffer, timestamp + 1), 0, timestamp, value)
  }

  private remove(column: Column, name: string, timestamp: number): void {
    const buffer = column.open(this.backend.slot) as JoinBuffer | undefined
    if (buffer === undefined) return
    // Timers fire in order, so what goes is always at the front.
    if (buffer[buffer.length - 2] === timestamp) {
      this.backend.set(column, name, undefined)
      return
    }
    while (buffer[0] === timestamp) {
      buffer.shift()
      buffer.shift()
    }
  }

  private join(left: unknown, right: unknown, leftTimestamp: number, rightTimestamp: number): void {
    this.pair.leftTimestamp = leftTimestamp
    this.pair.rightTimestamp = rightTimestamp
    this.collector.timestamp = Math.max(leftTimestamp, rightTimestamp)
    const result: unknown = this.fn.processElement(left, right, this.pair, this.collector)
    if (result !== undefined) refusePromise(result, 'processElement', this.context.name)
  }
}

/** What the function may ask about the pair at hand; one for all pairs of the operator. */
class PairContext implements ProcessJoinContext {
  readonly operator: IntervalJoinOperator
  readonly context: OperatorContext
  leftTimestamp = NaN
  rightTimestamp = NaN

  constructor(operator: IntervalJoinOperator, context: OperatorContext) {
    this.operator = operator
    this.context = context
  }

  getLeftTimestamp(): number {
    return this.leftTimestamp
  }

  getRightTimestamp(): number {
    return this.rightTimestamp
  }

  getTimestamp(): number {
    return this.operator.collector.timestamp
  }

  output<X>(tag: OutputTagLike<X>, value: X): void {
    if (typeof tag?.id !== 'string') throw new LearnerError('OUTPUT_TAG_MISSING', { value: String(tag) })
    this.context.probe?.called('output', tag.id, () => toPrintText(value))
    this.operator.sideOutputs.get(tag.id)?.processElement(value, this.getTimestamp())
  }
}

/** The place of the first time at or after this one. Buffers are short and what's looked for is near their end. */
function firstFrom(buffer: JoinBuffer, timestamp: number): number {
  let at = buffer.length
  while (at > 0 && (buffer[at - 2] as number) >= timestamp) at -= 2
  return at
}
