// Every form of module and of erased type that a learner may write, by what it does when it runs.
import { describe, expect, test } from 'vitest'
import { compileRight, evaluate, loadFactory, results, type Files } from './evaluate.ts'

const head = `import { out } from 'streambed'\n`

/** Exports of x.ts × imports of job.ts: what `out` gets. */
const moduleForms: readonly [title: string, x: string, job: string, expected: unknown[]][] = [
  ['named const', `export const a = 1`, `import { a } from './x'; out(a)`, [1]],
  ['named as', `export const a = 1`, `import { a as b } from './x.ts'; out(b)`, [1]],
  ['.js specifier', `export const a = 1`, `import { a } from './x.js'; out(a)`, [1]],
  ['function', `export function f() { return 2 }`, `import { f } from './x'; out(f())`, [2]],
  [
    'async function',
    `export async function f() { return 2 }`,
    `import { f } from './x'; f().then(out); await execute()`,
    [2],
  ],
  ['generator', `export function* g() { yield 3 }`, `import { g } from './x'; out([...g()])`, [[3]]],
  ['class', `export class C { v = 4 }`, `import { C } from './x'; out(new C().v)`, [4]],
  [
    'abstract class',
    `export abstract class C { v = 4 }`,
    `import { C } from './x'; class D extends C {} out(new D().v)`,
    [4],
  ],
  [
    'destructured',
    `export const { a, b: [c], ...d } = { a: 1, b: [2], e: 3 }`,
    `import { a, c, d } from './x'; out([a, c, d])`,
    [[1, 2, { e: 3 }]],
  ],
  ['two in one statement', `export const a = 1, b = 2`, `import { a, b } from './x'; out(a + b)`, [3]],
  ['default expression', `export default 1 + 4`, `import five from './x'; out(five)`, [5]],
  [
    'default arrow',
    `export default (n: number): number => n * 2`,
    `import f from './x'; out(f(4)); out(f.name)`,
    [8, 'default'],
  ],
  ['default class', `export default class C { v = 6 }`, `import K from './x'; out(new K().v); out(K.name)`, [6, 'C']],
  [
    'default class without name',
    `export default class { v = 6 }\n;(1)`,
    `import K from './x'; out(new K().v); out(K.name)`,
    [6, 'default'],
  ],
  ['default function', `export default function f() { return 7 }`, `import g from './x'; out(g())`, [7]],
  ['default function without name', `export default function () { return 7 }`, `import g from './x'; out(g())`, [7]],
  ['default object over lines', `export default {\n  a: 1,\n} // end`, `import o from './x'; out(o)`, [{ a: 1 }]],
  ['default and named', `export default 1; export const b = 2`, `import a, { b } from './x'; out([a, b])`, [[1, 2]]],
  ['default by name', `export default 1`, `import { default as a } from './x'; out(a)`, [1]],
  [
    'export list',
    `const a = 1; function f() { return 2 }\nexport { a, f as g }`,
    `import { a, g } from './x'; out(a + g())`,
    [3],
  ],
  ['export list before declaration', `export { a }\nconst a = 1`, `import { a } from './x'; out(a)`, [1]],
  ['as default', `const a = 1; export { a as default }`, `import a from './x'; out(a)`, [1]],
  ['string name', `const a = 1; export { a as 'x y' }`, `import { 'x y' as b } from './x'; out(b)`, [1]],
  [
    'namespace',
    `export const b = 1, a = 2; export default 3`,
    `import * as x from './x'; out(Object.keys(x)); out(x.default)`,
    [['a', 'b', 'default'], 3],
  ],
  ['default and namespace', `export default 3`, `import d, * as x from './x'; out(d + x.default)`, [6]],
  ['side effect', `import { out } from 'streambed'; out('x')`, `import './x'; out('job')`, ['x', 'job']],
  ['from re-export', `export { a, b as c } from './y'`, `import { a, c } from './x'; out(a + c)`, [30]],
  ['star re-export', `export * from './y'; export const b = 1`, `import { a, b } from './x'; out(a + b)`, [11]],
  [
    'star leaves default',
    `export * from './y'`,
    `import * as x from './x'; out(Object.keys(x))`,
    [['a', 'b', 'count', 'inc']],
  ],
  ['namespace re-export', `export * as y from './y'`, `import { y } from './x'; out(y.b)`, [20]],
  ['imported, then exported', `import { a } from './y'; export { a as z }`, `import { z } from './x'; out(z)`, [10]],
  ['library re-export', `export { SEVEN } from 'streambed'`, `import { SEVEN } from './x'; out(SEVEN)`, [7]],
  ['library star', `export * from 'streambed'`, `import { SEVEN } from './x'; out(SEVEN)`, [7]],
  [
    'live binding',
    ``,
    `import { count, inc } from './y'; inc(); out(count); out({ count }); out([count].map((count) => count))`,
    [1, { count: 1 }, [1]],
  ],
  [
    'live binding through re-export',
    `export { count, inc } from './y'`,
    `import { count as c, inc } from './x'; inc(); out(c + c)`,
    [2],
  ],
  [
    'live binding called',
    `export let f = function (this: unknown) { return this }\nf = f`,
    `import { f } from './x'; out(f())`,
    [undefined],
  ],
  [
    'interface without type',
    `export interface A { a: number }`,
    `import { A } from './x'; const a: A = { a: 1 }; out(a)`,
    [{ a: 1 }],
  ],
  ['export type', `type A = number; export type { A }`, `import { A } from './x'; out(1 as A)`, [1]],
  ['import type', `export class C { v = 1 }`, `import type { C } from './x'; const c: C = { v: 1 }; out(c.v)`, [1]],
  [
    'inline type',
    `export class C {}; export const a = 1`,
    `import { type C, a } from './x'; const c: C = a; out(c)`,
    [1],
  ],
  ['declare', `export declare const q: number; export const a = 1`, `import { a } from './x'; out(a)`, [1]],
  [
    'overloads',
    `export function f(a: string): string\nexport function f(a: number): number\nexport function f(a: any) { return a }`,
    `import { f } from './x'; out(f(1))`,
    [1],
  ],
  ['type and value of one name', `export type A = number; export const A = 5`, `import { A } from './x'; out(A)`, [5]],
  [
    'type-only cycle',
    `import { B } from './job'\nexport interface A { b: B | null }\nexport const a: A = { b: null }`,
    `import { A, a } from './x'; export interface B { a: A }\nout(a.b)`,
    [null],
  ],
]

const y = `export const a = 10, b = 20\nexport let count = 0\nexport function inc() { count++ }\nexport default 'y'`

describe('module forms', () => {
  test.each(moduleForms)('%s', async (_, x, job, expected) => {
    const text = `import { out, execute } from 'streambed'\n${job}`
    expect(await results({ 'job.ts': text, 'x.ts': x, 'y.ts': y })).toEqual(expected)
  })

  test('files run dependencies first, each once', async () => {
    const say = (name: string) => `import { out } from 'streambed'; out('${name}'); export const ${name} = 1\n`
    const files: Files = {
      'job.ts': `${head}import './a'; import './sub/b'; out('job')`,
      'a.ts': `import './c'\n${say('a')}`,
      'sub/b.ts': `import '../c'; import '../a'; import './d'\n${say('b')}`,
      'sub/d.ts': say('d'),
      'c.ts': say('c'),
      'unused.ts': 'this is not even TypeScript',
    }
    expect(await results(files)).toEqual(['c', 'a', 'd', 'b', 'job'])
  })
})

/** What TypeScript lets a learner write in one file. */
const erased: readonly [title: string, code: string, expected: unknown[]][] = [
  ['generics', `function id<T extends object = {}>(x: T): T { return x }\nout(id<{ a: 1 }>({ a: 1 }))`, [{ a: 1 }]],
  ['as, satisfies, non-null', `const a = { b: 1 } satisfies Record<string, number>\nout((a as any).b! as number)`, [1]],
  ['as at the end of a line', `const a = [1] as const\n;[2].forEach((x) => out(x + a[0]))`, [3]],
  ['private fields', `class A { #n = 1; static #s = 2; get n() { return this.#n + A.#s } }\nout(new A().n)`, [3]],
  [
    'accessors',
    `class A { v = 0; get x(): number { return this.v } set x(v: number) { this.v = v * 2 } }\nconst a = new A(); a.x = 2; out(a.x)`,
    [4],
  ],
  [
    'modifiers',
    `class A { private readonly a: number = 1; protected static b?: string; declare c: number; override toString(): string { return 'A' + this.a } }\nout(String(new A()))`,
    ['A1'],
  ],
  [
    'implements and abstract',
    `interface I { f(): void }\nabstract class B { abstract g(): void }\nclass C extends B implements I { f(): void {} g(): void { out(1) } }\nnew C().g()`,
    [1],
  ],
  ['optional chaining', `const a: { b?: { c(): number } } = {}\nout(a.b?.c() ?? 'none')`, ['none']],
  ['template', 'const n: number = 1\nout(`a${n as number}b${`${n}`}`)', ['a1b1']],
  ['regex', `out('a/b<c>'.replace(/<c>|\\/b/g, 'x'))`, ['axx']],
  ['this parameter', `function f(this: { n: number }, m: number) { return this.n + m }\nout(f.call({ n: 1 }, 2))`, [3]],
  [
    'type guards and asserts',
    `function isString(x: unknown): x is string { return typeof x === 'string' }\nout(isString('a'))`,
    [true],
  ],
  [
    'declare',
    `declare const nothing: number\ndeclare module 'x' {}\ndeclare global { interface G {} }\nout(typeof nothing)`,
    ['undefined'],
  ],
  ['namespace of types only', `namespace N { export type A = 1 }\nout(1 satisfies N.A)`, [1]],
  ['arrow with return type over lines', `const f = (\n  a: number,\n): number => a\nout(f(1))`, [1]],
  ['generic arrow', `const f = async <T,>(x: T): Promise<T> => x\nf(1).then(out)`, [1]],
  ['static block', `class A { static v: number; static { this.v = 3 } }\nout(A.v)`, [3]],
  [
    'tagged template',
    'const t = <T,>(s: TemplateStringsArray, ...v: T[]) => s.raw.length + v.length\nout(t<number>`a${1}b`)',
    [3],
  ],
  [
    'label',
    `outer: for (const a of [1, 2]) { for (const b of [1, 2]) { if (b === 2) continue outer; out(a * 10 + b) } }`,
    [11, 21],
  ],
  ['shadowing a global', `const Date = 5\nconst Math = { max: 1 }\nout(Date + Math.max)`, [6]],
  ['top-level this', `out(this)`, [undefined]],
  [
    'no semicolons round imports',
    `const f = (n: number) => n\nimport { SEVEN } from 'streambed'\n;(out as any)(f(SEVEN))`,
    [7],
  ],
  ['shebang', `#!/usr/bin/env node\nimport { out as o } from 'streambed'\no(1)`, [1]],
  ['own __tick', `const __tick = 1, __streambed = 2\nfor (const x of [__tick]) out(x + __streambed)`, [3]],
]

describe('erased types', () => {
  test.each(erased)('%s', async (title, code, expected) => {
    expect(await results(title === 'shebang' ? code : head + code)).toEqual(expected)
  })
})

const loops: readonly [code: string, ticks: number][] = [
  [`for (let i = 0; i < 3; i++) { out(i) }`, 3],
  [`for (let i = 0; i < 3; i++) out(i)`, 3],
  [`for (let i = 0; i < 3; i++);`, 3],
  [`let i = 0\nwhile (i < 4) i++\nout(i)`, 4],
  [`let i = 0\ndo i++; while (i < 4)`, 4],
  [`let i = 0\ndo i++\nwhile (i < 4)\nout(i)`, 4],
  [`let i = 0\ndo { i++ } while (i < 4)`, 4],
  [`for (const k in { a: 1, b: 2 }) out(k)`, 2],
  [`for (const x of [1, 2, 3]) if (x > 1) out(x); else continue`, 3],
  [`for (const x of [1, 2]) for (const y of [1, 2]) out(x * y)`, 6],
  [`a: for (const x of [1, 2]) b: for (const y of [1, 2]) { if (x + y === 2) continue a; break a }`, 4],
  [`const f = () => { for (;;) { return 1 } }\nf()`, 1],
  [`for await (const x of [1, 2]) out(x)`, 2],
  [`for (const x of [1, 2]) try { out(x as number) } finally { out(0) }`, 2],
]

describe('steps', () => {
  test.each(loops)('%s', async (code, ticks) => {
    expect((await evaluate(compileRight(head + code))).ticks).toBe(ticks)
  })

  test('a loop ends when the budget says so', async () => {
    const factory = await loadFactory(compileRight(`while (true) {}`))
    let left = 1000
    const run = factory({}, { __tick: () => { if (left-- === 0) throw new Error('enough') }, __privates: () => {} }) // prettier-ignore
    await expect(run).rejects.toThrow('enough')
  })
})

describe('the module', () => {
  const files: Files = {
    'job.ts': `import { out } from 'streambed'\nimport { next } from './x'\nout(next())\nout(Date.now() + Math.random())`,
    'x.ts': `let n = 0\nexport const next = () => ++n`,
  }

  test('has no state outside a call of the factory', async () => {
    const job = compileRight(files)
    const globals = { Date: { now: () => 40 }, Math: { random: () => 2 } }
    expect((await evaluate(job, globals)).out).toEqual([1, 42])
    expect((await evaluate(job, globals)).out).toEqual([1, 42])
  })

  test('is the same text for the same files', () => {
    expect(compileRight(files)).toEqual(compileRight(files))
  })

  test('runs synchronously as far as the first await', async () => {
    const factory = await loadFactory(compileRight(`${head}out(1)\nawait null\nout(2)`))
    const out: unknown[] = []
    const run = factory({ out: (value: unknown) => out.push(value) }, { __tick: () => {}, __privates: () => {} })
    expect(out).toEqual([1])
    await run
    expect(out).toEqual([1, 2])
  })

  test('names what it takes from the library as values', () => {
    const text = `import { out, DataStream, type A, Collector } from 'streambed'\nlet c: Collector\nout(DataStream)`
    expect(compileRight(text).apiNames.map(({ name, span }) => `${name} ${span.column}`)).toEqual([
      'out 10',
      'DataStream 15',
    ])
  })
})
