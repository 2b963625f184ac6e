// What the compiler refuses, with its code, its values and the place.
import { describe, expect, test } from 'vitest'
import { complaints, type Files } from './evaluate.ts'

const single: readonly [code: string, expected: string[]][] = [
  // Not JavaScript.
  [`const a = = 1`, [`SYNTAX_ERROR(message=Expression expected.) job.ts:1:11`]],
  [`const a = (1`, [`SYNTAX_ERROR(message=')' expected.) job.ts:1:13`]],
  ['const a = `b', ['SYNTAX_ERROR(message=Unterminated template literal.) job.ts:1:13']],
  [`class A {\n  on = true\n  *run(a: number) {}\n}`, ['SYNTAX_STAR() job.ts:3:3']],
  [`class A {\n  on = true;\n  *run(a: number) {}\n}`, []],
  // Early errors, which a parser lets pass.
  [
    `let a\nlet a`,
    [
      `SYNTAX_ERROR(message=Cannot redeclare block-scoped variable 'a'.) job.ts:1:5`,
      `SYNTAX_ERROR(message=Cannot redeclare block-scoped variable 'a'.) job.ts:2:5`,
    ],
  ],
  [`return 1`, [`SYNTAX_ERROR(message=A 'return' statement can only be used within a function body.) job.ts:1:1`]],
  [`const a`, [`SYNTAX_ERROR(message='const' declarations must be initialized.) job.ts:1:7`]],
  [
    `1 = 2`,
    [
      `SYNTAX_ERROR(message=The left-hand side of an assignment expression must be a variable or a property access.) job.ts:1:1`,
    ],
  ],
  [`a ?? b || c`, [`SYNTAX_ERROR(message='??' and '||' operations cannot be mixed without parentheses.) job.ts:1:1`]],
  [`class A { f() { this.#y } }`, [`SYNTAX_ERROR(message=Property '#y' does not exist on type 'A'.) job.ts:1:22`]],
  [
    `import { out } from 'streambed'\nconst out = 1`,
    [`SYNTAX_ERROR(message=Import declaration conflicts with local declaration of 'out'.) job.ts:1:10`],
  ],
  [`export { nowhere }`, [`EXPORT_NOT_FOUND(name=nowhere, file=job.ts) job.ts:1:10`]],
  // TypeScript that isn't erasable.
  [`enum A { B }`, [`SYNTAX_NOT_ERASABLE(syntax=enum A { B }) job.ts:1:1`]],
  [`const enum A { B }`, [`SYNTAX_NOT_ERASABLE(syntax=const enum A { B }) job.ts:1:1`]],
  [`class A { constructor(private a: number) {} }`, [`SYNTAX_NOT_ERASABLE(syntax=private) job.ts:1:23`]],
  [`namespace N { export const a = 1 }`, [`SYNTAX_NOT_ERASABLE(syntax=namespace N { export const a = 1 }) job.ts:1:1`]],
  [`import a = require('b')`, [`SYNTAX_NOT_ERASABLE(syntax=import a = require('b')) job.ts:1:1`]],
  [`export = 1`, [`SYNTAX_NOT_ERASABLE(syntax=export = 1) job.ts:1:1`]],
  [`const a = <any>b`, [`SYNTAX_NOT_ERASABLE(syntax=<any>b) job.ts:1:11`]],
  [`@sealed class A {}`, [`SYNTAX_NOT_ERASABLE(syntax=@sealed) job.ts:1:1`]],
  [`class A { @log() f() {} }`, [`SYNTAX_NOT_ERASABLE(syntax=@log()) job.ts:1:11`]],
  // Imports.
  [`import fs from 'node:fs'`, [`IMPORT_NOT_ALLOWED(specifier=node:fs) job.ts:1:16`]],
  [`import { check } from 'streambed/check'`, [`IMPORT_NOT_ALLOWED(specifier=streambed/check) job.ts:1:23`]],
  [`export * from 'rxjs'`, [`IMPORT_NOT_ALLOWED(specifier=rxjs) job.ts:1:15`]],
  [`import x from '/etc/passwd'`, [`IMPORT_NOT_ALLOWED(specifier=/etc/passwd) job.ts:1:15`]],
  [`import type { A } from 'node:fs'`, []],
  [`import d from 'streambed'\nd()`, [`EXPORT_NOT_FOUND(name=default, file=streambed) job.ts:1:8`]],
  [`import { a } from './missing'\na()`, [`IMPORT_NOT_FOUND(specifier=./missing) job.ts:1:19`]],
  [`const x = () => import('./x')`, [`DYNAMIC_IMPORT() job.ts:1:17`]],
  [`console.log(import.meta.url)`, [`IMPORT_NOT_ALLOWED(specifier=import.meta) job.ts:1:13`]],
  // Awaiting and executing.
  [`await Promise.resolve()\nawait env.execute('a')`, [`AWAIT_BEFORE_EXECUTE() job.ts:1:1`]],
  [`const a = 1 + (await b)\nawait env.execute()`, [`AWAIT_BEFORE_EXECUTE() job.ts:1:16`]],
  [`if (a) { await b }\nenv.executeAsync()`, [`AWAIT_BEFORE_EXECUTE() job.ts:1:10`]],
  [`for await (const a of b) {}\nconst r = await env.execute()`, [`AWAIT_BEFORE_EXECUTE() job.ts:1:1`]],
  [`const f = async () => { await b }\nf()\nawait env.execute()\nawait b`, []],
  [`await main()\nasync function main() { await env.execute() }`, []],
  [`await env.execute('a')\nawait env.execute('b')`, [`TWO_EXECUTES() job.ts:2:7`]],
  [`env.execute('a')\nconst r = await other.execute('b')`, [`TWO_EXECUTES() job.ts:2:17`]],
  [`try { await env.execute() } catch { await env.execute() }`, []],
  [`if (a) await env.execute(); else await env.execute()`, []],
]

describe('one file', () => {
  test.each(single)('%s', (code, expected) => {
    expect(complaints(code)).toEqual(expected)
  })
})

const several: readonly [title: string, files: Files, expected: string[]][] = [
  [
    'nearest name',
    { 'job.ts': `import { f } from './FraudDetecter'\nf()`, 'FraudDetector.ts': '' },
    ['IMPORT_NOT_FOUND(specifier=./FraudDetecter, nearest=./FraudDetector) job.ts:1:19'],
  ],
  [
    'nearest in a folder',
    { 'job.ts': `import './lib/sorce'`, 'lib/source.ts': '' },
    ['IMPORT_NOT_FOUND(specifier=./lib/sorce, nearest=./lib/source) job.ts:1:8'],
  ],
  [
    'above the folder',
    { 'job.ts': `import '../x'`, 'x.ts': '' },
    ['IMPORT_NOT_FOUND(specifier=../x, nearest=./x) job.ts:1:8'],
  ],
  [
    'no such export',
    { 'job.ts': `import { A, b } from './x'\nA(b)`, 'x.ts': 'export const b = 1' },
    ['EXPORT_NOT_FOUND(name=A, file=x.ts) job.ts:1:10'],
  ],
  [
    'no default export',
    { 'job.ts': `import A from './x'\nA()`, 'x.ts': 'export const b = 1' },
    ['EXPORT_NOT_FOUND(name=default, file=x.ts) job.ts:1:8'],
  ],
  [
    'no such re-export',
    { 'job.ts': `export { A } from './x'`, 'x.ts': '' },
    ['EXPORT_NOT_FOUND(name=A, file=x.ts) job.ts:1:10'],
  ],
  [
    'cycle',
    {
      'job.ts': `import { a } from './a'\na()`,
      'a.ts': `import { b } from './b'\nexport const a = () => b`,
      'b.ts': `import { a } from './a'\nexport const b = () => a`,
    },
    ['IMPORT_CYCLE(files=a.ts → b.ts → a.ts) b.ts:1:1'],
  ],
  [
    'cycle through the entry',
    { 'job.ts': `import './a'`, 'a.ts': `import './job'` },
    ['IMPORT_CYCLE(files=job.ts → a.ts → job.ts) a.ts:1:1'],
  ],
  ['a file of itself', { 'job.ts': `import './job'` }, ['IMPORT_CYCLE(files=job.ts → job.ts) job.ts:1:1']],
  [
    'star cycle',
    { 'job.ts': `import { q } from './a'\nq()`, 'a.ts': `export * from './b'`, 'b.ts': `export * from './a'` },
    ['EXPORT_NOT_FOUND(name=q, file=a.ts) job.ts:1:10'],
  ],
  [
    'await in a module',
    { 'job.ts': `import './a'`, 'a.ts': `const x = 1\nawait x\nexport const f = async () => await x` },
    ['AWAIT_IN_MODULE() a.ts:2:1'],
  ],
  [
    'error in an imported file',
    { 'job.ts': `import './a'`, 'a.ts': `const x: number = ` },
    ['SYNTAX_ERROR(message=Expression expected.) a.ts:1:18'],
  ],
  ['error in a file nobody imports', { 'job.ts': ``, 'a.ts': `const x = = ` }, []],
  [
    'all at once',
    { 'job.ts': `import fs from 'fs'\nimport './a'\nenum E {}`, 'a.ts': `let a; let a` },
    [
      'SYNTAX_NOT_ERASABLE(syntax=enum E {}) job.ts:3:1',
      'IMPORT_NOT_ALLOWED(specifier=fs) job.ts:1:16',
      `SYNTAX_ERROR(message=Cannot redeclare block-scoped variable 'a'.) a.ts:1:5`,
      `SYNTAX_ERROR(message=Cannot redeclare block-scoped variable 'a'.) a.ts:1:12`,
    ],
  ],
]

describe('several files', () => {
  test.each(several)('%s', (_, files, expected) => {
    expect(complaints(files)).toEqual(expected)
  })

  test('no entry', () => {
    expect(complaints({ 'other.ts': '' })).toEqual(['IMPORT_NOT_FOUND(specifier=job.ts)'])
  })
})
