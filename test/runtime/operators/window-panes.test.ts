// The fast operator for windows that end by themselves against the general one and against a model: same records, same
// counts of states and timers at every step, and a snapshot of either can be restored into the other.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  Duration,
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
} from '../../../runtime/index.ts'
import { hasPanes, PaneWindowOperator } from '../../../runtime/operators/window/pane-window-operator.ts'
import { WindowOperator } from '../../../runtime/operators/window/window-operator.ts'
import type { WindowSpec } from '../../../runtime/operators/window/window-spec.ts'
import { OperatorHarness, type OperatorUnderTest } from '../../harness/operator-harness.ts'
import { show } from '../../harness/notation.ts'

type Pair = readonly [key: string, n: number]
type Step =
  | { readonly kind: 'record'; readonly pair: Pair; readonly timestamp: number }
  | { readonly kind: 'watermark' | 'clock'; readonly by: number }
  | { readonly kind: 'restore' }

const ms = (n: number): Duration => Duration.ofMillis(n)
const sizes = fc.record({ size: fc.integer({ min: 1, max: 30 }), slide: fc.integer({ min: 1, max: 30 }) })
const specs = fc
  .tuple(sizes, fc.integer({ min: -29, max: 29 }), fc.boolean(), fc.boolean(), fc.boolean())
  .map(([{ size, slide }, offset, isSliding, isEvent, isList]): WindowSpec => {
    const within = offset % (isSliding ? slide : size)
    const sliding = isEvent ? SlidingEventTimeWindows : SlidingProcessingTimeWindows
    const tumbling = isEvent ? TumblingEventTimeWindows : TumblingProcessingTimeWindows
    const assigner = isSliding ? sliding.of(ms(size), ms(slide), ms(within)) : tumbling.of(ms(size), ms(within))
    return {
      assigner: assigner.spec,
      trigger: assigner.defaultTrigger(),
      evictor: null,
      allowedLatenessMs: 0,
      lateTag: 'late',
      contents: { kind: isList ? 'list' : 'reduce' },
      call: 'apply',
      isAll: false,
    }
  })

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 9 }), fc.integer({ min: -40, max: 120 }))
        .map(([key, n, timestamp]): Step => ({ kind: 'record', pair: [key, n], timestamp })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('watermark', 'clock'), fc.integer({ min: 0, max: 25 }))
        .map(([kind, by]): Step => ({ kind: kind as 'watermark', by })),
    },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'restore' }) },
  ),
  { maxLength: 60 },
)

function subject(create: () => WindowOperator | PaneWindowOperator): OperatorUnderTest {
  const functions = (): Record<string, unknown> => ({
    reduce: (a: Pair, b: Pair) => [a[0], a[1] + b[1]],
    window: (
      key: string,
      window: { start: number; end: number },
      pairs: Iterable<Pair>,
      out: { collect(row: unknown): void },
    ) => out.collect(`${key}=${window.start}-${window.end}:${Array.from(pairs, ([, n]) => n).join()}`),
  })
  const key = { select: (value: unknown) => (value as Pair)[0], type: null }
  return { create, functions, key, sideOutputs: ['late'] }
}

/** What came out and what is left, step by step. */
function run(harness: OperatorHarness, steps: readonly Step[], restored: (harness: OperatorHarness) => void): string[] {
  let watermark = -50
  let clock = 0
  return steps.map((step) => {
    if (step.kind === 'record') harness.record(step.pair, step.timestamp)
    else if (step.kind === 'watermark') harness.watermark((watermark += step.by))
    else if (step.kind === 'clock') harness.setProcessingTime((clock += step.by))
    else restored(harness)
    const { backend } = harness
    const counts = [backend?.entryCount(), backend?.timerCount(true), backend?.timerCount(false)].join()
    return `${harness.take().map(show).join(' ')} [${counts}]`
  })
}

test('same as the general operator, step by step, across restores', () => {
  fc.assert(
    fc.property(specs, steps, (spec, steps) => {
      expect(hasPanes(spec)).toBe(true)
      const panes = new OperatorHarness(subject(() => new PaneWindowOperator(spec)))
      const general = new OperatorHarness(subject(() => new WindowOperator(spec)))
      const restore = (harness: OperatorHarness): void => harness.snapshotRestore()
      expect(run(panes, steps, restore)).toEqual(run(general, steps, restore))
    }),
    { numRuns: 300 },
  )
})

test('either goes on from the other’s snapshot', () => {
  fc.assert(
    fc.property(specs, steps, (spec, steps) => {
      let isPanes = false
      const mixed = new OperatorHarness(
        subject(() => (isPanes ? new PaneWindowOperator(spec) : new WindowOperator(spec))),
      )
      const general = new OperatorHarness(subject(() => new WindowOperator(spec)))
      const switched = (harness: OperatorHarness): void => {
        isPanes = !isPanes
        harness.snapshotRestore()
      }
      expect(run(mixed, steps, switched)).toEqual(run(general, steps, (harness) => harness.snapshotRestore()))
    }),
    { numRuns: 200 },
  )
})

test('same as a model: every record in every window that holds its timestamp, once, at the window’s end', () => {
  const records = steps.map((steps) => steps.filter((step) => step.kind === 'record'))
  fc.assert(
    fc.property(sizes, records, ({ size, slide }, records) => {
      const assigner = SlidingEventTimeWindows.of(ms(size), ms(slide))
      const spec: WindowSpec = {
        assigner: assigner.spec,
        trigger: assigner.defaultTrigger(),
        evictor: null,
        allowedLatenessMs: 0,
        lateTag: null,
        contents: { kind: 'list' },
        call: 'apply',
        isAll: false,
      }
      const harness = new OperatorHarness(subject(() => new PaneWindowOperator(spec)))
      for (const { pair, timestamp } of records) harness.record(pair, timestamp)
      harness.watermark(Infinity)
      const expected: string[] = []
      for (let at = -400; at < 400; at++) {
        const start = at * slide
        for (const key of ['a', 'b', 'c']) {
          const inside = records.filter(
            ({ pair, timestamp }) => pair[0] === key && timestamp >= start && timestamp < start + size,
          )
          if (inside.length === 0) continue
          expected.push(
            `${key}=${start}-${start + size}:${inside.map(({ pair }) => pair[1]).join()}@${start + size - 1}`,
          )
        }
      }
      const got = harness.take().slice(0, -1).map(show)
      expect(got.sort()).toEqual(expected.sort())
      expect([harness.backend?.entryCount(), harness.backend?.timerCount(true)]).toEqual([0, 0])
    }),
    { numRuns: 150 },
  )
})
