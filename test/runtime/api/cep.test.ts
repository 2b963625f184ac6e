// Building patterns: what the plan holds of them, what their types say, and what is refused where it's called.

import { describe, expect, expectTypeOf, test } from 'vitest'
import { LearnerError } from '../../../runtime/base/diagnostic.ts'
import {
  AfterMatchSkipStrategy,
  CEP,
  Duration,
  OutputTag,
  Pattern,
  SimpleCondition,
  WithinType,
} from '../../../runtime/index.ts'
import type { PatternMatch, SingleOutputStreamOperator, StreamExecutionEnvironment } from '../../../runtime/index.ts'
import { evaluateJob, planOf } from '../../harness/run-job.ts'

interface Event {
  readonly key: string
  readonly n: number
}
class Alarm implements Event {
  readonly key = 'k'
  readonly n = 1
  readonly level = 3
}

const wrong = (value: unknown): never => value as never
const a = (): Pattern<Event> => Pattern.begin<Event>('a')
const events = (env: StreamExecutionEnvironment) => env.fromElements<Event>({ key: 'k', n: 1 })
const find = (pattern: Pattern<Event>): void =>
  void evaluateJob(
    (env) =>
      void CEP.pattern(events(env), pattern)
        .select(() => 1)
        .print(),
  )
const optionals = (): Pattern<Event> => Pattern.begin<Event>('x').optional().next('y').optional()

function refusal(use: () => unknown): string | null {
  try {
    use()
    return null
  } catch (error) {
    if (error instanceof LearnerError) return error.code
    throw error
  }
}

describe('refused', () => {
  test.each<[code: string | null, what: string, use: () => unknown]>([
    [
      null,
      'nothing of this',
      () =>
        find(
          a()
            .where(({ n }) => n > 1)
            .oneOrMore()
            .until(({ n }) => n < 1)
            .next('b'),
        ),
    ],
    ['NAME_WANTED', 'no name', () => Pattern.begin('')],
    ['PATTERN_NAME_TWICE', 'a name twice', () => a().next('b').followedBy('a')],
    ['PATTERN_NAME_TWICE', 'a name twice, once in a group', () => a().next(a())],
    ['PATTERN_NAME_COLON', 'a colon in a name', () => a().next('b:c')],
    ['NOT_A_FUNCTION', 'no condition', () => a().where(wrong(undefined))],
    ['NOT_A_FUNCTION', 'no other condition', () => a().or(wrong(5))],
    [
      'CLASS_NOT_OBJECT',
      'a condition class',
      () =>
        a().where(
          wrong(
            class extends SimpleCondition<Event> {
              filter = () => true
            },
          ),
        ),
    ],
    ['PATTERN_CLASS_WANTED', 'no class', () => a().subtype(wrong('Alarm'))],
    ['PATTERN_GROUP_CONDITION', 'a condition on a group', () => Pattern.begin(a()).where(() => true)],
    ['PATTERN_NOT_AT_END', 'notFollowedBy at the end', () => find(a().notFollowedBy('b'))],
    [null, 'notFollowedBy at the end in a time', () => find(a().notFollowedBy('b').within(Duration.ofSeconds(1)))],
    [
      null,
      'notFollowedBy at the end, from event to event',
      () => find(a().notFollowedBy('b').within(Duration.ofSeconds(1), WithinType.PREVIOUS_AND_CURRENT)),
    ],
    [
      'PATTERN_NOT_AT_END',
      'a time on an earlier step',
      () => find(a().within(Duration.ofSeconds(1)).notFollowedBy('b')),
    ],
    [
      'PATTERN_NOT_AT_GROUP_END',
      'notFollowedBy at the end of a group',
      () => find(a().next(Pattern.begin<Event>('b').notFollowedBy('c')).next('d')),
    ],
    ['PATTERN_NOT_AFTER_OPTIONAL', 'notNext after an optional step', () => a().optional().notNext('b')],
    [
      'PATTERN_NOT_AFTER_OPTIONAL',
      'notFollowedBy after an optional step',
      () => a().oneOrMore().optional().notFollowedBy('b'),
    ],
    [
      'PATTERN_NOT_AT_START',
      'notNext after a group of optional steps',
      () => find(Pattern.begin(optionals()).notNext('b').next('c')),
    ],
    ['PATTERN_NOT_OPTION', 'an optional notNext', () => a().notNext('b').optional()],
    ['PATTERN_NOT_OPTION', 'notFollowedBy several times', () => a().notFollowedBy('b').oneOrMore()],
    ['PATTERN_NOT_OPTION', 'a greedy notNext', () => a().notNext('b').greedy()],
    ['PATTERN_LOOPS_EMPTY', 'a loop without an event', () => find(a().next(optionals()).oneOrMore())],
    [null, 'optional steps twice', () => find(a().next(optionals()).times(2))],
    ['PATTERN_TIMES', 'no time', () => a().times(0)],
    ['PATTERN_TIMES', 'half a time', () => a().times(1.5)],
    ['PATTERN_TIMES', 'from more to less', () => a().times(3, 2)],
    ['PATTERN_TIMES', 'from 0 to 0', () => a().times(0, 0)],
    ['PATTERN_TIMES', 'no time or more', () => a().timesOrMore(0)],
    [null, 'up to two times', () => find(a().times(0, 2).next('b'))],
    ['PATTERN_OPTION_TWICE', 'two quantities', () => a().times(2).oneOrMore()],
    ['PATTERN_OPTION_TWICE', 'optional twice', () => a().optional().optional()],
    [
      'PATTERN_OPTION_TWICE',
      'two ends',
      () =>
        a()
          .oneOrMore()
          .until(() => true)
          .until(() => true),
    ],
    ['PATTERN_OPTION_TWICE', 'consecutive twice', () => a().oneOrMore().consecutive().consecutive()],
    ['PATTERN_OPTIONAL_FIRST', 'optional before the quantity', () => a().optional().oneOrMore()],
    ['PATTERN_UNTIL_ALONE', 'until without a loop', () => a().until(() => true)],
    [
      'PATTERN_UNTIL_ALONE',
      'until after times',
      () =>
        a()
          .times(2, 3)
          .until(() => true),
    ],
    ['PATTERN_NOT_REPEATED', 'consecutive once', () => a().consecutive()],
    ['PATTERN_NOT_REPEATED', 'combinations of one', () => a().allowCombinations()],
    ['PATTERN_NOT_REPEATED', 'greedy once', () => a().greedy()],
    ['PATTERN_INNER_BOTH', 'consecutive combinations', () => a().oneOrMore().consecutive().allowCombinations()],
    ['PATTERN_GREEDY_GROUP', 'a greedy group', () => Pattern.begin(a()).oneOrMore().greedy()],
    ['PATTERN_GREEDY_COMBINATIONS', 'greedy combinations', () => a().oneOrMore().allowCombinations().greedy()],
    ['PATTERN_OPTIONAL_AFTER_GREEDY', 'optional after greedy', () => a().oneOrMore().greedy().next('b').optional()],
    ['DURATION_WANTED', 'a negative time', () => a().within(Duration.ofMillis(-1))],
    ['DURATION_WANTED', 'no time at all', () => a().within(Duration.ofMillis(0))],
    ['DURATION_WANTED', 'a time without unit', () => a().oneOrMore(wrong(5))],
    ['PATTERN_WITHIN_TYPE', 'no WithinType', () => a().within(Duration.ofMillis(1), wrong('FIRST'))],
    [
      'PATTERN_WITHIN_TYPES',
      'a step longer than the whole',
      () =>
        find(a().next('b').within(Duration.ofMillis(5)).within(Duration.ofMillis(6), WithinType.PREVIOUS_AND_CURRENT)),
    ],
    [
      'PATTERN_SKIP_UNKNOWN',
      'skipping to nobody',
      () => find(Pattern.begin<Event>('a', AfterMatchSkipStrategy.skipToFirst('b'))),
    ],
    [
      'PATTERN_SKIP_UNKNOWN',
      'skipping into a group',
      () => find(Pattern.begin(a(), AfterMatchSkipStrategy.skipToLast('a'))),
    ],
    ['PATTERN_SKIP_WANTED', 'no strategy', () => Pattern.begin('a', wrong('skipToNext'))],
    ['NAME_WANTED', 'skipping to no name', () => AfterMatchSkipStrategy.skipToFirst('')],
    ['CEP_PATTERN_WANTED', 'no pattern', () => evaluateJob((env) => void CEP.pattern(events(env), wrong('a')))],
    ['CEP_STREAM_WANTED', 'no stream', () => CEP.pattern(wrong([1]), a())],
    ['NOT_A_FUNCTION', 'no comparator', () => evaluateJob((env) => void CEP.pattern(events(env), a(), wrong({})))],
    [
      'NOT_A_FUNCTION',
      'no select function',
      () => evaluateJob((env) => void CEP.pattern(events(env), a()).select(wrong({}))),
    ],
    [
      'NOT_A_FUNCTION',
      'a function to process',
      () => evaluateJob((env) => void CEP.pattern(events(env), a()).process(wrong(() => 1))),
    ],
    [
      'OUTPUT_TAG_MISSING',
      'no tag for timeouts',
      () =>
        evaluateJob(
          (env) =>
            void CEP.pattern(events(env), a()).select(
              wrong(null),
              () => 1,
              () => 2,
            ),
        ),
    ],
    [
      'OUTPUT_TAG_MISSING',
      'no tag for late events',
      () => evaluateJob((env) => void CEP.pattern(events(env), a()).sideOutputLateData(wrong('late'))),
    ],
  ])('%s: %s', (code, _what, use) => expect(refusal(use)).toBe(code))
})

describe('the plan', () => {
  test('holds the pattern as data and conditions as roles', () => {
    const plan = planOf((env) => {
      const pattern = Pattern.begin<Event>('a', AfterMatchSkipStrategy.skipToLast('a').throwExceptionOnMiss())
        .where(({ n }) => n > 1)
        .or(SimpleCondition.of(({ n }) => n < 0))
        .timesOrMore(2, Duration.ofMillis(7))
        .within(Duration.ofSeconds(1))
      CEP.pattern(
        events(env).keyBy(({ key }) => key),
        pattern,
      )
        .sideOutputLateData(new OutputTag<Event>('late'))
        .flatSelect(
          new OutputTag<number>('timeout'),
          (_match, _at, out) => out.collect(1),
          (_match, out) => out.collect('x'),
        )
        .print()
    })
    const node = plan.nodes.find(({ kind }) => kind === 'cep')
    expect(node?.name).toBe('CepOperator')
    expect([...(node?.functions ?? [])].sort()).toEqual([
      'condition0',
      'condition1',
      'flatSelect',
      'keySelector:0',
      'timeout',
    ])
    expect(node?.spec).toMatchObject({
      skip: { kind: 'skipToLast', step: 'a', throwsOnMiss: true },
      time: 'event',
      lateTag: 'late',
      timeoutTag: 'timeout',
      handlesTimeouts: true,
      pattern: [
        {
          name: 'a',
          quantifier: { kind: 'LOOPING', from: 2, gapMs: 7 },
          condition: { of: 'or', left: { role: 'condition0' }, right: { role: 'condition1' } },
          withinMs: 1000,
        },
      ],
    })
  })

  test('runs a pattern on a stream without keys in one subtask', () => {
    const plan = planOf((env) => {
      const found = CEP.pattern(events(env), a())
        .inProcessingTime()
        .select(() => 1)
      expect(() => found.setParallelism(2)).toThrow('NOT_PARALLEL')
      found.print()
    }, 3)
    const node = plan.nodes.find(({ kind }) => kind === 'cep')
    expect(node).toMatchObject({ name: 'GlobalCepOperator', parallelism: 1, maxParallelism: 1 })
    expect(node?.inputs[0]).toMatchObject({ partitioner: 'HASH', key: 'BYTE' })
  })
})

test('types go from the stream and the pattern into the functions', () => {
  evaluateJob((env) => {
    const pattern = a()
      .where((event, context) => {
        expectTypeOf(event).toEqualTypeOf<Event>()
        return context.getEventsForPattern('a').every(({ n }) => n < event.n)
      })
      .next('alarm')
      .subtype(Alarm)
      .where((alarm) => {
        expectTypeOf(alarm).toEqualTypeOf<Alarm>()
        return alarm.level > 2
      })
    const found = CEP.pattern(
      events(env).keyBy(({ key }) => key),
      pattern,
    ).select((match) => {
      expectTypeOf(match).toEqualTypeOf<PatternMatch<Event>>()
      return match.get('a')?.length ?? 0
    })
    expectTypeOf(found).toEqualTypeOf<SingleOutputStreamOperator<number>>()
    found.print()
    // @ts-expect-error a number has no condition on an event
    a().where((event: number) => event > 1)
    // @ts-expect-error the stream's events are others
    CEP.pattern(env.fromElements('a'), a())
  })
})
