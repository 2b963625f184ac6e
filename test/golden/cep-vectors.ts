// cep: the pattern of a vector written with the API, and the operator of its plan in the harness, step by step. Of counts
// only zero against something is compared: the layout of state is Flink's own.

import {
  CEP,
  OutputTag,
  Pattern,
  AfterMatchSkipStrategy,
  Duration,
  PatternProcessFunction,
} from '../../runtime/index.ts'
import type {
  Collector,
  Condition,
  PatternMatch,
  PatternProcessContext,
  TimedOutPartialMatchHandler,
  WithinType,
} from '../../runtime/index.ts'
import { LearnerError } from '../../runtime/base/diagnostic.ts'
import { OperatorHarness, type OperatorUnderTest } from '../harness/operator-harness.ts'
import { operatorOf } from '../harness/operator-of.ts'
import { applyInput } from './operator-vectors.ts'
import { compareOutputs, failed, notYetRun, PASSED, type Vector, type Verdict } from './format.ts'

type Event = readonly [letter: string, n: number]
type ConditionText = readonly [kind: string, argument?: string | number, limit?: number]

/** A step as the vectors write it; the order of its options is the order of the calls. */
export type StepText = Readonly<Record<string, unknown>> & {
  readonly by: string
  readonly name?: string
  readonly group?: readonly StepText[]
}

export interface PatternText {
  readonly time: 'event' | 'processing'
  readonly pattern: readonly StepText[]
  readonly skip?: readonly [string, string?]
  readonly within?: readonly [number, WithinType?]
  readonly timeoutTag?: string
  readonly lateTag?: string
  /** Events of one timestamp by their letters. */
  readonly comparator?: boolean
}

export function runCep(vector: Vector): Verdict {
  let subject: OperatorUnderTest
  try {
    subject = cepUnderTest(vector.operator as unknown as PatternText)
  } catch (error) {
    if (vector['buildError'] !== undefined && error instanceof LearnerError) return PASSED
    throw error
  }
  if (vector['buildError'] !== undefined) return failed('building it should fail')
  const harness = new OperatorHarness(subject)
  for (const [i, step] of (vector.steps ?? []).entries()) {
    const expectsError = step.out.some(([kind]) => kind === 'error')
    let error: unknown = null
    try {
      if (!applyInput(harness, step.in)) return notYetRun(`input ${String(step.in[0])}`)
    } catch (thrown) {
      error = thrown
    }
    if (expectsError !== (error !== null))
      return failed(`step ${i + 1}: ${error === null ? 'no error' : (error as Error).stack}`)
    const difference = compareOutputs(step.out, harness.take()) ?? (expectsError ? null : counts(step, harness))
    if (difference !== null) return failed(`step ${i + 1} ${JSON.stringify(step.in)}: ${difference}`)
  }
  return PASSED
}

/** The operator of a pattern, as the API puts it into the plan. */
export function cepUnderTest(text: PatternText): OperatorUnderTest {
  const sides = [text.timeoutTag ?? [], text.lateTag ?? []].flat()
  return operatorOf(
    (env) => {
      const events = env.fromElements<Event>(['a', 1]).keyBy(() => 'k')
      const pattern = CEP.pattern(events, patternOf(text), text.comparator === true ? byLetter : undefined)
      const timed = text.time === 'event' ? pattern.inEventTime() : pattern.inProcessingTime()
      const late = text.lateTag === undefined ? timed : timed.sideOutputLateData(new OutputTag<Event>(text.lateTag))
      late.process(text.timeoutTag === undefined ? new Shown() : new ShownWithTimeouts(text.timeoutTag)).print()
    },
    'cep',
    sides,
  )
}

function counts(
  step: { readonly keyedState?: number; readonly eventTimers?: number; readonly processingTimers?: number },
  harness: OperatorHarness,
): string | null {
  const { backend } = harness
  if (backend === null || step.keyedState === undefined) return null
  const got = [backend.entryCount(), backend.eventTimers.count, backend.processingTimers.count].map((n) => n > 0)
  const want = [step.keyedState, step.eventTimers, step.processingTimers].map((n) => (n ?? 0) > 0)
  return got.join() === want.join() ? null : `counts: expected ${want.join()}, got ${got.join()}`
}

function patternOf({ pattern, skip, within }: PatternText): Pattern<Event> {
  const whole = rowOf(pattern, skip === undefined ? undefined : skipOf(skip))
  return within === undefined ? whole : whole.within(Duration.ofMillis(within[0]), within[1])
}

function skipOf([kind, step = '']: readonly [string, string?]): AfterMatchSkipStrategy {
  switch (kind) {
    case 'skipPastLastEvent':
      return AfterMatchSkipStrategy.skipPastLastEvent()
    case 'skipToNext':
      return AfterMatchSkipStrategy.skipToNext()
    case 'skipToFirst':
      return AfterMatchSkipStrategy.skipToFirst(step)
    case 'skipToFirst!':
      return AfterMatchSkipStrategy.skipToFirst(step).throwExceptionOnMiss()
    case 'skipToLast':
      return AfterMatchSkipStrategy.skipToLast(step)
    case 'skipToLast!':
      return AfterMatchSkipStrategy.skipToLast(step).throwExceptionOnMiss()
    default:
      return AfterMatchSkipStrategy.noSkip()
  }
}

function rowOf(steps: readonly StepText[], skip?: AfterMatchSkipStrategy): Pattern<Event> {
  let row: Pattern<Event> | null = null
  for (const step of steps) {
    row = begun(row, step, skip)
    for (const [option, value] of Object.entries(step)) apply(row, option, value, step['gap'] as number | undefined)
  }
  return row as Pattern<Event>
}

function begun(row: Pattern<Event> | null, step: StepText, skip?: AfterMatchSkipStrategy): Pattern<Event> {
  const group = step.group === undefined ? null : rowOf(step.group)
  if (row === null) return group === null ? Pattern.begin<Event>(step.name ?? '', skip) : Pattern.begin(group, skip)
  const by = step.by as 'next' | 'followedBy' | 'followedByAny'
  return group === null ? row[by](step.name ?? '') : row[by](group)
}

function byLetter([a]: Event, [b]: Event): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function apply(step: Pattern<Event>, option: string, value: unknown, gapMs: number | undefined): void {
  const gap = gapMs === undefined ? undefined : Duration.ofMillis(gapMs)
  switch (option) {
    case 'where':
    case 'and':
      return void step.where(conditionOf(value as ConditionText))
    case 'or':
      return void step.or(conditionOf(value as ConditionText))
    case 'until':
      return void step.until(conditionOf(value as ConditionText))
    case 'times': {
      const [from, to] = value as readonly [number, (number | null)?]
      if (to === undefined) step.times(from, gap)
      else if (to === null) step.timesOrMore(from, gap)
      else step.times(from, to, gap)
      return
    }
    case 'oneOrMore':
      return void step.oneOrMore(gap)
    case 'withinHere': {
      const [ms, type] = value as readonly [number, WithinType?]
      return void step.within(Duration.ofMillis(ms), type)
    }
    case 'consecutive':
    case 'allowCombinations':
    case 'greedy':
    case 'optional':
      return void step[option]()
  }
}

function conditionOf([kind, argument, limit = 0]: ConditionText): Condition<Event> {
  const step = String(argument)
  switch (kind) {
    case 'is':
      return ([letter]) => letter === argument
    case 'any':
      return () => true
    case 'ge':
      return ([, n]) => n >= Number(argument)
    case 'rising':
      return ([, n], context) => context.getEventsForPattern(step).every(([, before]) => n > before)
    case 'sumBelow':
      return ([, n], context) => context.getEventsForPattern(step).reduce((sum, [, m]) => sum + m, n) < limit
    default:
      throw new Error(`condition ${kind}`)
  }
}

function shown(match: PatternMatch<Event>): unknown {
  return Array.from(match, ([step, events]) => [step, events.map(([letter, n]) => `${letter}${n}`)])
}

class Shown extends PatternProcessFunction<Event, unknown> {
  override processMatch(match: PatternMatch<Event>, _context: PatternProcessContext, out: Collector<unknown>): void {
    out.collect(shown(match))
  }
}

class ShownWithTimeouts extends Shown implements TimedOutPartialMatchHandler<Event> {
  readonly tag: OutputTag<unknown>

  constructor(tag: string) {
    super()
    this.tag = new OutputTag<unknown>(tag)
  }

  processTimedOutMatch(match: PatternMatch<Event>, context: PatternProcessContext): void {
    context.output(this.tag, shown(match))
  }
}
