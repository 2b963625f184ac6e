// Contrast of what is read, from the tokens themselves, and Monaco's copy of them.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

const tokens = new Map(
  [...read('ui/tokens.css').matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map((match) => [
    match[1] ?? '',
    { light: match[2] ?? '', dark: match[3] ?? '' },
  ]),
)

function luminance(colour: string): number {
  const channel = (at: number): number => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

function contrast(a: string, b: string): number {
  const [bright = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (bright + 0.05) / (dark + 0.05)
}

function token(name: string, theme: 'light' | 'dark'): string {
  const found = tokens.get(name)
  if (!found) throw new Error(`No token --${name}`)
  return found[theme]
}

const grounds = ['paper', 'panel', 'bench']
const texts = ['ink', 'ink-2', 'ink-3', 'accent', 'bad', 'warn', 'good']
const code = ['code-keyword', 'code-string', 'code-type', 'code-number', 'code-comment', 'ink', 'ink-3']

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  it.each(texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)))(
    '%s on %s reads at 4.5:1',
    (text, ground) => {
      expect(contrast(token(text, theme), token(ground, theme))).toBeGreaterThanOrEqual(4.5)
    },
  )

  it.each(code.flatMap((text) => ['panel', 'bad-ground'].map((ground) => [text, ground] as const)))(
    'code: %s on %s reads at 4.5:1',
    (text, ground) => expect(contrast(token(text, theme), token(ground, theme))).toBeGreaterThanOrEqual(4.5),
  )

  it('the accent reads on its ground, and what warns on the ground of a notice', () => {
    expect(contrast(token('accent', theme), token('accent-ground', theme))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(token('ink', theme), token('changed', theme))).toBeGreaterThanOrEqual(4.5)
    expect(contrast(token('accent', theme), token('changed', theme))).toBeGreaterThanOrEqual(4.5)
    expect(contrast('#ffffff', token('action', theme))).toBeGreaterThanOrEqual(4.5)
  })

  it('borders of what can be operated stand out at 3:1', () => {
    for (const ground of grounds)
      expect(contrast(token('line-strong', theme), token(ground, theme))).toBeGreaterThanOrEqual(3)
  })
})

it("Monaco's colours are the page's", () => {
  const pairs = {
    ground: 'panel',
    ink: 'ink',
    secondInk: 'ink-3',
    line: 'line',
    accent: 'accent',
    keyword: 'code-keyword',
    string: 'code-string',
    type: 'code-type',
    number: 'code-number',
    comment: 'code-comment',
  }
  const source = read('ui/editor/colours.ts')
  for (const theme of ['light', 'dark'] as const) {
    const block = new RegExp(`${theme}: \\{([^}]*)\\}`).exec(source)?.[1] ?? ''
    for (const [name, of] of Object.entries(pairs)) expect(block).toContain(`${name}: '${token(of, theme)}'`)
  }
})
