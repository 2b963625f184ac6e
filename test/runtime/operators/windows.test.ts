// Window operators in the notation of test/harness/notation.ts, each case through all its regimes. Results show as
// `key=start-end:values`; both the general operator and the fast ones run every case that they can.

import { describe, expect, test } from 'vitest'
import {
  AggregatingStateDescriptor,
  CountEvictor,
  CountTrigger,
  ContinuousEventTimeTrigger,
  Duration,
  EventTimeSessionWindows,
  GlobalWindows,
  ListStateDescriptor,
  OutputTag,
  ProcessingTimeSessionWindows,
  ProcessWindowFunction,
  PurgingTrigger,
  ReducingStateDescriptor,
  SlidingEventTimeWindows,
  Trigger,
  TriggerResult,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
  ValueStateDescriptor,
} from '../../../runtime/index.ts'
import type {
  Collector,
  Evictor,
  GlobalWindow,
  OnMergeContext,
  ProcessWindowContext,
  TimeWindow,
  TriggerContext,
  WindowAssigner,
  WindowElements,
  WindowStagger,
} from '../../../runtime/index.ts'
import { evictorParts } from '../../../runtime/api/evictors.ts'
import { triggerParts } from '../../../runtime/api/triggers.ts'
import { createWindowOperator } from '../../../runtime/operators/window/create-window-operator.ts'
import { WindowOperator } from '../../../runtime/operators/window/window-operator.ts'
import type { WindowSpec } from '../../../runtime/operators/window/window-spec.ts'
import type { AnyWindow } from '../../../runtime/operators/window/windows.ts'
import { check, type CaseOptions } from '../../harness/notation.ts'
import { OperatorHarness, type OperatorUnderTest } from '../../harness/operator-harness.ts'

type Pair = readonly [key: string, n: number]
type AnyTrigger = Trigger<never, never>

const ms = (n: number): Duration => Duration.ofMillis(n)
const byFirst = { select: (value: unknown) => (value as Pair)[0], type: null }
const add = (a: Pair, b: Pair): Pair => [a[0], a[1] + b[1]]

/** `start-end:1,2,3`, and with `counts` how often the window has fired. */
class Shown extends ProcessWindowFunction<Pair, string, string, AnyWindow> {
  readonly counts: boolean
  constructor(counts = false) {
    super()
    this.counts = counts
  }

  override process(
    key: string,
    context: ProcessWindowContext<AnyWindow>,
    pairs: Iterable<Pair>,
    out: Collector<string>,
  ): void {
    const window = context.window()
    const bounds = window.end === Infinity ? 'all' : `${window.start}-${window.end}`
    out.collect(`${key}=${bounds}:${Array.from(pairs, ([, n]) => n).join()}${this.fired(context)}`)
  }

  override clear(context: ProcessWindowContext<AnyWindow>): void {
    if (this.counts) context.windowState().getState(new ValueStateDescriptor<number>('fired')).clear()
  }

  private fired(context: ProcessWindowContext<AnyWindow>): string {
    if (!this.counts) return ''
    const state = context.windowState().getState(new ValueStateDescriptor<number>('fired'))
    state.update((state.value() ?? 0) + 1)
    return `#${state.value()}`
  }
}

interface Parts {
  readonly trigger?: AnyTrigger
  readonly evictor?: Parameters<typeof evictorParts<Pair, AnyWindow>>[0]
  readonly lateness?: number
  readonly late?: OutputTag<Pair>
  readonly contents?: WindowSpec['contents']
  readonly counts?: boolean
  readonly functions?: Readonly<Record<string, unknown>>
}

function windows(
  assigner: WindowAssigner<never, TimeWindow> | WindowAssigner<never, GlobalWindow>,
  parts: Parts = {},
): { readonly any: OperatorUnderTest; readonly general: OperatorUnderTest } {
  const trigger = parts.trigger === undefined ? null : triggerParts(parts.trigger, 'trigger')
  const evictor = parts.evictor === undefined ? null : evictorParts(parts.evictor)
  const contents = parts.contents ?? { kind: 'list' }
  const spec: WindowSpec = {
    assigner: assigner.spec,
    trigger: trigger?.spec ?? assigner.defaultTrigger(),
    evictor: evictor?.spec ?? null,
    allowedLatenessMs: parts.lateness ?? 0,
    lateTag: parts.late?.id ?? null,
    contents,
    call: contents.kind === 'list' ? 'process' : 'passThrough',
    isAll: false,
  }
  const functions = (): Record<string, unknown> => ({
    ...assigner.functions,
    ...trigger?.functions,
    ...evictor?.functions,
    ...parts.functions,
    window: new Shown(parts.counts),
    reduce: add,
  })
  const subject = { functions, key: byFirst, sideOutputs: ['late'] }
  return {
    any: { ...subject, create: () => createWindowOperator(spec) },
    general: { ...subject, create: () => new WindowOperator(spec) },
  }
}

const tumbling = TumblingEventTimeWindows.of(ms(10))
const sliding = SlidingEventTimeWindows.of(ms(10), ms(5))
const session = EventTimeSessionWindows.withGap(ms(5))
const global = GlobalWindows.create()
const byClock = TumblingProcessingTimeWindows.of(ms(10))
const late = new OutputTag<Pair>('late')

/** Fires at a record of 0; counts what came before it, per window. */
class AtZero extends Trigger<Pair, AnyWindow> {
  readonly seen = new ValueStateDescriptor<number>('seen')

  override onElement([, n]: Pair, _timestamp: number, _window: AnyWindow, context: TriggerContext): TriggerResult {
    const seen = context.getPartitionedState(this.seen)
    seen.update((seen.value() ?? 0) + 1)
    if (n !== 0) return TriggerResult.CONTINUE
    return (seen.value() ?? 0) > 1 ? TriggerResult.FIRE_AND_PURGE : TriggerResult.PURGE
  }

  override onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  override onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  override clear(_window: AnyWindow, context: TriggerContext): void {
    context.getPartitionedState(this.seen).clear()
  }
}

/** Fires at every third record of a session, whatever sessions it was merged of; remembers them all by list state too. */
class EveryThird extends Trigger<Pair, AnyWindow> {
  readonly count = new ReducingStateDescriptor('so-far', (a: number, b: number) => a + b)
  readonly seen = new ListStateDescriptor<number>('seen')
  readonly most = new AggregatingStateDescriptor('most', {
    createAccumulator: () => 0,
    add: (n: number, most: number) => Math.max(n, most),
    getResult: (most: number) => most,
    merge: Math.max,
  })

  override onElement([, n]: Pair, _timestamp: number, _window: AnyWindow, context: TriggerContext): TriggerResult {
    const count = context.getPartitionedState(this.count)
    const seen = context.getPartitionedState(this.seen)
    const most = context.getPartitionedState(this.most)
    count.add(1)
    seen.add(n)
    most.add(n)
    const isAgreed = Array.from(seen.get()).length === count.get() && Math.max(...seen.get()) === most.get()
    return isAgreed && (count.get() ?? 0) % 3 === 0 ? TriggerResult.FIRE : TriggerResult.CONTINUE
  }

  override onProcessingTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  override onEventTime(): TriggerResult {
    return TriggerResult.CONTINUE
  }

  override canMerge(): boolean {
    return true
  }

  override onMerge(_window: AnyWindow, context: OnMergeContext): void {
    context.mergePartitionedState(this.count)
    context.mergePartitionedState(this.seen)
    context.mergePartitionedState(this.most)
  }

  override clear(_window: AnyWindow, context: TriggerContext): void {
    context.getPartitionedState(this.count).clear()
    context.getPartitionedState(this.seen).clear()
    context.getPartitionedState(this.most).clear()
  }
}

const OddAway: Evictor<Pair, AnyWindow> = {
  evictBefore: (elements: WindowElements<Pair>) => elements.removeIf((element) => element.getValue()[1] % 2 === 1),
  evictAfter: () => undefined,
}

type Case = [name: string, ReturnType<typeof windows>, input: string, expected: string, options?: CaseOptions]

// With a restored watermark of MIN a late record isn't late any more, as in Flink.
const FORGETS: CaseOptions = { restores: false, splits: false }

const CASES: readonly Case[] = [
  [
    'tumbling: the end is not part of the window',
    windows(tumbling),
    'a=1@0 b=2@9 a=3@9 a=4@10 W9 W18 W19',
    'a=0-10:1,3@9 b=0-10:2@9 W9 W18 a=10-20:4@19 W19',
  ],
  ['tumbling, negative', windows(tumbling), 'a=1@-1 a=2@-10 a=3@-11 WMAX', 'a=-20--10:3@-11 a=-10-0:1,2@-1 WMAX'],
  [
    'tumbling, offset',
    windows(TumblingEventTimeWindows.of(ms(10), ms(3))),
    'a=1@2 a=2@3 WMAX',
    'a=-7-3:1@2 a=3-13:2@12 WMAX',
  ],
  ['reduce', windows(tumbling, { contents: { kind: 'reduce' } }), 'a=1@1 b=5@1 a=2@9 WMAX', 'a=3@9 b=5@9 WMAX'],
  [
    'sum of a field',
    windows(tumbling, { contents: { kind: 'field', aggregation: { kind: 'sum', field: 1, first: true } } }),
    'a=1@1 a=2@2 a=3@11 WMAX',
    'a=3@9 a=3@19 WMAX',
  ],
  ['sliding', windows(sliding), 'a=1@1 a=2@6 WMAX', 'a=-5-5:1@4 a=0-10:1,2@9 a=5-15:2@14 WMAX'],
  [
    'a slide longer than the size leaves records out',
    windows(SlidingEventTimeWindows.of(ms(3), ms(10))),
    'a=1@1 a=2@5 a=3@12 WMAX',
    'a=0-3:1@2 a=10-13:3@12 WMAX',
  ],
  ['late, dropped', windows(tumbling), 'a=1@1 W9 a=2@9 a=3@10 WMAX', 'a=0-10:1@9 W9 a=10-20:3@19 WMAX', FORGETS],
  ['late, to the side', windows(tumbling, { late }), 'a=1@1 W9 a=2@9 WMAX', 'a=0-10:1@9 W9 late(a=2@9) WMAX', FORGETS],
  [
    'a partly late record of sliding windows isn’t late',
    windows(sliding, { late }),
    'W9 a=1@6 a=2@4 WMAX',
    'W9 late(a=2@4) a=5-15:1@14 WMAX',
    FORGETS,
  ],
  [
    'lateness: every late record fires again',
    windows(tumbling, { lateness: 5, late, counts: true }),
    'a=1@1 W9 a=2@2 a=3@3 W14 a=4@4 WMAX',
    'a=0-10:1#1@9 W9 a=0-10:1,2#2@9 a=0-10:1,2,3#3@9 W14 late(a=4@4) WMAX',
    FORGETS,
  ],
  ['state per window', windows(tumbling, { counts: true }), 'a=1@1 a=2@11 WMAX', 'a=0-10:1#1@9 a=10-20:2#1@19 WMAX'],
  ['session', windows(session), 'a=1@1 a=2@6 a=3@12 b=4@3 WMAX', 'b=3-8:4@7 a=1-11:1,2@10 a=12-17:3@16 WMAX'],
  [
    'a record between two sessions makes one of them',
    windows(session),
    'a=1@1 a=2@11 W4 a=3@6 WMAX',
    'W4 a=1-16:1,2,3@15 WMAX',
  ],
  [
    'session, reduced',
    windows(session, { contents: { kind: 'reduce' } }),
    'a=1@1 a=2@11 a=4@6 b=8@1 WMAX',
    'b=8@5 a=7@15 WMAX',
  ],
  [
    'session, a gap of each record’s own',
    windows(EventTimeSessionWindows.withDynamicGap(([, gap]: Pair) => gap)),
    'a=9@0 a=1@5 a=2@20 WMAX',
    'a=0-9:9,1@8 a=20-22:2@21 WMAX',
  ],
  [
    'session, counted',
    windows(session, { trigger: CountTrigger.of(2) }),
    'a=1@1 a=2@10 a=3@5 WMAX',
    'a=1-15:1,2,3@14 WMAX',
  ],
  [
    'session by the clock',
    windows(ProcessingTimeSessionWindows.withGap(ms(5))),
    'P1 a=1@- P4 a=2@- P9 a=3@- P20',
    'a=1-9:1,2@8 a=9-14:3@13',
  ],
  ['by the clock', windows(byClock), 'P3 a=1@- b=2@- P9 P12 a=3@- P19', 'a=0-10:1@9 b=0-10:2@9 a=10-20:3@19'],
  [
    'count windows',
    windows(global, { trigger: PurgingTrigger.of(CountTrigger.of(2)) }),
    'a=1@1 b=2@1 a=3@1 a=4@1 WMAX',
    'a=all:1,3@MAX WMAX',
    { leaves: { state: 4 } },
  ],
  [
    'count windows that slide',
    windows(global, { trigger: CountTrigger.of(2), evictor: CountEvictor.of(3) }),
    'a=1@1 a=2@1 a=3@1 a=4@1',
    'a=all:1,2@MAX a=all:2,3,4@MAX',
    { leaves: { state: 1 } },
  ],
  [
    'at the end of the input',
    windows(GlobalWindows.createWithEndOfStreamTrigger()),
    'a=1@5 b=2@6 a=3@7 W100 WMAX',
    'W100 a=all:1,3@MAX b=all:2@MAX WMAX',
    { leaves: { state: 2 } },
  ],
  ['never', windows(global), 'a=1@5 WMAX', 'WMAX', { leaves: { state: 1 } }],
  [
    'early results',
    windows(tumbling, { trigger: ContinuousEventTimeTrigger.of(ms(4)) }),
    'a=1@1 W4 a=2@5 W8 WMAX',
    'a=0-10:1@9 W4 a=0-10:1,2@9 W8 a=0-10:1,2@9 WMAX',
  ],
  [
    'early results of a window without end, up to the end of the input',
    windows(global, { trigger: ContinuousEventTimeTrigger.of(ms(4)) }),
    'a=1@1 W4 a=2@5 W8 a=3@9 WMAX',
    'a=all:1@MAX W4 a=all:1,2@MAX W8 a=all:1,2,3@MAX WMAX',
    { leaves: { state: 1 } },
  ],
  [
    'a trigger of one’s own',
    windows(tumbling, { trigger: new AtZero() }),
    'a=0@1 a=5@1 a=0@2 b=7@1 WMAX',
    'a=0-10:5,0@9 WMAX',
  ],
  [
    'a trigger of one’s own on sessions: its state merges with them',
    windows(session, { trigger: new EveryThird() }),
    'a=1@1 a=2@10 a=3@5 a=4@30 a=5@31 WMAX',
    'a=1-15:1,2,3@14 WMAX',
  ],
  [
    'an evictor of one’s own',
    windows(tumbling, { evictor: OddAway, contents: { kind: 'reduce' } }),
    'a=1@1 a=2@2 a=4@3 b=3@3 WMAX',
    'a=6@9 WMAX',
  ],
]

describe('the operator that a plan gets', () => {
  test.each(CASES)('%s', (_name, { any }, input, expected, options) =>
    check(any, input, expected, { ...options, isOrdered: false }),
  )
})

describe('the general operator', () => {
  test.each(CASES)('%s', (_name, { general }, input, expected, options) =>
    check(general, input, expected, { ...options, isOrdered: false }),
  )
})

describe('stagger', () => {
  const fired = (stagger: WindowStagger): string => {
    const assigner = TumblingProcessingTimeWindows.of(ms(10), ms(0), stagger)
    const harness = new OperatorHarness(windows(assigner).any)
    harness.setProcessingTime(3)
    harness.record(['a', 1], NaN)
    harness.setProcessingTime(100)
    return harness
      .take()
      .map(([, value]) => value)
      .join()
  }

  test('not at all', () => expect(fired('ALIGNED')).toBe('a=0-10:1'))
  test('by the first record', () => expect(fired('NATURAL')).toBe('a=3-13:1'))
  // What the harness's seed draws.
  test('at random', () => expect(fired('RANDOM')).toBe('a=1-11:1'))
})
