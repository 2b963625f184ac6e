// wrong/<name>/why.<language>.md: what is wrong with an answer that is known. A title, `# Remembered in a member`, and prose;
// nothing to run or to choose.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import remarkDirective from 'remark-directive'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import type { Problem } from '../../../runtime/host/problem.ts'
import { Problems } from '../../../runtime/host/problem.ts'
import type { Explanation } from '../../lesson/lesson-model.ts'
import { readBlocks } from './read-blocks.ts'
import { readInlines } from './read-inline.ts'

/** Reads the file; what is wrong with it is added to `found`. */
export function readExplanation(root: string, file: string, terms: readonly string[], found: Problem[]): Explanation {
  const problems = new Problems(path.relative(root, file))
  if (!existsSync(file)) {
    problems.add(1, 'The explanation is missing.', 'Say in both languages what is wrong with the answer.')
    found.push(...problems.found)
    return { title: [], blocks: [] }
  }
  const { children } = unified().use(remarkParse).use(remarkGfm).use(remarkDirective).parse(readFileSync(file, 'utf8'))
  const [head, ...rest] = children
  const context = { files: [], jobs: [], inputs: [], exercises: [], terms, problems }
  if (head?.type !== 'heading' || head.depth !== 1 || rest.length === 0) {
    problems.add(1, 'It doesn’t begin with a title and go on with prose.', 'Write `# The mistake`, then what it does.')
  }
  const title = head?.type === 'heading' ? readInlines(head.children, context) : []
  const blocks = readBlocks(head?.type === 'heading' ? rest : children, context)
  found.push(...problems.found)
  return { title, blocks }
}
