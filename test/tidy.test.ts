// The house style, held by a test: STYLE.md's import table, cycles, sizes, names, bans, comments, messages. Every checker
// is shown a small offence first, so that a checker which finds nothing is known to be looking.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseMessages } from '../runtime/messages/message-text.ts'
import { codesWithoutText, messageDifferences, usageDifferences, usedCodes } from './tidy/message-codes.ts'
import { rooms } from './tidy/import-table.ts'
import { sourceFile, type SourceFile } from './tidy/source-file.ts'
import { forbiddenImports, importCycles, unusedFiles } from './tidy/structure.ts'
import * as shape from './tidy/shape.ts'

const root = path.resolve(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')

/** Files below a folder, with slashes, in order. */
function list(folder: string): string[] {
  if (!existsSync(path.join(root, folder))) return []
  const names = readdirSync(path.join(root, folder)).sort()
  return names.flatMap((name) => {
    const file = `${folder}/${name}`
    return statSync(path.join(root, file)).isDirectory() ? list(file) : [file]
  })
}

const isCode = (file: string): boolean => /\.(ts|svelte)$/.test(file)
const load = (files: readonly string[]): SourceFile[] =>
  files.filter(isCode).map((file) => sourceFile(file, read(file)))
const configs = ['vite.config.ts', 'vitest.config.ts', 'playwright.config.ts'].filter((file) =>
  existsSync(path.join(root, file)),
)

const runtime = load(list('runtime'))
const ui = load(list('ui'))
const content = load([...list('lessons'), ...list('exercises')])
const tests = load(list('test').filter((file) => !file.startsWith('test/golden/vectors/')))
const product = [...runtime, ...ui]
const everything = [...product, ...content, ...tests, ...load(configs)]
const deterministic = runtime.filter(
  ({ path: file }) =>
    !file.startsWith('runtime/host/') && !/^runtime\/sandbox\/(prelude|simulated-date)\.ts$/.test(file),
)

// This file takes the place of the package 'typescript' in the editor's worker: Vite's alias imports it, by default.
const MONACO_TYPESCRIPT = 'ui/editor/monaco-typescript.ts'

const ENTRIES =
  /^runtime\/index\.ts$|^runtime\/host\/(cli|worker|protocol|check-child|check-realm)\.ts$|^ui\/(main|env\.d)\.ts$|^ui\/build\/lesson\/(stamp|new-lesson|new-exercise)\.ts$|\.test\.ts$|^test\/(e2e|jobs)\/|^test\/(golden|bench|bench\/page|screenshots|simulation)\/run\.ts$|^test\/simulation\/mutants\/probe\.ts$|\.config\.ts$/
const ENTRIES_OF_THE_PRODUCT =
  /^runtime\/index\.ts$|^runtime\/host\/(cli|worker|protocol|check-child|check-realm)\.ts$|^ui\/(main|env\.d)\.ts$|^ui\/build\/lesson\/(stamp|new-lesson|new-exercise)\.ts$|^test\/(golden|bench|bench\/page|screenshots|simulation)\/run\.ts$|\.config\.ts$/

describe('the repository', () => {
  test('imports follow the table', () => expect(forbiddenImports([...product, ...content])).toEqual([]))
  test('every room is in the table', () => {
    const folders = new Set(
      runtime.map(({ path: file }) => file.split('/')[1] ?? '').filter((name) => !name.endsWith('.ts')),
    )
    expect([...folders].filter((room) => !(room in rooms))).toEqual([])
  })
  test('files import one another without cycles', () => expect(importCycles(product)).toEqual([]))
  test('no file is too long', () => expect(shape.tooLong([...product, ...tests])).toEqual([]))
  test('the engine reads no clock, randomness, timers, console or language', () =>
    expect(shape.bannedUses(deterministic)).toEqual([]))
  test('files are named after what they hold', () =>
    expect(shape.badFileNames([...product, ...tests].map((file) => file.path))).toEqual([]))
  test('types are named without noise', () => expect(shape.badTypeNames(product)).toEqual([]))
  test('nothing is exported by default', () =>
    expect(
      shape.defaultExports([
        ...runtime,
        ...ui.filter(({ path: file }) => !file.endsWith('.svelte') && file !== MONACO_TYPESCRIPT),
      ]),
    ).toEqual([]))
  test('every file of the engine opens by saying what it is', () => expect(shape.withoutOpening(runtime)).toEqual([]))
  test('what a job can import is documented', () => {
    const index = runtime.find((file) => file.path === 'runtime/index.ts')
    const api = runtime.filter((file) => file.path.startsWith('runtime/api/'))
    const others = index ? shape.undocumentedReexports(index, runtime) : ['runtime/index.ts is missing']
    expect([...new Set([...shape.undocumented(api), ...others])]).toEqual([])
  })
  test('every file is used', () => {
    expect(unusedFiles(everything, { entries: ENTRIES_OF_THE_PRODUCT, matter: /^(runtime|ui)\// })).toEqual([
      MONACO_TYPESCRIPT,
    ])
    expect(unusedFiles(everything, { entries: ENTRIES, matter: /^test\// })).toEqual([])
  })
})

describe('messages', () => {
  const [en, zh] = [read('runtime/messages/en.md'), read('runtime/messages/zh.md')]
  const [ofCommands, ofCommandsZh] = [
    read('runtime/messages/command-line.en.md'),
    read('runtime/messages/command-line.zh.md'),
  ]
  // What neither the page, its build nor its engine reaches: these files alone have the command line's texts.
  const page = /^ui\/|^runtime\/host\/(worker|protocol)\.ts$/
  const commandLine = unusedFiles(product, { entries: page, matter: /^runtime\/host\// })
  test('both languages say the same', () => {
    expect(messageDifferences(en, zh)).toEqual([])
    expect(messageDifferences(ofCommands, ofCommandsZh)).toEqual([])
  })
  test('both languages tell of the same usage', () =>
    expect(usageDifferences(read('runtime/messages/usage.en.txt'), read('runtime/messages/usage.zh.txt'))).toEqual([]))
  test('every code has its text', () => {
    const [own, others] = [
      runtime.filter(({ path: file }) => commandLine.includes(file)),
      runtime.filter(({ path: file }) => !commandLine.includes(file)),
    ]
    expect(codesWithoutText(others, en)).toEqual([])
    expect(codesWithoutText(own, `${en}\n${ofCommands}`)).toEqual([])
  })
  test('the command line’s texts are used, by it alone, and no message stands in both places', () => {
    expect(commandLine).toContain('runtime/host/command-text.ts')
    const readers = product.filter(({ imports }) =>
      imports.some(({ specifier }) => /(command-line|usage)\.(en|zh)\./.test(specifier)),
    )
    expect(readers.map(({ path: file }) => file)).toEqual(['runtime/host/command-text.ts'])
    const used = usedCodes(runtime.filter(({ path: file }) => commandLine.includes(file)))
    expect(
      [...parseMessages(ofCommands).keys()].filter((code) => !used.has(code) || parseMessages(en).has(code)),
    ).toEqual([])
  })
})

describe('golden vectors', () => {
  const shared = path.resolve(root, '../shared/golden')
  test.runIf(existsSync(shared))('are those recorded from Flink, to the byte', () => {
    const folder = 'test/golden/vectors'
    const differing = list(folder).filter((file) => {
      const original = path.join(shared, file.slice(folder.length + 1))
      return !existsSync(original) || !readFileSync(original).equals(readFileSync(path.join(root, file)))
    })
    expect(differing).toEqual([])
  })
})

/** Small files, each with the complaint it must give. */
const sample = (files: Readonly<Record<string, string>>): SourceFile[] =>
  Object.entries(files).map(([file, text]) => sourceFile(file, text))

describe('the checkers bite', () => {
  test.each<[file: string, text: string, isAllowed: boolean]>([
    ['runtime/task/a.ts', `import { x } from '../network/b.ts'`, true],
    ['runtime/task/a.ts', `import type { x } from '../api/b.ts'`, false],
    ['runtime/api/a.ts', `export { x } from '../task/b.ts'`, false],
    ['runtime/api/a.ts', `const x = await import('../cluster/b.ts')`, false],
    ['runtime/base/a.ts', `let x: import('../record/b.ts').X`, false],
    ['runtime/base/a.ts', `// import '../task/b.ts'\nconst s = "import '../task/b.ts'"`, true],
    ['runtime/network/a.ts', `import { x } from '../state/b.ts'`, false],
    ['runtime/sandbox/a.ts', `import type ts from 'typescript'`, true],
    ['runtime/sandbox/a.ts', `import ts from 'typescript'`, false],
    ['runtime/state/a.ts', `import fs from 'node:fs'`, false],
    ['runtime/index.ts', `export { x } from './cluster/b.ts'`, false],
    ['runtime/host/a.ts', `import * as Comlink from 'comlink'`, true],
    ['runtime/unknown/a.ts', `import { x } from '../base/b.ts'`, false],
    ['ui/A.svelte', `<script lang="ts">\nimport { x } from '../runtime/base/b.ts'\n</script>`, false],
    ['ui/A.svelte', `<script lang="ts">\nimport type { x } from '../runtime/host/protocol.ts'\n</script>`, true],
    ['ui/i18n/a.ts', `import { x } from '../../runtime/messages/index.ts'`, true],
    ['ui/i18n/a.ts', `import x from '../../runtime/messages/command-line.en.md?raw'`, false],
    ['ui/editor/ts.worker.ts', `import { x } from '../../runtime/host/compile.ts'`, true],
    ['ui/editor/other.ts', `import { x } from '../../runtime/host/compile.ts'`, false],
    ['ui/kernel/a.ts', `export { code } from '../../runtime/host/worker.ts?bundle'`, true],
    ['ui/kernel/a.ts', `export { code } from '../../runtime/host/worker.ts'`, false],
    ['lessons/01-a/01-b/start/job.ts', `import { x } from 'streambed'\nimport './other'`, true],
    ['lessons/01-a/01-b/start/job.ts', `import { x } from 'rxjs'`, false],
    ['exercises/01-a/start/job.ts', `import { x } from 'streambed/check'`, false],
    ['exercises/01-a/check.ts', `import { x } from 'streambed/check'`, true],
    ['exercises/01-a/start/job.ts', `import { x } from '../../../runtime/index.ts'`, false],
  ])('import table: %s: %s', (file, text, isAllowed) => {
    expect(forbiddenImports(sample({ [file]: text }))).toHaveLength(isAllowed ? 0 : 1)
  })

  test('cycles', () => {
    const files = sample({
      'a.ts': `import './b.ts'`,
      'b.ts': `import type { x } from './c.ts'`,
      'c.ts': `import './a.ts'`,
      'd.ts': `import './a.ts'`,
    })
    expect(importCycles(files)).toEqual(['a.ts -> b.ts -> c.ts -> a.ts'])
    expect(importCycles(files.slice(1))).toEqual([])
    const api = sample({
      'runtime/api/a.ts': `import './b.ts'`,
      'runtime/api/b.ts': `import type { A } from './a.ts'`,
      'runtime/api/c.ts': `import './d.ts'`,
      'runtime/api/d.ts': `import { C } from './c.ts'`,
    })
    expect(importCycles(api)).toEqual(['runtime/api/c.ts -> runtime/api/d.ts -> runtime/api/c.ts'])
  })

  test('unused files', () => {
    const files = sample({
      'main.ts': `import './b.ts?raw'\nnew URL('./w.ts', import.meta.url)`,
      'b.ts': '',
      'w.ts': '',
      'c.ts': `import './b.ts'`,
    })
    expect(unusedFiles(files, { entries: /main/, matter: /./ })).toEqual(['c.ts'])
  })

  test('sizes', () => {
    expect(shape.tooLong(sample({ 'a.ts': 'x\n'.repeat(501), 'b.ts': 'x\n'.repeat(500) }))).toEqual([
      'a.ts has 501 lines',
    ])
  })

  test.each<[code: string, expected: string[]]>([
    [`const t = Date.now()`, ['Date']],
    [`const t = new Date()`, ['Date']],
    [`const t = Date()`, ['Date']],
    [`const f = (d: Date): d is Date => d instanceof Date && new Date(1) > d`, []],
    [`const t = Date.UTC(1, 2) + Date.parse(\`\${a}Z\`) + Date.parse('2020-01-01T00:00')`, ['Date']],
    [`const r = Math.random() + Math.max(1)`, ['Math.random']],
    [`performance.now(); console.log(1); setTimeout(() => {})`, ['performance', 'console', 'setTimeout']],
    [`const o = { console: 1, setTimeout() {} }; o.console; o.setTimeout()`, []],
    [`const o = { console }`, ['console']],
    [`'a'.localeCompare('b'); (1).toLocaleString()`, ['localeCompare', 'toLocaleString']],
    [`// console.log(Date.now())\nconst s = 'console.log'`, []],
    [
      `const f = (window: W) => { for (const self of window) { self.a() } }; function g() { const [fetch] = a; fetch() }`,
      [],
    ],
    [`const f = (window: W) => window; window.a(); { const self = 1 } self`, ['window', 'self']],
    [`queueMicrotask(f); new Intl.NumberFormat()`, ['queueMicrotask', 'Intl']],
  ])('bans: %s', (code, expected) => {
    expect(shape.bannedUses(sample({ 'a.ts': code })).map((use) => use.replace(/^.*: /, ''))).toEqual(expected)
  })

  test('names', () => {
    const right = ['a/b-c.ts', 'a/App.svelte', 'a/run.svelte.ts', 'a/env.d.ts', 'a/java-hash.test.ts']
    const wrong = ['a/bC.ts', 'a/app.svelte', 'a/types.ts', 'a/utils.ts', 'a/helpers.ts', 'a/common/x.ts', 'a/b_c.ts']
    expect(shape.badFileNames([...right, ...wrong])).toEqual(wrong)
    const code = `class AbstractA {}\nclass BImpl {}\ninterface IThing {}\ntype CV2 = 1\nclass InputGate {}\nclass Implicit {}`
    expect(shape.badTypeNames(sample({ 'a.ts': code }))).toEqual([
      'a.ts: AbstractA',
      'a.ts: BImpl',
      'a.ts: IThing',
      'a.ts: CV2',
    ])
  })

  test('default exports and openings', () => {
    const files = sample({
      'a.ts': '// One.\n// Two.\nexport default 1',
      'b.ts': `${'// Line.\n'.repeat(7)}export default class {}`,
      'c.ts': 'const a = 1\nexport { a as default }',
      'd.ts': '/* One.\n   Two. */\nexport const a = 1',
      'e.ts': '// One.\nexport const a = 1',
    })
    expect(shape.defaultExports(files)).toEqual(['a.ts', 'b.ts', 'c.ts'])
    expect(shape.withoutOpening(files)).toEqual(['b.ts', 'c.ts', 'e.ts'])
  })

  test('documentation', () => {
    const files = sample({
      'i.ts': `export { a, d } from './x.ts'\nexport * from './y.ts'`,
      'x.ts': `/** Yes. */\nexport const a = 1\nexport const b = 1, c = 2\nexport class d {}\nconst e = 1`,
      'y.ts': `export interface F {}`,
    })
    expect(shape.undocumented(files.slice(1))).toEqual(['x.ts: b', 'x.ts: c', 'x.ts: d', 'y.ts: F'])
    expect(shape.undocumentedReexports(files[0] as SourceFile, files)).toEqual(['x.ts: d', 'y.ts: F'])
  })

  test('messages', () => {
    const en = `# M\n\n## A_B\n\nSaw {x}.\n\n→ Do.\n\n## C_D\n\nSaw.\n\n→ Do {y}.\n\n## E_F\n\nSaw.\n`
    const zh = `## A_B\n\n见 {z}。\n\n→ 做。\n\n## E_F\n\n见。\n\n→ 做。\n`
    expect(messageDifferences(en, en.replace('Saw.\n\n→ Do {y}', 'Saw {y}.\n\n→ Do'))).toHaveLength(1)
    expect(messageDifferences(en, zh)).toEqual([
      'A_B has {x} in en.md, {z} in zh.md',
      'C_D is missing in zh.md',
      `E_F doesn't say both what happened and what to do`,
    ])
    const files = sample({
      'a.ts': `throw new LearnerError('A_B')\nconst d = { code: 'X_Y' }\nthis.#report('Z_Z', {})\ndiagnostic('C_D')`,
    })
    expect(codesWithoutText(files, en)).toEqual(['X_Y (a.ts)', 'Z_Z (a.ts)'])
  })

  test('usage', () => {
    const en = `## a\nUsage: streambed a <x>   do it\n\n  --one <n>  first,\n             or none\n  -t, --two  second\n`
    const zh = en.replace('Usage: ', '用法：').replace('do it', '做').replace('first,\n             or none', '第一')
    expect(usageDifferences(en, zh)).toEqual([])
    expect(usageDifferences(en, zh.replace('--one <n>', '--one <m>'))).toEqual([
      'en has "--one <n>" where zh has "--one <m>"',
    ])
    expect(usageDifferences(en, zh.replace(/ {2}-t.*\n/, ''))).toEqual(['en has "-t, --two" where zh has nothing'])
    expect(usageDifferences(en, zh.replace('## a', '## b'))).toEqual(['en has "## a" where zh has "## b"'])
    expect(usageDifferences(en, zh.replace('第一', ''))).toEqual(['zh says nothing of "--one <n>"'])
  })
})
