// Every sentence a learner can meet, in both languages.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { render, type Language } from '../../../runtime/messages/index.ts'
import { parseMessages } from '../../../runtime/messages/message-text.ts'

const folder = path.join(import.meta.dirname, '../../../runtime/messages')
const text = (language: Language): string => readFileSync(path.join(folder, `${language}.md`), 'utf8')
const languages = ['en', 'zh'] as const

describe.each(languages)('%s', (language) => {
  const messages = parseMessages(text(language))
  const codes = Array.from(messages, ([code, { what, todo }]) => {
    const names = Array.from(`${what} ${todo}`.matchAll(/\{(\w+)\}/g), (match) => match[1] as string)
    return { code, names: [...new Set(names)] }
  })

  test('there are messages', () => expect(codes.length).toBeGreaterThan(50))
  test.each(codes)('$code', ({ code, names }) => {
    const full = render({ code, params: Object.fromEntries(names.map((name) => [name, `<${name}>`])) }, language)
    for (const name of names) expect(`${full.what} ${full.todo}`).toContain(`<${name}>`)
    for (const part of [full.what, full.todo]) {
      expect(part.length).toBeGreaterThan(3)
      expect(part).not.toMatch(/\{\w+\}|\n|undefined/)
    }
    // Whatever is missing takes its optional part with it, brackets and all.
    const bare = render({ code, params: {} }, language)
    const optional = /\[[^\]]*\{\w+\}[^\]]*\]/
    expect(`${bare.what} ${bare.todo}`).not.toMatch(optional)
    expect(`${full.what} ${full.todo}`).not.toMatch(/\[[^\]]*<\w+>[^\]]*\]/)
  })

  test('an unknown code shows itself and its values', () => {
    expect(render({ code: 'NO_SUCH_CODE', params: { a: 1 } }, language)).toEqual({
      what: 'NO_SUCH_CODE {"a":1}',
      todo: '',
    })
  })
})

describe('the notation', () => {
  const messages = parseMessages(
    '# M\n\nAbout.\n\n## A_B\n\nSaw {x}[ in {y}]\nand so on.\n\n→ Do\nit.\n\n## C_D\n看见\n了。\n→ 做。\n',
  )
  test('code, what, todo; lines of a paragraph are one', () => {
    expect([...messages]).toEqual([
      ['A_B', { what: 'Saw {x}[ in {y}] and so on.', todo: 'Do it.' }],
      ['C_D', { what: '看见了。', todo: '做。' }],
    ])
  })
  test('values may hold braces, brackets and dollars', () => {
    const { what } = render({ code: 'KEY_NULL', params: { value: '{value} [x] $& $1' } }, 'en')
    expect(what).toContain('{value} [x] $& $1')
  })
  test('zero and the empty text are values', () => {
    const { what } = render({ code: 'AGGREGATE_NOT_NUMBER', params: { kind: 'sum', field: 0, value: '' } }, 'en')
    expect(what).toBe('`sum` needs numbers in the field 0, and found .')
  })
})
