// joins: interval joins on the operator alone, and those that can't be built through the API.

import { LearnerError } from '../../runtime/base/diagnostic.ts'
import { Duration, ProcessJoinFunction } from '../../runtime/index.ts'
import type { Collector, ProcessJoinContext } from '../../runtime/index.ts'
import { IntervalJoinOperator } from '../../runtime/operators/join/interval-join.ts'
import { evaluateJob } from '../harness/run-job.ts'
import { failed, PASSED, type Step, type Vector, type Verdict } from './format.ts'
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
