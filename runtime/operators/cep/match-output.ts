// Hands matches, and partial matches that timed out, to the learner's function, whichever of its forms it has. Flink's
// adapters from PatternSelectFunction and the like to PatternProcessFunction.

import { hasTimestamp } from '../../base/time.ts'
import { LearnerError } from '../../base/diagnostic.ts'
import { toPrintText } from '../../base/value-text.ts'
import type { CallProbe } from '../call-probe.ts'
import type { TimestampedCollector } from '../collector.ts'
import type { Collector, OutputTagLike } from '../functions.ts'
import type { OperatorContext, StreamOperator } from '../operator.ts'
import { asCall, refusePromise } from '../rich-function.ts'
import type { PatternMatch, PatternProcessContext, PatternProcessFunctionLike } from './functions.ts'
import type { CepSpec } from './pattern-spec.ts'

type OnMatch = (match: PatternMatch<unknown>) => unknown

/** Whose matches they are. */
interface Matching extends StreamOperator {
  readonly spec: CepSpec
  readonly context: OperatorContext
}

/** Takes matches; also the context that the learner's function gets. */
export class MatchOutput implements PatternProcessContext, Collector<unknown> {
  readonly operator: Matching
  readonly collector: TimestampedCollector
  readonly probe: CallProbe | null
  /** Roles of the learner's functions it calls. */
  readonly roles: readonly string[]
  readonly onMatch: OnMatch
  readonly onTimeout: OnMatch | null
  timestampMs = 0

  constructor(operator: Matching, collector: TimestampedCollector) {
    const { spec, context } = operator
    this.operator = operator
    this.collector = collector
    this.probe = context.probe
    this.roles = spec.timeoutTag === null ? [spec.call] : [spec.call, 'timeout']
    this.onMatch = this.matchCall(context.userFunction(spec.call), spec)
    this.onTimeout = spec.handlesTimeouts ? this.timeoutCall(context, spec) : null
  }

  emit(match: PatternMatch<unknown>): void {
    refusePromise(this.onMatch(match), this.operator.spec.call, this.operator.context.name)
  }

  emitTimedOut(match: PatternMatch<unknown>): void {
    if (this.onTimeout !== null) refusePromise(this.onTimeout(match), 'timeout', this.operator.context.name)
  }

  timestamp(): number {
    return this.timestampMs
  }

  currentProcessingTime(): number {
    return this.operator.context.nowMs()
  }

  output<X>(tag: OutputTagLike<X>, value: X): void {
    if (typeof tag?.id !== 'string') throw new LearnerError('OUTPUT_TAG_MISSING', { value: String(tag) })
    this.outputTo(tag.id, value)
  }

  /** The collector of a flat timeout function: into its side output. */
  collect(value: unknown): void {
    this.outputTo(this.operator.spec.timeoutTag ?? '', value)
  }

  close(): void {}

  private outputTo(tag: string, value: unknown): void {
    this.probe?.called('output', tag, () => toPrintText(value))
    const { timestamp } = this.collector
    this.operator.sideOutputs.get(tag)?.processElement(value, hasTimestamp(timestamp) ? timestamp : NaN)
  }

  private matchCall(fn: unknown, { call }: CepSpec): OnMatch {
    const { collector } = this
    if (call === 'select') {
      const select = asCall<OnMatch>(fn, 'select')
      return (match) => {
        const result = select(match)
        if (result instanceof Promise) return result
        collector.collect(result)
        return undefined
      }
    }
    if (call === 'flatSelect') {
      const flatSelect = asCall<(match: PatternMatch<unknown>, out: Collector<unknown>) => unknown>(fn, 'flatSelect')
      return (match) => flatSelect(match, collector)
    }
    const handler = fn as PatternProcessFunctionLike<unknown, unknown>
    return (match) => handler.processMatch(match, this, collector)
  }

  private timeoutCall(context: OperatorContext, { call, timeoutTag }: CepSpec): OnMatch {
    if (call === 'process') {
      const handler = context.userFunction(call) as PatternProcessFunctionLike<unknown, unknown>
      return (match) => handler.processTimedOutMatch?.(match, this)
    }
    type Timeout = (match: PatternMatch<unknown>, timestampMs: number, out: Collector<unknown>) => unknown
    const timeout = asCall<Timeout>(context.userFunction('timeout'), 'timeout')
    if (call === 'flatSelect') return (match) => timeout(match, this.timestampMs, this)
    return (match) => {
      const result = timeout(match, this.timestampMs, this)
      if (result instanceof Promise) return result
      this.outputTo(timeoutTag ?? '', result)
      return undefined
    }
  }
}
