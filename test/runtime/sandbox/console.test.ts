// Lines that learner code writes: the text of every kind of value, and the console's methods.
import { describe, expect, test } from 'vitest'
import { inspect } from '../../../runtime/sandbox/inspect.ts'
import { makeConsole, type LogLevel } from '../../../runtime/sandbox/simulated-console.ts'

class Point {
  readonly x = 1
  readonly #hidden = 2
  get sum(): number {
    return this.x + this.#hidden
  }
}

const circle: Record<string, unknown> = { a: 1 }
circle['self'] = circle
const throwing = new Proxy({}, { ownKeys: () => { throw new Error() }, getPrototypeOf: () => { throw new Error() } }) // prettier-ignore

describe('inspect', () => {
  test.each<[value: unknown, text: string]>([
    ["it's\n", `'it\\'s\\n'`],
    [1.5, '1.5'],
    [-0, '-0'],
    [NaN, 'NaN'],
    [12n, '12n'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [[1, 'a', [2]], `[ 1, 'a', [ 2 ] ]`],
    [[], '[]'],
    [new Array(2), '[ <empty>, <empty> ]'],
    [{ a: 1, 'b c': { d: null } }, `{ a: 1, 'b c': { d: null } }`],
    [{}, '{}'],
    [new Point(), 'Point { x: 1 }'],
    [Object.create(null), '[null prototype] {}'],
    [new Map([['a', { b: 1 }]]), `Map(1) { 'a' => { b: 1 } }`],
    [new Set([1, 2]), 'Set(2) { 1, 2 }'],
    [new Set(), 'Set(0) {}'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), 'Invalid Date'],
    [/a\/b/g, '/a\\/b/g'],
    [new TypeError('no'), 'TypeError: no'],
    [Uint8Array.of(1, 2), 'Uint8Array [ 1, 2 ]'],
    [function named() {}, '[Function named]'],
    [class A {}, '[Function A]'],
    [circle, '{ a: 1, self: [Circular] }'],
    [{ get a() { throw new Error('called') } }, '{ a: [Getter] }'], // prettier-ignore
    [{ a: { b: { c: { d: { e: 1 } } } } }, '{ a: { b: { c: { d: [Object] } } } }'],
    [throwing, '[Object]'],
    [{ 键: 1 }, '{ 键: 1 }'],
  ])('%#', (value, text) => {
    expect(inspect(value)).toBe(text)
  })

  test('long values are cut, with the rest counted', () => {
    expect(inspect(Array.from({ length: 102 }, () => 0))).toMatch(/0, … 2 more \]$/)
    expect(inspect('x'.repeat(1e8))).toMatch(/^'x{1000}… 99999000 more characters'$/)
  })
})

describe('console', () => {
  function record(nowMs = () => 0) {
    const lines: string[] = []
    return {
      lines,
      console: makeConsole({ nowMs, log: (level: LogLevel, text) => void lines.push(`${level} ${text}`) }),
    }
  }

  test.each<[method: string, values: readonly unknown[], lines: string[]]>([
    ['log', ['a', 1, { b: 'c' }], [`log a 1 { b: 'c' }`]],
    ['log', [], ['log ']],
    ['warn', ['%s is %d, %i, %f, %j%%', 'x', 1.5, 1.5, 2, [1], 'rest'], ['warn x is 1.5, 1, 2, [ 1 ]% rest']],
    ['info', ['100%', 1], ['info 100% 1']],
    ['error', [new Error('no')], ['error Error: no']],
    ['debug', ['%s %s', 'a'], ['debug a %s']],
    ['assert', [true, 'a'], []],
    ['assert', [false, 'a'], ['error Assertion failed a']],
    ['table', [[1]], ['log [ 1 ]']],
    ['count', [], ['log default: 1']],
  ])('%s %j', (method, values, lines) => {
    const recorded = record()
    recorded.console[method]?.(...values)
    expect(recorded.lines).toEqual(lines)
  })

  test('groups indent, timers count virtual time', () => {
    let now = 5
    const { lines, console } = record(() => now)
    console['group']?.('g')
    console['time']?.()
    now = 12
    console['log']?.('a\nb')
    console['groupEnd']?.()
    console['timeEnd']?.()
    expect(lines).toEqual(['log g', 'log   a\n  b', 'log default: 7 ms'])
  })
})
