// The operator against matches by definition, on random patterns and events. What real Flink makes of the rest of the
// language is in asked-of-flink.test.ts and in the golden vectors; skip strategies have no such definition, because a match
// waits there for as long as anything that began before it might still become one.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CEP, Duration, Pattern } from '../../../../runtime/index.ts'
import { operatorOf } from '../../../harness/operator-of.ts'
import { OperatorHarness } from '../../../harness/operator-harness.ts'
import { matchesByDefinition, UNWANTED, type Gap, type Letter, type Step } from './brute-force.ts'

const gaps = fc.constantFrom<Gap>('next', 'followedBy', 'followedByAny')
const quantities: fc.Arbitrary<readonly [from: number, to: number]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([1, 1] as const) },
  { weight: 1, arbitrary: fc.constant([1, Infinity] as const) },
  { weight: 1, arbitrary: fc.constantFrom([2, 2] as const, [1, 2] as const, [2, 3] as const, [2, Infinity] as const) },
)
const nots = fc.constantFrom(null, null, 'notNext' as const, 'notFollowedBy' as const)
const steps = fc
  .array(
    fc
      .record({ letters: fc.constantFrom('a', 'b', 'c', 'ab', 'abc'), gap: gaps, quantity: quantities, inner: gaps })
      .chain(({ letters, gap, quantity: [from, to], inner }) =>
        fc
          .record({ isOptional: fc.boolean(), not: nots })
          .map((rest): Step => ({ letters, gap, from, to, inner, ...rest })),
      ),
    { minLength: 1, maxLength: 3 },
  )
  .map((all) => all.map((step, i): Step => ({ ...step, not: canFollow(step, all[i - 1]) ? step.not : null })))

/**
 * NOT stands between two steps that can't be left out; what it waits for isn't `next`. Beside steps that come several times
 * Flink's answers follow no definition: b, b, d, b are two matches of `times(2, 3)` after `notFollowedBy(d)`, and never one
 * of three. Those are asked of Flink: below, in asked-of-flink.test.ts and in the golden vectors.
 */
function canFollow({ not, gap, to, isOptional }: Step, before: Step | undefined): boolean {
  if (before === undefined || before.isOptional || isOptional || to > 1 || before.to > 1) return false
  return not === 'notNext' || gap !== 'next'
}
const events = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 3 })), { minLength: 1, maxLength: 7 })
  .map((pairs): Letter[] => {
    let ts = 0
    return pairs.map(([letter, pause]) => ({ letter, ts: (ts += pause) }))
  })
const limits = fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 8 }))

function patternOf(all: readonly Step[], within: number): Pattern<Letter> {
  let pattern: Pattern<Letter> | null = null
  all.forEach(({ letters, gap, from, to, inner, isOptional, not }, i) => {
    const name = String(i)
    if (not !== null) pattern = pattern?.[not](`not ${i}`).where((event) => event.letter === UNWANTED) ?? null
    pattern = pattern === null ? Pattern.begin<Letter>(name) : pattern[gap](name)
    pattern.where((event) => letters.includes(event.letter))
    if (to === Infinity) pattern.timesOrMore(from)
    else if (to > 1) pattern.times(from, to)
    if (to > 1 && inner === 'next') pattern.consecutive()
    if (to > 1 && inner === 'followedByAny') pattern.allowCombinations()
    if (isOptional) pattern.optional()
  })
  const whole = pattern as unknown as Pattern<Letter>
  return within === Infinity ? whole : whole.within(Duration.ofMillis(within))
}

/** Matches as the operator finds them, events by their places. */
function matchesFound(all: readonly Step[], letters: readonly Letter[], within: number): string[] {
  const subject = operatorOf((env) => {
    const keyed = env.fromElements<Letter>(...letters).keyBy(() => 'k')
    CEP.pattern(keyed, patternOf(all, within))
      .select((match) =>
        Array.from(match, ([step, taken]) => [
          Number(step),
          taken.map(({ ts }) => letters.findIndex((letter) => letter.ts === ts)),
        ]),
      )
      .print()
  }, 'cep')
  const harness = new OperatorHarness(subject)
  for (const letter of letters) harness.record(letter, letter.ts)
  harness.watermark(Infinity)
  return harness.take().flatMap((output) => (output[0] === 'record' ? [JSON.stringify(output[1])] : []))
}

describe('matches by definition', () => {
  test.each<[name: string, step: Partial<Step>, letters: string, expected: string[]]>([
    ['strict', { gap: 'next' }, 'axb', []],
    ['relaxed: the next one only', { gap: 'followedBy' }, 'axbb', ['[[0,[0]],[1,[2]]]']],
    ['any', { gap: 'followedByAny' }, 'abb', ['[[0,[0]],[1,[1]]]', '[[0,[0]],[1,[2]]]']],
    ['optional', { gap: 'next', isOptional: true }, 'a', ['[[0,[0]]]']],
    ['not next', { gap: 'followedBy', not: 'notNext' }, 'adb', []],
    ['not next, but later', { gap: 'followedBy', not: 'notNext' }, 'axdb', ['[[0,[0]],[1,[3]]]']],
    ['not at all', { gap: 'followedBy', not: 'notFollowedBy' }, 'axdb', []],
    ['twice', { gap: 'next', from: 2, to: 2, inner: 'next' }, 'abbb', ['[[0,[0]],[1,[1,2]]]']],
  ])('%s', (_name, step, letters, expected) => {
    const once = { from: 1, to: 1, inner: 'followedBy', isOptional: false, not: null } as const
    const all: Step[] = [
      { ...once, letters: 'a', gap: 'next' },
      { ...once, letters: 'b', gap: 'next', ...step },
    ]
    const given = Array.from(letters, (letter, ts) => ({ letter, ts }))
    expect(matchesByDefinition(all, given, Infinity).map((match) => JSON.stringify(match))).toEqual(expected)
  })

  // Asked of Flink: only the very next event after one that might be the last ends a step before `notNext`, and any ends
  // it before `notFollowedBy`.
  test.each<[inner: Gap, not: NonNullable<Step['not']>, letters: string, expected: string]>([
    ['followedBy', 'notNext', 'abdaa', '[0]>[3] [0,3]>[4] [0]>[4] [3]>[4]'],
    ['followedByAny', 'notNext', 'aadaa', '[0]>[1] [0]>[3] [0,3]>[4] [0]>[4] [3]>[4]'],
    ['followedBy', 'notNext', 'adaa', '[2]>[3]'],
    ['next', 'notNext', 'abdaa', '[0]>[3] [0]>[4] [3]>[4]'],
    ['followedByAny', 'notFollowedBy', 'aabdaa', '[0]>[1] [4]>[5]'],
  ])('one or more, %s, before %s: %s', (inner, not, letters, expected) => {
    const repeated: Step = { letters: 'a', gap: 'next', from: 1, to: Infinity, inner, isOptional: false, not: null }
    const last: Step = { ...repeated, gap: 'followedByAny', to: 1, not }
    const given = Array.from(letters, (letter, ts) => ({ letter, ts }))
    const texts = [matchesByDefinition([repeated, last], given, Infinity).map((match) => JSON.stringify(match))]
    texts.push(matchesFound([repeated, last], given, Infinity))
    const wanted = expected.split(' ').map((text) => text.replace(/^(.*)>(.*)$/, '[[0,$1],[1,$2]]'))
    for (const found of texts) expect(found.sort()).toEqual(wanted.sort())
  })

  test('are what the operator finds', () => {
    fc.assert(
      fc.property(steps, events, limits, (all, letters, within) => {
        const expected = matchesByDefinition(all, letters, within).map((match) => JSON.stringify(match))
        expect(matchesFound(all, letters, within).sort()).toEqual(expected.sort())
      }),
      { numRuns: 2000 },
    )
  })
})
