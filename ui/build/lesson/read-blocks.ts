// From Markdown's tree to the blocks of a lesson. Every construct that isn't understood is a problem with its line.

import type { BlockContent, DefinitionContent, ListItem, PhrasingContent, RootContent } from 'mdast'
import type { ContainerDirective, LeafDirective } from 'mdast-util-directive'
import type { Block, Inline } from '../../lesson/lesson-model.ts'
import { checkDirective } from './check-directive.ts'
import { nearest, suggestion } from '../../../runtime/host/problem.ts'
import { readInlines, textOf, viewOf, type InlineContext } from './read-inline.ts'

export interface BlockContext extends InlineContext {
  /** Files of start/, the jobs among them, and names of inputs and exercises. */
  readonly files: readonly string[]
  readonly jobs: readonly string[]
  readonly inputs: readonly string[]
  readonly exercises: readonly string[]
}

type Node = RootContent | BlockContent | DefinitionContent | ContainerDirective | LeafDirective

export function readBlocks(nodes: readonly Node[], context: BlockContext): Block[] {
  return nodes.flatMap((node) => readBlock(node, context))
}

function readBlock(node: Node, context: BlockContext): Block[] {
  const line = node.position?.start.line ?? 1
  const { problems } = context
  switch (node.type) {
    case 'yaml':
      return []
    case 'heading':
      if (node.depth !== 2 && node.depth !== 3) {
        problems.add(line, 'Headings have two or three #.', 'The title stands in the frontmatter.')
      }
      return [
        {
          kind: 'heading',
          level: node.depth === 3 ? 3 : 2,
          id: `h${line}`,
          children: readInlines(node.children, context),
        },
      ]
    case 'paragraph':
      return readParagraph(node.children, line, context)
    case 'list': {
      const items = node.children.map((item) => readBlocks(item.children, context))
      return [{ kind: 'list', isOrdered: node.ordered === true, items }]
    }
    case 'code':
      return [{ kind: 'code', language: node.lang ?? '', text: node.value }]
    case 'table': {
      const [head, ...rows] = node.children.map((row) =>
        row.children.map((cell) => readInlines(cell.children, context)),
      )
      return [{ kind: 'table', head: head ?? [], rows }]
    }
    case 'leafDirective':
    case 'containerDirective':
      return checkDirective(node, problems) ? readDirective(node, line, context) : []
    default:
      problems.add(line, `A lesson can’t hold this (${node.type}).`, 'Use prose, lists, tables, code and directives.')
      return []
  }
}

function readParagraph(nodes: readonly PhrasingContent[], line: number, context: BlockContext): Block[] {
  const image = nodes.find((node) => node.type === 'image')
  if (image !== undefined) {
    context.problems.add(
      image.position?.start.line ?? line,
      `The figure "${image.url}" can’t be shown: lessons have no image files.`,
      'Let the stage show it, with ::run and ::view, or say it in a table.',
    )
    return []
  }
  return [{ kind: 'paragraph', children: readInlines(nodes, context) }]
}

function readDirective(node: ContainerDirective | LeafDirective, line: number, context: BlockContext): Block[] {
  const given = (name: string): string => node.attributes?.[name] ?? ''
  const { problems } = context
  const known = (what: string, name: string, names: readonly string[]): void => {
    if (!names.includes(name)) problems.add(line, `There is no ${what} "${name}".`, suggestion(name, names))
  }
  switch (node.name) {
    case 'cell':
      known('file', given('file'), context.files)
      return [{ kind: 'cell', file: given('file') }]
    case 'view': {
      const name = viewOf(given('name'), line, problems)
      return name === null ? [] : [{ kind: 'view', name }]
    }
    case 'compare':
      for (const side of ['left', 'right']) known('file', given(side), context.files)
      return [{ kind: 'compare', left: given('left'), right: given('right') }]
    case 'exercise':
      known('exercise', given('name'), context.exercises)
      return [{ kind: 'exercise', name: given('name') }]
    case 'run':
      return readRun(node as LeafDirective, line, context)
    case 'predict':
      return readPredict(node as ContainerDirective, line, context)
    case 'quiz':
      return readQuiz(node as ContainerDirective, line, context)
    default: {
      const { label, body } = splitLabel(node as ContainerDirective, context)
      return [{ kind: node.name as 'hint' | 'note', title: label, blocks: readBlocks(body, context) }]
    }
  }
}

function readRun(node: LeafDirective, line: number, context: BlockContext): Block[] {
  const { id = '', job = '', input, parallelism, until, view } = node.attributes ?? {}
  const { problems } = context
  if (!context.jobs.includes(job ?? '')) {
    const match = nearest(job ?? '', context.jobs)
    problems.add(
      line,
      `"${job}" isn’t a job of this lesson.`,
      match ? `Did you mean "${match}"?` : 'A job is a file of start/ that calls env.execute.',
    )
  }
  const inputs = (input ?? '').split(',').filter((name) => name !== '')
  for (const name of inputs.filter((candidate) => !context.inputs.includes(candidate))) {
    problems.add(line, `There is no input "${name}".`, `Write inputs/${name}.jsonl, or name one that is there.`)
  }
  const label = readInlines(node.children, context)
  if (label.length === 0) problems.add(line, 'A run has no words on its button.', 'Write ::run[Run it]{…}.')
  return [
    {
      kind: 'run',
      id: id ?? '',
      label,
      job: job ?? '',
      inputs,
      parallelism: numberOf('parallelism', parallelism, 1, line, context) ?? 1,
      untilMs: numberOf('until', until, 1, line, context),
      view: viewOf(view, line, problems),
    },
  ]
}

function numberOf(
  name: string,
  text: string | null | undefined,
  least: number,
  line: number,
  { problems }: BlockContext,
): number | null {
  if (text === null || text === undefined) return null
  const value = Number(text)
  if (Number.isInteger(value) && value >= least) return value
  problems.add(line, `${name} can’t be "${text}".`, `Write a whole number, ${least} or more.`)
  return null
}

function readPredict(node: ContainerDirective, line: number, context: BlockContext): Block[] {
  const { id = '', run = '', sink = '', row } = node.attributes ?? {}
  const { question, items } = splitChoices(node, line, context)
  const choices = items.map((item) => {
    const text = itemText(item, context)
    const count = /^\s*(\d+)/.exec(textOf(text))?.[1]
    if (count === undefined) {
      const at = item.position?.start.line ?? line
      context.problems.add(at, 'A choice of a prediction begins with a number of rows.', 'Write "- 5: one for each".')
    }
    return { count: Number(count ?? 0), text }
  })
  return [{ kind: 'predict', id: id ?? '', run: run ?? '', sink: sink ?? '', row: row ?? null, question, choices }]
}

function readQuiz(node: ContainerDirective, line: number, context: BlockContext): Block[] {
  const { question, items } = splitChoices(node, line, context)
  const choices = items.map((item) => {
    const [text, why] = splitWhy(itemText(item, context))
    if (item.checked === null || item.checked === undefined || why.length === 0) {
      const at = item.position?.start.line ?? line
      context.problems.add(at, 'A choice of a quiz says whether it’s right, and why.', 'Write "- [x] text — why".')
    }
    return { isRight: item.checked === true, text, why }
  })
  if (choices.filter(({ isRight }) => isRight).length !== 1) {
    context.problems.add(line, 'A quiz has exactly one right choice.', 'Mark it "- [x]", the others "- [ ]".')
  }
  return [{ kind: 'quiz', id: node.attributes?.['id'] ?? '', question, choices }]
}

/** The question and, at the end, the list of choices. */
function splitChoices(
  node: ContainerDirective,
  line: number,
  context: BlockContext,
): { readonly question: Block[]; readonly items: readonly ListItem[] } {
  const last = node.children.at(-1)
  if (last?.type !== 'list' || last.children.length < 2) {
    context.problems.add(
      line,
      `${node.name} needs a question and a list of two choices or more.`,
      'Write the list last.',
    )
    return { question: [], items: [] }
  }
  return { question: readBlocks(node.children.slice(0, -1), context), items: last.children }
}

function itemText(item: ListItem, context: BlockContext): Inline[] {
  const [first] = item.children
  return first?.type === 'paragraph' ? readInlines(first.children, context) : []
}

/** What stands before and after the dash. */
function splitWhy(pieces: readonly Inline[]): [Inline[], Inline[]] {
  const at = pieces.findIndex((piece) => piece.kind === 'text' && piece.text.includes(' — '))
  const piece = pieces[at]
  if (piece?.kind !== 'text') return [[...pieces], []]
  const [before = '', ...after] = piece.text.split(' — ')
  return [
    [...pieces.slice(0, at), { kind: 'text', text: before }],
    [{ kind: 'text', text: after.join(' — ') }, ...pieces.slice(at + 1)],
  ]
}

function splitLabel(
  node: ContainerDirective,
  context: BlockContext,
): { readonly label: Inline[]; readonly body: readonly (BlockContent | DefinitionContent)[] } {
  const [first, ...rest] = node.children
  if (first?.type === 'paragraph' && first.data?.directiveLabel === true) {
    return { label: readInlines(first.children, context), body: rest }
  }
  return { label: [], body: node.children }
}
