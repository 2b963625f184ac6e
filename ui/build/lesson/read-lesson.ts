// A lesson's Markdown in one language, read into the lesson model: frontmatter of five keys, then blocks.

import remarkDirective from 'remark-directive'
import remarkFrontmatter from 'remark-frontmatter'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import { parse as parseYaml } from 'yaml'
import type { Block, LessonText } from '../../lesson/lesson-model.ts'
import { suggestion, type Problem, Problems } from '../../../runtime/host/problem.ts'
import { readBlocks, type BlockContext } from './read-blocks.ts'
import { typographic } from './read-inline.ts'

export type LessonContext = Omit<BlockContext, 'problems'>

export interface ReadLesson {
  readonly text: LessonText
  /** Of a translation: hash of the original it was made from. */
  readonly original: string | null
  readonly problems: readonly Problem[]
}

const KEYS = ['title', 'goal', 'needs', 'minutes', 'source']

export function readLesson(file: string, markdown: string, context: LessonContext): ReadLesson {
  const problems = new Problems(file)
  const root = unified()
    .use(remarkParse)
    .use(remarkGfm)
    .use(remarkFrontmatter)
    .use(remarkDirective)
    .parse(markdown.replace(/\r\n/g, '\n'))
  const [first] = root.children
  const head = readHead(first?.type === 'yaml' ? first.value : null, problems)
  const blocks = readBlocks(root.children, { ...context, problems })
  checkIds(blocks, problems)
  const { original = null, ...keys } = head
  return { text: { ...keys, blocks, isStale: false }, original, problems: problems.found }
}

type Head = Omit<LessonText, 'blocks' | 'isStale'> & { readonly original?: string | null }

function readHead(yaml: string | null, problems: Problems): Head {
  const head = (yaml === null ? {} : (parseYaml(yaml) as Record<string, unknown> | null)) ?? {}
  const missing = KEYS.filter((key) => head[key] === undefined)
  if (missing.length > 0) {
    problems.add(1, `The frontmatter lacks ${missing.join(', ')}.`, `Its keys are ${KEYS.join(', ')}.`)
  }
  for (const key of Object.keys(head)) {
    if (![...KEYS, 'original'].includes(key))
      problems.add(1, `The frontmatter has no key "${key}".`, suggestion(key, KEYS))
  }
  const minutes = head['minutes']
  if (minutes !== undefined && !(typeof minutes === 'number' && minutes > 0)) {
    problems.add(1, 'minutes isn’t a number.', 'Write how long the lesson takes, like 12.')
  }
  const needs: unknown = head['needs'] ?? []
  return {
    title: typographic(String(head['title'] ?? '')),
    goal: typographic(String(head['goal'] ?? '')),
    needs: Array.isArray(needs) ? needs.map(String) : [],
    minutes: typeof minutes === 'number' ? minutes : 0,
    source: String(head['source'] ?? ''),
    original: head['original'] === undefined ? null : String(head['original']),
  }
}

/** Ids are unique, and predictions name runs of the same lesson. */
function checkIds(blocks: readonly Block[], problems: Problems): void {
  const withId = blocks.filter((block) => block.kind === 'run' || block.kind === 'predict' || block.kind === 'quiz')
  const ids = withId.map((block) => `${block.kind} ${block.id}`)
  for (const id of new Set(ids.filter((candidate, i) => ids.indexOf(candidate) !== i))) {
    problems.add(1, `Two blocks are called "${id}".`, 'Give each run, prediction and quiz an id of its own.')
  }
  const runs = blocks.flatMap((block) => (block.kind === 'run' ? [block.id] : []))
  for (const block of blocks) {
    if (block.kind === 'predict' && !runs.includes(block.run)) {
      problems.add(1, `The prediction "${block.id}" is about the run "${block.run}".`, suggestion(block.run, runs))
    }
  }
}

/** Where a translation is built differently from its original: blocks in another order, or other files and ids in them. */
export function skeletonDifference(original: readonly Block[], translation: readonly Block[]): string | null {
  for (let i = 0; i < Math.max(original.length, translation.length); i++) {
    const [a, b] = [skeleton(original[i]), skeleton(translation[i])]
    if (a !== b) return `block ${i + 1} is ${b}, in the original ${a}`
  }
  return null
}

function skeleton(block: Block | undefined): string {
  if (block === undefined) return 'missing'
  switch (block.kind) {
    case 'run':
      return `run ${block.id} of ${block.job} ${block.inputs.join(',') || null} ${block.parallelism} ${block.untilMs} ${block.view}`
    case 'predict':
      return `predict ${block.id} ${block.run} ${block.sink} ${block.row} ${block.choices.map(({ count }) => count).join('/')}`
    case 'quiz':
      return `quiz ${block.id} ${block.choices.map(({ isRight }) => (isRight ? 'x' : '-')).join('')}`
    case 'cell':
      return `cell ${block.file}`
    case 'compare':
      return `compare ${block.left} ${block.right}`
    case 'view':
    case 'exercise':
      return `${block.kind} ${block.name}`
    case 'heading':
      return `heading ${block.level}`
    case 'code':
      return `code ${block.text}`
    case 'list':
      return `list of ${block.items.length}`
    case 'table':
      return `table of ${block.rows.length}`
    default:
      return block.kind
  }
}
