// Interval joins in the notation of test/harness/notation.ts: each case goes through all its regimes.

import { describe, expect, test } from 'vitest'
import { OutputTag, ProcessJoinFunction } from '../../../runtime/index.ts'
import type { Collector, ProcessJoinContext } from '../../../runtime/index.ts'
import { IntervalJoinOperator, type IntervalJoinSpec } from '../../../runtime/operators/join/interval-join.ts'
import { check, type CaseOptions } from '../../harness/notation.ts'
import { OperatorHarness, type OperatorUnderTest } from '../../harness/operator-harness.ts'

type Pair = readonly [key: string, n: number]

class Together extends ProcessJoinFunction<Pair, Pair, string> {
  override processElement(
    [key, left]: Pair,
    [, right]: Pair,
    context: ProcessJoinContext,
    out: Collector<string>,
  ): void {
    out.collect(`${key}${left}-${right}`)
    const apart = context.getRightTimestamp() - context.getLeftTimestamp()
    if (apart === 0) context.output(new OutputTag<string>('same'), `${key}${context.getTimestamp()}`)
  }
}

function join(lowerMs: number, upperMs: number, tags: Partial<IntervalJoinSpec> = {}): OperatorUnderTest {
  const spec = { lowerMs, upperMs, leftLateTag: 'left', rightLateTag: 'right', ...tags }
  return {
    create: () => new IntervalJoinOperator(spec),
    functions: () => ({ processJoin: new Together() }),
    key: { select: (value) => (value as Pair)[0], type: null },
    sideOutputs: ['left', 'right', 'same'],
  }
}

const free: CaseOptions = { interleaves: true }
// Watermarks aren't in snapshots, in Flink neither.
const watermarked: CaseOptions = { restores: false }

describe('interval join', () => {
  test.each<[name: string, subject: OperatorUnderTest, input: string, expected: string, options?: CaseOptions]>([
    [
      'both bounds are in',
      join(-2, 3),
      '1:a=1@10 2:a=2@7 2:a=3@8 2:a=4@13 2:a=5@14 2:b=6@10',
      'a1-3@10 a1-4@13',
      { ...free, leaves: { state: 3, timers: 6 } },
    ],
    [
      'partners in the order of their time, equal ones as they came',
      join(-5, 5),
      '2:a=1@12 2:a=2@8 2:a=3@12 2:a=4@10 1:a=9@10',
      'a9-2@10 a9-4@10 same(a10@10) a9-1@12 a9-3@12',
      { ...free, leaves: { state: 2, timers: 4 } },
    ],
    [
      'a partner that must come before',
      join(-5, -3),
      '1:a=1@10 2:a=2@5 2:a=3@7 2:a=4@8 1:a=5@12 W1:20 W2:20',
      'a1-2@10 a1-3@10 a5-3@12 a5-4@12 W20',
      { ...free, ...watermarked },
    ],
    [
      'a partner that must come after',
      join(2, 4),
      '2:a=1@12 1:a=2@8 1:a=3@10 1:a=4@11 W1:99 W2:99',
      'a2-1@12 a3-1@12 W99',
      watermarked,
    ],
    [
      'records wait until no partner can come',
      join(0, 5),
      '1:a=1@10 W1:15 W2:14 2:a=2@15 2:a=3@14',
      'W14 a1-2@15 a1-3@14',
      { restores: false, splits: false, leaves: { state: 2, timers: 3 } },
    ],
    [
      'and not longer',
      join(0, 5),
      '1:a=1@10 1:b=2@11 W1:15 W2:15 2:a=3@15 2:b=4@15',
      'W15 b2-4@15',
      { restores: false, splits: false, leaves: { state: 3, timers: 3 } },
    ],
    [
      'late is below the watermark',
      join(-9, 9),
      'W1:10 W2:10 1:a=1@9 2:a=2@9 1:a=3@10 2:a=4@10',
      'W10 left(a=1@9) right(a=2@9) a3-4@10 same(a10@10)',
      { restores: false, splits: false, leaves: { state: 2, timers: 2 } },
    ],
    [
      'late ones without a tag are dropped',
      join(0, 0, { leftLateTag: null }),
      'W1:10 W2:10 1:a=1@9 W1:20 W2:20',
      'W10 W20',
      { restores: false, splits: false },
    ],
    ['bounds that leave nothing', join(1, 0), '1:a=1@5 2:a=2@5 2:a=3@6 W1:9 W2:9', 'W9', watermarked],
  ])('%s', (_name, subject, input, expected, options) => check(subject, input, expected, options))

  test('a record without a timestamp is refused', () => {
    const harness = new OperatorHarness(join(0, 1))
    expect(() => harness.record(['a', 1], NaN, 1)).toThrow('JOIN_NO_TIMESTAMP')
    expect(() => harness.record(['a', 1], NaN, 2)).toThrow('JOIN_NO_TIMESTAMP')
  })

  test('of many records of a key only those that can still be joined are kept', () => {
    const harness = new OperatorHarness(join(-10, 10))
    for (let i = 0; i < 1000; i++) {
      harness.record(['a', i], i * 5, 1)
      harness.record(['a', i], i * 5, 2)
      harness.watermark(i * 5, 1)
      harness.watermark(i * 5, 2)
      expect(harness.backend?.eventTimers.count).toBeLessThan(7)
    }
    // Each left record finds the two rights before it, that of its own time, and the two after.
    const pairs = harness.take().filter(([kind]) => kind === 'record')
    expect(pairs.length).toBe(5 * 1000 - 2 * (2 + 1))
  })
})
