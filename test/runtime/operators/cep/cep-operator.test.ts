// The operator through all regimes of the notation: events are `key=letter=number`, a match is shown as its events.

import { describe, expect, test } from 'vitest'
import { fromTaggedJson, toTaggedJson } from '../../../../runtime/base/value-text.ts'
import {
  AfterMatchSkipStrategy,
  CEP,
  Duration,
  IterativeCondition,
  ListStateDescriptor,
  MapStateDescriptor,
  OutputTag,
  Pattern,
  PatternProcessFunction,
  ValueStateDescriptor,
  WithinType,
} from '../../../../runtime/index.ts'
import type {
  Collector,
  ConditionContext,
  PatternMatch,
  PatternProcessContext,
  PatternStream,
  RuntimeContext,
} from '../../../../runtime/index.ts'
import type { KeyedStateBackend } from '../../../../runtime/state/keyed-backend.ts'
import type { KeyedSnapshot } from '../../../../runtime/state/keyed-snapshot.ts'
import { check, type CaseOptions } from '../../../harness/notation.ts'
import { operatorOf } from '../../../harness/operator-of.ts'
import { OperatorHarness, type OperatorUnderTest } from '../../../harness/operator-harness.ts'

type Event = readonly [key: string, letter: string, n: number]

const is =
  (wanted: string) =>
  ([, letter]: Event): boolean =>
    letter === wanted
const step = (letter: string, skip?: AfterMatchSkipStrategy): Pattern<Event> =>
  Pattern.begin<Event>(letter, skip).where(is(letter))
const late = new OutputTag<Event>('late')
const timeout = new OutputTag<string>('timeout')

function text(match: PatternMatch<Event>): string {
  return [...match.values()]
    .flat()
    .map(([key, letter, n]) => `${key}${letter}${n}`)
    .join('+')
}

function subject(
  pattern: () => Pattern<Event>,
  settings: (stream: PatternStream<Event>) => PatternStream<Event> = (stream) => stream,
  comparator?: (a: Event, b: Event) => number,
): OperatorUnderTest {
  return operatorOf(
    (env) => {
      const keyed = env.fromElements<Event>(['k', 'a', 1]).keyBy(([key]) => key)
      settings(CEP.pattern(keyed, pattern(), comparator))
        .select(timeout, text, text)
        .print()
    },
    'cep',
    ['late', 'timeout'],
  )
}

const ab = subject(() => step('a').next('b').where(is('b')))
const abSoon = subject(() => step('a').followedBy('b').where(is('b')).within(Duration.ofMillis(5)))
const bPlus = (): Pattern<Event> =>
  step('a').next('b').where(is('b')).oneOrMore().consecutive().next('c').where(is('c'))
const gaps = (): Pattern<Event> =>
  step('a').followedBy('b').where(is('b')).within(Duration.ofMillis(3), WithinType.PREVIOUS_AND_CURRENT)
const noB = (): Pattern<Event> => step('a').notFollowedBy('b').where(is('b')).within(Duration.ofMillis(5))
const once = (): Pattern<Event> =>
  step('a', AfterMatchSkipStrategy.skipPastLastEvent())
    .oneOrMore()
    .followedBy('c')
    .where(is('c'))
    .within(Duration.ofMillis(9))

describe('in event time', () => {
  test.each<[name: string, subject: OperatorUnderTest, input: string, expected: string, options?: CaseOptions]>([
    ['each key for itself', ab, 'k=a=1@1 l=a=2@2 l=b=3@3 k=b=4@4 WMAX', 'ka1+kb4@4 la2+lb3@3 WMAX'],
    [
      'in order of time, once the watermark has passed',
      ab,
      'k=b=1@2 k=a=2@1 W1 W2 WMAX',
      'W1 ka2+kb1@2 W2 WMAX',
      // As in Flink: how many events the timestamp had is forgotten with the key's next timer.
      { leaves: { state: 1 } },
    ],
    [
      'late events are left out',
      ab,
      'W5 k=a=1@5 k=a=2@6 k=b=3@7 W9 k=a=4@1 WMAX',
      'W5 ka2+kb3@7 W9 WMAX',
      { restores: false },
    ],
    [
      'late events on the side',
      subject(
        () => step('a').next('b').where(is('b')),
        (stream) => stream.sideOutputLateData(late),
      ),
      'W5 k=a=1@5 k=a=2@- k=a=3@6 WMAX',
      'W5 late(k=a=1@5) late(k=a=2@-) WMAX',
      { restores: false, leaves: { state: 1 } },
    ],
    ['a+ b+ c', subject(bPlus), 'k=a=1@1 k=b=2@2 l=a=3@3 k=b=4@4 l=c=5@5 k=c=6@6 WMAX', 'ka1+kb2+kb4+kc6@6 WMAX'],
    ['a partial match times out', abSoon, 'k=a=1@1 W4 k=b=2@5 W5 k=b=3@6 WMAX', 'W4 ka1+kb2@5 W5 WMAX'],
    [
      'and goes to the side, at its deadline',
      abSoon,
      'k=a=1@1 l=a=2@3 W3 W6 WMAX',
      'W3 timeout(ka1@6) W6 timeout(la2@8) WMAX',
    ],
    [
      'a gap as long as the limit',
      subject(gaps),
      'k=a=1@1 k=b=2@4 l=a=3@1 l=b=4@3 W4 WMAX',
      'timeout(ka1@4) la3+lb4@3 W4 WMAX',
    ],
    ['what must not come', subject(noB), 'k=a=1@1 l=a=2@1 l=b=3@4 W4 W9 WMAX', 'W4 ka1@9 W9 WMAX'],
    ['skipping past the last event', subject(once), 'k=a=1@1 k=a=2@2 k=c=3@3 k=c=4@4 WMAX', 'ka1+ka2+kc3@3 WMAX'],
    [
      'a comparator within a timestamp',
      subject(
        () => step('a').next('b').where(is('b')),
        undefined,
        ([, , n], [, , m]) => n - m,
      ),
      'k=b=2@1 k=a=1@1 WMAX',
      'ka1+kb2@1 WMAX',
    ],
  ])('%s', (_name, operator, input, expected, options) => check(operator, input, expected, options))

  test('an event without timestamp would be dropped as late: it is refused', () => {
    const harness = new OperatorHarness(ab)
    expect(() => harness.record(['k', 'a', 1], NaN)).toThrow('CEP_NO_TIMESTAMP')
  })

  test('late events are counted, unless there is a side output for them', () => {
    const [plain, tagged] = [
      ab,
      subject(
        () => step('a'),
        (stream) => stream.sideOutputLateData(late),
      ),
    ].map((operator) => {
      const harness = new OperatorHarness(operator)
      harness.watermark(5)
      for (const timestamp of [5, 6, 4]) harness.record(['k', 'a', 1], timestamp)
      return harness.operator.numLateRecordsDropped
    })
    expect([plain, tagged]).toEqual([2, 0])
  })

  test('what goes on without a time limit stays', () => {
    check(ab, 'k=a=1@1 W1', 'W1', { leaves: { state: 1 } })
    check(
      subject(() => step('a').oneOrMore()),
      'k=a=1@1 WMAX',
      'ka1@1 WMAX',
      { leaves: { state: 1 } },
    )
  })
})

describe('in processing time', () => {
  const inProcessingTime = (stream: PatternStream<Event>): PatternStream<Event> => stream.inProcessingTime()
  test.each<[name: string, subject: OperatorUnderTest, input: string, expected: string, options?: CaseOptions]>([
    [
      'at once, without timestamps',
      subject(() => step('a').next('b').where(is('b')), inProcessingTime),
      'k=a=1@9 P5 k=b=2@- l=b=3@1',
      'ka1+kb2@-',
      // Here, too, as in Flink: a key that has seen its first event isn't forgotten.
      { leaves: { state: 1 } },
    ],
    [
      'time limits by the clock',
      subject(() => step('a').followedBy('b').where(is('b')).within(Duration.ofMillis(5)), inProcessingTime),
      'P1 k=a=1@- P6 P7 k=b=2@-',
      'timeout(ka1@-)',
      { leaves: { state: 1 } },
    ],
    [
      'a comparator: a millisecond later',
      subject(
        () => step('a').next('b').where(is('b')),
        inProcessingTime,
        ([, , n], [, , m]) => n - m,
      ),
      'P1 k=b=2@- k=a=1@- P2',
      'ka1+kb2@-',
      { leaves: { state: 1 } },
    ],
  ])('%s', (_name, operator, input, expected, options) => check(operator, input, expected, options))
})

test('a PatternProcessFunction has the time, side outputs and partial matches that timed out', () => {
  const seen: unknown[] = []
  class Both extends PatternProcessFunction<Event, string> {
    override processMatch(match: PatternMatch<Event>, context: PatternProcessContext, out: Collector<string>): void {
      seen.push(['match', context.timestamp(), context.currentProcessingTime()])
      out.collect(text(match))
      context.output(late, ['k', 'z', 0])
    }
    processTimedOutMatch(match: PatternMatch<Event>, context: PatternProcessContext): void {
      seen.push(['timeout', context.timestamp()])
      context.output(timeout, text(match))
    }
  }
  const operator = operatorOf(
    (env) => {
      const keyed = env.fromElements<Event>(['k', 'a', 1]).keyBy(([key]) => key)
      const pattern = step('a').followedBy('b').where(is('b')).within(Duration.ofMillis(5))
      CEP.pattern(keyed, pattern).process(new Both()).print()
    },
    'cep',
    ['late', 'timeout'],
  )
  check(operator, 'P7 k=a=1@1 k=b=2@2 l=a=3@4 WMAX', 'ka1+kb2@2 late(k=z=0@2) timeout(la3@9) WMAX', { restores: false })
  expect(seen.slice(0, 2)).toEqual([
    ['match', 2, 7],
    ['timeout', 9],
  ])
})

test('a snapshot that is written later, as text, holds what was there when it was taken', () => {
  const inputs = ['a@1', 'a@2', 'b@3', 'x@4', 'a@5', 'b@6', 'b@12'].map((token) => token.split('@'))
  const feed = (harness: OperatorHarness, [letter, at]: readonly string[]): void => {
    harness.record(['k', letter, Number(at)], Number(at))
    // Half of the events wait when the snapshot is taken.
    harness.watermark(Number(at) - 1)
  }
  for (let taken = 1; taken < inputs.length; taken++) {
    const running = new OperatorHarness(abSoon)
    for (const input of inputs.slice(0, taken)) feed(running, input)
    const pending = (running.backend as KeyedStateBackend).beginSnapshot()
    running.take()
    for (const input of inputs.slice(taken)) feed(running, input)
    const keyed = fromTaggedJson(toTaggedJson(pending.write())) as KeyedSnapshot
    const { operator } = running.snapshot()
    const restored = new OperatorHarness(abSoon, {
      subtask: 0,
      parallelism: 1,
      restored: { checkpointId: 1, keyed, operator },
    })
    for (const input of inputs.slice(taken)) feed(restored, input)
    expect(restored.take(), `taken after ${taken}`).toEqual(running.take())
  }
})

describe('the functions of a pattern', () => {
  const opened: string[] = []
  class Condition extends IterativeCondition<Event> {
    override open(): void {
      opened.push(`open ${this.getRuntimeContext().getTaskInfo().getIndexOfThisSubtask()}`)
    }
    override filter(event: Event, context: ConditionContext<Event>): boolean {
      return is('a')(event) && context.timestamp() === 1 && context.currentProcessingTime() === 0
    }
    override close(): void {
      opened.push('close')
    }
  }
  const one = (condition: IterativeCondition<Event>, select: (match: PatternMatch<Event>) => unknown) =>
    operatorOf((env) => {
      const keyed = env.fromElements<Event>(['k', 'a', 1]).keyBy(([key]) => key)
      CEP.pattern(keyed, Pattern.begin<Event>('a').where(condition)).select(select).print()
    }, 'cep')

  test('have a life cycle and the time', () => {
    const harness = new OperatorHarness(one(new Condition(), text))
    harness.record(['k', 'a', 1], 1)
    harness.record(['k', 'a', 2], 2)
    harness.watermark(9)
    harness.operator.close()
    expect(harness.take()).toEqual([
      ['record', 'ka1', 1],
      ['watermark', 9],
    ])
    expect(opened).toEqual(['open 0', 'close'])
  })

  test.each<[name: string, ask: (context: RuntimeContext) => unknown]>([
    ['value', (context) => context.getState(new ValueStateDescriptor('v'))],
    ['list', (context) => context.getListState(new ListStateDescriptor('l'))],
    ['map', (context) => context.getMapState(new MapStateDescriptor('m'))],
  ])('have no %s state', (_name, ask) => {
    class Asks extends Condition {
      override open(): void {
        ask(this.getRuntimeContext())
      }
    }
    expect(() => new OperatorHarness(one(new Asks(), text))).toThrow('CEP_NO_STATE')
  })

  test('return no promises', () => {
    const harness = new OperatorHarness(one(new Condition(), () => Promise.resolve(1)))
    harness.record(['k', 'a', 1], 1)
    expect(() => harness.watermark(9)).toThrow('PROMISE_RETURNED')
  })
})
