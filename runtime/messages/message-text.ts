// How messages are written down: `## CODE`, a line that says what happened with its values in braces, and a line after `→`
// that says what to do. Reading that, and filling in the values.

import type { DiagnosticParams } from '../base/diagnostic.ts'

/** A diagnostic in words. */
export interface Message {
  readonly what: string
  readonly todo: string
}

/** The message with its values filled in. */
export function fillMessage({ what, todo }: Message, params: DiagnosticParams): Message {
  const value = (name: string): string | undefined => params[name]?.toString()
  const fill = (text: string): string =>
    withoutGaps(text, value).replace(/\{(\w+)\}/g, (whole, name: string) => value(name) ?? whole)
  return { what: fill(what), todo: fill(todo) }
}

/** Reads the Markdown of one language. */
export function parseMessages(markdown: string): Map<string, Message> {
  const messages = new Map<string, Message>()
  for (const section of markdown.split(/^## /m).slice(1)) {
    const [code = '', ...lines] = section.split('\n')
    const body = lines.join('\n').trim()
    const arrow = body.indexOf('→')
    const what = (arrow < 0 ? body : body.slice(0, arrow)).trim()
    const todo = arrow < 0 ? '' : body.slice(arrow + 1).trim()
    messages.set(code.trim(), { what: unwrap(what), todo: unwrap(todo) })
  }
  return messages
}

/** Takes the brackets off the optional parts, and those away that lack a value. */
function withoutGaps(text: string, value: (name: string) => string | undefined): string {
  return text.replace(/\[([^\]]*\{\w+\}[^\]]*)\]/g, (_whole, part: string) => {
    const names = Array.from(part.matchAll(/\{(\w+)\}/g), (match) => match[1] as string)
    return names.every((name) => value(name) !== undefined) ? part : ''
  })
}

/** Lines of a paragraph as one. Between Chinese characters a line break is no space. */
function unwrap(text: string): string {
  return text.replace(/([\u3000-\uffef])\n([\u3000-\uffef])/g, '$1$2').replace(/\s*\n\s*/g, ' ')
}
