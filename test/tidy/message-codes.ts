// Checks of the messages: both languages say the same codes with the same parameters, and every code that the engine
// can give has its text.
import ts from 'typescript'
import { parseMessages, type Message } from '../../runtime/messages/message-text.ts'
import { walk, type SourceFile } from './source-file.ts'

/** Differences between two languages' files, and messages without one of their two sentences. */
export function messageDifferences(en: string, zh: string): string[] {
  const [first, second] = [parseMessages(en), parseMessages(zh)]
  const codes = [...new Set([...first.keys(), ...second.keys()])].sort()
  return codes.flatMap((code) => {
    const [a, b] = [first.get(code), second.get(code)]
    if (!a || !b) return [`${code} is missing in ${a ? 'zh' : 'en'}.md`]
    if (parameters(a) !== parameters(b)) return [`${code} has {${parameters(a)}} in en.md, {${parameters(b)}} in zh.md`]
    return [a, b].every(({ what, todo }) => what && todo)
      ? []
      : [`${code} doesn't say both what happened and what to do`]
  })
}

/** Where two languages' usage texts differ in their sections, commands and options, or don't say what one is for. */
export function usageDifferences(en: string, zh: string): string[] {
  const [first, second] = [usageLines(en), usageLines(zh)]
  const count = Math.max(first.length, second.length)
  const pairs = Array.from({ length: count }, (_, i) => [first[i]?.what, second[i]?.what])
  const [one, other] = pairs.find(([a, b]) => a !== b) ?? []
  const silent = ([name, lines]: readonly [string, typeof first]): string[] =>
    lines.filter(({ isSaid }) => !isSaid).map(({ what }) => `${name} says nothing of "${what}"`)
  const quoted = (what: string | undefined): string => (what === undefined ? 'nothing' : `"${what}"`)
  if (one !== other) return [`en has ${quoted(one)} where zh has ${quoted(other)}`]
  return [...silent(['en', first]), ...silent(['zh', second])]
}

/** Titles, commands and options, which every language writes alike, in order. */
function usageLines(text: string): { readonly what: string; readonly isSaid: boolean }[] {
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('## ')) return { what: line, isSaid: true }
    const [, what, said = ''] = /^ *(?:\S*?[:：] ?)?(streambed .*?)(?: {2,}(.*))?$/.exec(line) ?? []
    const [, option, meaning = ''] = /^ {2}([-<]\S.*?)(?: {2,}(.*))?$/.exec(line) ?? []
    if (option !== undefined) return { what: option, isSaid: meaning !== '' }
    return what === undefined ? [] : { what, isSaid: said !== '' }
  })
}

function parameters({ what, todo }: Message): string {
  const names = [...`${what} ${todo}`.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
  return [...new Set(names)].sort().join(', ')
}

const CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/

/** Codes given in the source: `new LearnerError('CODE')`, `code: 'CODE'`, and as first argument of a function that reports. */
export function usedCodes(files: readonly SourceFile[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const { path, tree } of files) {
    walk(tree, (node) => {
      const literal = codeLiteral(node)
      if (literal && ts.isStringLiteralLike(literal) && CODE.test(literal.text)) found.set(literal.text, path)
    })
  }
  return found
}

function codeLiteral(node: ts.Node): ts.Expression | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'LearnerError') return node.arguments?.[0]
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'code') return node.initializer
  if (ts.isCallExpression(node) && /(^|[.#])(diagnostic|report|fail|refuse)$/i.test(node.expression.getText()))
    return node.arguments[0]
  return undefined
}

/** Used codes that a language's file doesn't have. */
export function codesWithoutText(files: readonly SourceFile[], markdown: string): string[] {
  const texts = parseMessages(markdown)
  return [...usedCodes(files)].filter(([code]) => !texts.has(code)).map(([code, path]) => `${code} (${path})`)
}
