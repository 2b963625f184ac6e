// Errors thrown by learner code are told at the learner's own line and column, in every file and behind every insertion.
import { describe, expect, test } from 'vitest'
import type { Span } from '../../../runtime/base/diagnostic.ts'
import { locate, locatePosition } from '../../../runtime/sandbox/locate.ts'
import { compileRight, evaluate, type Files } from './evaluate.ts'

const places = (spans: readonly Span[]): string[] => spans.map(({ file, line, column }) => `${file}:${line}:${column}`)

/** Runs the files and tells where the stack of what they threw lies. */
async function thrownAt(files: Files | string): Promise<string[]> {
  const job = compileRight(files)
  try {
    await evaluate(job)
  } catch (error) {
    return places(locate((error as Error).stack ?? '', job))
  }
  throw new Error('Nothing was thrown')
}

/** The innermost place, marked in the code by `¦`, which is taken out. */
const marked: readonly string[] = [
  `¦missing()`,
  `const a: Record<string, number> = {}\n  ¦missing(a as object)`,
  `for (const x of [1]) ¦missing(x)`,
  `for (const x of [1]) { ¦missing(x) }`,
  `for (const x of [1]) for (const y of [x]) ¦missing(y)`,
  `for (const x of [1]) { if (x) for (const y of [2]) { ¦missing(x + y) } }`,
  `let i = 0\nwhile (i < 2) { i++; } ¦missing()`,
  `do ¦missing(); while (true)`,
  `for (let i = 0, f = (n: number): number => n; i < 1; i++) { f(i) } ; ¦missing<string>()`,
  `export default ¦missing()`,
  `export default () => 1; ¦missing()`,
  `export default class { x = 1 } ¦missing()`,
  `export const a = 1, b = ¦missing()`,
  `const t = \`中文😀\${1}\`; ¦missing(t)`,
  `type A = {\n  a: 1\n}\r\nlet b: A = ¦missing()`,
  `import { count, inc } from './y'\ninc(count, count); ¦missing(count)`,
  `import { count } from './y'\n[{ count }, count, count.¦toFixed(1000)]`,
]

describe('the place of an error', () => {
  test.each(marked)('%s', async (code) => {
    const at = code.indexOf('¦')
    const lines = code.slice(0, at).split('\n')
    const files = {
      'job.ts': code.replace('¦', ''),
      'y.ts': 'export let count = 0\nexport const inc = (..._: number[]) => { count++ }',
    }
    expect((await thrownAt(files))[0]).toBe(`job.ts:${lines.length}:${(lines.at(-1) ?? '').length + 1}`)
  })

  test('a stack through several files, innermost first', async () => {
    const files = {
      'job.ts': `import { a } from './lib/a'\n\nfor (const x of [1]) a(x)\nawait 1`,
      'lib/a.ts': `import { B } from '../b'\ninterface I { n: number }\nexport function a(n: number): I {\n  return new B<I>({ n }).get()\n}`,
      'b.ts': `export class B<T> {\n  readonly #v: T\n  constructor(v: T) { this.#v = v }\n  get(): T {\n    while (true) { throw new Error(String(this.#v)) }\n  }\n}`,
    }
    expect(await thrownAt(files)).toEqual(['b.ts:5:26', 'lib/a.ts:4:26', 'job.ts:3:22'])
  })

  test('an error while a module is evaluated, and after an await', async () => {
    expect(await thrownAt({ 'job.ts': `import './a'`, 'a.ts': `\n  throw new Error()` })).toEqual(['a.ts:2:9'])
    expect(await thrownAt(`await null\nconst f = async () => { await null; throw new Error() }\nawait f()`)).toEqual([
      'job.ts:2:43',
      'job.ts:3:1',
    ])
  })
})

describe('stacks as browsers write them', () => {
  const job = compileRight({
    'job.ts': `import { f } from './a'\nfor (;;) f()`,
    'a.ts': 'export const f = () => { throw 1 }',
  })
  const [a, main] = job.files
  const inA = `${a?.startLine}:26`
  const inJob = `${(main?.startLine ?? 0) + 1}:20`

  test.each([
    [
      'V8',
      `Error: x\n    at f (streambed-job.js:${inA})\n    at streambed-job.js:${inJob}\n    at async Task.run (engine.js:1:1)`,
    ],
    ['V8 with an address', `Error\n    at f (blob:null/abc:${inA})\n    at async blob:null/abc:${inJob}`],
    ['Firefox', `f@blob:null/abc:${inA}\n@blob:null/abc:${inJob}\nasync*run@engine.js:3:4`],
    ['Safari', `f@streambed-job.js:${inA}\n@streambed-job.js:${inJob}\nrun@[native code]`],
    ['a path before the name', `f@https://x/y/streambed-job.js:${inA}\n@https://x/y/streambed-job.js:${inJob}`],
  ])('%s', (_, stack) => {
    expect(places(locate(stack, job, ['blob:null/abc']))).toEqual(['a.ts:1:26', 'job.ts:2:10'])
  })

  test('other scripts and messages that look like frames are not taken', () => {
    expect(
      locate(`Error: streambed-job.js:4:1\n    at f (my-streambed-job.js:4:1)\n    at engine.js:4:1`, job),
    ).toEqual([])
  })

  test("the compiler's own lines belong to nobody", () => {
    expect(locatePosition(job, { line: 1, column: 1 })).toBeNull()
    expect(locatePosition(job, { line: 10_000, column: 1 })).toBeNull()
  })

  test('a place inside an insertion is the character behind it', () => {
    expect(
      places(
        [12, 15, 18, 19, 20, 21].map((column) => locatePosition(job, { line: (main?.startLine ?? 0) + 1, column })!),
      ),
    ).toEqual(['job.ts:2:10', 'job.ts:2:10', 'job.ts:2:10', 'job.ts:2:10', 'job.ts:2:10', 'job.ts:2:11'])
  })
})
