// Text within a paragraph: from Markdown's tree to the pieces that the page draws.

import type { PhrasingContent } from 'mdast'
import type { TextDirective } from 'mdast-util-directive'
import { STAGE_VIEWS, type Inline, type StageView } from '../../lesson/lesson-model.ts'
import { checkDirective } from './check-directive.ts'
import { DIRECTIVES } from './directives.ts'
import { suggestion, type Problems } from '../../../runtime/host/problem.ts'

/** What a lesson may refer to. */
export interface InlineContext {
  readonly problems: Problems
  readonly terms: readonly string[]
}

type Node = PhrasingContent | TextDirective

export function readInlines(nodes: readonly Node[], context: InlineContext): Inline[] {
  const pieces: Inline[] = []
  for (const node of nodes) {
    for (const piece of readInline(node, context)) {
      const last = pieces.at(-1)
      if (piece.kind === 'text' && last?.kind === 'text') {
        pieces[pieces.length - 1] = { kind: 'text', text: last.text + piece.text }
      } else pieces.push(piece)
    }
  }
  return pieces
}

/** Quotation marks as they are printed: authors type straight ones. What follows `code` is a text of its own, as in `x`'s. */
export function typographic(text: string): string {
  return text
    .replaceAll("'", '’')
    .replace(/(^|[\s([{—])"/g, '$1“')
    .replaceAll('"', '”')
}

/** The plain text of pieces. */
export function textOf(pieces: readonly Inline[]): string {
  return pieces.map((piece) => ('text' in piece ? piece.text : textOf(piece.children))).join('')
}

function readInline(node: Node, context: InlineContext): Inline[] {
  const line = node.position?.start.line ?? 1
  const children = (): Inline[] => readInlines('children' in node ? (node.children as Node[]) : [], context)
  switch (node.type) {
    case 'text':
      if (/\*\*|__/.test(node.value)) {
        context.problems.add(
          line,
          'Emphasis isn’t closed, or stands where Markdown doesn’t see it.',
          'Check the ** marks; beside Chinese punctuation move the mark or the punctuation.',
        )
      }
      return [{ kind: 'text', text: typographic(node.value.replace(/\n/g, ' ')) }]
    case 'inlineCode':
      return [{ kind: 'code', text: node.value }]
    case 'emphasis':
      return [{ kind: 'emphasis', children: children() }]
    case 'strong':
      return [{ kind: 'strong', children: children() }]
    case 'link':
      return [{ kind: 'link', href: node.url, children: children() }]
    case 'break':
      return [{ kind: 'text', text: ' ' }]
    case 'textDirective':
      return readTextDirective(node, line, context)
    default:
      context.problems.add(
        line,
        `A sentence can’t hold this (${node.type}).`,
        'Use text, `code`, *emphasis*, **strong**, links, :term and :stage.',
      )
      return []
  }
}

function readTextDirective(node: TextDirective, line: number, context: InlineContext): Inline[] {
  const { name, attributes } = node
  const given = attributes ?? {}
  // `12:30` isn't a directive, only looks like one.
  const isText = DIRECTIVES[name] === undefined && node.children.length === 0 && Object.keys(given).length === 0
  if (isText) return [{ kind: 'text', text: `:${name}` }]
  if (!checkDirective(node, context.problems)) return []
  const children = readInlines(node.children, context)
  if (name === 'term') {
    const term = given['name'] ?? ''
    if (!context.terms.includes(term)) {
      context.problems.add(line, `The glossary has no "${term}".`, suggestion(term, context.terms))
    }
    return [{ kind: 'term', name: term, children }]
  }
  return [{ kind: 'stage', view: viewOf(given['view'], line, context.problems), node: given['node'] ?? null, children }]
}

/** A view of the stage by its name. */
export function viewOf(name: string | null | undefined, line: number, problems: Problems): StageView | null {
  if (name === null || name === undefined) return null
  const view = STAGE_VIEWS.find((candidate) => candidate === name)
  if (view === undefined) problems.add(line, `The stage has no view "${name}".`, suggestion(name, STAGE_VIEWS))
  return view ?? null
}
