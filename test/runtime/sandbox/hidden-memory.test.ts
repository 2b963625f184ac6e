// Which of a job's variables and members its functions change unseen, and which calls differ when repeated.

import { describe, expect, test } from 'vitest'
import { compiled } from '../../harness/compiled-job.ts'

const HEAD = `import { StreamExecutionEnvironment, OutputTag, SimulatedService, Duration } from 'streambed'
const env = StreamExecutionEnvironment.getExecutionEnvironment()
const stream = env.fromData([1, 2, 3])
`
const TAIL = '\nawait env.execute()'

function found(text: string) {
  const { job, diagnostics } = compiled([{ name: 'job.ts', text: HEAD + text + TAIL }])
  expect(diagnostics).toEqual([])
  const { hidden = [], unsteady = [] } = job ?? {}
  return [
    ...hidden.map(({ name, isCertain }) => (isCertain ? name : `${name}?`)),
    ...unsteady.map(({ call }) => call),
  ].join(' ')
}

describe('what is remembered unseen', () => {
  test.each([
    ['a variable', 'let count = 0\nstream.map((n) => ++count).print()', 'count'],
    ['by destructuring', 'let last = 0\nstream.map((n) => { ;[last] = [n]; return last }).print()', 'last'],
    ['a Map', 'const seen = new Map<number, number>()\nstream.map((n) => seen.set(n, n).size).print()', 'seen'],
    ['a list', 'const all: number[] = []\nstream.map((n) => all.push(n)).print()', 'all'],
    ['a member of an object', 'const sums = { all: 0 }\nstream.map((n) => (sums.all += n)).print()', 'sums'],
    [
      'a closure',
      'function counter() { let n = 0; return () => ++n }\nconst next = counter()\nstream.map(() => next()).print()',
      'n',
    ],
    [
      'an object of methods',
      'function strategy() { let seen = 0; return { onEvent() { seen++ } } }\nstream.map(() => strategy()).print()',
      'seen',
    ],
    [
      'a static member',
      'class F { static n = 0; map(x: number) { return ++F.n + x } }\nstream.map(new F()).print()',
      'F',
    ],
    [
      'a private static member',
      'class F { static #n = 0; static next() { return ++this.#n } map(x: number) { return F.next() + x } }\nstream.map(new F()).print()',
      '#n F',
    ],
    [
      'a private static Set',
      'class F { static readonly #all = new Set<number>(); static add(x: number) { this.#all.add(x) } map(x: number) { F.add(x); return x } }\nstream.map(new F()).print()',
      '#all F',
    ],
    [
      'the library’s service',
      'const service = new SimulatedService((n: number) => n, { latency: [Duration.ofMillis(1), Duration.ofMillis(2)] })\nstream.map((n) => { service.query(n); return n }).print()',
      'service',
    ],
    [
      'something of unknown make',
      'class Cache { n = 0; add() { return ++this.n } }\nconst cache = new Cache()\nstream.map(() => cache.add()).print()',
      'cache?',
    ],
    [
      'in a function that builds the job',
      'function build() { const own = StreamExecutionEnvironment.getExecutionEnvironment(); let n = 0; own.fromData([1]).map((x) => x + ++n).print() }\nstream.map((n) => n).print()',
      'n',
    ],
  ])('%s', (_, text, names) => expect(found(text)).toBe(names))
})

describe('what isn’t', () => {
  test.each([
    ['members', 'class F { n = 0; map(x: number) { return ++this.n + x } }\nstream.map(new F()).print()'],
    [
      'constants',
      "const rates = new Map([['a', 1]])\nconst list = [1]\nstream.map((n) => (rates.get('a') ?? 0) + list.indexOf(n)).print()",
    ],
    [
      'variables of a call',
      'stream.map((n) => { let sum = 0; [1, 2].forEach((x) => (sum += x)); return sum + n }).print()',
    ],
    [
      'what is changed while the job is built',
      'let n = 0\nn++\nconst all: number[] = []\nall.push(n)\nstream.map((x) => x + all.length).print()',
    ],
    [
      'what a function is given',
      'stream.map((n) => [n].map((x) => x + n)).map((list) => { list.push(1); return list }).print()',
    ],
    [
      'private members, which are kept with their object',
      'class F { #n = 0; open() { this.#n = 2 } map(x: number) { return this.#n++ + x } }\nstream.map(new F()).print()',
    ],
    [
      'private static members that stay',
      'class F { static readonly #by = 2; map(x: number) { return x * F.#by } }\nstream.map(new F()).print()',
    ],
    ['tags', "const late = new OutputTag<number>('late')\nstream.map((n) => n + late.id.length).print()"],
  ])('%s', (_, text) => expect(found(text)).toBe(''))
})

test.each([
  ['stream.map((n) => n + Math.random()).print()', 'Math.random()'],
  ['stream.map((n) => n + Date.now()).print()', 'Date.now()'],
  ['stream.map((n) => n + new Date().getTime()).print()', 'new Date()'],
  ['const start = Date.now()\nstream.map((n) => n + start + new Date(n).getTime()).print()', ''],
  ['const Math = { random: () => 4 }\nstream.map((n) => n + Math.random()).print()', ''],
])('%s', (text, calls) => expect(found(text)).toBe(calls))
