import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sortProblems, type Problem } from '../../ui/editor/problems.ts'
import { en } from '../../ui/i18n/en.ts'
import { zh } from '../../ui/i18n/zh.ts'
import { highlight } from '../../ui/notebook/highlight.ts'
import { DEFAULT_SETTINGS, parseSettings } from '../../ui/kernel/run-settings.ts'

const file = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

describe('highlighting', () => {
  const kinds = (text: string): string =>
    highlight(text)
      .flat()
      .filter((token) => token.text.trim())
      .map((token) => `${token.kind}:${token.text}`)
      .join(' ')

  it.each([
    [`const a = 1.5`, 'keyword:const plain:a plain:= number:1.5'],
    [`// let x`, 'comment:// let x'],
    [`'it\\'s' + "x"`, `string:'it\\'s' plain:+ string:"x"`],
    [`new Alert(id)`, 'keyword:new type:Alert plain:( plain:id plain:)'],
    [`out.collect(x)`, 'plain:out plain:. function:collect plain:( plain:x plain:)'],
    [`'open`, `string:'open`],
  ])('%s', (text, expected) => expect(kinds(text)).toBe(expected))

  it('loses no character of any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(
          highlight(text)
            .map((line) => line.map((token) => token.text).join(''))
            .join('\n'),
        ).toBe(text)
      }),
    )
  })
})

describe('the words of the page', () => {
  const strings = (table: object): string[] =>
    Object.values(table).flatMap((value: unknown) => {
      if (typeof value === 'string') return [value]
      return typeof value === 'object' && value ? strings(value) : []
    })

  // Views have theirs in files of their own.
  const ofViews = Object.values(
    import.meta.glob<Readonly<Record<string, { readonly en: object; readonly zh: object }>>>(
      '../../ui/i18n/*-words.ts',
      { eager: true },
    ),
  ).flatMap((module) => Object.values(module))
  const english = [en, ...ofViews.map((words) => words.en)]
  const chinese = [zh, ...ofViews.map((words) => words.zh)]

  it('Chinese sentences have Chinese punctuation', () => {
    const wrong = chinese.flatMap(strings).filter((text) => /[\u4e00-\u9fff] ?[,;:!?.](\s|$)/.test(text))
    expect(wrong).toEqual([])
  })

  it('nothing is empty', () =>
    expect([...english, ...chinese].flatMap(strings).filter((text) => !text.trim())).toEqual([]))

  it('no component holds words of its own', () => {
    const folder = fileURLToPath(new URL('../../ui/', import.meta.url))
    const components = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.svelte'),
    )
    const bare = components.flatMap((name) => {
      const markup = file(`ui/${name}`)
        .replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!--[\s\S]*?-->|<kbd>Esc<\/kbd>/g, '')
        .replace(/\{[^{}]*(\{[^{}]*(\{[^{}]*\}[^{}]*)*\}[^{}]*)*\}/g, '')
        // Code is no word.
        .replace(/<code>[^<{]*<\/code>/g, '')
        .replace(/<[^>]*>/g, ' ')
      const words = markup.match(/[A-Za-z\u4e00-\u9fff]{3,}/g) ?? []
      return words.filter((word) => word !== 'gt').map((word) => `${name}: ${word}`)
    })
    expect(bare).toEqual([])
  })
})

describe('problems', () => {
  const at = (file: string, line: number, isError = true): Problem => ({
    isError,
    span: { file, line, column: 1 },
    what: '',
    todo: null,
    code: '',
    source: 'typescript',
  })

  it('come errors first, then in the order of the tabs, then from top to bottom', () => {
    const sorted = sortProblems([at('B.ts', 1), at('A.ts', 9, false), at('A.ts', 7), at('A.ts', 2)], ['A.ts', 'B.ts'])
    expect(sorted.map(({ span, isError }) => `${span?.file}:${span?.line}${isError ? '' : ' warning'}`)).toEqual([
      'A.ts:2',
      'A.ts:7',
      'B.ts:1',
      'A.ts:9 warning',
    ])
  })

  it('an error of syntax comes before what TypeScript makes of it', () => {
    const syntax = { ...at('B.ts', 3), code: 'SYNTAX_ERROR' }
    expect(sortProblems([at('A.ts', 2), syntax, at('B.ts', 1)], ['A.ts', 'B.ts'])[0]).toBe(syntax)
  })
})

describe('run settings', () => {
  it.each([
    [null, DEFAULT_SETTINGS],
    ['nonsense', DEFAULT_SETTINGS],
    ['{"parallelism":0,"seed":1.4,"untilMs":null,"speed":7}', { parallelism: 1, seed: 1, untilMs: null, speed: 10 }],
    ['{"parallelism":1000,"speed":null}', { ...DEFAULT_SETTINGS, parallelism: 128, speed: null }],
  ])('%s', (text, settings) => expect(parseSettings(text)).toEqual(settings))
})
