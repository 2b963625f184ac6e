// Sessions with the short cut for records that lengthen one against sessions without it: same records, same counts, same
// snapshots, across restores; and against a model.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Duration, EventTimeSessionWindows, ProcessingTimeSessionWindows } from '../../../runtime/index.ts'
import { canExtend } from '../../../runtime/operators/window/session-extension.ts'
import { WindowOperator } from '../../../runtime/operators/window/window-operator.ts'
import type { WindowSpec } from '../../../runtime/operators/window/window-spec.ts'
import { show } from '../../harness/notation.ts'
import { OperatorHarness, type OperatorUnderTest } from '../../harness/operator-harness.ts'

type Pair = readonly [key: string, n: number]
type Step =
  | { readonly kind: 'record'; readonly pair: Pair; readonly timestamp: number }
  | { readonly kind: 'watermark' | 'clock'; readonly by: number }
  | { readonly kind: 'restore' }

const specs = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.boolean(), fc.boolean(), fc.boolean())
  .map(([gap, isEvent, isDynamic, isPurging]): WindowSpec => {
    const sessions = isEvent ? EventTimeSessionWindows : ProcessingTimeSessionWindows
    const assigner = isDynamic
      ? sessions.withDynamicGap(([, n]: Pair) => n + 1)
      : sessions.withGap(Duration.ofMillis(gap))
    const trigger = assigner.defaultTrigger()
    return {
      assigner: assigner.spec,
      trigger: isPurging ? { kind: 'purging', of: trigger } : trigger,
      evictor: null,
      allowedLatenessMs: 0,
      lateTag: 'late',
      contents: { kind: 'list' },
      call: 'apply',
      isAll: false,
    }
  })

const record = fc
  .tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 9 }), fc.integer({ min: -10, max: 80 }))
  .map(([key, n, timestamp]): Step => ({ kind: 'record', pair: [key, n], timestamp }))
const time = fc
  .tuple(fc.constantFrom('watermark', 'clock'), fc.integer({ min: 0, max: 8 }))
  .map(([kind, by]): Step => ({ kind: kind as 'watermark', by }))
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: record },
    { weight: 3, arbitrary: time },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'restore' }) },
  ),
  { maxLength: 80 },
)

function subject(spec: WindowSpec, isPlain: () => boolean): OperatorUnderTest {
  const window = (
    key: string,
    { start, end }: { start: number; end: number },
    pairs: Iterable<Pair>,
    out: { collect(row: unknown): void },
  ): void => out.collect(`${key}=${start}-${end}:${Array.from(pairs, ([, n]) => n).join()}`)
  return {
    create: () => new WindowOperator(spec, isPlain()),
    functions: () => ({ window, gapExtractor: ([, n]: Pair) => n + 1 }),
    key: { select: (value: unknown) => (value as Pair)[0], type: null },
    sideOutputs: ['late'],
  }
}

/** Step by step: what came out, sessions that end together in any order; counts; the whole state. */
function run(harness: OperatorHarness, steps: readonly Step[]): string[] {
  let watermark = -20
  let clock = 0
  return steps.map((step) => {
    let error = ''
    try {
      if (step.kind === 'record') harness.record(step.pair, step.timestamp)
      else if (step.kind === 'watermark') harness.watermark((watermark += step.by))
      else if (step.kind === 'clock') harness.setProcessingTime((clock += step.by))
      else harness.snapshotRestore()
    } catch (thrown) {
      error = (thrown as { code?: string }).code ?? String(thrown)
    }
    const { backend } = harness
    const counts = [backend?.entryCount(), backend?.timerCount(true), backend?.timerCount(false)].join()
    return `${harness.take().map(show).sort().join(' ')} ${error} [${counts}] ${stateOf(harness)}`
  })
}

function stateOf({ backend }: OperatorHarness): string {
  const keys = backend?.snapshot().groups.flatMap((group) => group.keys) ?? []
  const texts = keys.map(({ namespaces = [], ...own }) =>
    JSON.stringify([own, namespaces.map((namespace) => JSON.stringify(namespace)).sort()]),
  )
  return texts.sort().join()
}

test('same as without the short cut, step by step, across restores', () => {
  fc.assert(
    fc.property(specs, steps, (spec, steps) => {
      expect(canExtend(spec)).toBe(true)
      const short = new OperatorHarness(subject(spec, () => false))
      const plain = new OperatorHarness(subject(spec, () => true))
      expect(run(short, steps)).toEqual(run(plain, steps))
    }),
    { numRuns: 400 },
  )
})

test('either goes on from the other’s snapshot', () => {
  fc.assert(
    fc.property(specs, steps, (spec, steps) => {
      let made = 0
      const mixed = new OperatorHarness(subject(spec, () => made++ % 2 === 0))
      const plain = new OperatorHarness(subject(spec, () => true))
      expect(run(mixed, steps)).toEqual(run(plain, steps))
    }),
    { numRuns: 200 },
  )
})

test('same as a model: records of a key no further apart than the gap are one session', () => {
  const records = fc.array(record, { maxLength: 40 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), records, (gap, records) => {
      const assigner = EventTimeSessionWindows.withGap(Duration.ofMillis(gap))
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
      const harness = new OperatorHarness(subject(spec, () => false))
      const times = new Map<string, number[]>()
      for (const step of records) {
        if (step.kind !== 'record') continue
        harness.record(step.pair, step.timestamp)
        times.set(step.pair[0], [...(times.get(step.pair[0]) ?? []), step.timestamp])
      }
      harness.watermark(Infinity)
      const expected: string[] = []
      for (const [key, all] of times) {
        const sorted = all.sort((a, b) => a - b)
        for (let from = 0; from < sorted.length;) {
          let to = from
          while (to + 1 < sorted.length && (sorted[to + 1] as number) - (sorted[to] as number) <= gap) to++
          expected.push(`${key}=${sorted[from]}-${(sorted[to] as number) + gap} ${to - from + 1}`)
          from = to + 1
        }
      }
      const got = harness
        .take()
        .filter(([kind]) => kind === 'record')
        .map(([, value]) => {
          const [window, numbers] = String(value).split(':') as [string, string]
          return `${window} ${numbers.split(',').length}`
        })
      expect(got.sort()).toEqual(expected.sort())
      expect([harness.backend?.entryCount(), harness.backend?.timerCount(true)]).toEqual([0, 0])
    }),
    { numRuns: 200 },
  )
})
