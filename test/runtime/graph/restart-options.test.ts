// What a configuration says of restarts, and of lengths of time: what Flink 2.3.0 made of it, and what it refused.

import { describe, expect, test } from 'vitest'
import { parseDuration } from '../../../runtime/graph/duration-text.ts'
import { restartSpecOf } from '../../../runtime/graph/restart-spec.ts'

const specOf = (values: Readonly<Record<string, string>>, isCheckpointing = true) =>
  restartSpecOf(new Map(Object.entries(values)), isCheckpointing)

const DEFAULT = { initialMs: 1000, maxMs: 60_000, multiplier: 1.5, resetThresholdMs: 3_600_000, jitter: 0.1 }

describe('what isn’t a value of a strategy is refused', () => {
  test.each([
    ['failure-rate', 'failure-rate-interval', '0'],
    ['failure-rate', 'max-failures-per-interval', '0'],
    ['fixed-delay', 'attempts', '-1'],
    ['exponential-delay', 'backoff-multiplier', '1.0'],
    ['exponential-delay', 'initial-backoff', '0'],
    ['exponential-delay', 'initial-backoff', '2 min'],
    ['exponential-delay', 'max-backoff', '999 ms'],
    ['exponential-delay', 'reset-backoff-threshold', '0'],
    ['exponential-delay', 'attempts-before-reset-backoff', '0'],
    ['exponential-delay', 'jitter-factor', '1.5'],
  ])('%s %s %s', (kind, option, value) => {
    const values = { 'restart-strategy.type': kind, [`restart-strategy.${kind}.${option}`]: value }
    expect(() => specOf(values)).toThrow('OPTION_VALUE')
  })
})

describe('values at their bounds', () => {
  test.each([
    [{ 'max-backoff': '1 s' }, { maxMs: 1000 }],
    [{ 'initial-backoff': '1 min' }, { initialMs: 60_000 }],
    [{ 'backoff-multiplier': '1.01' }, { multiplier: 1.01 }],
    [
      { 'reset-backoff-threshold': '1 ms', 'jitter-factor': '1' },
      { resetThresholdMs: 1, jitter: 1 },
    ],
    [{ 'attempts-before-reset-backoff': '1' }, { attemptsBeforeReset: 1 }],
  ])('%o', (said, made) => {
    const values = Object.entries(said).map(([name, value]) => [`restart-strategy.exponential-delay.${name}`, value])
    const spec = specOf({ 'restart-strategy.type': 'exponential-delay', ...Object.fromEntries(values) })
    expect(spec).toMatchObject({ kind: 'exponential-delay', ...DEFAULT, ...made })
  })
})

test('where no strategy is named, what is said of delays is not heeded', () => {
  const said = { 'restart-strategy.exponential-delay.initial-backoff': '5 min' }
  expect(specOf(said)).toMatchObject({ kind: 'exponential-delay', ...DEFAULT })
  expect(specOf(said, false)).toEqual({ kind: 'none' })
  expect(specOf({ 'restart-strategy.exponential-delay.jitter-factor': '7' })).toMatchObject(DEFAULT)
})

test.each([
  ['PT5S', 5000],
  ['pt1m30s', 90_000],
  ['P1DT2H', 93_600_000],
  ['PT0.5S', 500],
  ['PT36H', 129_600_000],
  ['PT', null],
  ['P', null],
  ['PT-5S', null],
  ['-PT5S', null],
  ['1500 µs', 1],
  ['1000000 ns', 1],
  ['5ns', 0],
  ['10 SEC', 10_000],
  [' 7 ', 7],
  ['1.5 s', null],
  ['5 us', null],
  ['10 s 5 ms', null],
  ['+5', null],
  ['', null],
])('parseDuration(%j) is %j', (text, ms) => expect(parseDuration(text)).toBe(ms))
