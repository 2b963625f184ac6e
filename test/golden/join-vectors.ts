// joins: interval joins on the operator alone, and those that can't be built through the API; window joins and co-groups
// on the window operator over the tagged union of both streams.

import { LearnerError } from '../../runtime/base/diagnostic.ts'
import { Duration, ProcessJoinFunction } from '../../runtime/index.ts'
import type { Collector, ProcessJoinContext } from '../../runtime/index.ts'
import { IntervalJoinOperator } from '../../runtime/operators/join/interval-join.ts'
import { evaluateJob } from '../harness/run-job.ts'
import {
  CoGroupWindowFunction,
  JoinCoGroupFunction,
  tagOne,
  tagTwo,
  type TaggedUnion,
} from '../../runtime/operators/join/co-group.ts'
import { createWindowOperator } from '../../runtime/operators/window/create-window-operator.ts'
import { windowSpecOf, type WrittenOperator } from './window-specs.ts'
import { compareWindowOutputs, failed, PASSED, type Step, type Vector, type Verdict } from './format.ts'
import { runSteps } from './operator-vectors.ts'

type Event = readonly [key: string, n: number]

interface IntervalOperator {
  readonly lower: number
  readonly upper: number
  readonly lowerExclusive?: boolean
  readonly upperExclusive?: boolean
  readonly leftLateTag?: string
  readonly rightLateTag?: string
}

class Pairs extends ProcessJoinFunction<Event, Event, unknown> {
  override processElement(left: Event, right: Event, context: ProcessJoinContext, out: Collector<unknown>): void {
    out.collect([left[0], left[1], right[1], context.getLeftTimestamp(), context.getRightTimestamp()])
  }
}

export function runIntervalJoin(vector: Vector): Verdict {
  const operator = vector.operator as unknown as IntervalOperator
  const { lower, upper, lowerExclusive = false, upperExclusive = false } = operator
  if (vector['buildError'] !== undefined) return canBuild(operator) ? failed('it was built') : PASSED
  const { leftLateTag = null, rightLateTag = null } = operator
  const lowerMs = lower + (lowerExclusive ? 1 : 0)
  const upperMs = upper - (upperExclusive ? 1 : 0)
  return runSteps(inOrderOfTime(vector), {
    create: () => new IntervalJoinOperator({ lowerMs, upperMs, leftLateTag, rightLateTag }),
    functions: () => ({ processJoin: new Pairs() }),
    key: { select: (value) => (value as Event)[0], type: { kind: 'STRING' } },
    sideOutputs: [leftLateTag, rightLateTag].filter((tag) => tag !== null),
  })
}

function canBuild({ lower, upper }: IntervalOperator): boolean {
  try {
    evaluateJob((env) => {
      const keyed = env.fromData<Event>([['a', 1]]).keyBy(([key]) => key)
      keyed.intervalJoin(keyed).between(Duration.ofMillis(lower), Duration.ofMillis(upper)).process(new Pairs()).print()
    })
    return true
  } catch (error) {
    if (error instanceof LearnerError) return false
    throw error
  }
}

/** Flink emits a record's pairs in the order of a hash map over the partners' timestamps, which it doesn't promise. */
function inOrderOfTime(vector: Vector): Vector {
  const steps = (vector.steps ?? []).map((step): Step => {
    const partner = step.in[0] === 'record1' ? 4 : 3
    const timeOf = (output: readonly unknown[]): number => Number((output[1] as readonly unknown[])[partner])
    return /^record/.test(String(step.in[0])) && step.out.every(([kind]) => kind === 'record')
      ? { ...step, out: [...step.out].sort((a, b) => timeOf(a) - timeOf(b)) }
      : step
  })
  return { ...vector, steps }
}

export function runWindowPair(vector: Vector): Verdict {
  const operator = {
    ...(vector.operator as unknown as WrittenOperator),
    kind: 'window',
    function: 'process:pair',
  } as const
  const isJoin = vector.operator?.kind === 'windowJoin'
  const subject = {
    create: () => createWindowOperator({ ...windowSpecOf(operator), call: 'apply' }),
    functions: () => ({ window: new CoGroupWindowFunction(isJoin ? joining() : NUMBERS) }),
    key: { select: keyOf, type: { kind: 'STRING' } },
  } as const
  return runSteps(tagged(vector), subject, compareWindowOutputs)
}

function joining(): JoinCoGroupFunction {
  return new JoinCoGroupFunction({
    join: (left: unknown, right: unknown) => [(left as Event)[0], (left as Event)[1], (right as Event)[1]],
  })
}

const NUMBERS = {
  coGroup(first: Iterable<unknown>, second: Iterable<unknown>, out: Collector<unknown>): void {
    const numbers = (events: Iterable<unknown>): number[] => Array.from(events, (event) => (event as Event)[1])
    out.collect([numbers(first), numbers(second)])
  },
}

function keyOf(value: unknown): unknown {
  const { one, two, isOne } = value as TaggedUnion<Event, Event>
  return (isOne ? one : two)?.[0]
}

/** `record1` and `record2` as records of the united stream. */
function tagged(vector: Vector): Vector {
  const steps = (vector.steps ?? []).map((step): Step => {
    const [kind, value, timestamp] = step.in
    if (kind === 'record1') return { ...step, in: ['record', tagOne(value), timestamp] }
    return kind === 'record2' ? { ...step, in: ['record', tagTwo(value), timestamp] } : step
  })
  return { ...vector, steps }
}
