// Window joins and co-groups in the notation of test/harness/notation.ts: each case goes through all its regimes. A record
// is written with its side in front, `1=a=7@3`.

import { describe, expect, test } from 'vitest'
import { Duration, TumblingEventTimeWindows } from '../../../runtime/index.ts'
import type { Collector } from '../../../runtime/index.ts'
import {
  CoGroupWindowFunction,
  JoinCoGroupFunction,
  tagOne,
  tagTwo,
  type CoGroupFunctionLike,
  type TaggedUnion,
} from '../../../runtime/operators/join/co-group.ts'
import { createWindowOperator } from '../../../runtime/operators/window/create-window-operator.ts'
import type { WindowSpec } from '../../../runtime/operators/window/window-spec.ts'
import { check, type CaseOptions } from '../../harness/notation.ts'
import { OperatorHarness, type OperatorUnderTest } from '../../harness/operator-harness.ts'

type Sided = readonly [side: number, key: string, n: number]
type AnyCoGroup = CoGroupFunctionLike<unknown, unknown, unknown>

/** Tags what the notation can only write as a list. */
class Tagging extends CoGroupWindowFunction {
  override apply(
    key: unknown,
    window: unknown,
    values: Iterable<TaggedUnion<unknown, unknown>>,
    out: Collector<unknown>,
  ): void {
    const sided = values as unknown as Iterable<Sided>
    const tagged = Array.from(sided, ([side, ...event]) => (side === 1 ? tagOne(event) : tagTwo(event)))
    super.apply(key, window, tagged, out)
  }
}

function windowed(fn: () => AnyCoGroup, settings: Partial<WindowSpec> = {}): OperatorUnderTest {
  const assigner = TumblingEventTimeWindows.of(Duration.ofMillis(10))
  const spec: WindowSpec = {
    assigner: assigner.spec,
    trigger: assigner.defaultTrigger(),
    evictor: null,
    allowedLatenessMs: 0,
    lateTag: null,
    contents: { kind: 'list' },
    call: 'apply',
    isAll: false,
    ...settings,
  }
  return {
    create: () => createWindowOperator(spec),
    functions: () => ({ window: new Tagging(fn()) }),
    key: { select: (value) => (value as Sided)[1], type: null },
  }
}

const joined = (settings?: Partial<WindowSpec>): OperatorUnderTest =>
  windowed(
    () =>
      new JoinCoGroupFunction({
        join: (left: unknown, right: unknown) => `${String(left).replace(',', '')}-${String((right as unknown[])[1])}`,
      }),
    settings,
  )

const grouped = windowed(() => ({
  coGroup(first: Iterable<unknown>, second: Iterable<unknown>, out: Collector<unknown>): void {
    const numbers = (events: Iterable<unknown>): string => Array.from(events, (event) => (event as Sided)[1]).join('+')
    out.collect(`${numbers(first)}/${numbers(second)}`)
  },
}))

describe('window joins and co-groups', () => {
  test.each<[name: string, subject: OperatorUnderTest, input: string, expected: string, options?: CaseOptions]>([
    [
      'every pair of a window, none across',
      joined(),
      '1=a=1@1 2=a=2@2 1=a=3@9 2=a=4@9 2=a=5@10 W9 W19',
      'a1-2@9 a1-4@9 a3-2@9 a3-4@9 W9 W19',
    ],
    ['one side alone gives nothing', joined(), '1=a=1@1 1=b=2@2 2=c=3@3 W20', 'W20'],
    [
      'within the lateness a window joins again',
      joined({ allowedLatenessMs: 5 }),
      '1=a=1@1 W9 2=a=2@2 W20',
      'W9 a1-2@9 W20',
      // A watermark isn't in snapshots; and a late record fires at once only where one was seen.
      { restores: false, splits: false },
    ],
    [
      'a co-group shows both sides, and one alone',
      grouped,
      '1=a=1@1 2=a=2@2 1=a=3@4 2=b=9@15 W9 W19',
      '1+3/2@9 W9 /9@19 W19',
    ],
  ])('%s', (_name, subject, input, expected, options) => check(subject, input, expected, options))

  test.each([
    ['join', () => new JoinCoGroupFunction({ join: () => Promise.resolve(1) })],
    ['coGroup', () => ({ coGroup: () => Promise.resolve() as never })],
  ])('a promise from %s is refused', (_name, fn) => {
    const harness = new OperatorHarness(windowed(fn))
    harness.record([1, 'a', 1], 1)
    harness.record([2, 'a', 2], 2)
    expect(() => harness.watermark(9)).toThrow('PROMISE_RETURNED')
  })
})
